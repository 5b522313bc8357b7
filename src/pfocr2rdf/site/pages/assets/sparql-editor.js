// The editor in the place of the plain field: YASQE, set up so that it asks nobody, keeps nothing, and can be left by keyboard.

/**
 * The field in which queries are written, with or without the editor.
 * @param {HTMLTextAreaElement} field the plain field
 * @param {{prefixes: Object<string, string>, terms: string[]}} given what can be completed
 * @param {() => void} run asks the query
 * @returns {{text: () => string, put: (text: string) => void, focus: () => void}}
 */
export function queryField(field, given, run) {
  if (!globalThis.Yasqe) return plainField(field, run);
  const editor = drawn(field, given, run);
  const said = document.getElementById("syntax");
  editor.checkSyntax = () => checkSyntax(editor, said); // its own writes markup with styles in it, which pages may not have
  const keys = document.getElementById("keys");
  keys.hidden = false;
  const input = editor.getInputField();
  input.setAttribute("aria-describedby", "keys syntax");
  document.querySelector(`label[for="${field.id}"]`).addEventListener("click", () => editor.focus());
  field.hidden = true;
  field.required = false; // a field that nobody sees cannot be filled in
  editor.checkSyntax();
  return {
    text: () => editor.getValue(),
    put: (text) => editor.setValue(text),
    focus: () => editor.focus(),
  };
}

function plainField(field, run) {
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run();
    }
  });
  return {
    text: () => field.value,
    put: (text) => {
      field.value = text;
    },
    focus: () => field.focus(),
  };
}

function drawn(field, given, run) {
  const { Yasqe } = globalThis;
  const prefixes = Object.entries(given.prefixes).map(([prefix, space]) => `${prefix}: <${space}>`);
  Yasqe.forkAutocompleter("prefixes", { name: "own-prefixes", get: prefixes, persistenceId: null }, false);
  Yasqe.registerAutocompleter(
    { name: "own-terms", get: given.terms, bulk: false, autoShow: true, persistenceId: null, isValidCompletionPosition: isTerm },
    false,
  );
  // Set here, since lists in what is given below are put over these and do not replace them. Those left out ask a server.
  Yasqe.defaults.autocompleters = ["variables", "own-prefixes", "own-terms"];
  const place = document.createElement("div");
  field.after(place);
  return new Yasqe(place, {
    value: field.value,
    persistenceId: null,
    createShareableLink: null,
    consumeShareLink: null,
    prefixCcApi: null,
    showQueryButton: false,
    resizeable: false,
    syntaxErrorCheck: false,
    editorHeight: "auto",
    viewportMargin: Infinity,
    screenReaderLabel: "Query",
    extraKeys: { Tab: false, "Shift-Tab": false, "Ctrl-S": false, "Ctrl-Enter": run, "Cmd-Enter": run },
  });
}

/** Whether a prefixed name is being written at the cursor, and not the declaration of its prefix. */
function isTerm(editor) {
  const token = editor.getCompleteToken();
  if (token.type !== "string-2" || !token.string.includes(":")) return false;
  const before = editor.getPreviousNonWsToken(editor.getDoc().getCursor().line, token);
  return before.string.toUpperCase() !== "PREFIX";
}

/** Mark the first line that is wrong, and say beside the editor why. */
function checkSyntax(editor, said) {
  const lines = editor.getDoc();
  editor.clearGutter("gutterErrorBar");
  editor.queryValid = true;
  said.hidden = true;
  said.textContent = "";
  for (let line = 0; line < lines.lineCount(); line += 1) {
    const { state } = editor.getTokenAt({ line, ch: lines.getLine(line).length }, true);
    if (state.OK === false) {
      const mark = document.createElement("span");
      mark.className = "mark";
      mark.textContent = "!";
      editor.setGutterMarker(line, "gutterErrorBar", mark);
      editor.queryValid = false;
      said.hidden = false;
      said.textContent = `Line ${line + 1} is not right: ${state.errorMsg || expected(state.possibleCurrent)}.`;
      return;
    }
  }
}

function expected(possible) {
  const some = possible.slice(0, 8);
  return `expected ${some.join(", ")}${possible.length > some.length ? " or others" : ""}`;
}
