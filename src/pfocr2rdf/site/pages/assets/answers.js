// Asks an endpoint, and shows what it answers. Whatever comes from it is put in as text, and leads only to http and https.

const LARGEST = 1 << 26; // characters of an answer
const SHOWN = 1000; // rows of a table
const SHOWN_TEXT = 100_000; // characters of statements
const SHOWN_VALUE = 2000; // characters of a value
const SHOWN_ERROR = 2000;
const ASKED_KINDS = 500; // things whose kind is asked
const ACCEPT = "application/sparql-results+json, text/turtle;q=0.9, application/n-triples;q=0.8, */*;q=0.1";
const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBERS = new Set(["integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger"].map((name) => XSD + name));
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g; // marks that turn the direction of the text beside them
const LOCAL = /^\w(?:[\w.-]*[\w-])?$/;
const IRI = /^[^\u0000-\u0020<>"{}|^`\\]+$/;

/** What is wrong with an answer, in words for people. */
export class NoAnswer extends Error {}

/**
 * Ask a query.
 * @param {string} endpoint
 * @param {string} query
 * @param {AbortSignal} signal
 * @returns {Promise<{text: string, results: object|null}>} the answer as it came; results where it is rows or a truth
 */
export async function ask(endpoint, query, signal) {
  let response;
  try {
    response = await fetch(endpoint, {
      method: "POST",
      headers: { Accept: ACCEPT },
      body: new URLSearchParams({ query }),
      credentials: "omit",
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new NoAnswer("The endpoint cannot be reached, or does not let pages of other sites ask it.");
  }
  const kind = (response.headers.get("content-type") ?? "").split(";")[0].trim().toLowerCase();
  const text = await textOf(response);
  if (!response.ok) throw new NoAnswer(refusal(response, kind, text));
  if (kind === "text/html") throw new NoAnswer("The endpoint answered with a web page, so it may be no SPARQL endpoint.");
  return { text, results: kind.endsWith("json") ? parsed(text) : null };
}

async function textOf(response) {
  if (!response.body) return "";
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return parts.join("");
    size += value.length;
    if (size > LARGEST) {
      await reader.cancel();
      throw new NoAnswer("The answer is too large for a page. Ask for less, such as with LIMIT.");
    }
    parts.push(value);
  }
}

function refusal(response, kind, text) {
  const said = kind === "text/html" ? "" : text.trim().replaceAll(/\s+/g, " ").slice(0, SHOWN_ERROR);
  return said ? `The endpoint says: ${said}` : `The endpoint does not answer this: ${response.status} ${response.statusText}`;
}

function parsed(text) {
  try {
    const results = JSON.parse(text);
    if (typeof results.boolean === "boolean") return results;
    if (Array.isArray(results.head.vars) && Array.isArray(results.results.bindings)) return results;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw new NoAnswer("The endpoint answered with JSON that is no answer to a query.");
}

/** How much an answer is, in words. */
export function amount({ text, results }) {
  if (!results) return text.trim() ? "Statements" : "No statements";
  if (!results.results) return results.boolean ? "Yes" : "No";
  const count = results.results.bindings.length;
  const more = count > SHOWN ? `; the first ${SHOWN.toLocaleString("en")} are shown, the files have all` : "";
  return `${count.toLocaleString("en")} ${count === 1 ? "row" : "rows"}${more}`;
}

/** The files that an answer can be kept as: each with its name, its ending, its media type, and what makes its text. */
export function files({ text, results }) {
  if (!results) return [{ name: "Turtle", ending: "ttl", type: "text/turtle", make: () => text }];
  const json = { name: "JSON", ending: "json", type: "application/sparql-results+json", make: () => text };
  if (!results.results) return [json];
  return [{ name: "CSV", ending: "csv", type: "text/csv", make: () => csv(results) }, json];
}

function csv({ head, results }) {
  const field = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const plain = (term) => (term === undefined ? "" : term.type === "bnode" ? `_:${term.value}` : written(term));
  const rows = results.bindings.map((row) => head.vars.map((name) => field(plain(at(row, name)))).join(","));
  return [head.vars.map((name) => field(String(name))).join(","), ...rows, ""].join("\r\n");
}

/**
 * An answer as elements.
 * @param {{text: string, results: object|null}} answer
 * @param {{root: string, prefixes: Object<string, string>, kinds: object[]}} given
 * @param {(links: {link: HTMLAnchorElement, iri: string, pages: object[]}[]) => void} unsettled called with the links of things
 *   whose IRIs do not say which of several kinds they are of
 */
export function shown({ text, results }, given, unsettled) {
  if (!results) return statements(text);
  if (!results.results) {
    const truth = document.createElement("strong");
    truth.textContent = results.boolean ? "yes" : "no";
    return truth;
  }
  const open = [];
  const made = table(results, (term) => cell(term, given, open));
  unsettled(open);
  return made;
}

function statements(text) {
  const area = document.createElement("pre");
  area.tabIndex = 0;
  area.setAttribute("aria-label", "Statements as Turtle");
  const visible = text.replaceAll(TURNING, (mark) => `\\u${mark.codePointAt(0).toString(16).padStart(4, "0").toUpperCase()}`);
  area.textContent = visible.length > SHOWN_TEXT ? `${visible.slice(0, SHOWN_TEXT)}\n… the file has all` : visible;
  return area;
}

function table({ head, results }, cellOf) {
  const made = document.createElement("table");
  made.className = "rows";
  const names = made.createTHead().insertRow();
  for (const name of head.vars) {
    const heading = document.createElement("th");
    heading.scope = "col";
    heading.append(isolated(String(name)));
    names.append(heading);
  }
  const body = made.createTBody();
  for (const row of results.bindings.slice(0, SHOWN)) {
    const line = body.insertRow();
    for (const name of head.vars) line.append(cellOf(at(row, name)));
  }
  const region = document.createElement("div");
  region.className = "scroll";
  region.tabIndex = 0;
  region.setAttribute("role", "region");
  region.setAttribute("aria-label", "Rows");
  region.append(made);
  return region;
}

function at(row, name) {
  return Object.hasOwn(row, name) ? row[name] : undefined;
}

/** A text that cannot turn around the text beside it. */
function isolated(text) {
  const made = document.createElement("bdi");
  made.textContent = text.length > SHOWN_VALUE ? `${text.slice(0, SHOWN_VALUE)}…` : text;
  return made;
}

function cell(term, given, open) {
  const made = document.createElement("td");
  if (term === undefined) return made;
  const value = written(term);
  if (term.type === "uri") {
    made.append(linked(value, given, open));
    return made;
  }
  const text = isolated(term.type === "bnode" ? `_:${value}` : value);
  const language = term["xml:lang"];
  if (language) text.lang = language;
  made.append(text);
  const type = term.datatype && term.datatype !== `${XSD}string` ? short(String(term.datatype), given.prefixes) : "";
  if (NUMBERS.has(term.datatype)) {
    made.className = "number";
    made.title = type;
  } else if (language || type) {
    const small = document.createElement("small");
    small.append(isolated(String(language ?? type)));
    made.append(" ", small);
  }
  return made;
}

/** The value of a term; of a statement in a statement, its three. */
function written({ type, value }) {
  if (type !== "triple") return String(value);
  return `<< ${["subject", "predicate", "object"].map((part) => written(value[part])).join(" ")} >>`;
}

function linked(iri, given, open) {
  const text = isolated(short(iri, given.prefixes));
  const pages = pagesOf(iri, given.kinds, given.portable);
  if (!pages.length && !/^https?:\/\//i.test(iri)) return text;
  const link = document.createElement("a");
  link.href = pages.length === 1 ? given.root + pages[0].url : iri;
  link.title = iri.replaceAll(TURNING, "");
  link.rel = "noreferrer noopener";
  link.append(text);
  if (pages.length > 1) open.push({ link, iri, pages });
  return link;
}

function short(iri, prefixes) {
  const fitting = Object.entries(prefixes).filter(([, space]) => iri.startsWith(space) && LOCAL.test(iri.slice(space.length)));
  if (!fitting.length) return iri;
  const [prefix, space] = fitting.reduce((best, one) => (one[1].length > best[1].length ? one : best));
  return `${prefix}:${iri.slice(space.length)}`;
}

/**
 * The pages that a thing with this IRI can have, each with the class that it is then of.
 * Where the paths of files are portable, those that do not match have another name, to which the host leads from the name of the thing.
 */
export function pagesOf(iri, kinds, portable = "") {
  const isPortable = new RegExp(`^(?:${portable || ".*"})$`, "s");
  const pages = [];
  for (const { folder, cls, spaces, ending } of kinds) {
    for (const [space, begin] of spaces) {
      if (!iri.startsWith(space) || !iri.endsWith(ending) || iri.length <= space.length + ending.length) continue;
      const path = pathOf(begin + iri.slice(space.length, iri.length - ending.length));
      if (!path) continue;
      const isRenamed = !isPortable.test(decodeURIComponent(`${folder}/${path}`));
      pages.push({ cls, url: isRenamed ? `${folder}/${path.replaceAll("/", "%2F")}${ending}` : `${folder}/${path}.html` });
    }
  }
  return pages;
}

function pathOf(name) {
  try {
    const steps = decodeURIComponent(name).split("/");
    return steps.every((step) => step && step !== "." && step !== ".." && !/[\u0000-\u001f\u007f]/.test(step))
      ? steps.map(encodeURIComponent).join("/")
      : "";
  } catch {
    return ""; // it is no UTF-8
  }
}

/**
 * Ask of which kinds things are, and lead their links to the pages of these. Links whose kind nobody knows lead where they led.
 * @param {{link: HTMLAnchorElement, iri: string, pages: object[]}[]} links
 */
export async function settle(links, endpoint, root, signal) {
  const things = [...new Set(links.map(({ iri }) => iri))].filter((iri) => IRI.test(iri)).slice(0, ASKED_KINDS);
  if (!things.length) return;
  const classes = [...new Set(links.flatMap(({ pages }) => pages.map(({ cls }) => cls)))];
  const among = (iris) => `{ ${iris.map((iri) => `<${iri}>`).join(" ")} }`;
  const query = `SELECT ?thing ?kind WHERE { VALUES ?thing ${among(things)} VALUES ?kind ${among(classes)} ?thing a ?kind }`;
  const { results } = await ask(endpoint, query, signal);
  const known = new Set((results?.results?.bindings ?? []).map((row) => `${row.thing?.value} ${row.kind?.value}`));
  for (const { link, iri, pages } of links) {
    const page = pages.find(({ cls }) => known.has(`${iri} ${cls}`));
    if (page) link.href = root + page.url;
  }
}
