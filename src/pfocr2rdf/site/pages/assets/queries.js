// The page with the queries: finds examples by words, puts them into the field, sends queries and shows the answers.

import { amount, filesOf, isolated, shown } from "./answers.js";
import { NoAnswer, ask } from "./endpoint.js";
import { QueryHistory } from "./history.js";
import { bindParameters, selectAt } from "./parameters.js";
import { curl, python } from "./snippets.js";
import { queryField } from "./sparql-editor.js";

const MAX_ADDRESS_CHARS = 4000; // of a query in a link: longer ones are cut by programs that pass links on
const MAX_TITLE_CHARS = 90; // of a query in the history
const POSITION = /\bline (\d+),? column (\d+)/;

const given = JSON.parse(document.getElementById("given").textContent);
const examples = [...document.querySelectorAll("details.example")].map((element) => {
  const query = element.querySelector("input[name=query]")?.value ?? element.querySelector("pre")?.textContent ?? "";
  const title = element.querySelector("summary").firstChild.textContent.trim();
  return { element, name: element.dataset.name, title, query, words: `${element.dataset.words} ${query}`.toLowerCase() };
});

findByWords();
const form = document.getElementById("ask");
if (form) startWorkbench(form);

function findByWords() {
  const field = document.getElementById("words");
  const found = document.getElementById("found");
  const tasks = [...document.querySelectorAll("details.task")];
  const wereOpen = tasks.map((task) => task.open);
  document.getElementById("finding").hidden = false;
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { element, words: all } of examples) {
      element.hidden = !words.every((word) => all.includes(word));
      if (!element.hidden) count += 1;
    }
    tasks.forEach((task, index) => {
      task.open = words.length ? true : wereOpen[index];
    });
    found.textContent = words.length ? `${count} of ${examples.length}` : "";
  });
}

