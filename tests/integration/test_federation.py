"""No request leaves unless the user asked for it: not by SERVICE in any spelling, nor by a context, an import or an entity of a file."""

from __future__ import annotations

import http.server
import io
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from click.testing import CliRunner
from pyoxigraph import Store
from tests.support.example_store import example_store
from tests.support.federation import EXAMPLE, Trap, federated_query, small_store, trap

from pfocr2rdf import validate
from pfocr2rdf.cli import main
from pfocr2rdf.errors import FederationError, PfocrError, StoreError
from pfocr2rdf.server.execute import SparqlRequest, execute_into
from pfocr2rdf.stores import network_guard
from pfocr2rdf.stores.embedded import EmbeddedStore, StoreManager
from pfocr2rdf.stores.network_guard import deny_network, has_network, run_without_network
from pfocr2rdf.stores.querying.examples import load_examples
from pfocr2rdf.stores.querying.query import query
from pfocr2rdf.stores.querying.query_text import scan_query

QUERY_COUNT = int(os.environ.get("PFOCR2RDF_FUZZ_QUERIES", "1500"))
"""Generated queries in each of the tests that try many; 100,000 take some minutes."""

SEED = int(os.environ.get("PFOCR2RDF_FUZZ_SEED", "1"))

guarded_system = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the sandbox without network needs seccomp of Linux")


@pytest.fixture
def trapped() -> Iterator[Trap]:
    with trap() as server:
        yield server


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("federation") / "store"
    small_store(Store(path))
    return path


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example_store(tmp_path_factory.mktemp("figures"))


