"""Compare the behaviour of two installations of pfocr2rdf, byte for byte: the one before a refactoring and the one after it.

    python scripts/compare_checkouts.py BEFORE_PYTHON AFTER_PYTHON CORPUS... [--work DIR] [--quick]

The two Pythons have pfocr2rdf installed, and the corpora are folders with records; the odd records of `tests/data/figures` are added to
them. The same commands run with both, each case in a folder of its own, and then the files, the standard output, the standard error
and the exit statuses are compared. `RULES` lists what is normalised before that. The exit status is 1 where anything differs.

The results of BEFORE stay in `DIR/before`, and are used again for the same Python, the same records and the same commands; `--fresh`
makes them anew. Those of AFTER are in `DIR/after`. A case `X` has its files in `X`, and what its commands said in `X.said`.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import http.client
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT = 600  # seconds for one command


# -- what is normalised ------------------------------------------------------------------------------------------------------


class Rule(NamedTuple):
    """What must differ between two runs, or may.

    Attributes:
        name: of the rule.
        files: a regular expression for the whole path of a file in the folder of a side.
        pattern: what is replaced in these files; `None` leaves the files out. `%root%` is the folder of the side.
        replacement: what stands there instead.
        reason: why.
    """

    name: str
    files: str
    pattern: bytes | None
    replacement: bytes
    reason: str


_STREAMS = r".*\.(stdout|stderr)"
RULES = (
    Rule("state database", r".*/\.pfocr2rdf-state\.sqlite", None, b"", "it holds the fingerprint of the code and times of files"),
    Rule(
        "files of RocksDB", r".*/store[\w-]*/(\d+\.(sst|log)|CURRENT|IDENTITY|LOCK|LOG(\.old.*)?|(MANIFEST|OPTIONS)-\d+)", None, b"",
        "they hold times and ids of their own; the statements of each store are compared as sorted N-Quads",
    ),
    Rule(
        "code fingerprint in the manifest", r".*/manifest\.json", rb'("mapping": \{\s*"sha256": ")[0-9a-f]{64}"', rb'\1..."',
        "it is the digest of the source files",
    ),
    Rule(
        "code fingerprint in an account", r".*/\.pfocr2rdf-parts/part-\d+\.json", rb'("settings":\s*\[")[0-9a-f]{64}"', rb'\1..."',
        "the same, with the shapes and what is done with violations",
    ),
    Rule(
        "seal of an account", r".*/\.pfocr2rdf-parts/part-\d+\.json", rb'\A(\{"sha256":\s*")[0-9a-f]{64}"', rb'\1..."',
        "it is the digest of an account, with the fingerprint in it",
    ),
    Rule("seconds", _STREAMS, rb'(?<="seconds": )[\d.]+|(?<="records_per_second": )[\d.]+|(?<=bytes, in )[\d,.]+(?= s\b)', b"...", "time"),
    Rule(
        "table with a rate", r".*-(export|load)\.stdout",
        rb"(?m)^([\w:,() -]*\w\)?) {2,}(\S.*)$(?=[\s\S]*^(?:records|statements) a second )", rb"\1  \2",
        "the width of its columns depends on the rate",
    ),
    Rule("rate", _STREAMS, rb"(?m)^(records|statements) a second +[\d,]+$", rb"\1 a second ...", "time"),
    Rule("work folder", r".*", rb"%root%", b"WORK", "each side has a folder of its own"),
    Rule(
        "name of the program", _STREAMS, rb"(?m)^(Usage: |Try '|)python -m pfocr2rdf\b", rb"\1pfocr2rdf",
        "an installation without __main__ is called in another way",
    ),
    Rule("port", _STREAMS + r"|.*-answer", rb"(?<=127\.0\.0\.1:)\d+", b"PORT", "the system chooses it"),
    Rule("time in the log", _STREAMS, rb"(?m)^\d{4}-\d\d-\d\dT[\d:]+[+-]\d{4} (.*) [\d.]+ s$", rb"\1", "time"),
    Rule("date of an answer", r".*-answer", rb"(?mi)^date: .*\n", b"", "time"),
)  # fmt: skip


# -- the cases ---------------------------------------------------------------------------------------------------------------


class Case(NamedTuple):
    """Commands that run one after the other in a folder with the name of the case.

    Attributes:
        name: of the case.
        steps: commands of pfocr2rdf; or `copy FROM TO`, which takes the place of what is there; or `serving STORE`, which asks a
            server all of `REQUESTS`. `< FILE` at the end is standard input, `%here%` is the folder of the case, and `%inputs%` the
            one with the inputs.
        quick: whether it is one of the quick subset.
    """

    name: str
    steps: tuple[str, ...]
    quick: bool = False


INPUTS = "../../inputs"
ALL_FORMATS = "-f turtle -f jsonld -f ntriples -f nquads -f trig -f rdfxml"
SUFFIXES = {"turtle": "ttl", "jsonld": "jsonld", "ntriples": "nt", "nquads": "nq", "trig": "trig", "rdfxml": "rdf"}
PLANS = ("graphdb", "jena", "neptune", "oxigraph", "qlever", "stardog", "virtuoso")
ANSWERS = ("table", "csv", "tsv", "json", "xml", "turtle", "ntriples", "jsonld", "rdfxml")
COMMANDS = ("check", "completion", "diff", "export", "load", "publish", "query", "serve", "stats", "validate")
SELECT = "'SELECT ?s ?p ?o { ?s a pfocr:Family ; ?p ?o } ORDER BY ?s ?p ?o LIMIT 40'"
CONSTRUCT = "'CONSTRUCT { ?s rdfs:label ?l } WHERE { ?s a pfocr:Family ; rdfs:label ?l }'"

REQUESTS = (
    ("/", "text/html"), ("/search.html", "text/html"), ("/queries.html", "text/html"), ("/browse/", "*/*"), ("/sitemap.xml", "*/*"),
    ("/robots.txt", "*/*"), ("/context.jsonld", "*/*"), ("/health", "*/*"), ("/nowhere", "text/html"), ("/genes/6774", "text/html"),
    ("/genes/6774", "text/turtle"), ("/genes/6774.html", "text/html"), ("/genes/6774.ttl", "*/*"), ("/genes/6774.jsonld", "*/*"),
    ("/families/STAT", "application/ld+json"), ("/families/STAT.html", "text/html"), ("/families/STAT.ttl", "*/*"),
    ("/organisms/9606.html", "text/html"), ("/organisms/9606/page-2.html", "text/html"), ("/vocab", "text/turtle"), ("/vocab.ttl", "*/*"),
    ("/dataset", "text/html"), ("/dataset.html", "text/html"), ("/.well-known/void", "text/turtle"), ("/sparql", "text/turtle"),
    ("/sparql", "text/html"), ("/sparql?query=ASK%20%7B%7D", "application/sparql-results+json"), ("/sparql?query=ASK%20%7B", "*/*"),
    ("/sparql?query=SELECT%20*%20%7B%3Fs%20a%20pfocr%3AFamily%7D%20ORDER%20BY%20%3Fs%20LIMIT%205", "text/csv"),
    ("/sparql?query=SELECT%20*%20%7B%3Fs%20a%20pfocr%3AFamily%7D%20ORDER%20BY%20%3Fs%20LIMIT%205", "text/html"),
    ("/sparql?query=DESCRIBE%20fam%3ASTAT&format=ntriples", "*/*"), ("/sparql?update=CLEAR%20ALL", "*/*"), ("/sparql", "image/png"),
)  # fmt: skip


def _corpus_cases(name: str, records: int, small: str) -> Iterator[Case]:
    """The cases of one corpus, which is a folder of the inputs."""
    source, part = f"{INPUTS}/{name}", f"--partition-size {max(1, records // 6)}"
    for workers in (1, 2):
        for compress in ("plain", "gz", "zst"):
            for layout in ("whole", "parts"):
                options = "" if compress == "plain" else f"--compress {compress}"
                command = f"export {source} -o out {ALL_FORMATS} -w {workers} {options} {part if layout == 'parts' else ''}"
                plainest, other = (1, "plain", "whole"), (2, "zst", "parts")
                quick = (workers, compress, layout) in ((plainest, other) if name in (small, "odd") else (plainest,))
                yield Case(f"export-{name}-w{workers}-{compress}-{layout}", (command,), quick)
    whole = f"../export-{name}-w1-plain-whole/out"
    packed = f"../export-{name}-w2-zst-parts/out"
    for layout, options in (("whole", "-w 1"), ("parts", f"-w 2 {part} --compress zst")):
        command = f"export records -o out {ALL_FORMATS} {options}"
        yield Case(
            f"incremental-{name}-{layout}",
            (
                f"copy {source} records", command, f"copy {source}-changed records", command, f"{command} --json",
                f"export records -o out -f ntriples --fresh {options}", f"export records -o out {ALL_FORMATS} --merge {part}",
            ),
            quick=layout == "whole" and name == small,
        )  # fmt: skip
    strict = f"export {source} -f ntriples -f nquads --shapes {INPUTS}/shapes --on-violation"
    yield Case(
        f"violations-{name}",
        (
            *(f"{strict} {reaction} -w 2 -o {reaction}" for reaction in ("quarantine", "keep", "fail")),
            *(f"{strict} {reaction} -w 1 -o {reaction}-parts {part} --json" for reaction in ("quarantine", "keep", "fail")),
            f"export {source} -o quarantine -q", f"export {source} -o stopped --fail-fast",
        ),
        quick=name == "odd",
    )  # fmt: skip
    ends = SUFFIXES.values() if records < 100 else ("nt", "jsonld")
    yield Case(
        f"validate-{name}",
        (
            f"validate {source}", f"validate {source} --shapes {INPUTS}/shapes", f"validate {source} --json --shapes {INPUTS}/shapes",
            f"validate {source} --report-format turtle --shapes {INPUTS}/shapes", f"validate -q {source}-changed",
            *(f"validate {whole}/figures.{end} --json" for end in ends), f"validate {packed}/entities.ttl.zst",
        ),
    )  # fmt: skip
    plots = ("--output plots -f svg -f png", "--output few -q --top 2") if records >= 100 else ()
    yield Case(
        f"stats-{name}",
        (
            f"stats {whole} --json", f"stats {packed} --top 3", f"stats {source}-changed", f"stats {whole}/figures.trig --json --top 50",
            *(f"stats {whole} {options}" for options in plots),
        ),
    )  # fmt: skip
    yield Case(
        f"diff-{name}",
        (
            f"export {source}-changed -o changed -f ntriples -f nquads -q", f"diff {whole} changed -o all", f"diff {whole} {whole} -o none",
            f"diff {whole} changed -o statements -f statements --compress gz --json",
            f"diff {whole} changed -o sparql -f sparql --chunk 7 --ignore-graphs --graph https://example.org/graph",
            f"diff {whole} changed -o patch -f patch --compress zst -q", f"diff {source} {source}-changed -o records --json",
            f"diff {whole}/figures.ttl changed/figures.nt -o files", f"diff {whole}/figures.ttl changed -o mixed",
            f"diff {packed} changed -o parts --ignore-graphs",
        ),
        quick=name == small,
    )  # fmt: skip
    if records < 100:
        yield Case(f"formats-{name}", tuple(f"export {source} -o {form} -f {form} -q" for form in SUFFIXES))


def _source_cases(small: str) -> Iterator[Case]:
    """Other sources and options of an export; `small` is a small corpus."""
    source, zipped, tarred = f"{INPUTS}/{small}", f"{INPUTS}/{small}.zip", f"{INPUTS}/{small}.tar.gz"
    yield Case(
        "export-sources",
        (
            f"export {zipped} -o zip -f ntriples --json", f"export {tarred} -o tar -f ntriples --partition-size 3",
            f"export - -o stream -f ntriples < {INPUTS}/one.md", f"export {source} file://%here%/url -o no -f ntriples",
            f"export {source} {source}-changed {zipped} -o twice -f nquads", f"validate {tarred}", f"stats {zipped} --json --top 1",
            f"export {source} -o file://%here%/url -f nquads --partition-size 4 --compress zst",
            f"export {source} -o file://%here%/url -f nquads --partition-size 4 --compress zst",
            f"export file://%inputs%/{small} -o from-url -f ntriples", f"export {INPUTS}/one.md -o one",
        ),
    )  # fmt: skip
    yield Case(
        "export-options",
        (
            f"export {source} -o limit -f ntriples --limit 3 --release 2024-06 --issued 2024-06-30", f"export {source} -o dry --dry-run",
            f"export {source} -o merged {ALL_FORMATS} --partition-size 2 --merge -w 2", f"export {source} -o quiet -q",
            f"export {source} -o twice -f trig -f turtle -f trig", f"export {INPUTS}/odd -o fast --fail-fast -w 2",
            f"export {INPUTS}/odd -o fast --limit 30 --dry-run --json",
        ),
    )  # fmt: skip
    yield Case("export-dask", (f"export {source} -o out -f ntriples --engine dask --workers 2 --partition-size 4",))


def _store_cases(sources: str, small: str, odd: str) -> Iterator[Case]:
    """Plans, loads, sites and a server of an export of all sources."""
    whole, packed, few, strange = "../export-all/out", "../export-packed/out", f"../export-{small}-w1-plain-whole/out", f"../export-{odd}"
    yield Case("export-all", (f"export {sources} -o out {ALL_FORMATS} --release 2024-01 --issued 2024-01-31",))
    yield Case("export-packed", (f"export {INPUTS}/{small} -o out -f turtle -f trig --compress zst --partition-size 5",))
    for target in PLANS:
        steps = [f"load {few} --plan {target} --graphs {graphs} -o {graphs}" for graphs in ("dataset", "figure", "default")]
        steps += [f"load {packed} --plan {target} --json -o packed", f"load {few}/figures.nt --plan {target} -o file -q"]
        if target in ("jena", "virtuoso"):
            steps += [f"load {whole} --plan {target} --graph https://example.org/graph", f"load {INPUTS}/{small} --plan {target} -o rec"]
        yield Case(f"plan-{target}", tuple(steps), quick=target == "oxigraph")
    yield Case("load-all", (f"load {whole} --to store --json", f"load {whole} --to store --dry-run"))
    delta = f"diff {few} changed -o delta -q"
    changed = f"export {INPUTS}/{small}-changed -o changed -f nquads -f ntriples -q"
    for graphs, options in (("dataset", "--ignore-graphs"), ("figure", ""), ("default", "--ignore-graphs")):
        load = f"load {few} --to store --graphs {graphs}"
        steps = [load, f"{load} --json --sample 3 --chunk-size 50000", changed, f"{delta} {options}", "load delta --to store --dry-run"]
        steps += ["load delta --to store", "load delta --to store --json", "query --store store 'ASK { ?s ?p ?o }'"]
        yield Case(f"load-{graphs}", (*steps, f"load {strange}-w2-zst-parts/out --to store --graphs {graphs} --append"), graphs == "figure")
    yield Case("load-records", (f"load {INPUTS}/odd --to store-records", f"load {few}/figures.ttl --to store-file --graph urn:x:y"))
    yield Case("publish-all", (f"publish {whole} -o site --precompressed beside --endpoint https://example.org/sparql --json",))
    yield Case("publish-store", ("publish ../load-all/store -o site --pages families,diseases,organisms --base https://example.org/x",))
    yield Case(
        "publish-odd",
        (
            f"publish {strange}-w1-plain-whole/out -o site --workers 2", f"publish {INPUTS}/odd -o site --workers 1 --json",
            f"publish {few} -o only --precompressed only --no-downloads --pages figures,genes -q", f"publish {few} -o {few}",
            f"copy {INPUTS}/shapes foreign", f"publish {few} -o foreign --pages papers", f"publish {few} -o foreign --pages papers --force",
        ),
        quick=True,
    )  # fmt: skip
    yield Case("serve", ("serving ../load-all/store",))


def _query_cases(examples: Sequence[tuple[str, str]]) -> Iterator[Case]:
    """Queries: the examples, each with its kind; each format; and what is wrong."""
    store = "--store ../load-all/store"
    for number, (name, kind) in enumerate(examples):
        form = ("turtle", "ntriples", "jsonld") if kind == "construct" else ("json", "csv", "tsv", "xml")
        yield Case(f"query-{name}", (f"query {name} {store}", f"query {name} {store} -f {form[number % len(form)]} -o answer"))
    for kind, text in (("select", SELECT), ("construct", CONSTRUCT), ("ask", "'ASK { ?s a pfocr:Gene }'")):
        yield Case(f"query-format-{kind}", tuple(f"query {text} {store} -f {form}" for form in ANSWERS))
    yield Case(
        "query-list",
        (
            *(f"query --list -f {form}" for form in ANSWERS), "query --list", "query years --show", "query figure-cards --show -o years.rq",
            f"query years.rq {store}", f"query 'DESCRIBE fam:STAT' {store} -o stat.ttl",
            f"query years {store} --graph https://pfocr.wikipathways.org/vocab", "query --list -f turtle --store https://example.org/sparql",
        ),
    )  # fmt: skip
    small = "--store store"
    wrong = (
        "'SELECT ?s { ?s ?p'", "'SELECT'", "''", "'SELECT ?s { ?s no:prefix ?o }'", "'INSERT DATA { <urn:a> <urn:b> <urn:c> }'", "yeers",
        "nothing.rq", "'SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }'", "'SELECT ?s { ?s ?p ?o } GROUP BY ?o'", "years --list",
        "years --graph 'no iri'", "years -f yaml", "years -o missing/answer", "'SELECT * { ?s ?p ?o } LIMIT 1' --store nowhere",
        f"- < {INPUTS}/query.rq", f"- < {INPUTS}/wrong.rq", "--show", "",
    )  # fmt: skip
    yield Case("query-errors", (f"load {INPUTS}/one.md --to store -q", *(f"query {small} {text}" for text in wrong)))


def _plain_cases(small: str) -> Iterator[Case]:
    """Help, and wrong usage."""
    yield Case("help", ("--help", "--version", *(f"{command} --help" for command in COMMANDS)), quick=True)
    yield Case("completion", tuple(f"completion {shell}" for shell in ("bash", "zsh", "fish", "csh")))
    source = f"{INPUTS}/{small}"
    wrong = (
        "", "exprot", "--what", "export", f"export {source}", f"export {source} -o out --format rdf", f"export {source} -o out -w 0",
        "export nowhere -o out", f"export {source} -o out --shapes nowhere", f"export {source} -o {INPUTS}/one.md",
        f"export {source} -o out --shapes {INPUTS}/{small}", f"export {source} -o out --issued 2024", f"export {source} -o out --what",
        f"export {source} -o out --partition-size 0",
        f"export {INPUTS}/shapes -o out", f"export {source} -o ftp2://x/y", "validate", "validate nowhere.ttl",
        f"validate {INPUTS}/query.rq", f"validate {source} --report-format xml", "stats", "stats nowhere", f"stats {source} -f svg",
        f"stats {source} --top 0", "diff a b", "diff a b -o c", f"diff {source} nowhere -o c", f"diff {source} {source} -o c --graph x",
        f"diff {source} {source} -o c -f nt", "load", "load nowhere", f"load {source} -o plan", f"load {source} --plan fuseki",
        f"load {source} --graph x", f"load {source} --to http://127.0.0.1:9/sparql --retry-for 0", f"load {source} --to {INPUTS}/one.md",
        "publish", "publish -o site", f"publish {source} -o site --pages genes,trees", f"publish {source} -o site --pages ,",
        f"publish {source} -o site --base x", f"publish {source} -o site --endpoint ftp://x",
        f"publish {source} -o site --precompressed gz", "serve", "serve nowhere", f"serve {source} --port 99999", "check", "check nowhere",
        "check http://127.0.0.1:9/ --samples 0", "check http://127.0.0.1:9/ --json",
    )  # fmt: skip
    yield Case("usage-errors", wrong)


# -- the inputs --------------------------------------------------------------------------------------------------------------

_SHAPES = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix pfocr: <https://pfocr.wikipathways.org/vocab#> .
<urn:example:Many> a sh:NodeShape ; sh:targetClass pfocr:Figure ; sh:property <urn:example:Many-mentions> , <urn:example:Many-ten> .
<urn:example:Many-mentions> a sh:PropertyShape ; sh:path pfocr:mentions ; sh:minCount 3 ; sh:message "Fewer than three things." .
<urn:example:Many-ten> a sh:PropertyShape ; sh:path pfocr:mentions ; sh:minCount 10 ; sh:severity sh:Warning ; sh:message "Few things." .
"""


