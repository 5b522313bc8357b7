// The editor instead of the plain field: YASQE, set up so that it sends nothing, stores nothing, and can be left by keyboard.

const MARK = { className: "wrong-part" };
const UPDATES = new Set(["INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"]);

const TERMINALS = { VAR1: "?variable", VAR2: "", IRI_REF: "<IRI>", PNAME_LN: "prefix:name", PNAME_NS: "" }; // names of the grammar

/**
 * The field in which queries are written, with or without the editor.
 * @param {HTMLTextAreaElement} field the plain field
 * @param {{prefixes: Object<string, string>, terms: string[]}} given what can be completed
 * @param {() => void} run sends the query
 * @returns {{text: () => string, put: (text: string) => void, focus: () => void, mark: (line: number, column: number) => void}}
 *   `mark` shows where the endpoint found an error, until the text changes; line and column are counted from 1
 */
export function queryField(field, given, run) {
  if (!globalThis.Yasqe) return plainField(field, run);
  const editor = createEditor(field, given, run);
  const message = document.getElementById("syntax");
  editor.checkSyntax = () => checkSyntax(editor, message); // its own writes markup with styles in it, which pages may not have
  document.getElementById("keys").hidden = false;
  const input = editor.getInputField();
  input.setAttribute("aria-describedby", "keys syntax");
  document.querySelector(`label[for="${field.id}"]`).addEventListener("click", () => editor.focus());
  field.hidden = true;
  field.required = false; // a hidden field cannot be filled in
  editor.checkSyntax();
  return {
    text: () => editor.getValue(),
    put: (text) => editor.setValue(text),
    focus: () => editor.focus(),
    mark: (line, column) => {
      const start = { line: line - 1, ch: column - 1 };
      markFrom(editor, start);
      editor.setCursor(start);
      editor.focus();
    },
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
    mark: (line, column) => {
      const lines = field.value.split("\n");
      const start = lines.slice(0, line - 1).reduce((size, text) => size + text.length + 1, 0);
      field.focus();
      field.setSelectionRange(start + column - 1, start + (lines[line - 1] ?? "").length);
    },
  };
}

function createEditor(field, given, run) {
  const { Yasqe } = globalThis;
  const prefixes = Object.entries(given.prefixes).map(([prefix, space]) => `${prefix}: <${space}>`);
  Yasqe.forkAutocompleter("prefixes", { name: "own-prefixes", get: prefixes, persistenceId: null }, false);
  Yasqe.registerAutocompleter(
    { name: "own-terms", get: given.terms, bulk: false, autoShow: true, persistenceId: null, isValidCompletionPosition: isTerm },
    false,
  );
  // Set here, since lists in what is given below are put over these and do not replace them. Those left out send requests.
  Yasqe.defaults.autocompleters = ["variables", "own-prefixes", "own-terms"];
  const container = document.createElement("div");
  field.after(container);
  const editor = new Yasqe(container, {
    value: field.value,
    persistenceId: null,
    createShareableLink: null,
    consumeShareLink: null,
    prefixCcApi: null,
    showQueryButton: false,
    resizeable: false,
    syntaxErrorCheck: false,
    editorHeight: "100%",
    screenReaderLabel: "Query",
    extraKeys: { Tab: false, "Shift-Tab": false, "Ctrl-S": false, "Ctrl-Enter": run, "Cmd-Enter": run },
  });
  if (given.isOwn) knowPrefixes(editor, given.prefixes);
  return editor;
}

/** Accept the prefixes that the endpoint knows without a declaration. Completion still declares them, so that queries run elsewhere. */
function knowPrefixes(editor, prefixes) {
  const mode = editor.getMode();
  const { startState } = mode;
  mode.startState = () => ({ ...startState(), prefixes: Object.create(prefixes) });
  const { getPrefixesFromQuery } = editor;
  editor.getPrefixesFromQuery = () => ({ ...getPrefixesFromQuery.call(editor) });
  editor.setValue(editor.getValue());
}

/** Whether a prefixed name is being written at the cursor, and not the declaration of its prefix. */
function isTerm(editor) {
  const token = editor.getCompleteToken();
  if (token.type !== "string-2" || !token.string.includes(":")) return false;
  const before = editor.getPreviousNonWsToken(editor.getDoc().getCursor().line, token);
  return before.string.toUpperCase() !== "PREFIX";
}

/** Mark the first error, and write below the editor what it is. An update is an error here: endpoints for queries refuse them. */
function checkSyntax(editor, message) {
  const lines = editor.getDoc();
  editor.clearGutter("gutterErrorBar");
  for (const mark of lines.getAllMarks()) if (mark.className === MARK.className) mark.clear();
  editor.queryValid = true;
  message.textContent = "";
  let isFirst = true;
  for (let line = 0; line < lines.lineCount(); line += 1) {
    for (const token of editor.getLineTokens(line, true)) {
      const word = token.string.toUpperCase();
      const isUpdate = isFirst && UPDATES.has(word);
      if (token.type === "keyword" && word !== "PREFIX" && word !== "BASE") isFirst = false;
      if (!isUpdate && token.state.OK !== false) continue;
      const reason = isUpdate ? `${word} changes data, and this page only queries` : token.state.errorMsg || expected(token.state.possibleCurrent);
      markFrom(editor, { line, ch: token.start });
      editor.queryValid = false;
      message.textContent = `Line ${line + 1}, column ${token.start + 1}: ${reason}.`;
      return;
    }
  }
}

function markFrom(editor, start) {
  const lines = editor.getDoc();
  const content = lines.getLine(start.line) ?? "";
  const token = editor.getTokenAt({ line: start.line, ch: start.ch + 1 });
  const end = Math.max(token?.end ?? 0, start.ch + 1);
  const from = Math.min(start.ch, Math.max(0, content.length - 1)); // at the end of a line there is nothing to underline
  lines.markText({ line: start.line, ch: from }, { line: start.line, ch: end }, MARK);
  const sign = document.createElement("span");
  sign.className = "mark";
  sign.textContent = "!";
  editor.setGutterMarker(start.line, "gutterErrorBar", sign);
}

function expected(possible) {
  const queries = possible.map((word) => TERMINALS[word] ?? word).filter((word) => word && !UPDATES.has(word));
  const first = queries.slice(0, 8);
  return `expected ${first.join(", ")}${queries.length > first.length ? " or others" : ""}`;
}
