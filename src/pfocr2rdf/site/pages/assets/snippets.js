// A query as code that sends it: a command of curl, and a program in Python without packages.

const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/; // what a terminal could execute, or an eye not see

/** The command, safe to paste into a shell. */
export function curl(endpoint, query, accept) {
  const data = CONTROLS.test(query)
    ? `--data 'query=${encodeURIComponent(query).replaceAll("'", "%27")}'`
    : `--data-urlencode ${shellQuoted(`query=${query}`)}`;
  return `curl ${shellQuoted(endpoint)} -H 'Accept: ${accept}' ${data}`;
}

/** The program, which prints the rows, the boolean or the statements. */
export function python(endpoint, query, isGraph) {
  const lines = [
    "import json",
    "from urllib.parse import urlencode",
    "from urllib.request import Request, urlopen",
    "",
    `QUERY = ${pythonText(query)}`,
    `headers = {"Accept": "${isGraph ? "text/turtle" : "application/sparql-results+json"}"}`,
    `request = Request(${JSON.stringify(endpoint)}, urlencode({"query": QUERY}).encode(), headers)`,
    "with urlopen(request) as response:",
  ];
  if (isGraph) return [...lines.slice(1), "    print(response.read().decode())", ""].join("\n");
  return [
    ...lines,
    "    answer = json.load(response)",
    'for row in answer["results"]["bindings"] if "results" in answer else [answer]:',
    '    print({name: term["value"] for name, term in row.items()} if "results" in answer else row["boolean"])',
    "",
  ].join("\n");
}

function shellQuoted(text) {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function pythonText(text) {
  if (CONTROLS.test(text) || text.includes("\\") || text.includes('"""') || text.endsWith('"')) {
    return JSON.stringify(text).replaceAll(new RegExp(CONTROLS, "g"), (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`);
  }
  return `"""${text}"""`;
}