def _digest(folders: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(f"{folder.name}/{path.relative_to(folder)}\n{path.stat().st_size}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _records(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.md"))


def _change(folder: Path) -> None:
    """Leave out one record in five, with its tables, and give others a new title."""
    for number, path in enumerate(_records(folder)):
        if number % 5 == 4:
            for table in folder.glob(f"_data/{path.stem}-*"):
                table.unlink()
            path.unlink()
        elif number % 5 == 0:
            path.write_bytes(re.sub(rb"(?m)^figtitle: .*", b"figtitle: A better title", path.read_bytes(), count=1))


def _make_inputs(corpora: dict[str, Path], inputs: Path) -> None:
    """Copies of the corpora, each also with changes and as archives, and some small files."""
    shutil.rmtree(inputs, ignore_errors=True)
    for name, folder in corpora.items():
        shutil.copytree(folder, inputs / name)
        shutil.copytree(folder, inputs / f"{name}-changed")
        _change(inputs / f"{name}-changed")
        for form in ("zip", "gztar"):
            shutil.make_archive(str(inputs / name), form, inputs / name)
    (inputs / "shapes").mkdir()
    (inputs / "shapes" / "many.ttl").write_text(_SHAPES, encoding="utf-8")
    shutil.copy(_records(inputs / next(iter(corpora)))[0], inputs / "one.md")
    (inputs / "query.rq").write_text("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }\n", encoding="utf-8")
    (inputs / "wrong.rq").write_text("SELECT ?s {\n  ?s ?p\n}\n", encoding="utf-8")


