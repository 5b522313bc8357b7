"""``pfocr2rdf query`` answers in every form, says what is wrong in the user's own lines, and neither writes to a store nor leaves it."""

from __future__ import annotations

import http.server
import io
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import rdflib
from click.testing import CliRunner, Result
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, RdfFormat, Store
from tests.support.example_store import DATASET, ODD, VOCABULARY, example_store
from tests.support.servers import free_port

from pfocr2rdf import ConnectionOptions
from pfocr2rdf.cli import main
from pfocr2rdf.cli.query import query_command
from pfocr2rdf.errors import StoreError
from pfocr2rdf.stores.querying.query import query, stream_query
from pfocr2rdf.stores.querying.result import QUERY_RESULT_FORMATS

PROGRAM = "from pfocr2rdf.cli.query import query_command; query_command()"

WORDS = """\
SELECT ?word ?how ?family {
  ?mention oa:hasBody ncbigene:6772 ; pfocr:word ?word ; pfocr:evidence ?how .
  OPTIONAL { ?mention pfocr:family ?family }
} ORDER BY ?word ?mention
"""

ROWS, TRUTH, STATEMENTS = "SELECT * { fam:STAT ?p ?o }", "ASK { fam:STAT ?p ?o }", "DESCRIBE fam:STAT"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example_store(tmp_path_factory.mktemp("query"))


def run(store: Path, *arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(query_command, ["--store", str(store), *map(str, arguments)], input=stdin)


def refused(store: Path, *arguments: str | Path, status: int = 3) -> str:
    """What a run says that ends with this status and prints nothing."""
    result = run(store, *arguments)
    assert (result.exit_code, result.stdout) == (status, ""), result.output
    (line,) = (line for line in result.stderr.splitlines() if line.startswith("Error: "))
    return line.removeprefix("Error: ")


def state(folder: Path) -> dict[str, tuple[int, int]]:
    return {path.name: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.iterdir()}


# -- what an answer looks like ---------------------------------------------------------------------------------------------


def test_rows_are_a_table_with_short_iris(store: Path) -> None:
    result = run(store, WORDS)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "word   how              family\n"
        "-----  ---------------  --------\n"
        "(STAT  pfocr:viaFamily  fam:STAT\n"
        "STAT   pfocr:viaFamily  fam:STAT\n"
        "STAT1  pfocr:viaSymbol\n"
    )


def test_a_table_without_rows_has_its_heading(store: Path) -> None:
    assert run(store, "SELECT ?gene ?of { ?gene pfocr:nothing ?of }").stdout == "gene  of\n----  --\n"


def test_a_long_table_is_written_in_blocks_that_stay_in_line(store: Path) -> None:
    text = "SELECT ?s ?p { ?s ?p ?o FILTER(STRLEN(STR(?o)) < 200) }"
    lines = run(store, text).stdout.splitlines()
    assert len(lines) - 2 == len(list(query(store, text))) > 2000
    starts = {line.rindex("  ") for line in lines[2:1000]}
    assert len(starts) == 1
    assert "<http" not in lines[2]


@pytest.mark.parametrize(("text", "message"), [(TRUTH, "yes\n"), ("ASK { fam:STAT a pfocr:Gene }", "no\n")])
def test_a_truth_is_yes_or_no(text: str, message: str, store: Path) -> None:
    assert run(store, text).stdout == run(store, text, "--format", "table").stdout == message


def test_statements_are_turtle_with_prefixes(store: Path) -> None:
    result = run(store, f"PREFIX p: <{VOCABULARY}#> {STATEMENTS}")
    assert "@prefix fam: " in result.stdout
    assert "\nfam:STAT a p" in result.stdout
    assert len(rdflib.Graph().parse(data=result.stdout)) == 3


@pytest.mark.parametrize("fmt", [form for form in QUERY_RESULT_FORMATS if not QUERY_RESULT_FORMATS[form].is_rdf])
@pytest.mark.parametrize("text", [WORDS, TRUTH])
def test_rows_and_truths_can_be_written_as(fmt: str, text: str, store: Path) -> None:
    result = run(store, text, "--format", fmt)
    assert result.exit_code == 0
    if text == TRUTH:
        assert "true" in result.stdout
    elif fmt == "csv":
        assert result.stdout_bytes.splitlines()[-1] == f"STAT1,{VOCABULARY}#viaSymbol,".encode()
    else:
        result_format = {"tsv": QueryResultsFormat.TSV, "json": QueryResultsFormat.JSON, "xml": QueryResultsFormat.XML}[fmt]
        results: Any = pyoxigraph.parse_query_results(result.stdout_bytes, format=result_format)
        assert [row["word"].value for row in results] == ["(STAT", "STAT", "STAT1"]


