"""Plain requests, which a connection answers itself, have the response of the application, whatever the client does."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from urllib.parse import quote, urlencode

import httpx
import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode, Quad
from tests.support.processes import wait_until
from tests.support.records import ROOT, exported
from tests.support.service import COUNT, ENDLESS, Served, served
from uvicorn import Server

from pfocr2rdf import load
from pfocr2rdf.server import answers as answers_module
from pfocr2rdf.server import run
from pfocr2rdf.server.answers import QueryAnswers
from pfocr2rdf.server.app import application
from pfocr2rdf.server.execute import SparqlRequest
from pfocr2rdf.server.linked_data import WARM_UP_STEPS, PageHandler
from pfocr2rdf.server.quick_requests import QuickRequests
from pfocr2rdf.server.settings import ServerSettings
from pfocr2rdf.server.store_view import StoreView
from pfocr2rdf.server.worker_pool import WorkerPool
from pfocr2rdf.stores.embedded import StoreManager
from pfocr2rdf.stores.querying.lookup import LookupExceededError

JSON = "application/sparql-results+json"
FOUND, NOT_FOUND = "SELECT ?s { ?s a pfocr:Figure }", "SELECT ?x { <https://example.org/nobody> rdfs:label ?x }"
JOINED = "SELECT * { ?mention oa:hasTarget ?figure ; pfocr:word ?word ; oa:hasBody ?thing . ?figure dcterms:title ?title }"
LOOKUPS = [FOUND, NOT_FOUND, JOINED, "ASK { ?s a pfocr:Gene }", 'SELECT ?s { ?s rdfs:label "no such label" }', f"{FOUND} LIMIT 2"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples, loaded."""
    folder = tmp_path_factory.mktemp("quick")
    exported([ROOT / "examples"], folder / "out")
    load(folder / "out", folder / "store")
    return folder / "store"


@pytest.fixture(scope="module", params=["cached", "computed"])
def server(store: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Served]:
    """A server with a cache, and one without."""
    options = ("--cache", "0") if request.param == "computed" else ()
    with served(store, tmp_path_factory.mktemp("server"), "--workers", "1", "--timeout", "4", *options) as server:
        yield server


def exchange(server: Served, data: bytes, *rest: bytes) -> tuple[int, dict[str, str], bytes]:
    """The first response to what is sent, in blocks."""
    with socket.create_connection(("127.0.0.1", server.port), 10) as line, line.makefile("rb") as file:
        for block in (data, *rest):
            line.sendall(block)
            if rest:
                time.sleep(0.05)
        return read_response(file)


def read_response(file: object) -> tuple[int, dict[str, str], bytes]:
    status = int(file.readline().split()[1])  # type: ignore[attr-defined]
    headers: dict[str, str] = {}
    while (line := file.readline().decode("latin-1").strip()) != "":  # type: ignore[attr-defined]
        name, _, value = line.partition(": ")
        headers[name.lower()] = value
    headers.pop("date", None)
    return status, headers, file.read(int(headers.get("content-length", 0)))  # type: ignore[attr-defined]


def post(query: str, headers: str = f"Accept: {JSON}\r\n", content_type: str = "application/sparql-query") -> bytes:
    body = query.encode()
    head = f"POST /sparql HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode("latin-1") + body


def get(query: str, headers: str = "", rest: str = "") -> bytes:
    return f"GET /sparql?query={quote(query)}{rest} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode("latin-1")


def with_header(data: bytes) -> bytes:
    """The same request with a header that sends it the usual way."""
    return data.replace(b"\r\nHost:", b"\r\nX-Usual: way\r\nHost:", 1)


FORMATS = [
    "",
    f"Accept: {JSON}\r\n",
    "Accept: text/csv\r\n",
    "Accept: application/sparql-results+xml\r\n",
    "Accept: text/html\r\n",
    "Accept: image/png\r\n",
]
PLAIN = [
    *(post(query, accept) for query in LOOKUPS for accept in FORMATS),
    *(get(query) for query in LOOKUPS),
    *(get(query, "Accept: */*\r\nUser-Agent: t\r\nAccept-Encoding: gzip, zstd\r\nConnection: keep-alive\r\n") for query in LOOKUPS),
    *(get(FOUND, rest=f"&format={name}") for name in ("json", "csv", "tsv", "xml", "html", "nonsense")),
    post(urlencode({"query": FOUND, "format": "tsv"}), content_type="application/x-www-form-urlencoded"),
]  # fmt: skip


def test_both_ways_have_the_same_response(server: Served) -> None:
    statuses = set()
    for data in PLAIN:
        quick, usual = exchange(server, data), exchange(server, with_header(data))
        assert quick[:2] == usual[:2], data
        # The order of rows is free without a cache, where both ways compute them.
        assert sorted(re.split(rb"[{},\n]|<result>", quick[2])) == sorted(re.split(rb"[{},\n]|<result>", usual[2])), data
        statuses.add(quick[0])
    assert statuses == {200, 400, 406}


