// The client of a SPARQL endpoint: sends queries, and reads answers as rows. Statements are rows of three columns.

const MAX_ANSWER_CHARS = 1 << 26; // of an answer that a page shows
const MAX_ERROR_CHARS = 2000;
const ACCEPT = "application/sparql-results+json, application/n-triples;q=0.9, text/turtle;q=0.8, */*;q=0.1";
const XSD = "http://www.w3.org/2001/XMLSchema#";

/** Why a query has no answer, in words for people, with the status of HTTP; `isTooLarge` for an answer that no page can show. */
export class NoAnswer extends Error {
  constructor(message, status = 0, isTooLarge = false) {
    super(message);
    Object.assign(this, { status, isTooLarge });
  }
}

/**
 * Send a query.
 * @param {string} endpoint
 * @param {string} query
 * @param {AbortSignal} signal
 * @returns {Promise<{text: string, results: object|null, isGraph: boolean}>} the answer: its text, and its rows or its boolean in the
 *   form of the JSON results of SPARQL; `null` for a graph in a format that is shown as text
 */
export async function ask(endpoint, query, signal) {
  const response = await send(endpoint, query, ACCEPT, signal);
  const type = mediaType(response);
  const text = await readText(response);
  if (!response.ok) throw new NoAnswer(refusal(response, type, text), response.status);
  if (type === "text/html") throw new NoAnswer("The endpoint answered with a web page, so it may be no SPARQL endpoint.");
  const isGraph = !type.endsWith("json") || type === "application/ld+json";
  if (!isGraph) return { text, results: parseResults(text), isGraph };
  return { text, results: type === "application/n-triples" ? parseTriples(text) : null, isGraph };
}

/** Send a query, and read its answer as a file of a media type. */
export async function fetchFile(endpoint, query, type) {
  const response = await send(endpoint, query, type);
  if (!response.ok) throw new NoAnswer(refusal(response, mediaType(response), await readText(response)), response.status);
  return response.blob();
}

async function send(endpoint, query, accept, signal) {
  try {
    return await fetch(endpoint, {
      method: "POST",
      headers: { Accept: accept },
      body: new URLSearchParams({ query }),
      credentials: "omit",
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new NoAnswer("The endpoint cannot be reached, or does not accept queries from pages of other sites.");
  }
}

function mediaType(response) {
  return (response.headers.get("content-type") ?? "").split(";")[0].trim().toLowerCase();
}

async function readText(response) {
  if (!response.body) return "";
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return parts.join("");
    size += value.length;
    if (size > MAX_ANSWER_CHARS) {
      await reader.cancel();
      throw new NoAnswer("The answer is too large for a page: add LIMIT, or download it.", 0, true);
    }
    parts.push(value);
  }
}

function refusal(response, type, text) {
  const message = type === "text/html" ? "" : text.trim().replaceAll(/\s+/g, " ").slice(0, MAX_ERROR_CHARS);
  return message ? `The endpoint reports: ${message}` : `The endpoint did not answer: ${response.status} ${response.statusText}`;
}

function parseResults(text) {
  try {
    const results = JSON.parse(text);
    if (typeof results.boolean === "boolean") return results;
    if (Array.isArray(results.head.vars) && Array.isArray(results.results.bindings)) return results;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw new NoAnswer("The endpoint answered with JSON that is no answer to a query.");
}

const IRI = String.raw`<([^<>"\s]*)>`;
const LITERAL = String.raw`"((?:[^"\\\n]|\\.)*)"(?:@([\w-]+)|\^\^${IRI})?`;
const BLANK = String.raw`_:(\S+?)`;
const TRIPLE = new RegExp(String.raw`^(?:${IRI}|${BLANK})\s*${IRI}\s*(?:${IRI}|${BLANK}|${LITERAL})\s*\.$`);
const ESCAPE = /\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g;
const ESCAPED = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };

/** The rows of N-Triples as endpoints write them; `null` where a line is of another form, such as one with a triple term. */
export function parseTriples(text) {
  const bindings = [];
  for (const line of text.split("\n")) {
    if (!line.trim() || line.startsWith("#")) continue;
    const match = TRIPLE.exec(line.trim());
    if (!match) return null;
    const [, subject, subjectBlank, predicate, object, objectBlank, value, language, datatype] = match;
    bindings.push({
      subject: resource(subject, subjectBlank),
      predicate: resource(predicate),
      object: value === undefined ? resource(object, objectBlank) : literal(value, language, datatype),
    });
  }
  return { head: { vars: ["subject", "predicate", "object"] }, results: { bindings } };
}

function resource(iri, blank) {
  return iri === undefined ? { type: "bnode", value: blank } : { type: "uri", value: unescapeText(iri) };
}

function literal(value, language, datatype = `${XSD}string`) {
  const term = { type: "literal", value: unescapeText(value) };
  return language ? { ...term, "xml:lang": language } : { ...term, datatype: unescapeText(datatype) };
}

function unescapeText(text) {
  if (!text.includes("\\")) return text;
  return text.replaceAll(ESCAPE, (_, short, long, letter) => {
    if (letter !== undefined) return ESCAPED[letter] ?? letter;
    const code = Number.parseInt(short ?? long, 16);
    return code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
  });
}
