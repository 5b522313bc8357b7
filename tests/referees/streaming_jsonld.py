"""The streaming profile of JSON-LD ("Streaming JSON-LD", W3C, section 3.1): jsonld-streaming-parser of npm refuses keys in other orders."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph
from tests.referees.result import RefereeResult
from tests.support.browser import skip_or_fail
from tests.support.records import ROOT
from tests.support.servers import program

from pfocr2rdf.pipeline.export import export
from pfocr2rdf.site.static.publish import publish
from pfocr2rdf.stores.loading.load import load
from pfocr2rdf.stores.querying.query import query

_PACKAGE = "jsonld-streaming-parser"
_READ = f"""
const fs = require("fs");
const {{ JsonLdParser }} = require("{_PACKAGE}");
const read = (path) => new Promise((resolve) => {{
  let statements = 0, error = "";
  const documentLoader = {{ load: async (url) => {{ throw new Error("fetches " + url); }} }};
  const parser = new JsonLdParser({{ streamingProfile: true, documentLoader }});
  parser.on("data", () => statements++);
  parser.on("error", (problem) => {{ error ||= String(problem.message).split("\\n")[0]; resolve({{ error }}); }});
  parser.on("end", () => resolve(error ? {{ error }} : {{ statements }}));
  fs.createReadStream(path).pipe(parser);
}});
(async () => {{
  const paths = JSON.parse(fs.readFileSync(0)), answers = [];
  for (const path of paths) answers.push(await read(path));
  process.stdout.write(JSON.stringify(answers));
}})();
"""


def run() -> RefereeResult:
    """The streaming profile of each JSON-LD document of the examples: exports, documents of pages, results of DESCRIBE."""
    with tempfile.TemporaryDirectory() as folder:
        return check_documents(make_documents(Path(folder)))


def make_documents(folder: Path) -> list[Path]:
    """The documents: an export in one process and in partitions, those of all pages, and descriptions by SPARQL."""
    for name, workers in (("single", 1), ("parts", 2)):
        export([ROOT / "examples"], folder / name, formats=["jsonld"], workers=workers)
    publish(folder / "single", folder / "site")
    load(folder / "single", folder / "store")
    described = folder / "described.jsonld"
    with described.open("wb") as file:
        query(folder / "store", "DESCRIBE ?s { ?s a pfocr:Figure }").write(file, "jsonld")
    return [folder / "single" / "figures.jsonld", folder / "parts" / "figures.jsonld", described, *(folder / "site").rglob("*.jsonld")]


def check_documents(paths: Iterable[Path]) -> RefereeResult:
    """Read documents by the streaming profile; each must have as many statements as pyoxigraph finds in it."""
    paths, node = list(paths), program("node", "apt-get install nodejs")
    modules = subprocess.run([program("npm", "apt-get install npm"), "root", "--global"], capture_output=True, text=True, check=True)
    folder = Path(modules.stdout.strip())
    if not (folder / _PACKAGE).is_dir():
        skip_or_fail(f"{_PACKAGE} is not installed: npm install --global {_PACKAGE}@5")
    version = json.loads((folder / _PACKAGE / "package.json").read_bytes())["version"]
    answers = subprocess.run(
        [node, "--eval", _READ], input=json.dumps([str(path) for path in paths]), env={**os.environ, "NODE_PATH": str(folder)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    findings = []
    for path, answer in zip(paths, json.loads(answers.stdout), strict=True):
        expected = len({quad.triple for quad in pyoxigraph.parse(path=path)})
        if answer != {"statements": expected}:
            findings.append(f"{path.name}: {answer.get('error') or answer['statements']}, and pyoxigraph reads {expected} statements")
    return RefereeResult(_PACKAGE, version, len(paths), len(paths) - len(findings), tuple(findings))