def parser(store: Path) -> QuickRequests:
    settings = ServerSettings()
    answers = QueryAnswers(StoreManager(store, StoreView), store, settings)
    return QuickRequests(answers, settings, lambda host, _: host.partition(":")[0] == "localhost", {})


def test_plain_requests_are_quick(store: Path) -> None:
    requests = parser(store)
    for data in PLAIN:
        assert (requests.parse(data, "127.0.0.1") is None) == (b"nonsense" in data), data


@pytest.mark.parametrize(
    "data",
    [
        post(FOUND)[:-1], post(FOUND) + b"x", post(FOUND) + post(FOUND), post(FOUND)[:60], get(FOUND) + b"x", b"\r\n" + post(FOUND),
        post(FOUND, "Transfer-Encoding: chunked\r\n"), post(FOUND, "Content-Length: 3\r\n"), post(FOUND, "Host: localhost\r\n"),
        post(FOUND, "Connection: close\r\n"), post(FOUND, "Expect: 100-continue\r\n"), post(FOUND, "If-None-Match: *\r\n"),
        post(FOUND, "X-Forwarded-For: 10.0.0.1\r\n"), post(FOUND, "Range: bytes=0-1\r\n"), post(FOUND, "Content-Encoding: gzip\r\n"),
        post(FOUND, f"Accept: {'x' * 3000}\r\n"), post(FOUND, "Accept : x\r\n"), post(FOUND, "Accept: a\x00\r\n"),
        post(FOUND, " folded: x\r\n"),
        post(FOUND).replace(b"localhost", b"evil.example"), post(FOUND).replace(b"Host: localhost\r\n", b""),
        post(FOUND).replace(b"HTTP/1.1", b"HTTP/1.0"), post(FOUND).replace(b"HTTP/1.1\r\n", b"HTTP/1.1\n"),
        post(FOUND).replace(b"/sparql ", b"/sparql?default-graph-uri=x:g "), get(FOUND, rest="&default-graph-uri=x:g"),
        post(FOUND, content_type="text/plain"), post(FOUND, content_type="application/sparql-update"), get(FOUND, rest="&query=x"),
        get("").replace(b"query=", b""), post("update=x", content_type="application/x-www-form-urlencoded"),
        post("query=%ff", content_type="application/x-www-form-urlencoded"), post(FOUND).replace(b"POST", b"PUT"),
        post(FOUND).replace(b"POST /sparql", b"POST http://localhost/sparql"), post(FOUND).replace(b"POST /sparql", b"POST //sparql"),
    ],
)  # fmt: skip
def test_all_other_requests_take_the_usual_way(data: bytes, store: Path) -> None:
    assert parser(store).parse(data, "127.0.0.1") is None


def test_a_request_in_pieces_and_several_at_once_are_answered(server: Served) -> None:
    data = post(FOUND)
    whole = exchange(server, data)
    assert exchange(server, data[:30], data[30:])[:2] == whole[:2]
    assert exchange(server, data[:-9], data[-9:])[:2] == whole[:2]
    with socket.create_connection(("127.0.0.1", server.port), 10) as line, line.makefile("rb") as file:
        for data in (post(JOINED), post(FOUND), with_header(post(JOINED)), get(NOT_FOUND), post(FOUND) * 3):
            line.sendall(data)  # before the first answer is there
        assert [read_response(file)[0] for _ in range(7)] == [200] * 7
        line.sendall(b"nonsense\r\n\r\n")
        assert read_response(file)[0] == 400


