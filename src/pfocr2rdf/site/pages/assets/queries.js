// The page with the queries: finds examples by words, puts them into the field, asks the endpoint and shows its answer.

import { amount, ask, files, NoAnswer, settle, shown } from "./answers.js";
import { queryField } from "./sparql-editor.js";

const LONGEST = 4000; // characters of a query that is kept in the address

const given = JSON.parse(document.getElementById("given").textContent);
const examples = [...document.querySelectorAll("details.example")].map((element) => ({
  element,
  name: element.dataset.name,
  title: element.querySelector("summary").textContent,
  query: element.querySelector("pre").textContent,
})).map((one) => ({ ...one, words: `${one.element.dataset.words} ${one.query}`.toLowerCase() }));

findByWords();
const form = document.getElementById("ask");
if (form) askHere(form);

function findByWords() {
  const field = document.getElementById("words");
  const found = document.getElementById("found");
  document.getElementById("finding").hidden = false;
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { element, words: all } of examples) {
      element.hidden = !words.every((word) => all.includes(word));
      if (!element.hidden) count += 1;
    }
    found.textContent = words.length ? `${count} of ${examples.length}` : "";
  });
}

function askHere(form) {
  const endpoint = form.getAttribute("action");
  const status = document.getElementById("status");
  const answer = document.getElementById("answer");
  const cancel = document.getElementById("cancel");
  const field = queryField(document.getElementById("query"), given, run);
  let running = null;

  document.getElementById("format-choice")?.remove(); // the answer is shown here, and has files
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  cancel.addEventListener("click", () => running?.abort());
  for (const { element, name, title, query } of examples) {
    const link = element.querySelector("a.use");
    link.hidden = false;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      put(query, `The field has the example “${title}”.`);
      remember({ example: name });
    });
    element.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      put(query, "");
      run();
    });
  }
  beginWithAddress();

  function beginWithAddress() {
    const wanted = new URLSearchParams(location.search);
    const example = examples.find(({ name }) => name === wanted.get("example"));
    if (example) field.put(example.query);
    else if (wanted.get("query")) field.put(wanted.get("query"));
  }

  function put(query, said) {
    field.put(query);
    say(said);
    form.scrollIntoView();
    field.focus();
  }

  function say(text, isWrong = false) {
    const made = document.createElement("bdi");
    made.textContent = text;
    status.className = isWrong ? "wrong" : "";
    status.replaceChildren(made);
  }

  async function run() {
    const query = field.text();
    running?.abort();
    const mine = new AbortController();
    running = mine;
    begin();
    remember({ query });
    const began = performance.now();
    const seconds = () => ((performance.now() - began) / 1000).toLocaleString("en", { maximumFractionDigits: 2 });
    try {
      const got = await ask(endpoint, query, mine.signal);
      const settled = (links) => settle(links, endpoint, given.root, mine.signal).catch(() => {}); // they lead somewhere already
      answer.replaceChildren(keeping(got), shown(got, given, settled));
      answer.hidden = false;
      say(`${amount(got)}, in ${seconds()} s.`);
    } catch (error) {
      if (running !== mine) return; // another query was asked since
      if (error.name === "AbortError") say(`Cancelled after ${seconds()} s.`);
      else if (error instanceof NoAnswer) say(error.message, true);
      else say("The answer broke off, or cannot be read.", true);
    } finally {
      if (running === mine) end();
    }
  }

  function end() {
    if (document.activeElement === cancel) document.getElementById("run").focus(); // what goes away would take the place along
    cancel.hidden = true;
  }

  function begin() {
    document.getElementById("problem")?.remove();
    answer.hidden = true;
    answer.replaceChildren();
    cancel.hidden = false;
    say("Asking …");
  }
}

/** Have the address say what is in the field, so that it can be kept and sent to others. */
function remember(what) {
  const { query = "" } = what;
  const search = query.length > LONGEST ? "" : `?${new URLSearchParams(what)}`;
  history.replaceState(null, "", `${given.root}queries.html${search}`);
}

/** The buttons that keep an answer as a file. */
function keeping(got) {
  const line = document.createElement("p");
  line.className = "buttons";
  for (const file of files(got)) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `Keep as ${file.name}`;
    button.addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([file.make()], { type: file.type }));
      link.download = `answer.${file.ending}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    });
    line.append(button);
  }
  return line;
}