function startWorkbench(form) {
  const endpoint = form.getAttribute("action");
  const status = document.getElementById("status");
  const answerArea = document.getElementById("answer");
  const cancel = document.getElementById("cancel");
  const past = new QueryHistory();
  const field = queryField(document.getElementById("query"), given, run);
  let running = null;

  document.getElementById("format-choice")?.remove(); // the answer is shown here, and can be downloaded
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  cancel.addEventListener("click", () => running?.abort());
  for (const example of examples) connectExample(example);
  connectMenu("share", (area) => area.replaceChildren(...sharing(field.text(), endpoint)));
  connectMenu("history", showHistory);
  if (!given.isOwn) startWithAddress(); // a served page has it already
  showProblemOfPage();

  function connectExample({ element, name, title, query }) {
    const exampleForm = element.querySelector("form");
    const edit = element.querySelector(".use");
    const fields = exampleForm.querySelector(".parameters");
    edit.hidden = false;
    element.addEventListener("toggle", () => element.open && element.scrollIntoView({ block: "nearest" }));
    if (fields) Object.assign(fields, { hidden: false, disabled: false });
    exampleForm.addEventListener("submit", (event) => choose(event, event.submitter !== edit));
    if (edit.tagName === "A") edit.addEventListener("click", (event) => choose(event, false));

    async function choose(event, isRun) {
      event.preventDefault();
      const inputs = [...(fields?.querySelectorAll("input") ?? [])];
      const address = { example: name, ...Object.fromEntries(inputs.map((input) => [input.name, input.value])) };
      try {
        if (!fields) put(query, `The editor has the example “${title}”.`);
        else put(await (given.isOwn ? exampleText(address) : boundText(query, inputs)), `The editor has the example “${title}”.`);
      } catch (error) {
        fail(error, "");
        return;
      }
      if (isRun) {
        await run();
        status.scrollIntoView({ block: "nearest" });
        return;
      }
      showForm();
      remember(fields && !given.isOwn ? { query: field.text() } : address);
    }
  }

  function boundText(query, inputs) {
    const parameters = inputs.map((input) => ({ name: input.name, type: given.parameterTypes[input.dataset.type], value: input.value }));
    const changed = parameters.filter((_, index) => inputs[index].value !== inputs[index].defaultValue);
    return bindParameters(query, changed, selectAt(endpoint));
  }

  /** The text of an example with values of its parameters, as the server writes it into the page without scripts. */
  async function exampleText(address) {
    const response = await fetch(addressOf(address)).catch(() => null);
    const page = new DOMParser().parseFromString((await response?.text()) ?? "", "text/html");
    const problem = page.querySelector("#problem .wrong bdi")?.textContent;
    const text = page.getElementById("query")?.value;
    if (problem || !text) throw new NoAnswer(problem ?? "The example cannot be read from the server.");
    return text;
  }

  function startWithAddress() {
    const wanted = new URLSearchParams(location.search);
    const example = examples.find(({ name }) => name === wanted.get("example"));
    if (example) field.put(example.query);
    else if (wanted.get("query")) field.put(wanted.get("query"));
  }

  /** A problem that the server wrote into the page is marked in the editor as well. */
  function showProblemOfPage() {
    const position = POSITION.exec(document.querySelector("#problem .wrong")?.textContent ?? "");
    if (position) field.mark(Number(position[1]), Number(position[2]));
  }

  function put(query, message) {
    field.put(query);
    report(message);
  }

  function showForm() {
    form.scrollIntoView({ block: "nearest" });
    field.focus();
  }

  function report(...parts) {
    status.className = "";
    status.replaceChildren(...parts.map((part) => (typeof part === "string" ? isolated(part) : part)));
  }

  async function run() {
    const query = field.text();
    running?.abort();
    const controller = new AbortController();
    running = controller;
    start();
    remember({ query });
    const startTime = performance.now();
    const duration = () => `${((performance.now() - startTime) / 1000).toLocaleString("en", { maximumFractionDigits: 2 })} s`;
    try {
      const answer = await ask(endpoint, query, controller.signal);
      const outcome = `${amount(answer)}, in ${duration()}`;
      const elements = await shown(answer, given, { endpoint, query, signal: controller.signal });
      if (running !== controller) return; // another query was sent since
      answerArea.replaceChildren(downloads(filesOf(answer, endpoint, query)), ...elements);
      answerArea.hidden = false;
      report(`${outcome}.`);
      past.add(query, outcome);
    } catch (error) {
      if (running !== controller) return;
      if (error.name === "AbortError") report(`Cancelled after ${duration()}.`);
      else fail(error, query);
    } finally {
      if (running === controller) end();
    }
  }

  function fail(error, query) {
    const isKnown = error instanceof NoAnswer;
    const message = isKnown ? error.message : "The answer was cut off, or cannot be read.";
    const advice = document.createElement("ul");
    for (const text of given.advice[isKnown ? error.status : 0] ?? []) advice.append(Object.assign(document.createElement("li"), { textContent: text }));
    const hasAdvice = advice.children.length > 0;
    const short = hasAdvice && given.isOwn ? `${message.split(";")[0]}.` : message; // the advice says more than its end
    report(short, ...(hasAdvice ? [advice] : []));
    status.className = "wrong";
    if (query) past.add(query, "no answer");
    if (error.isTooLarge) {
      answerArea.replaceChildren(downloads(filesOf(null, endpoint, query)));
      answerArea.hidden = false;
    }
    const position = isKnown && error.status === 400 ? POSITION.exec(message) : null;
    if (position) field.mark(Number(position[1]), Number(position[2]));
  }

  function end() {
    if (document.activeElement === cancel) document.getElementById("run").focus(); // focus would go with the button
    cancel.hidden = true;
    form.removeAttribute("aria-busy");
  }

  function start() {
    document.getElementById("problem")?.remove();
    answerArea.hidden = true;
    answerArea.replaceChildren();
    cancel.hidden = false;
    form.setAttribute("aria-busy", "true");
    report("Running …");
  }

  /** The buttons that download an answer. */
  function downloads(files) {
    const line = document.createElement("p");
    line.className = "downloads";
    line.append("Download: ");
    for (const file of files) {
      line.append(
        button(file.name, async (event) => {
          const { target } = event;
          target.setAttribute("aria-busy", "true");
          try {
            save(await file.make(), `answer.${file.suffix}`);
          } catch (error) {
            fail(error instanceof NoAnswer ? error : new NoAnswer("The download failed."), field.text());
          } finally {
            target.removeAttribute("aria-busy");
          }
        }),
        " ",
      );
    }
    return line;
  }

  function showHistory(area) {
    const note = document.createElement("p");
    note.className = "quiet";
    const count = past.entries.length;
    if (!count) note.textContent = "No queries yet.";
    else note.textContent = past.isStored ? "Kept in this browser only." : "This browser stores nothing: the list ends with this page.";
    const list = document.createElement("ol");
    for (const { query, time, outcome } of past.entries) {
      const item = document.createElement("li");
      const choose = button("", () => {
        put(query, "The editor has a query from the history.");
        showForm();
      });
      choose.append(isolated(titleOf(query), MAX_TITLE_CHARS));
      choose.title = query.slice(0, 500).replaceAll(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "");
      const detail = document.createElement("small");
      detail.append(isolated(`${new Date(time).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" })} · ${outcome ?? ""}`));
      item.append(choose, detail);
      list.append(item);
    }
    const clear = button("Clear", () => {
      past.clear();
      showHistory(area);
      area.parentElement.querySelector("summary").focus();
    });
    area.replaceChildren(note, ...(count ? [list, clear] : []));
  }
}