@pytest.fixture
def no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a system that has none."""
    monkeypatch.setattr(network_guard, "_ARCHITECTURES", {})


def generated(trapped: Trap, count: int = QUERY_COUNT) -> Iterator[str]:
    chance = random.Random(SEED)
    return (federated_query(chance, trapped.url) for _ in range(count))


def evaluate(store: Store, text: str) -> str:
    """Evaluate a query to its end with no check of ours; returns what came of it."""
    try:
        result = store.query(text)
        rows = 1 if isinstance(result, pyoxigraph.QueryBoolean) else sum(1 for _ in result)
    except (OSError, RuntimeError, SyntaxError, ValueError) as error:
        return type(error).__name__
    return "rows" if rows else "no rows"


# -- the sandbox -----------------------------------------------------------------------------------------------------------


@guarded_system
def test_a_thread_without_network_cannot_connect_and_the_others_can(trapped: Trap) -> None:
    def attempt() -> list[str]:
        attempts: list[Callable[[], Any]] = [
            lambda: socket.create_connection(("127.0.0.1", trapped.port)),
            lambda: socket.socket(socket.AF_INET6),
            lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
            lambda: socket.socket(socket.AF_UNIX),
        ]
        outcomes = []
        for connect in attempts:
            with pytest.raises(PermissionError) as caught:
                connect()
            outcomes.append(str(caught.value))
        with pytest.raises(OSError):  # noqa: PT011 - the text depends on the resolver
            socket.getaddrinfo("host.example.org", 80)
        code = f"import socket; socket.create_connection(('127.0.0.1', {trapped.port}))"
        assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 1
        nested: list[bool] = []
        thread = threading.Thread(target=lambda: nested.append(has_network()))
        thread.start()
        thread.join()
        assert nested == [False]
        return outcomes

    assert len(run_without_network(attempt)) == 4
    assert trapped.connections == 0
    assert has_network()
    socket.create_connection(("127.0.0.1", trapped.port)).close()


@guarded_system
def test_an_error_of_the_work_comes_out_of_the_thread() -> None:
    with pytest.raises(ZeroDivisionError):
        run_without_network(lambda: 1 // 0)
    assert run_without_network(lambda: 7) == 7


def test_a_system_without_a_sandbox_says_so(no_sandbox: None) -> None:
    assert deny_network() is False
    assert has_network()


# -- queries of any spelling -----------------------------------------------------------------------------------------------


def test_the_scan_knows_every_query_that_asks_another_server(trapped: Trap) -> None:
    """With a network, so that the generator and the trap are known to work: hundreds of its queries reach it."""
    store, reached = small_store(), 0
    for text in generated(trapped, 1500):
        before = trapped.connections
        outcome = evaluate(store, text)
        if outcome == "OSError":
            time.sleep(0.001)  # for the thread that counts
        if trapped.connections > before and not scan_query(text).may_use_service:  # perhaps a connection of the query before, counted late
            time.sleep(0.2)
            before = trapped.connections
            evaluate(store, text)
            time.sleep(0.2)
            assert trapped.connections == before, text
        elif trapped.connections > before:
            reached += 1
    assert reached > 150


@guarded_system
def test_no_generated_query_connects_without_network(trapped: Trap) -> None:
    """The sandbox alone: nothing looks at the text."""
    outcomes = run_without_network(lambda: Counter(evaluate(small_store(), text) for text in generated(trapped)))
    assert trapped.connections == 0
    assert outcomes["PermissionError"] > QUERY_COUNT // 20, outcomes
    assert outcomes["rows"] > QUERY_COUNT // 20, outcomes


@guarded_system
def test_the_server_sends_no_generated_query_elsewhere(folder: Path, trapped: Trap) -> None:
    store: StoreManager[EmbeddedStore] = StoreManager(folder, lambda opened: opened)

    def execute() -> Counter[int]:
        return Counter(execute_into(io.BytesIO(), store, SparqlRequest(text)).status for text in generated(trapped))

    statuses = run_without_network(execute)
    assert trapped.connections == 0
    assert set(statuses) <= {200, 400, 403, 500}, statuses
    assert statuses[403] > QUERY_COUNT // 5, statuses


def test_no_generated_query_is_sent_elsewhere_from_python(folder: Path, trapped: Trap) -> None:
    outcomes: Counter[str] = Counter()
    for text in generated(trapped, QUERY_COUNT // 5):
        try:
            query(folder, text)
            outcomes["answered"] += 1
        except StoreError as error:
            outcomes[type(error).__name__] += 1
    assert trapped.connections == 0
    assert min(outcomes["answered"], outcomes["FederationError"]) > QUERY_COUNT // 100, outcomes


def test_nor_where_there_is_no_sandbox(folder: Path, trapped: Trap, no_sandbox: None) -> None:
    for text in generated(trapped, QUERY_COUNT // 5):
        try:
            query(folder, text)
        except StoreError:
            continue
        assert not scan_query(text).may_use_service
    assert trapped.connections == 0


HIDDEN = [
    "SELECT * {{ FILTER(2<3&&'>'!='<') ?s ?p 1SERVICE <{url}> {{ ?x ?y ?z }} FILTER('' ='') }}",
    "SELECT * {{ ?s ?p trueSERVICE SILENT<{url}> {{ ?x ?y ?z }} }}",
    "PREFIX : <{url}> SELECT * {{ SERVICE:path {{ ?x ?y ?z }} }}",
    "PREFIX near: <{url}> SELECT * {{ servicenear:path {{ ?x ?y ?z }} }}",
    "PREFIX near: <{url}> SELECT * {{ SERVICESILENTnear:path {{ ?x ?y ?z }} }}",
    "SELECT * {{ SERVICE#\n#\nSILENT#\n<{url}> {{ ?x ?y ?z }} }}",
    "SELECT * {{ \\u0053ervic\\U00000065 <{url}> {{ ?x ?y ?z }} }}",
    "SELECT * {{ ?s ?p 1e1SERVICE ?where {{ ?x ?y ?z }} VALUES ?where {{ <{url}> }} }}",
    f"PREFIX {'near' * 40}: <{{url}}> SELECT * {{{{ SERVICE{'near' * 40}:path {{{{ ?x ?y ?z }}}} }}}}",  # only the sandbox sees this one
    "ASK {{ FILTER EXISTS {{ SERVICE <{url}> {{ ?x ?y ?z }} }} }}",
]


@pytest.mark.parametrize("text", HIDDEN)
def test_a_hidden_service_is_refused(text: str, folder: Path, trapped: Trap) -> None:
    text = text.format(url=trapped.url)
    with pytest.raises(FederationError):
        query(folder, text)
    store: StoreManager[EmbeddedStore] = StoreManager(folder, lambda opened: opened)
    result = run_without_network(lambda: execute_into(io.BytesIO(), store, SparqlRequest(text)))
    assert (result.status, trapped.connections) == (403, 0)


HARMLESS = [
    "SELECT (COUNT(*) AS ?service) { ?webservice ?p ?services }",
    "# the service\nASK { ?s ?p 'a \\u0041 SERVICE' }",
    f"SELECT * {{ ?s ?service <{EXAMPLE}service> }}",
    f"PREFIX service: <{EXAMPLE}> CONSTRUCT {{ ?s service:p ?o }} {{ ?s service:p ?o }}",
]


@pytest.mark.parametrize("text", HARMLESS)
@pytest.mark.usefixtures("no_sandbox")
def test_a_text_that_may_ask_another_server_needs_a_sandbox(text: str, folder: Path) -> None:
    with pytest.raises(FederationError, match="no sandbox that blocks requests to other servers; remove it, or allow this"):
        query(folder, text)
    store: StoreManager[EmbeddedStore] = StoreManager(folder, lambda opened: opened)
    result = execute_into(io.BytesIO(), store, SparqlRequest(text))
    assert (result.status, "could send a request to another server, which this service does not allow" in result.detail) == (403, True)
    assert query(folder, text, service=True).query_form


def test_a_server_is_not_sent_what_may_ask_another_one(trapped: Trap) -> None:
    with pytest.raises(FederationError, match="the server could send parts of it to other servers"):
        query(trapped.url, "ASK { ?s ?p ?service }")
    assert trapped.connections == 0


def answer(store: Path, text: str, *, service: bool = False) -> list[str]:
    result = query(store, text, service=service)
    return [str(result.boolean)] if result.query_form == "ask" else [*result.variables, *map(str, result.terms())]


@guarded_system
def test_answers_without_network_are_the_same(folder: Path, figures: Path) -> None:
    """A comment with the word is all that differs: with it the query is executed in the sandbox."""
    texts = [example.text for example in load_examples() if not example.services]
    texts += [
        "CONSTRUCT WHERE { ?s ?p ?o }",
        "ASK { ?s ?p ?o }",
        "ASK { ?s ?s ?s }",
        "SELECT ?x { BIND(BNODE() AS ?b) }",
        "SELECT * { ?s ?p ?o }",
    ]
    for text in texts:
        with_word = f"{text}\n# service"
        assert [scan_query(variant).may_use_service for variant in (text, with_word)] == [False, True]
        assert sorted(answer(figures, text)) == sorted(answer(figures, with_word)), text
    for text in HARMLESS:
        result = query(folder, text)
        assert result.query_form == query(folder, text, service=True).query_form


@guarded_system
def test_a_syntax_error_is_explained_without_network_too(folder: Path) -> None:
    with pytest.raises(StoreError, match="line 1, column 25: it ends unexpectedly"):
        query(folder, "SELECT * { ?s ?p#service")


# -- what errors tell ------------------------------------------------------------------------------------------------------

SECRET = "internal-7f3a"

ANSWERS = [
    (500, "text/plain", SECRET),
    (404, "text/html", f"<h1>{SECRET}</h1>"),
    (302, "text/plain", SECRET),
    (200, f"text/{SECRET}", SECRET),
    *((200, f"application/sparql-results+{kind}", SECRET) for kind in ("json", "xml")),
    *((200, f"text/{kind}", f"?{SECRET}\n<{SECRET}\n") for kind in ("csv", "tab-separated-values")),
    (200, "application/sparql-results+xml", f"<{SECRET}></b>"),
    *(
        (200, "application/sparql-results+json", json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [{"x": term}]}}))
        for term in ({"type": SECRET}, {"type": "literal", "value": "x", "xml:lang": SECRET * 9})
    ),
]  # fmt: skip


@pytest.mark.parametrize(("status", "media_type", "body"), ANSWERS)
def test_errors_tell_the_status_of_another_server_and_no_more(status: int, media_type: str, body: str, folder: Path) -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status, SECRET)
            for name, value in (
                ("Content-Type", media_type),
                ("Content-Length", str(len(body))),
                ("Location", f"http://127.0.0.1:1/{SECRET}"),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        for text in (f"SELECT * {{ SERVICE <{url}> {{ ?x ?y ?z }} }}", f"ASK {{ SERVICE <{url}> {{ ?x ?y ?z }} }}"):
            try:
                answer(folder, text, service=True)
                message = ""
            except PfocrError as error:
                message = str(error)
            assert SECRET not in message
            assert status == 200 or "SERVICE" in message
            assert status < 400 or f"status {status}" in message
            store: StoreManager[EmbeddedStore] = StoreManager(folder, lambda opened: opened)
            result = execute_into(io.BytesIO(), store, SparqlRequest(text), allow_service=True)
            assert SECRET not in result.detail
        server.shutdown()


# -- other readers ---------------------------------------------------------------------------------------------------------

SHAPES = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
<https://example.org/shapes> a owl:Ontology ; owl:imports <{url}> .
<https://example.org/shape> a sh:NodeShape ; sh:targetNode <https://example.org/s> ; sh:sparql [
  sh:message "m" ; sh:select "SELECT $this {{ {select} }}" ] .
"""