# -- running -----------------------------------------------------------------------------------------------------------------

_START = "import sys; sys.argv[0] = 'pfocr2rdf'; from pfocr2rdf.cli import main; main()"
_DUMP = """\
import sys, pyoxigraph
sys.stdout.buffer.writelines(sorted(f"{quad} .\\n".encode() for quad in pyoxigraph.Store.read_only(sys.argv[1])))
"""


class Side:
    """One of the two installations.

    Args:
        python: its interpreter.
        root: where the folders of its cases are.
    """

    def __init__(self, python: str, root: Path) -> None:
        self.root = root
        work = root.parent
        version = work / "version" / "pfocr2rdf-0.dist-info"  # found first: both sides have the same version number
        for folder in (root, work / "home", work / "tmp", version):
            folder.mkdir(parents=True, exist_ok=True)
        (version / "METADATA").write_text("Metadata-Version: 2.1\nName: pfocr2rdf\nVersion: 0.0.0\n", encoding="utf-8")
        self._environment = {
            "PATH": os.environ["PATH"], "HOME": str(work / "home"), "TMPDIR": str(work / "tmp"), "LC_ALL": "C.UTF-8", "COLUMNS": "100",
            "PYTHONPATH": str(version.parent), "PYTHONSAFEPATH": "1",
        }  # fmt: skip
        self._python = python
        find = "import sys, importlib.util; sys.exit(not importlib.util.find_spec('pfocr2rdf.__main__'))"
        has_main = subprocess.run([python, "-c", find], env=self._environment, check=False).returncode == 0
        self._command = [python, "-m", "pfocr2rdf"] if has_main else [python, "-c", _START]

    def places(self, case: Case) -> tuple[Path, Path]:
        """The folder in which the case runs, and the folder with what its commands said."""
        return self.root / case.name, self.root / f"{case.name}.said"

    def has(self, case: Case) -> bool:
        """Whether the case was run already, with these commands."""
        file = self.places(case)[1] / "commands"
        return file.is_file() and file.read_text(encoding="utf-8") == "\n".join(case.steps)

    def run(self, case: Case) -> None:
        """Run the case anew."""
        here, output = self.places(case)
        for folder in (here, output):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        for number, step in enumerate(case.steps):
            words = shlex.split(step.replace("%here%", str(here)).replace("%inputs%", str(self.root.parent / "inputs")))
            base = output / f"{number:02}-{words[0] if words else ''}"
            if words[:1] == ["copy"]:
                shutil.rmtree(here / words[2], ignore_errors=True)
                shutil.copytree(here / words[1], here / words[2])
            elif words[:1] == ["serving"]:
                self._serve(words[1], here, base)
            else:
                self._call(self._command, words, here, base)
        for current in sorted(here.rglob("CURRENT")):  # each folder of RocksDB has one
            store = current.parent.relative_to(here)
            self._call([self._python, "-c", _DUMP], [str(store)], here, output / f"statements-{'-'.join(store.parts)}")
        (output / "commands").write_text("\n".join(case.steps), encoding="utf-8")

    def _call(self, command: list[str], words: list[str], here: Path, base: Path) -> None:
        """Run a command, and write what it said to files whose names begin like `base`."""
        source = os.devnull
        if "<" in words:
            words, source = words[:-2], str(here / words[-1])
        with open(source, "rb") as stdin, open(f"{base}.stdout", "wb") as stdout, open(f"{base}.stderr", "wb") as stderr:
            try:
                completed = subprocess.run(
                    [*command, *words], cwd=here, env=self._environment, stdin=stdin, stdout=stdout, stderr=stderr,
                    timeout=TIMEOUT, check=False,
                )  # fmt: skip
                status = str(completed.returncode)
            except subprocess.TimeoutExpired:
                status = "timeout"
        Path(f"{base}.status").write_text(status, encoding="utf-8")

    def _serve(self, store: str, here: Path, base: Path) -> None:
        """Serve a store, ask for all of `REQUESTS`, and write the answers to files."""
        command = [*self._command, "serve", store, "--port", "0"]
        with open(f"{base}.stderr", "wb") as stderr:
            server = subprocess.Popen(command, cwd=here, env=self._environment, stdout=subprocess.PIPE, stderr=stderr, text=True)
        try:
            assert server.stdout
            line = server.stdout.readline()
            Path(f"{base}.stdout").write_text(line, encoding="utf-8")
            if match := re.search(r"127\.0\.0\.1:(\d+)", line):
                for number, (path, accept) in enumerate(REQUESTS):
                    Path(f"{base}-{number:02}-answer").write_bytes(_asked(int(match[1]), path, accept))
                self._call(self._command, ["check", f"http://{match[0]}/", "--samples", "1", "--json"], here, base.with_name("check"))
        finally:
            server.send_signal(signal.SIGINT)
            try:
                status = str(server.wait(60))
            except subprocess.TimeoutExpired:
                server.kill()
                status = "timeout"
            Path(f"{base}.status").write_text(status, encoding="utf-8")


