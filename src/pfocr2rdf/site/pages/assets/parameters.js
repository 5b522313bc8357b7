// Parameters of example queries on a site with an external endpoint, with the same result as on a server with its own one.

import { NoAnswer, ask } from "./endpoint.js";

const TERM = String.raw`<[^\s<>]*>|"(?:[^"\\\r\n]|\\.)*"|[^\s{}"<>]+`;
const MAX_VALUE_CHARS = 1000;
const NUMBER = /^[+-]?[0-9]+(?:\.[0-9]+)?$/;
const IRI = /^[^\u0000-\u0020<>"{}|^`\\]+$/;

/**
 * The text of a query with values of its parameters, as a user writes them: a name, an identifier, a CURIE or an IRI.
 * @param {string} query
 * @param {{name: string, type: object, value: string}[]} parameters with their types, as the page has them
 * @param {(text: string) => Promise<object>} select the results of a query
 */
export async function bindParameters(query, parameters, select) {
  const terms = new Map();
  for (const { name, type, value } of parameters) if (value.trim()) terms.set(name, await resolve(name, type, value.trim(), select));
  if (!terms.size) return query; // all have their defaults
  // All at once: a text that was written looks like a block if a user wants it to.
  const blocks = new RegExp(String.raw`(\b[Vv][Aa][Ll][Uu][Ee][Ss]\s+\?(${[...terms.keys()].join("|")})\s*\{\s*)(?:${TERM})(\s*\})`, "g");
  return query.replaceAll(blocks, (_, begin, name, end) => `${begin}${terms.get(name)}${end}`);
}

async function resolve(name, type, value, select) {
  const wanted = `${name} needs a value such as ${type.example}`;
  if (value.length > MAX_VALUE_CHARS) throw new NoAnswer(wanted);
  if (type.name === "number") {
    if (!NUMBER.test(value)) throw new NoAnswer(wanted);
    return value;
  }
  if (type.name === "text") return written(name, value);
  const iri = iriOf(type, value);
  if (iri) {
    if (!IRI.test(iri) || !type.namespaces.some(([, space]) => iri.startsWith(space))) throw new NoAnswer(`${value} is no IRI of a ${type.name}; ${wanted}`);
    return `<${iri}>`;
  }
  if (!type.label) throw new NoAnswer(`${value} is no identifier of a ${type.name}; ${wanted}`);
  return findByName(name, type, value, select);
}

function iriOf(type, value) {
  if (/^<.*>$/.test(value)) return value.slice(1, -1);
  if (value.includes("://")) return value;
  const [, prefix, localName] = /^([\w-]+):(.*)$/.exec(value) ?? [];
  const named = type.namespaces.find(([known]) => known === prefix?.toLowerCase());
  if (named) return named[1] + encodeURIComponent(localName);
  return type.identifier && new RegExp(`^(?:${type.identifier})$`).test(value) ? type.namespaces[0][1] + value : "";
}

async function findByName(name, type, value, select) {
  const pattern = `?x a ${type.cls} ; ${type.label} ?name . FILTER (LCASE(STR(?name)) = LCASE(${written(name, value)}))`;
  const { results } = await select(`${type.prologue}SELECT DISTINCT ?x ?name WHERE { ${pattern} } ORDER BY ?x LIMIT 20`);
  const rows = results.results.bindings;
  const exact = rows.filter((row) => row.name.value === value);
  const iris = [...new Set((exact.length ? exact : rows).map((row) => row.x.value))].filter((iri) => IRI.test(iri));
  if (iris.length === 1) return `<${iris[0]}>`;
  if (iris.length) throw new NoAnswer(`${value} is the name of several resources; give one of ${iris.slice(0, 5).join(", ")}`);
  throw new NoAnswer(`there is no ${type.name} ${value}; ${name} may be ${type.example}`);
}

/** A text as SPARQL writes it. Escapes like \u0022 are replaced before a query is parsed, also behind another backslash. */
function written(name, value) {
  const text = JSON.stringify(value);
  if (/\\[uU]/.test(text)) throw new NoAnswer(`${name} has a control character, or a backslash before a u, which no parameter can have`);
  return text;
}

/** The results of a query at an endpoint. */
export function selectAt(endpoint) {
  return (query) => ask(endpoint, query);
}