def test_what_a_client_has_is_not_sent_again(server: Served) -> None:
    for text in (FOUND, JOINED, COUNT):
        response = server.ask(text)
        etag = response.headers["etag"]
        again = httpx.get(f"{server.url}/sparql", params={"query": text}, headers={"Accept": JSON, "If-None-Match": f'"other", {etag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        other = httpx.get(f"{server.url}/sparql", params={"query": text}, headers={"Accept": JSON, "If-None-Match": '"other"'})
        assert (other.status_code, len(other.content)) == (200, len(response.content))


def open_to_write(folder: Path) -> pyoxigraph.Store:
    """The store, once no process that begins reads it."""
    for _ in range(200):
        with contextlib.suppress(OSError):
            return pyoxigraph.Store(folder)
        time.sleep(0.05)
    raise AssertionError


def test_a_changed_store_has_new_answers(store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "changing"
    pyoxigraph.Store(folder).extend(pyoxigraph.Store.read_only(str(store)))
    text = "SELECT ?x { <https://example.org/a> rdfs:label ?x }"
    with served(folder, tmp_path) as server:
        for number in range(3):
            assert len(server.ask(text).json()["results"]["bindings"]) == number
            assert len(server.ask(f"{text} ORDER BY ?x").json()["results"]["bindings"]) == number
            written = open_to_write(folder)
            label = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
            written.add(Quad(NamedNode("https://example.org/a"), label, Literal(str(number)), NamedNode("https://example.org/g")))
            del written


def test_a_lookup_of_some_rows_needs_no_process(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = StoreManager(store, lambda opened: StoreView(opened, lambda _: pytest.fail("no page is needed")))
    answers = QueryAnswers(manager, store, ServerSettings())
    monkeypatch.setattr(WorkerPool, "execute", None)
    for accept in (JSON, "text/csv"):
        request = SparqlRequest(JOINED, accept)
        with pytest.raises(LookupExceededError):
            answers.find(request)
        streamed = asyncio.run(answers.execute_lookup(request, "client"))
        assert streamed.file
        assert streamed.result == (200, accept, "")
        found = answers.find(request)  # it was kept
        assert found
        assert (found.body, found.etag) == (streamed.file.read(), streamed.etag)


def test_clients_that_leave_do_not_make_lookups_use_more_threads(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finished, began = threading.Event(), []

    def wait(*_: object) -> bytes:
        began.append(1)
        assert finished.wait(20)
        return b'{"head":{"vars":[]},"results":{"bindings":[]}}'

    async def leave_and_come_back() -> None:
        requests = [SparqlRequest(f"{JOINED} LIMIT {200 + number}", JSON) for number in range(6)]
        tasks = [asyncio.ensure_future(query_answers.execute_lookup(request, "client")) for request in requests[:2]]
        while len(began) < 2:
            await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        tasks = [asyncio.ensure_future(query_answers.execute_lookup(request, "client")) for request in requests[2:]]
        await asyncio.sleep(0.1)
        at_once = len(began)
        finished.set()
        assert all(streamed.result.status == 200 for streamed in await asyncio.gather(*tasks))
        assert at_once == 2

    monkeypatch.setattr(answers_module, "evaluate_bounded", wait)
    monkeypatch.setattr(answers_module, "_LOOKUP_WORKERS", 2)
    query_answers = QueryAnswers(StoreManager(store, lambda opened: StoreView(opened, id)), store, ServerSettings())
    asyncio.run(leave_and_come_back())
    assert len(began) == 6


def test_a_request_with_an_unexpected_error_takes_the_usual_way(
    store: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    servers: list[run._Server] = []
    monkeypatch.setattr(QuickRequests, "execute", fail)
    monkeypatch.setattr(run._Server, "__init__", lambda self, config: (Server.__init__(self, config), servers.append(self))[0])
    urls: Queue[str] = Queue()
    threshold = gc.get_threshold()
    with run.open_listener("127.0.0.1", 0) as listener, ThreadPoolExecutor(1) as pool:
        served_until_stop = pool.submit(run.serve, listener, store, ServerSettings(), host="127.0.0.1", on_ready=urls.put)
        try:
            urls.get(timeout=60)
            with socket.create_connection(listener.getsockname(), 20) as line, line.makefile("rb") as file:
                line.sendall(post(JOINED))
                status, _, body = read_response(file)
        finally:
            servers[0].should_exit = True
            served_until_stop.result()
    assert status == 200
    assert body.count(b'"figure":') > 1
    assert "unexpected RuntimeError: a bug" in caplog.text
    assert gc.get_threshold() == threshold, "a program that has served goes on with its own garbage collector"


def test_long_queries_keep_no_lookup_waiting(store: Path, tmp_path: Path) -> None:
    with (
        served(store, tmp_path, "--workers", "1", "--queue", "2", "--timeout", "60", "--cache", "0") as server,
        ThreadPoolExecutor(4) as pool,
    ):
        busy = [pool.submit(server.ask, f"{ENDLESS} # {number}") for number in range(4)]
        assert wait_until(lambda: any(future.done() for future in busy))  # one runs, two wait, and the fourth is refused
        for text in LOOKUPS:
            assert exchange(server, post(text))[0] == 200, text
        assert not all(future.done() for future in busy), [(f.result().status_code, f.result().text, f.result().elapsed) for f in busy]
        server.process.kill()


def test_values_that_differ_each_time_are_not_kept(server: Served) -> None:
    for text in ("SELECT (RAND() AS ?x) { }", "SELECT (struuid() AS ?x) { }"):
        assert server.ask(text).content != server.ask(text).content


def test_lists_and_the_home_page_are_made_after_the_start(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from starlette.testclient import TestClient  # here, since it warns in some of its versions when it is imported

    steps: list[int] = []
    warm_up = PageHandler.warm_up
    monkeypatch.setattr(PageHandler, "warm_up", lambda pages, step: (warm_up(pages, step), steps.append(step)))
    with TestClient(application(store, ServerSettings(worker_count=1))):
        assert wait_until(lambda: len(steps) == WARM_UP_STEPS)