def _asked(port: int, path: str, accept: str) -> bytes:
    """The answer to a request, with its sorted headers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Accept": accept})
    answer = connection.getresponse()
    headers = "".join(f"{name}: {value}\n" for name, value in sorted(answer.getheaders()))
    body = answer.read()
    connection.close()
    return f"GET {path}\nAccept: {accept}\n\n{answer.status}\n{headers}\n".encode() + body


# -- comparing ---------------------------------------------------------------------------------------------------------------


def _files(side: Side, case: Case) -> dict[str, Path]:
    """What a case left, by its path; without what the rules leave out."""
    left_out = [re.compile(rule.files).fullmatch for rule in RULES if rule.pattern is None]
    paths = (path for folder in side.places(case) for path in folder.rglob("*"))
    named = ((str(path.relative_to(side.root)), path) for path in paths)
    return {name: path for name, path in named if not any(matches(name) for matches in left_out)}


def _content(path: Path, name: str, root: Path) -> bytes:
    """The kind and mode of a file or folder in one line, and its normalised bytes."""
    about = f"{path.lstat().st_mode:o}\n".encode()
    if path.is_symlink():
        return about + os.readlink(path).encode()
    if path.is_dir():
        return about
    data = path.read_bytes()
    for rule in RULES:
        if rule.pattern is not None and re.fullmatch(rule.files, name):
            data = re.sub(rule.pattern.replace(b"%root%", re.escape(os.fsencode(root))), rule.replacement, data)
    return about + data


def _difference(case: Case, before_side: Side, after: Side) -> str:
    """The first difference between the two sides of a case, or nothing."""
    old, new = _files(before_side, case), _files(after, case)
    for name in sorted(old.keys() | new.keys()):
        if name not in old or name not in new:
            return f"{name}: is only {'before' if name in old else 'after'}"
        was, now = _content(old[name], name, before_side.root), _content(new[name], name, after.root)
        if was == now:
            continue
        at = next((at for at, (item, other) in enumerate(zip(was, now, strict=False)) if item != other), min(len(was), len(now)))
        begin = max(0, at - 20)
        skipped = was.index(b"\n") + 1
        position = f"byte {at - skipped}" if at >= skipped else "mode"
        return f"{name}: {position}\n  before {was[begin : at + 60]!r}\n  after  {now[begin : at + 60]!r}"
    return ""


# -- the command -------------------------------------------------------------------------------------------------------------


def _examples(side: Side) -> list[tuple[str, str]]:
    """The names and kinds of the example queries."""
    listing = Case("examples", ("query --list -f csv",))
    if not side.has(listing):
        side.run(listing)
    text = (side.places(listing)[1] / "00-query.stdout").read_text(encoding="utf-8")
    return [(row["name"], row["kind"]) for row in csv.DictReader(text.splitlines())]


def _needed(case: Case) -> set[str]:
    """The cases whose results a case reads."""
    return set(re.findall(r"(?<!\.\./)\.\./([\w-]+)/", " ".join(case.steps)))


def _chosen(cases: Sequence[Case], quick: bool, only: str) -> list[Case]:
    """The cases to run, with those that they need."""
    chosen_names = {case.name for case in cases if (case.quick or not quick) and re.search(only, case.name)}
    for case in reversed(cases):
        if case.name in chosen_names:
            chosen_names |= _needed(case)
    return [case for case in cases if case.name in chosen_names]


def _prepare(work: Path, python: str, corpora: dict[str, Path], fresh: bool) -> None:
    """Make the inputs, and remove old results, where they are of another Python or other records."""
    stamp = f"{python} {_digest(list(corpora.values()))}\n"
    file = work / "before.txt"
    if fresh or not file.is_file() or file.read_text(encoding="utf-8") != stamp:
        print(f"{work / 'before'}: made anew, for {python} and these records", flush=True)
        file.unlink(missing_ok=True)
        shutil.rmtree(work / "before", ignore_errors=True)
        _make_inputs(corpora, work / "inputs")
        file.write_text(stamp, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all cases with both installations, and print a row for each.

    Args:
        arguments: those of the command line.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(description="Compare the behaviour of two installations of pfocr2rdf, byte for byte.")
    parser.add_argument("before", help="the Python of the installation before the changes")
    parser.add_argument("after", help="the Python of the one after them")
    parser.add_argument("corpora", nargs="+", type=Path, metavar="CORPUS", help="a folder with records")
    parser.add_argument("--work", type=Path, default=Path("compare-checkouts"), help="the folder for all results [%(default)s]")
    parser.add_argument("--figures", type=Path, default=ROOT / "tests" / "data" / "figures", help="the odd records [%(default)s]")
    parser.add_argument("--quick", action="store_true", help="only a small subset")
    parser.add_argument("--only", default="", metavar="REGEX", help="only cases with such a name, and those that they need")
    parser.add_argument("--fresh", action="store_true", help="run the commands again with BEFORE")
    options = parser.parse_args(arguments)
    corpora: dict[str, Path] = {folder.resolve().name: folder for folder in options.corpora}
    for folder in (*options.corpora, options.figures):
        if not _records(folder):
            parser.error(f"{folder}: there are no records here")
    everything = " ".join(f"{INPUTS}/{name}" for name in corpora)
    corpora["odd"] = options.figures
    sizes = {name: len(_records(folder)) for name, folder in corpora.items()}
    small = min((name for name in sizes if name != "odd"), key=lambda name: (sizes[name] < 5, sizes[name]))
    work = options.work.resolve()
    _prepare(work, options.before, corpora, options.fresh)
    before_side, after = Side(options.before, work / "before"), Side(options.after, work / "after")
    cases = [
        *_plain_cases(small), *(case for name, size in sizes.items() for case in _corpus_cases(name, size, small)),
        *_source_cases(small), *_store_cases(everything, small, "odd"), *_query_cases(_examples(before_side)),
    ]  # fmt: skip
    return _compare(_chosen(cases, options.quick, options.only), before_side, after)


def _compare(cases: Sequence[Case], before_side: Side, after: Side) -> int:
    began, different = time.monotonic(), 0
    width = max((len(case.name) for case in cases), default=0)
    for case in cases:
        times = []
        for side in (before_side, after):
            start = time.monotonic()
            if side is after or not side.has(case):
                side.run(case)
                times.append(f"{time.monotonic() - start:6.1f} s")
            else:
                times.append("   saved")
        difference = _difference(case, before_side, after)
        different += bool(difference)
        print(f"{case.name:{width}}  {'  '.join(times)}  {f'differs: {difference}' if difference else 'equal'}", flush=True)
    print(f"{len(cases)} cases, {different} differ, {time.monotonic() - began:.0f} s")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