@pytest.mark.parametrize("fmt", [form for form in QUERY_RESULT_FORMATS if QUERY_RESULT_FORMATS[form].is_rdf])
def test_statements_can_be_written_as(fmt: str, store: Path) -> None:
    result = run(store, STATEMENTS, "--format", fmt)
    rdf_format = {"turtle": RdfFormat.TURTLE, "ntriples": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD, "rdfxml": RdfFormat.RDF_XML}[
        fmt
    ]
    assert len(set(pyoxigraph.parse(result.stdout_bytes, format=rdf_format))) == 3


@pytest.mark.parametrize(
    ("text", "fmt", "message"),
    [
        (ROWS, "turtle", "a SELECT query returns rows, which cannot be written as turtle; choose csv, tsv, json or xml"),
        (TRUTH, "ntriples", "an ASK query returns yes or no, which cannot be written as ntriples; choose csv, tsv, json or xml"),
        *((STATEMENTS, form, f"a CONSTRUCT or DESCRIBE query returns statements, which cannot be written as {form}; "
           "choose turtle, ntriples, jsonld or rdfxml") for form in ("csv", "table")),
    ],
)  # fmt: skip
def test_a_format_that_does_not_fit_is_refused(text: str, fmt: str, message: str, store: Path, tmp_path: Path) -> None:
    assert refused(store, text, "--format", fmt, "--output", tmp_path / "answer") == message
    assert list(tmp_path.iterdir()) == []


def test_python_gets_terms(store: Path) -> None:
    result = query(store, WORDS)
    assert (result.query_form, result.variables) == ("select", ("word", "how", "family"))
    rows = list(result.terms())
    assert rows[2] == {"word": Literal("STAT1"), "how": NamedNode(f"{VOCABULARY}#viaSymbol")}
    assert query(store, TRUTH).boolean is True
    assert [type(triple) for triple in query(store, STATEMENTS).terms()] == [pyoxigraph.Triple] * 3
    with pytest.raises(StoreError, match="returns rows, not yes or no"):
        _ = query(store, WORDS).boolean
    with pytest.raises(StoreError, match="returns yes or no, not rows"):
        list(query(store, TRUTH))


# -- the question ----------------------------------------------------------------------------------------------------------


def test_a_query_comes_from_a_file_standard_input_or_the_line(store: Path, tmp_path: Path) -> None:
    for name, mark in (("words.rq", b""), ("a query", b"\xef\xbb\xbf")):
        (tmp_path / name).write_bytes(mark + WORDS.encode())
    outputs = {run(store, argument, stdin=stdin).stdout for argument, stdin in
            ((WORDS, None), (tmp_path / "words.rq", None), (tmp_path / "a query", None), ("-", WORDS))}  # fmt: skip
    assert len(outputs) == 1
    assert outputs.pop().count("\n") == 5