/** Fill a menu when it is opened. */
function connectMenu(id, fill) {
  const menu = document.getElementById(id);
  menu.hidden = false;
  menu.addEventListener("toggle", () => {
    if (menu.open) fill(menu.querySelector("div"));
  });
}

/** The line of a query that says most: without its header, its prefixes, and line breaks. */
function titleOf(query) {
  return query.replaceAll(/^\s*(?:#.*|PREFIX\s.*|BASE\s.*)?$/gim, "").replaceAll(/\s+/g, " ").trim() || query.trim();
}

/** A link to a query and code that sends it, each with a button that copies it. */
function sharing(query, endpoint) {
  const url = new URL(endpoint, location).href;
  const isGraph = /\b(?:CONSTRUCT|DESCRIBE)\b/i.test(titleOf(query));
  const parts = [
    copyable("curl", curl(url, query, isGraph ? "text/turtle" : "text/csv")),
    copyable("Python", python(url, query, isGraph)),
  ];
  if (query.length <= MAX_ADDRESS_CHARS) return [copyable("Link", addressOf({ query })), ...parts];
  const note = document.createElement("p");
  note.textContent = `The query is longer than ${MAX_ADDRESS_CHARS.toLocaleString("en")} characters, too long for a link: share it as a file or as code.`;
  return [note, ...parts];
}

function copyable(name, text) {
  const part = document.createElement("div");
  const heading = document.createElement("strong");
  heading.textContent = name;
  const area = document.createElement("pre");
  area.tabIndex = 0;
  area.setAttribute("role", "group");
  area.setAttribute("aria-label", name);
  area.append(isolated(text, Infinity));
  const copy = button("Copy", async () => {
    getSelection().selectAllChildren(area);
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = "Copied";
    } catch {
      copy.textContent = "Selected: press Ctrl+C"; // without https, or without permission
    }
  });
  copy.setAttribute("aria-label", `Copy ${name}`);
  copy.setAttribute("aria-live", "polite");
  part.append(heading, copy, area);
  return part;
}

function addressOf(parameters) {
  return new URL(`${given.root}queries.html?${new URLSearchParams(parameters)}`, location).href;
}

/** Write what is in the field into the address, so that it can be kept and shared. */
function remember(parameters) {
  const isShort = (parameters.query ?? "").length <= MAX_ADDRESS_CHARS;
  history.replaceState(null, "", isShort ? addressOf(parameters) : `${given.root}queries.html`);
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function button(text, onClick) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.addEventListener("click", onClick);
  return element;
}