@pytest.mark.parametrize(
    "select", ["SERVICE <{url}> {{ $this ?p ?o }}", "$this ?p 1SERVICE SILENT<{url}> {{ $this ?p ?o }}", "$this ?p ?o"]
)
def test_shapes_ask_nobody(select: str, trapped: Trap, tmp_path: Path) -> None:
    (tmp_path / "more.ttl").write_text(SHAPES.format(url=trapped.url, select=select.format(url=trapped.url)))
    (tmp_path / "data.nt").write_text(f"<{EXAMPLE}s> <{EXAMPLE}p> 1 .\n".replace("1", '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'))
    try:
        results = validate(tmp_path / "data.nt", shapes=[tmp_path]).results
    except PfocrError:
        assert "SERVICE" in select
    else:
        assert [result.component for result in results if "SPARQL" in result.component] or "SERVICE" in select
    assert trapped.connections == 0


FILES = {
    "context.jsonld": '{{"@context": "{url}context.jsonld", "@id": "https://example.org/s", "p": "x"}}',
    "import.jsonld": '{{"@context": {{"@import": "{url}context.jsonld"}}, "@id": "https://example.org/s"}}',
    "entity.rdf": '<!DOCTYPE r [<!ENTITY e SYSTEM "{url}e">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="https://example.org/s"><p xmlns="https://example.org/">&e;</p></rdf:Description></rdf:RDF>',
    "dtd.rdf": '<!DOCTYPE r SYSTEM "{url}r.dtd"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
    "base.ttl": "@base <{url}> . <s> <http://www.w3.org/2002/07/owl#imports> <{url}> .",
}


@pytest.mark.parametrize("name", FILES)
def test_files_fetch_nothing(name: str, trapped: Trap, tmp_path: Path) -> None:
    (tmp_path / name).write_text(FILES[name].format(url=trapped.url))
    file = str(tmp_path / name)
    for arguments in (["validate", file], ["diff", file, file], ["load", file, "--to", str(tmp_path / "store")], ["stats", file]):
        result = CliRunner().invoke(main, arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    assert trapped.connections == 0