@pytest.mark.parametrize(
    ("argument", "message"),
    [*((name, f"there is no file {name}; check the path.") for name in ("xyz.rq", "a b/c d.sparql")),
     ("xyz", "there is no file and no example named xyz; pfocr2rdf query --list shows the examples."),
     (".", ". cannot be read: it is not a regular file but a folder."),
     ("latin.rq", "latin.rq: it is not UTF-8: invalid continuation byte at byte 1.")],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_wrong_usage(
    argument: str, message: str, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("latin.rq").write_bytes(b"#\xe4 ASK {}")
    assert refused(store, argument, status=2).endswith(f": {message}")


def test_a_text_that_no_file_could_be_called_is_a_query(store: Path) -> None:
    assert run(store, f"ASK {{}} # {'x' * 5000}").stdout == "yes\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * {",
         "line 1, column 11: it ends unexpectedly; expected a variable, an IRI, a prefixed name, a string, a number, a blank node, "
         "'{', '}' or '('"),
        ("SELECT ?s {\n  ?s pfocr:mentions ?o FILTR(?s)\n}",
         "line 2, column 24: expected a triple pattern, a keyword such as OPTIONAL or FILTER, or '}', not: FILTR(?s) }"),
        ("SELECT ?s { ?s pfocr:mentions ncbigene:1 } LIMIT x", "line 1, column 50: expected a number, not: x"),
        ("ASK { ?ö a pfocr:Gene .\r\n ?ö rdfs:label 'ü' ; zz:y 1 }",
         "line 2, column 22: the prefix zz: is not declared; write PREFIX zz: <its IRI> before the query"),
        ("SELECT ?gene (COUNT(?s) AS ?n) { ?s pfocr:mentions ?gene }",
         "line 1, column 59: SELECT has a variable that is neither in GROUP BY nor in an aggregate such as COUNT"),
        ("hello world", "line 1, column 1: expected SELECT, ASK, CONSTRUCT or DESCRIBE, not: hello world"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_the_lines_of_the_user(text: str, message: str, store: Path) -> None:
    assert refused(store, text) == f"the query, {message}"


def test_an_empty_query_is_told_so(store: Path) -> None:
    assert refused(store, " \n") == refused(store, "") == "the query is empty"


def test_prefixes_of_the_query_win_over_the_projects(store: Path) -> None:
    assert run(store, "ASK { ?s a pfocr:Gene }").stdout == "yes\n"
    assert run(store, "# PREFIX pfocr: <x>\nASK { ?s a pfocr:Gene }").stdout == "yes\n"
    assert run(store, "prefix pfocr: <https://example.org/> ASK { ?s a pfocr:Gene }").stdout == "no\n"
    assert run(store, f"PREFIX : <{VOCABULARY}#> BASE <https://example.org/> SELECT ?c {{ ?c a :Evidence }}").exit_code == 0


@pytest.mark.parametrize(
    "update",
    ["INSERT DATA { <https://example.org/a> <https://example.org/b> 1 }", "PREFIX a: <b:c> DELETE WHERE { ?s ?p ?o }", "clear all",
     "WITH <https://example.org/g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "# a query\nDROP ALL", "LOAD <file:///etc/hostname>"],
)  # fmt: skip
def test_an_update_is_refused_and_changes_nothing(update: str, store: Path) -> None:
    previous = state(store)
    assert refused(store, update).endswith("changes a store, but queries are read-only; to load an export, use 'pfocr2rdf load'")
    assert state(store) == previous


def test_all_graphs_are_asked_unless_some_are_named(store: Path) -> None:
    def genes(text: str, *graphs: str) -> int:
        return int(next(iter(query(store, text, graphs=graphs)))["n"])

    count = "SELECT (COUNT(DISTINCT ?s) AS ?n) {} {{ ?s a ?class ; ?p ?o . {} }}"
    join_pattern = "?class rdfs:label ?name"  # the class of a gene is described in the graph of the vocabulary
    everywhere, of_genes = genes(count.format("", join_pattern)), genes(count.format(f"FROM <{DATASET}>", ""))
    assert everywhere > 100 < of_genes
    assert genes(count.format(f"FROM <{DATASET}>", join_pattern)) == 0
    assert genes(count.format("", join_pattern), DATASET) == 0
    assert genes(count.format("", join_pattern), DATASET, VOCABULARY) == everywhere
    assert genes(count.format(f"FROM <{VOCABULARY}>", ""), DATASET) == of_genes
    assert run(store, "ASK { ?s a pfocr:Gene }", "--graph", VOCABULARY).stdout == "no\n"
    assert run(store, "ASK { ?s a pfocr:Gene }", "--graph", VOCABULARY, "--graph", DATASET).stdout == "yes\n"


def test_the_name_of_a_graph_is_an_iri(store: Path) -> None:
    assert refused(store, TRUTH, "--graph", "vocab", status=2).endswith("'vocab' is not an absolute IRI.")
    with pytest.raises(StoreError, match="'vocab' is not the absolute IRI of a graph"):
        query(store, TRUTH, graphs=["vocab"])


# -- SERVICE ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """Another server: its URL, and the requests that it got."""
    requests: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            requests.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            body = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": "there"}}]}}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/query", requests
        server.shutdown()


@pytest.mark.parametrize("keyword", ["SERVICE", "service silent", "SERVICE#'\n"])
def test_nothing_is_sent_elsewhere_unless_it_is_allowed(keyword: str, store: Path, elsewhere: tuple[str, list[str]]) -> None:
    url, requests = elsewhere
    text = f"SELECT ?x {{ {{ SELECT ?x {{ {keyword} <{url}> {{ ?s ?p ?x }} }} }} }}"
    assert refused(store, text) == "the query sends a request to another server with SERVICE; to allow this, use --service"
    assert requests == []
    assert run(store, text, "--service").stdout == "x\n-----\nthere\n"
    assert len(requests) == 1


def test_the_word_service_alone_sends_nothing(store: Path) -> None:
    text = (
        "# of SERVICE\nPREFIX service: <https://example.org/SERVICE/> SELECT (COUNT(*) AS ?service) {\n"
        "?SERVICE a service:SERVICE , <https://example.org/SERVICE> , service:a\\-SERVICE .\n"
        "FILTER(?SERVICE != 'SERVICE' && ?SERVICE != '''it's \"SERVICE\"''') }"
    )
    assert run(store, text).stdout == "service\n-------\n0\n"


def test_a_server_that_does_not_answer_is_told(store: Path) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as closed:
        port = closed.server_port
    text = f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"
    for fmt in ("table", "csv"):
        process = subprocess.run([sys.executable, "-c", PROGRAM, "--store", store, text, "--service", "--format", fmt], capture_output=True)
        assert (process.returncode, process.stderr.count(b"\n")) == (3, 1), process.stderr
        assert b"the query cannot be answered: Connection refused" in process.stderr


# -- the store -------------------------------------------------------------------------------------------------------------


def test_a_missing_store_is_reported_and_not_created(tmp_path: Path) -> None:
    error = refused(tmp_path / "store", TRUTH)
    assert error == f"{tmp_path}/store: there is no store; run 'pfocr2rdf load EXPORT --to {tmp_path}/store' to make one from an export"
    (tmp_path / "file").touch()
    for path, kind in ((tmp_path, "a folder"), (tmp_path / "file", "a file")):
        assert refused(path, TRUTH) == f"{path}: is {kind}, not a store; name a folder that 'pfocr2rdf load' wrote"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_damaged_store_is_told_and_left_alone(tmp_path: Path) -> None:
    Store(tmp_path).add(Quad(NamedNode("a:b"), NamedNode("a:b"), Literal("c")))
    (tmp_path / "CURRENT").write_text("MANIFEST-999999\n")
    previous = state(tmp_path)
    assert refused(tmp_path, TRUTH).startswith(f"{tmp_path}: the store cannot be used: ")
    assert state(tmp_path) == previous


def test_a_store_is_not_read_while_somebody_writes_to_it(tmp_path: Path) -> None:
    writing = "import sys, pyoxigraph; store = pyoxigraph.Store(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", writing, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        assert refused(tmp_path, TRUTH) == f"{tmp_path}: another program is using the store; stop it, and try again"
        writer.communicate(b"")
    assert run(tmp_path, TRUTH).stdout == "no\n"


def test_a_store_is_not_written_to_while_somebody_reads_it(store: Path) -> None:
    writing = [sys.executable, "-c", "import sys, pyoxigraph; pyoxigraph.Store(sys.argv[1])", store]
    previous = state(store)
    result, other = stream_query(store, WORDS), stream_query(store, WORDS)
    refusal = subprocess.run(writing, capture_output=True)
    assert b"While lock file" in refusal.stderr
    assert len(list(result)) == len(list(other)) == 3
    assert {name: previous[name] for name in previous if name != "LOG"} == {name: state(store)[name] for name in previous if name != "LOG"}
    del result, other
    assert subprocess.run(writing).returncode == 0


# -- where the answer goes -------------------------------------------------------------------------------------------------


def test_a_file_is_written_whole(store: Path, tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "answer.csv").symlink_to("real")
    result = run(store, WORDS, "--output", tmp_path / "answer.csv", "--format", "csv")
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "real").read_text().startswith("word,how,family\n")
    assert sorted(os.listdir(tmp_path)) == ["answer.csv", "real"]


def test_a_file_is_left_as_it_was_when_something_goes_wrong(store: Path, tmp_path: Path) -> None:
    (tmp_path / "answer").write_text("old")
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as closed:
        port = closed.server_port
    text = f"SELECT * {{ {{ ?s ?p ?o }} UNION {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }} }}"
    for fmt in ("table", "csv"):
        error = refused(store, text, "--service", "--format", fmt, "--output", tmp_path / "answer")
        assert error == f"{store}: the query cannot be answered: Connection refused (os error 111)"
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"answer": "old"}
    assert refused(store, text, "--output", tmp_path / "none" / "answer").endswith(
        "/none/answer: cannot be written: No such file or directory; check the path"
    )


def test_what_is_no_file_is_written_as_it_is(store: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    contents: list[str] = []
    reader = threading.Thread(target=lambda: contents.append((tmp_path / "pipe").read_text()))
    reader.start()
    assert run(store, TRUTH, "--output", tmp_path / "pipe").exit_code == 0
    reader.join(10)
    assert contents == ["yes\n"]
    assert (tmp_path / "pipe").is_fifo()


def test_control_characters_are_shown_not_obeyed(store: Path) -> None:
    text = f"SELECT ?word {{ GRAPH <{ODD}> {{ ?s ?p ?word }} }} ORDER BY ?word"
    assert run(store, text).stdout.splitlines()[2:] == ["\\x1b[2J\\x07", "a\\r\\nb\\tc", "\\u202edeb", "→ ḾSTN"]
    assert b"\x1b[2J\x07" in run(store, text, "--format", "csv").stdout_bytes


def test_formats_have_aliases(store: Path, tmp_path: Path) -> None:
    for name, alias in (("turtle", "ttl"), ("ntriples", "nt"), ("jsonld", "JSON-LD"), ("rdfxml", "rdf+xml")):
        texts = [
            CliRunner().invoke(main, ["query", "DESCRIBE fam:STAT", "--store", str(store), "-f", name_]).stdout for name_ in (name, alias)
        ]
        assert texts[0] == texts[1] != ""
    result = CliRunner().invoke(
        main, ["export", "examples", "-o", str(tmp_path / "out"), "-f", "ttl", "-f", "nq", "-f", "turtle", "-f", "nt"]
    )
    assert result.exit_code == 0
    assert {path.name for path in (tmp_path / "out").glob("figures.*")} == {"figures.ttl", "figures.nq", "figures.nt"}


def test_the_text_of_an_answer_goes_to_any_binary_file(store: Path) -> None:
    file = io.BytesIO()
    query(store, WORDS).write(file, "csv")
    assert file.getvalue().startswith(b"word,how,family\r\n")
    with pytest.raises(StoreError, match="cannot be written as yaml; choose csv, tsv, json or xml"):
        query(store, WORDS).write(file, "yaml")


# -- servers ---------------------------------------------------------------------------------------------------------------


def test_a_server_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="the connection failed"):
        query(f"http://127.0.0.1:{free_port()}", "ASK {}", connection=ConnectionOptions(retry_seconds=0.1))


@pytest.mark.parametrize("command", [["query", "ASK {}", "--store"], ["load", "examples", "--to"]])
def test_a_server_that_is_not_there_is_asked_once(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenacity.sleep_using_event", lambda _: lambda _: pytest.fail("it waits"))
    result = CliRunner().invoke(main, [*command, f"http://127.0.0.1:{free_port()}"])
    assert result.exit_code == 3
    assert result.output.count("\n") == 1
    assert "the connection failed: Connection refused; check that the server runs, or wait for it with --retry-for SECONDS" in result.output


def test_a_server_that_starts_is_waited_for(store: Path) -> None:
    port = free_port()

    def answer() -> None:
        time.sleep(0.3)
        with socket.create_server(("127.0.0.1", port)) as server:
            for _ in range(2):
                connection, _address = server.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    threading.Thread(target=answer, daemon=True).start()
    with pytest.raises(StoreError, match="asks for a password"):
        query(f"http://127.0.0.1:{port}", "ASK {}", connection=ConnectionOptions(retry_seconds=20))


def test_a_service_that_hides_is_found(store: Path) -> None:
    """A less-than that could begin an IRI does not take the SERVICE behind it out of sight, nor does a comment or an escape."""
    for text in (
        "SELECT * { ?a ?b ?c FILTER(?a<'>'&&?a!=' ') SERVICE <http://127.0.0.1:9/> { ?x ?y ?z } FILTER(?a!='x') }",
        "SELECT * { SERVICE # here\n SILENT <http://127.0.0.1:9/> { ?x ?y ?z } }",
        "SELECT * { SERV\\u0049CE <http://127.0.0.1:9/> { ?x ?y ?z } }",
    ):
        with pytest.raises(StoreError, match="sends a request to another server with SERVICE"):
            query(store, text)
