// An answer as elements. Everything from an endpoint is put in as text, and links lead to pages of the site, http and https only.

import { ask, fetchFile } from "./endpoint.js";
import { isNumber, resultTable, termOf } from "./result-table.js";
import { quoted } from "./tables.js";

const MAX_TEXT_CHARS = 100_000; // of statements that are shown as text
const MAX_VALUE_CHARS = 2000; // of a value
const MAX_DESCRIBED = 500; // resources of a page whose names are looked up
const DESCRIBE_WAIT_MS = 700; // a page of the table is not shown before, unless their names are there
const XSD_STRING = "http://www.w3.org/2001/XMLSchema#string";
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g; // marks that change the direction of the adjacent text
const LOCAL_NAME = /^\w(?:[\w.-]*[\w-])?$/;
const IRI = /^[^\u0000-\u0020<>"{}|^`\\]+$/;
const DECLARATION = /\bPREFIX\s+([\w.-]*):\s*<([^<>\s]+)>/gi;
const ROW_FORMATS = [
  { name: "CSV", suffix: "csv", type: "text/csv" },
  { name: "TSV", suffix: "tsv", type: "text/tab-separated-values" },
  { name: "JSON", suffix: "srj", type: "application/sparql-results+json" },
  { name: "XML", suffix: "srx", type: "application/sparql-results+xml" },
];
const GRAPH_FORMATS = [
  { name: "Turtle", suffix: "ttl", type: "text/turtle" },
  { name: "JSON-LD", suffix: "jsonld", type: "application/ld+json" },
  { name: "N-Triples", suffix: "nt", type: "application/n-triples" },
  { name: "RDF/XML", suffix: "rdf", type: "application/rdf+xml" },
];

/** How much an answer is, in words. */
export function amount({ text, results, isGraph }) {
  if (!results) return text.trim() ? "Statements" : "No statements";
  if (!results.results) return results.boolean ? "Yes" : "No";
  const count = results.results.bindings.length;
  const [singular, plural] = isGraph ? ["statement", "statements"] : ["row", "rows"];
  return `${count.toLocaleString("en")} ${count === 1 ? singular : plural}`;
}

/**
 * The files of an answer: each with its name, its suffix, and a function that makes it. CSV is for spreadsheets, which execute no cell of it.
 * @param {{results: object|null, isGraph: boolean}|null} answer `null` for one that is too large for a page
 */
export function filesOf(answer, endpoint, query) {
  const fetched = (format) => ({ ...format, make: () => fetchFile(endpoint, query, format.type) });
  if (answer === null) return [...ROW_FORMATS, ...GRAPH_FORMATS].map(fetched);
  if (answer.isGraph) return GRAPH_FORMATS.map(fetched);
  const formats = answer.results.results ? ROW_FORMATS : ROW_FORMATS.slice(2); // CSV and TSV are for rows
  return formats.map((format) => {
    const make = { CSV: () => csv(answer.results), JSON: () => answer.text }[format.name];
    return make ? { ...format, make: async () => new Blob([make()], { type: format.type }) } : fetched(format);
  });
}

function csv({ head, results }) {
  const field = (term) => {
    if (term === undefined) return "";
    return isNumber(term) && Number.isFinite(Number(term.value)) ? term.value : quoted(term.type === "bnode" ? `_:${term.value}` : written(term));
  };
  const rows = results.bindings.map((row) => head.vars.map((name) => field(termOf(row, name))).join(","));
  return [head.vars.map((name) => quoted(String(name))).join(","), ...rows, ""].join("\r\n");
}

/**
 * An answer as elements.
 * @param {{text: string, results: object|null, isGraph: boolean}} answer
 * @param {{root: string, prefixes: Object<string, string>, kinds: object[], portable: string}} given
 * @param {{endpoint: string, query: string, signal: AbortSignal}} request
 */
export async function shown({ text, results }, given, request) {
  if (!results) return [statements(text)];
  if (!results.results) return [truth(results.boolean)];
  const declared = [...request.query.matchAll(DECLARATION)].map(([, prefix, space]) => [prefix, space]);
  const context = { ...given, prefixes: Object.entries({ ...given.prefixes, ...Object.fromEntries(declared) }) };
  const descriptions = new Map();
  return resultTable(results, {
    cell: (term) => cell(term, context),
    textOf: (term) => (term.type === "uri" ? short(written(term), context.prefixes) : written(term)),
    show: (body) => describe(body, context, descriptions, request),
  });
}

function truth(boolean) {
  const line = document.createElement("p");
  line.className = "truth";
  const answer = document.createElement("strong");
  answer.textContent = boolean ? "Yes" : "No";
  const meaning = document.createElement("span");
  meaning.className = "quiet";
  meaning.textContent = boolean ? "The pattern matches." : "Nothing matches the pattern.";
  line.append(answer, " ", meaning);
  return line;
}

function statements(text) {
  const area = document.createElement("pre");
  area.tabIndex = 0;
  area.setAttribute("aria-label", "Statements");
  const visible = text.replaceAll(BIDI, (mark) => `\\u${mark.codePointAt(0).toString(16).padStart(4, "0").toUpperCase()}`);
  area.textContent = visible.length > MAX_TEXT_CHARS ? `${visible.slice(0, MAX_TEXT_CHARS)}\n… the downloads have all` : visible;
  return area;
}

/** A text that cannot change the direction of the adjacent text. */
export function isolated(text, maxChars = MAX_VALUE_CHARS) {
  const element = document.createElement("bdi");
  element.textContent = text.length > maxChars ? `${text.slice(0, maxChars)}…` : text;
  return element;
}

function cell(term, context) {
  const element = document.createElement("td");
  if (term === undefined) return element;
  const value = written(term);
  if (term.type === "uri") {
    element.append(linked(value, context));
    element.dataset.iri = value;
    return element;
  }
  const text = isolated(term.type === "bnode" ? `_:${value}` : value);
  const language = term["xml:lang"];
  if (language) text.lang = language;
  element.append(text);
  const type = term.datatype && term.datatype !== XSD_STRING ? short(String(term.datatype), context.prefixes) : "";
  if (isNumber(term)) {
    element.className = "number";
    element.title = type;
  } else if (language || type) {
    const small = document.createElement("small");
    small.append(isolated(String(language ?? type)));
    element.append(" ", small);
  }
  return element;
}

/** The value of a term; of a triple term, its three. */
function written({ type, value }) {
  if (type !== "triple") return String(value);
  return `<< ${["subject", "predicate", "object"].map((part) => written(value[part])).join(" ")} >>`;
}

function linked(iri, context) {
  const text = isolated(short(iri, context.prefixes));
  const pages = pagesOf(iri, context.kinds, context.portable);
  if (!pages.length && !/^https?:\/\//i.test(iri)) return text;
  const link = document.createElement("a");
  link.href = pages.length === 1 ? context.root + pages[0].url : iri;
  link.title = iri.replaceAll(BIDI, "");
  link.rel = "noreferrer noopener";
  link.append(text);
  return link;
}

function short(iri, prefixes) {
  const fitting = prefixes.filter(([, space]) => iri.startsWith(space) && LOCAL_NAME.test(iri.slice(space.length)));
  if (!fitting.length) return iri;
  const [prefix, space] = fitting.reduce((best, entry) => (entry[1].length > best[1].length ? entry : best));
  return `${prefix}:${iri.slice(space.length)}`;
}

/**
 * The pages that a resource with this IRI can have, each with the class that it is then of.
 * Where the paths of files are portable, those that do not match have another name, to which the host leads from the name of the resource.
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
    return ""; // it is not UTF-8
  }
}

/** Add the names of resources to a page of the table, and lead links to the pages of their kinds. What stays unknown stays as it is. */
async function describe(body, context, descriptions, request) {
  const cells = [...body.querySelectorAll("td[data-iri]")];
  const iris = [...new Set(cells.map((element) => element.dataset.iri))];
  const wanted = iris.filter((iri) => !descriptions.has(iri) && IRI.test(iri)).slice(0, MAX_DESCRIBED);
  const complete = () => cells.forEach((element) => settle(element, context, descriptions));
  const lookup = wanted.length ? lookUp(wanted, context, descriptions, request).then(complete, () => {}) : complete();
  await Promise.race([lookup, new Promise((resolve) => setTimeout(resolve, DESCRIBE_WAIT_MS))]);
}

async function lookUp(iris, context, descriptions, { endpoint, signal }) {
  const classes = [...new Set(iris.flatMap((iri) => ambiguous(iri, context).map(({ cls }) => cls)))];
  const among = (names) => `{ ${names.map((iri) => `<${iri}>`).join(" ")} }`;
  const label = "{ ?thing <http://www.w3.org/2000/01/rdf-schema#label> ?label } UNION { ?thing <http://purl.org/dc/terms/title> ?title }";
  const kind = classes.length ? ` UNION { VALUES ?kind ${among(classes)} ?thing a ?kind }` : "";
  const { results } = await ask(endpoint, `SELECT * WHERE { VALUES ?thing ${among(iris)} ${label}${kind} }`, signal);
  for (const iri of iris) descriptions.set(iri, { label: "", title: "", kinds: new Set() });
  for (const row of results?.results?.bindings ?? []) {
    const description = descriptions.get(row.thing?.value);
    if (!description) continue;
    description.label ||= String(row.label?.value ?? "");
    description.title ||= String(row.title?.value ?? "");
    if (row.kind) description.kinds.add(row.kind.value);
  }
}

function ambiguous(iri, { kinds, portable }) {
  const pages = pagesOf(iri, kinds, portable);
  return pages.length > 1 ? pages : [];
}

function settle(element, context, descriptions) {
  const iri = element.dataset.iri;
  const page = ambiguous(iri, context).find(({ cls }) => descriptions.get(iri)?.kinds.has(cls));
  if (page) element.querySelector("a").href = context.root + page.url;
  label(element, descriptions);
}

/** Write the name of a resource after it, unless another cell of the row has it. */
function label(element, descriptions) {
  const description = descriptions.get(element.dataset.iri);
  const name = description?.label || description?.title;
  if (!name || element.querySelector(".label")) return;
  const others = [...element.parentElement.cells].map((other) => other.querySelector("bdi")?.textContent.toLowerCase());
  const localName = element.querySelector("bdi").textContent.split(":").at(-1);
  if ([...others, localName.toLowerCase()].includes(name.toLowerCase())) return;
  const small = document.createElement("small");
  small.className = "label";
  small.append(isolated(name));
  element.append(" ", small);
}
