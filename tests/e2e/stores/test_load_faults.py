"""A load survives what servers, networks, disks and people do to it: the store holds the export, or what it held, and says which."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import os
import random
import resource
import select
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from click.testing import CliRunner, Result
from tests.support.disks import small_disk
from tests.support.loads import DATASET, SMALL, clear_credentials, statements, store_contents, two_releases, without_metadata
from tests.support.proxy import Fault, FaultProxy, Request, cut, drop_response, page, redirect, reset_after, slow, status, swallow
from tests.support.servers import Server, Virtuoso, free_port, nginx, oxigraph, program, virtuoso

from pfocr2rdf import ConnectionOptions, PfocrError, StoreError, load
from pfocr2rdf.cli import main
from pfocr2rdf.stores.chunks import Chunk, ChunkLimits, read_chunks
from pfocr2rdf.stores.clients.sparql import Endpoints
from pfocr2rdf.stores.drivers import OxigraphDriver
from pfocr2rdf.stores.loading import load as load_module
from pfocr2rdf.stores.loading import verify as verify_module
from pfocr2rdf.stores.loading.embedded_session import EmbeddedLoadSession
from pfocr2rdf.stores.loading.plan import LoadPlan

Releases = tuple[Path, Path]

BRIEF = ConnectionOptions(retry_seconds=0.3)
"""Whoever waits for that long sees an error."""

PATIENT = ConnectionOptions(retry_seconds=30)

KILLS = 20

MAIN = "from pfocr2rdf.cli import main; main()"


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Releases:
    return two_releases(tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="module")
def ox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that holds all in memory: it takes chunks in a tenth of the time."""
    port = free_port()
    server = Server(
        [program("oxigraph", "pip install oxigraph"), "serve", "--bind", f"127.0.0.1:{port}"], tmp_path_factory.mktemp("ox"), port
    )
    try:
        yield server
    finally:
        server.close()


@pytest.fixture(scope="module")
def virt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Virtuoso]:
    with virtuoso(tmp_path_factory.mktemp("virtuoso")) as server:
        yield server


@pytest.fixture(autouse=True)
def _clear_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_credentials(monkeypatch, tmp_path)


@pytest.fixture
def empty(ox: Server) -> Server:
    ox.update("CLEAR ALL")
    return ox


@pytest.fixture
def proxy(empty: Server) -> Iterator[FaultProxy]:
    """Without faults, before an empty server."""
    with FaultProxy(empty.url) as proxy:
        yield proxy


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["load", *map(str, arguments)])


def one_sentence(output: str) -> bool:
    """Whether it is an error, and nothing else."""
    return output.startswith("Error: ") and output.count("\n") == 1 and "Traceback" not in output and "unexpected" not in output


def assert_holds(server: Server, release: Path) -> None:
    """The server holds this release, and nothing else: no lock, and no graph that was on its way."""
    assert without_metadata(server.dump()) == statements(release)


def assert_served(server: Server, release: Path | None) -> None:
    """Whoever asks is answered from this release."""
    stored = [line for line in server.dump() if line.endswith(f" <{DATASET}> .")]
    assert stored == (statements(release) if release else [])


def is_chunk(request: Request) -> bool:
    """Whether it brings a piece of the export to Oxigraph; the lock is brought in the same way."""
    return "no_transaction" in request.path and "%2Floading" not in request.path


def is_query(request: Request) -> bool:
    return request.path.startswith("/query")


def is_update(request: Request) -> bool:
    return request.path.startswith("/update")


def writes(request: Request) -> bool:
    return request.method != "GET" and not is_query(request)


def nth(n: int, matches: Callable[[Request], bool], fault: Fault, times: int = 1) -> Callable[[Request], Fault | None]:
    """Do that to the request of a kind that comes after ``n`` others, and to those that follow, as often as it is said."""
    lock, counters = threading.Lock(), [n, times]

    def choose(request: Request) -> Fault | None:
        with lock:
            if not matches(request):
                return None
            counters[0] -= 1
            return fault if -counters[1] <= counters[0] < 0 else None

    return choose


def fault_for_each(matches: Callable[[Request], bool], fault: Fault) -> Callable[[Request], Fault | None]:
    return lambda request: fault if matches(request) else None


def first_of_each(matches: Callable[[Request], bool], fault: Fault) -> Callable[[Request], Fault | None]:
    """Do that to each request, but not when it comes again: as far as can be seen from outside, by its length."""
    lock, seen_requests = threading.Lock(), set[tuple[str, int | None]]()

    def choose(request: Request) -> Fault | None:
        with lock:
            key = (request.path, request.announced)
            if not matches(request) or key in seen_requests:
                return None
            seen_requests.add(key)
            return fault

    return choose


def through(proxy: FaultProxy, driver: str, retry_for: float = 30) -> ConnectionOptions:
    """A connection for a driver, which is told where Oxigraph has its services."""
    url = proxy.url
    return ConnectionOptions(driver=driver, endpoints=Endpoints(f"{url}/query", f"{url}/update", f"{url}/store"), retry_seconds=retry_for)


def pieces(release: Path) -> list[Chunk]:
    """The chunks of a release on their way to Oxigraph."""
    return list(read_chunks([release / "figures.nt"], quads=False, from_export=True, limits=ChunkLimits(SMALL, 100_000)))


STAGED = pytest.mark.parametrize("staged", [False, True], ids=["first", "staged"])


# -- 1: a server that is killed --------------------------------------------------------------------------------------------


def killing(server: Server, kill_after: float | None, restart_after: float | None) -> Fault:
    """Kill the server before it hears of a request, while it works on it, or (``inf``) when it is done; and start it again."""

    def fault(exchange: Any) -> None:
        if kill_after is None:
            server.kill()
        elif kill_after < 1:
            threading.Timer(kill_after, server.kill).start()
        with contextlib.suppress(OSError, http.client.HTTPException), exchange.forwarded() as response:
            response.read()
        if kill_after is not None and kill_after >= 1:
            server.kill()
        if restart_after is not None:
            threading.Timer(restart_after, server.start).start()
        exchange.hang_up(reset=True)

    return fault


@pytest.mark.parametrize(
    ("n", "expected", "after"),
    [
        (7, is_chunk, None),
        (7, is_chunk, 0.001),
        (0, is_update, 0.001),
        (0, is_update, float("inf")),
        (0, lambda request: request.method == "PUT", float("inf")),
    ],
    ids=["before a chunk", "during a chunk", "during the move", "after the move", "at the end"],
)
def test_a_server_that_is_killed_and_comes_back(
    n: int, expected: Callable[[Request], bool], after: float | None, releases: Releases, tmp_path: Path
) -> None:
    with oxigraph(tmp_path) as server, FaultProxy(server.url) as proxy:
        load(releases[0], proxy.url)
        proxy.faults = nth(n, expected, killing(server, after, restart_after=0.3))
        pid = server.pid
        loaded = load(releases[1], proxy.url, chunk_size=SMALL, connection=PATIENT)
        assert server.pid != pid
        assert loaded.retries > 0
        assert_holds(server, releases[1])


@STAGED
def test_a_server_that_is_killed_and_does_not_come_back_in_time(staged: bool, releases: Releases, tmp_path: Path) -> None:
    with oxigraph(tmp_path) as server, FaultProxy(server.url) as proxy:
        if staged:
            load(releases[0], proxy.url)
        proxy.faults = nth(9, is_chunk, killing(server, 0.001, restart_after=None))
        with pytest.raises(StoreError, match=r"the connection failed: .*; check that the server runs"):
            load(releases[1], proxy.url, chunk_size=SMALL, connection=BRIEF)
        server.start()
        if staged:
            assert_served(server, releases[0])
        loaded = load(releases[1], proxy.url, chunk_size=SMALL)
        assert 0 < loaded.resumed < loaded.chunks
        assert_holds(server, releases[1])


def test_a_server_that_forgets_what_it_was_sent(releases: Releases, proxy: FaultProxy, empty: Server) -> None:
    """As one does that holds all in memory: what the journal has is not believed."""
    proxy.faults = nth(9, is_chunk, status(400))
    with pytest.raises(StoreError, match=r"responds to [A-Z]+ with 400"):
        load(releases[0], proxy.url, chunk_size=SMALL)
    empty.update("CLEAR ALL")
    assert load(releases[0], proxy.url, chunk_size=SMALL).resumed == 0
    assert_holds(empty, releases[0])


# -- 2 to 4: connections that break, and answers that are lost or wrong ------------------------------------------------------


@STAGED
@pytest.mark.parametrize("seed", range(2))
def test_connections_that_break_at_random(seed: int, staged: bool, releases: Releases, proxy: FaultProxy, empty: Server) -> None:
    if staged:
        load(releases[0], proxy.url)
    chosen = random.Random(seed)

    def fault(request: Request) -> Fault | None:
        draw = chosen.random()
        if draw < 0.1:
            return reset_after(chosen.randrange((request.announced or 0) + 1))
        return drop_response() if draw < 0.18 else None

    proxy.faults = fault
    loaded = load(releases[1], proxy.url, chunk_size=SMALL, connection=PATIENT)
    assert loaded.retries > 1
    assert_holds(empty, releases[1])


def test_a_move_that_may_have_happened_is_not_made_twice(releases: Releases, proxy: FaultProxy, empty: Server) -> None:
    """A server of which only the standards are known may empty a graph when it is told to move one that is gone."""
    options: dict[str, Any] = {"chunk_size": SMALL, "connection": through(proxy, "gsp")}
    load(releases[0], proxy.url, **options)
    move = len(f"MOVE GRAPH <{DATASET}?loading> TO GRAPH <{DATASET}>")
    moves = nth(0, lambda request: is_update(request) and request.announced == move, reset_after(0))
    proxy.faults = moves
    request_count = len(proxy.requests)
    with pytest.raises(StoreError, match="the connection failed"):
        load(releases[1], proxy.url, **options)
    assert proxy.requests[-1].number > request_count
    assert_served(empty, releases[0])
    loaded = load(releases[1], proxy.url, **options)
    assert loaded.resumed == loaded.chunks
    assert_holds(empty, releases[1])


@pytest.mark.parametrize(
    ("code", "headers", "least"),
    [
        (503, {}, 0.0),
        (429, {}, 0.0),
        (503, {"Retry-After": "1"}, 1.0),
        (429, {"Retry-After": "a while"}, 0.0),
        (503, {"Retry-After": "date"}, 0.9),
    ],
)
def test_a_server_that_is_busy_for_a_while(
    code: int, headers: dict[str, str], least: float, releases: Releases, proxy: FaultProxy, empty: Server
) -> None:
    load(releases[0], proxy.url)
    if headers.get("Retry-After") == "date":
        headers = {"Retry-After": formatdate(time.time() + 2, usegmt=True)}
    choices = [nth(3, is_chunk, status(code, headers), 2), nth(0, is_update, status(code)), nth(0, is_query, status(code))]
    proxy.faults = lambda request: next(filter(None, [choose(request) for choose in choices]), None)
    began = time.monotonic()
    loaded = load(releases[1], proxy.url, chunk_size=SMALL, connection=PATIENT)
    assert time.monotonic() - began >= least
    assert loaded.retries == 4
    assert_holds(empty, releases[1])


@STAGED
def test_a_server_that_stays_out_of_service(staged: bool, releases: Releases, proxy: FaultProxy, empty: Server) -> None:
    if staged:
        load(releases[0], proxy.url)
    previous = empty.dump()
    proxy.faults = fault_for_each(lambda _: True, status(503, body="in\nservice   soon"))
    with pytest.raises(StoreError, match=r"responds to [A-Z]+ with 503 Service Unavailable: in service soon"):
        load(releases[1], proxy.url, connection=BRIEF)
    assert {request.path for request in proxy.requests[-3:]} == {"/"}, "no other service is looked for in one that does not serve"
    assert empty.dump() == previous


@pytest.mark.parametrize("code", [400, 403, 404, 501])
def test_a_refusal_is_not_argued_with(code: int, releases: Releases, proxy: FaultProxy, empty: Server) -> None:
    load(releases[0], proxy.url)
    request_count = len(proxy.requests)
    proxy.faults = nth(5, is_chunk, status(code, body="no"), 1000)
    with pytest.raises(StoreError, match=rf"chunk \d+: .*responds to POST with {code} .*: no"):
        load(releases[1], proxy.url, chunk_size=SMALL, connection=PATIENT)
    lengths = [request.announced for request in proxy.requests[request_count:] if is_chunk(request)]
    assert len(lengths) == len(set(lengths)), "each was sent once"
    assert_served(empty, releases[0])
    proxy.faults = []
    loaded = load(releases[1], proxy.url, chunk_size=SMALL)
    assert 5 <= loaded.resumed < loaded.chunks
    assert_holds(empty, releases[1])


@pytest.mark.parametrize(("driver", "code"), [("oxigraph", 500), ("oxigraph", 502), ("gsp", 502), ("update", 500)])
@STAGED
def test_what_was_done_and_answered_with_an_error(
    staged: bool, driver: str, code: int, releases: Releases, proxy: FaultProxy, empty: Server
) -> None:
    connection = through(proxy, driver)
    if staged:
        load(releases[0], proxy.url, connection=connection)
    proxy.faults = first_of_each(writes, swallow(code))
    loaded = load(releases[1], proxy.url, chunk_size=SMALL, connection=connection)
    assert loaded.retries >= loaded.chunks
    assert_holds(empty, releases[1])


@pytest.mark.parametrize("size", [500, 100_000], ids=["slices", "at once"])
def test_an_exchange_that_was_done_and_answered_with_an_error(
    size: int, releases: Releases, proxy: FaultProxy, empty: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pfocr2rdf.stores.drivers._MAX_MOVED_STATEMENTS", 100)
    monkeypatch.setattr(OxigraphDriver, "_slice_statements", size)
    load(releases[0], proxy.url)
    proxy.faults = first_of_each(is_update, swallow(500))
    assert load(releases[1], proxy.url, connection=PATIENT).retries > 2
    assert_holds(empty, releases[1])


@pytest.mark.parametrize("n", range(0, 12, 3))
def test_an_exchange_that_breaks_off_is_gone_on_with(
    n: int, releases: Releases, proxy: FaultProxy, empty: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pfocr2rdf.stores.drivers._MAX_MOVED_STATEMENTS", 100)
    monkeypatch.setattr(OxigraphDriver, "_slice_statements", 300)
    load(releases[0], proxy.url)
    proxy.faults = nth(n, is_update, status(403), 1000)
    with pytest.raises(StoreError, match="403"):
        load(releases[1], proxy.url, chunk_size=SMALL)
    proxy.faults = []
    load(releases[1], proxy.url, chunk_size=SMALL)
    assert_holds(empty, releases[1])


# -- 5: slow servers -------------------------------------------------------------------------------------------------------


def test_a_slow_server_is_waited_for(releases: Releases, proxy: FaultProxy, empty: Server) -> None:
    proxy.faults = nth(0, lambda _: True, slow(0.1), 30)
    assert load(releases[0], proxy.url, chunk_size=SMALL, connection=ConnectionOptions(timeout_seconds=2)).retries == 0
    assert_holds(empty, releases[0])


@pytest.mark.parametrize("expected", [is_chunk, is_query], ids=["chunk", "query"])
def test_a_server_that_is_too_slow(expected: Callable[[Request], bool], releases: Releases, proxy: FaultProxy, empty: Server) -> None:
    """What takes a server long by its nature may take it longer."""
    load(releases[0], proxy.url)
    proxy.faults = nth(4, expected, slow(3), 1000)
    began = time.monotonic()
    with pytest.raises(StoreError, match="the server does not respond; check that it runs, or raise --timeout"):
        load(releases[1], proxy.url, chunk_size=SMALL, connection=ConnectionOptions(timeout_seconds=0.1, retry_seconds=0))
    assert time.monotonic() - began < 3
    assert_served(empty, releases[0])
    proxy.faults = []
    load(releases[1], proxy.url, chunk_size=SMALL)
    assert_holds(empty, releases[1])


# -- 6: no room ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 20_000])
@STAGED
def test_a_disk_without_room(staged: bool, size: int, releases: Releases, tmp_path: Path) -> None:
    """A limit on the size of files is a full disk that needs no root."""
    store = tmp_path / "store"
    if staged:
        load(releases[0], store)
    code = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {resource.RLIM_INFINITY}))\n{MAIN}"
    process = subprocess.run([sys.executable, "-c", code, "load", releases[1], "--to", store], capture_output=True, text=True, check=False)
    assert process.returncode == 3, process
    assert one_sentence(process.stderr), process.stderr
    assert "File too large" in process.stderr
    assert store.exists() == staged
    if staged:
        assert without_metadata(store_contents(store)) == statements(releases[0])
    load(releases[1], store)
    assert without_metadata(store_contents(store)) == statements(releases[1])
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MB."""
    with small_disk(tmp_path / "disk", "8m") as directory:
        yield directory


@pytest.mark.parametrize("free_bytes", [0, 400_000])
def test_a_disk_that_is_full(free_bytes: int, releases: Releases, disk: Path) -> None:
    load(releases[0], disk / "store")
    with (disk / "ballast").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)):
            pass
    os.truncate(disk / "ballast", (disk / "ballast").stat().st_size - free_bytes)
    process = subprocess.run(
        [sys.executable, "-c", MAIN, "load", releases[1], "--to", disk / "store"], capture_output=True, text=True, check=False
    )
    assert process.returncode == 3, process
    assert one_sentence(process.stderr), process.stderr
    assert "No space left" in process.stderr
    assert without_metadata(store_contents(disk / "store")) == statements(releases[0])
    (disk / "ballast").unlink()
    load(releases[1], disk / "store")
    assert without_metadata(store_contents(disk / "store")) == statements(releases[1])


def test_a_store_that_cannot_take_its_place(releases: Releases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "store"
    load(releases[0], store)
    replace = os.replace

    def refuse(old: Path, new: Path) -> None:
        if old.name == "data":
            raise PermissionError(1, "Operation not permitted")
        replace(old, new)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refuse)
        with pytest.raises(PfocrError, match="Operation not permitted"):
            load(releases[1], store)
    assert without_metadata(store_contents(store)) == statements(releases[0])
    assert load(releases[1], store).resumed > 0
    assert without_metadata(store_contents(store)) == statements(releases[1])


# -- 7 and 8: those who may not --------------------------------------------------------------------------------------------


def hides_secret(result: Result, secret: str, journals: Path) -> bool:
    files = [path for path in journals.rglob("*") if path.is_file()]
    return secret not in result.output + str(result.exception) and not any(secret.encode() in path.read_bytes() for path in files)


@pytest.mark.parametrize("server_type", ["nginx", "virtuoso"])
def test_a_wrong_password(server_type: str, releases: Releases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: Any) -> None:
    """Basic, and Digest."""
    monkeypatch.setenv("PFOCR2RDF_USER", "dba")
    monkeypatch.setenv("PFOCR2RDF_PASSWORD", "wr0ng-secret")
    with contextlib.ExitStack() as stack:
        if server_type == "nginx":
            url = stack.enter_context(nginx(tmp_path, request.getfixturevalue("empty").url, user="dba", password="se:cret")).url
        else:
            url = request.getfixturevalue("virt").url
        result = run(releases[0], "--to", url, "--journals", tmp_path / "journals")
    assert result.exit_code == 3
    assert one_sentence(result.output), result.output
    assert "refuses the password of dba" in result.output
    assert hides_secret(result, "wr0ng-secret", tmp_path / "journals")


def test_a_server_that_says_the_password_aloud(releases: Releases, empty: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PFOCR2RDF_USER", "curator")
    monkeypatch.setenv("PFOCR2RDF_PASSWORD", "se:cret")
    chunk = nth(3, is_chunk, lambda exchange: status(400, body=f"se:cret {exchange.asked.headers['authorization']}")(exchange))
    with nginx(tmp_path, empty.url, user="curator", password="se:cret") as server, FaultProxy(server.url) as proxy:
        proxy.faults = chunk
        result = run(releases[0], "--to", proxy.url, "--chunk-size", str(SMALL), "--requests", "1", "--journals", tmp_path / "journals")
    assert result.exit_code == 3
    assert "*** Basic ***" in result.output
    assert list((tmp_path / "journals").rglob("journal.sqlite*"))
    for secret in ("se:cret", "Y3VyYXRvcjpzZTpjcmV0"):
        assert hides_secret(result, secret, tmp_path / "journals")


def test_a_server_that_may_only_be_read(releases: Releases, tmp_path: Path) -> None:
    with oxigraph(tmp_path) as server:
        load(releases[0], server.url)
        port = int(server.url.rpartition(":")[2])
    previous = store_contents(tmp_path / "data")
    with oxigraph(tmp_path, read_only=True, port=port) as server:
        result = run(releases[1], "--to", server.url)
    assert result.exit_code == 3
    assert one_sentence(result.output), result.output
    assert "read-only" in result.output
    assert store_contents(tmp_path / "data") == previous
    with oxigraph(tmp_path, port=port) as server:
        load(releases[1], server.url)
        assert_holds(server, releases[1])


def test_what_is_refused_before_it_begins_stands_in_nobodys_way(releases: Releases, empty: Server, tmp_path: Path) -> None:
    empty.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }")
    previous = empty.dump()
    store = pyoxigraph.Store(tmp_path / "store")
    store.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }")
    del store
    for destination in (empty.url, tmp_path / "store"):
        with pytest.raises(StoreError, match="its default graph contains other data"):
            load(releases[0], destination, graphs="default")
    assert empty.dump() == previous
    assert {path.name for path in tmp_path.iterdir()} == {"store", "state"}
    for destination in (empty.url, tmp_path / "store"):
        load(releases[0], destination)
    expected = sorted([*statements(releases[0]), "<urn:a> <urn:b> <urn:c> ."])
    assert without_metadata(empty.dump()) == without_metadata(store_contents(tmp_path / "store")) == expected


# -- 9: pages in the place of answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "expected", "sentence"),
    [
        (0, lambda _: True, "there is no SPARQL service at this URL"),
        (3, is_chunk, "responds to POST with an HTML page"),
        (6, is_query, "responds to POST with an HTML page"),
        (0, is_update, "responds to POST with an HTML page"),
    ],
    ids=["discovery", "chunk", "count", "move"],
)
def test_a_page_that_says_that_all_is_well(
    n: int, expected: Callable[[Request], bool], sentence: str, releases: Releases, proxy: FaultProxy, empty: Server
) -> None:
    load(releases[0], proxy.url)
    proxy.faults = nth(n, expected, page(), 1000)
    with pytest.raises(StoreError, match=sentence):
        load(releases[1], proxy.url, chunk_size=SMALL)
    assert_served(empty, releases[0])
    proxy.faults = []
    load(releases[1], proxy.url, chunk_size=SMALL)
    assert_holds(empty, releases[1])


@pytest.mark.parametrize("body", ["", '{"results": {"bindings": []}}', '{"results": {"bindings": [{"n": 1}]}}', "[" * 100_000])
def test_nonsense_in_the_place_of_a_count(body: str, releases: Releases, proxy: FaultProxy, empty: Server) -> None:
    load(releases[0], proxy.url)
    proxy.faults = nth(6, is_query, status(200, {"Content-Type": "application/sparql-results+json"}, body), 1000)
    with pytest.raises(StoreError, match=r"did not return query results|returned no count|another load"):
        load(releases[1], proxy.url, chunk_size=SMALL)
    assert_served(empty, releases[0])
    proxy.faults = []
    load(releases[1], proxy.url, chunk_size=SMALL)
    assert_holds(empty, releases[1])


def test_an_answer_that_cannot_be_unpacked(releases: Releases, proxy: FaultProxy, empty: Server) -> None:
    proxy.faults = nth(2, is_chunk, status(200, {"Content-Encoding": "gzip"}, "no gzip"))
    assert load(releases[0], proxy.url, chunk_size=SMALL, connection=PATIENT).retries == 1
    assert_holds(empty, releases[0])


# -- 10: bodies that are cut -----------------------------------------------------------------------------------------------


@STAGED
def test_bodies_that_are_cut_at_the_end_of_a_line(staged: bool, releases: Releases, proxy: FaultProxy, empty: Server) -> None:
    if staged:
        load(releases[0], proxy.url)
    chunks = pieces(releases[1])
    faults: list[Fault | None] = [None] * len(chunks)
    for number, part in ((4, 2), (9, 3)):
        faults[number] = cut(chunks[number].lines.index(b"\n", len(chunks[number].lines) // part) + 1)
    remaining_faults = iter(faults)
    proxy.faults = lambda request: next(remaining_faults) if is_chunk(request) else None
    with pytest.raises(StoreError, match=r"has [\d,]+ statements instead of [\d,]+; it lacks statements of chunk 4, 9; load again"):
        load(releases[1], proxy.url, chunk_size=SMALL, requests=1)
    if staged:
        assert_served(empty, releases[0])
    proxy.faults, request_count = [], len(proxy.requests)
    loaded = load(releases[1], proxy.url, chunk_size=SMALL, requests=1)
    assert loaded.resumed == len(chunks) - 2
    assert [request.announced for request in proxy.requests[request_count:] if is_chunk(request)] == [
        len(chunks[4].lines),
        len(chunks[9].lines),
    ]
    assert_holds(empty, releases[1])


def test_a_body_that_is_cut_in_the_middle_of_a_line(releases: Releases, proxy: FaultProxy, empty: Server) -> None:
    load(releases[0], proxy.url)
    chunks = pieces(releases[1])
    proxy.faults = nth(4, is_chunk, cut(chunks[4].lines.index(b"\n", len(chunks[4].lines) // 2) - 9))
    with pytest.raises(StoreError, match=r"chunk 4: .* responds to [A-Z]+ with 400"):
        load(releases[1], proxy.url, chunk_size=SMALL, requests=1)
    assert_served(empty, releases[0])
    loaded = load(releases[1], proxy.url, chunk_size=SMALL, requests=1)
    assert loaded.resumed >= 4
    assert_holds(empty, releases[1])


# -- 11: two loads at once -------------------------------------------------------------------------------------------------


class Paused:
    """A load that stands still in the middle of a chunk."""

    def __init__(self, release: Path, proxy: FaultProxy, journals: Path) -> None:
        self.reached, self._go = threading.Event(), threading.Event()
        self.error: PfocrError | None = None
        proxy.faults = nth(3, is_chunk, self._wait)
        self._thread = threading.Thread(target=self._load, args=(release, proxy.url, journals))
        self._thread.start()
        assert self.reached.wait(20)

    def _wait(self, exchange: Any) -> None:
        self.reached.set()
        self._go.wait(20)
        slow(0)(exchange)

    def _load(self, release: Path, url: str, journals: Path) -> None:
        try:
            load(release, url, chunk_size=SMALL, journals=journals)
        except PfocrError as error:
            self.error = error

    def go_on(self) -> PfocrError | None:
        """How it ends."""
        self._go.set()
        self._thread.join(30)
        return self.error


def test_two_loads_at_once(releases: Releases, proxy: FaultProxy, empty: Server, tmp_path: Path) -> None:
    """From this machine, and from another one, which has journals of its own."""
    load(releases[0], proxy.url)
    first = Paused(releases[1], proxy, tmp_path / "here")
    with pytest.raises(StoreError, match="another load into it is running on this machine; wait for it"):
        load(releases[0], proxy.url, journals=tmp_path / "here")
    message = rf"another load is running, started at \d{{4}}-.* on .* by process {os.getpid()}; wait for it, or,.* --take-over"
    with pytest.raises(StoreError, match=message):
        load(releases[0], proxy.url, journals=tmp_path / "there")
    assert_served(empty, releases[0])
    assert first.go_on() is None
    assert_holds(empty, releases[1])


def test_a_load_that_is_dead_elsewhere(releases: Releases, proxy: FaultProxy, empty: Server, tmp_path: Path) -> None:
    """And when it is not as dead as was thought, it does nothing more."""
    empty.update("INSERT DATA { GRAPH <urn:mine?loading> { <urn:a> <urn:b> <urn:c> } }")
    load(releases[0], proxy.url)
    proxy.faults = nth(3, is_chunk, status(403), 1000)
    with pytest.raises(StoreError, match="403"):
        load(releases[1], proxy.url, journals=tmp_path / "there", chunk_size=SMALL)
    proxy.faults = []
    assert any("?loading" in line for line in empty.dump()), "there is something to clean up"
    assert "--take-over" in run(releases[1], "--to", proxy.url, "--journals", tmp_path / "here").output
    loaded = load(releases[1], proxy.url, journals=tmp_path / "here", take_over=True)
    assert loaded.resumed == 0
    expected = sorted([*statements(releases[1]), "<urn:a> <urn:b> <urn:c> <urn:mine?loading> ."])
    assert without_metadata(empty.dump()) == expected, "nothing is left of it, and what others have is theirs"
    second_load = load(releases[0], proxy.url, journals=tmp_path / "there", chunk_size=SMALL)
    assert second_load.resumed == 0
    assert len(without_metadata(empty.dump())) == len(statements(releases[0])) + 1


@STAGED
def test_what_an_interrupted_load_knew_is_forgotten_when_another_came_between(
    staged: bool, releases: Releases, proxy: FaultProxy, empty: Server, tmp_path: Path
) -> None:
    if staged:
        load(releases[1], proxy.url)
    proxy.faults = nth(9, is_chunk, status(403), 1000)
    with pytest.raises(StoreError, match="403"):
        load(releases[0], proxy.url, journals=tmp_path / "there", chunk_size=SMALL)
    proxy.faults = []
    load(releases[1], proxy.url, journals=tmp_path / "here", take_over=True)
    assert_holds(empty, releases[1])
    assert load(releases[0], proxy.url, journals=tmp_path / "there", chunk_size=SMALL).resumed == 0
    assert_holds(empty, releases[0])


def test_a_load_that_was_thought_to_be_dead(releases: Releases, proxy: FaultProxy, empty: Server, tmp_path: Path) -> None:
    load(releases[0], proxy.url)
    first = Paused(releases[1], proxy, tmp_path / "there")
    load(releases[0], proxy.url, journals=tmp_path / "here", take_over=True)
    assert isinstance(first.go_on(), StoreError)
    assert_served(empty, releases[0])
    load(releases[1], proxy.url, journals=tmp_path / "there")
    assert_holds(empty, releases[1])


# -- 12: a loader that is killed -------------------------------------------------------------------------------------------


class Loaders:
    """Starts ``pfocr2rdf load`` in processes of their own, quickly: what is imported is imported once."""

    _CODE = """
import json, os, sys
from pfocr2rdf.cli import main
import pfocr2rdf.cli.load
for line in sys.stdin:
    child = os.fork()
    if not child:
        null = os.open(os.devnull, os.O_RDWR)
        for one in range(3):
            os.dup2(null, one)
        main(json.loads(line))
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)
"""

    def __init__(self) -> None:
        self._parent = subprocess.Popen([sys.executable, "-c", self._CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, *arguments: str | Path, kill_after: float | None = None) -> tuple[int, float]:
        """The status of one, as ``wait`` has it, and the seconds that it ran."""
        assert self._parent.stdin
        assert self._parent.stdout
        self._parent.stdin.write(json.dumps(["load", *map(str, arguments)]) + "\n")
        self._parent.stdin.flush()
        pid, began = int(self._parent.stdout.readline()), time.monotonic()
        if kill_after is not None and not select.select([self._parent.stdout], [], [], kill_after)[0]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return int(self._parent.stdout.readline()), time.monotonic() - began

    def close(self) -> None:
        assert self._parent.stdin
        self._parent.stdin.close()
        self._parent.wait()


@pytest.fixture
def loaders() -> Iterator[Loaders]:
    started = Loaders()
    yield started
    started.close()


def killed_again_and_again(
    loaders: Loaders,
    releases: Releases,
    destination: str | Path,
    size: int,
    stored_quads: Callable[[], list[str]],
    *extra_options: str | Path,
) -> int:
    """Releases replace each other, each time with a kill at a random moment. How many loads had something to go on with."""
    seed = random.SystemRandom().randrange(10**6)
    print("seed", seed)
    chosen = random.Random(seed)
    options = ["--to", destination, "--chunk-size", str(size), *extra_options]
    load(releases[1], destination)
    status, seconds = loaders.run(releases[0], *options)
    assert status == 0
    current, new = releases
    kills = resumed = 0
    while kills < KILLS:
        share = (kills + chosen.random()) / KILLS  # moments that are random, and everywhere
        status, run_seconds = loaders.run(new, *options, kill_after=seconds * share)
        if not status:
            seconds = run_seconds
        else:
            kills += 1
            assert status == signal.SIGKILL
            served = [line for line in stored_quads() if line.endswith(f" <{DATASET}> .")]
            assert served in (statements(current), statements(new)), "neither the one before nor the new one"
            journals = Path(extra_options[-1]) if extra_options else None
            loaded = load(new, destination, chunk_size=size, journals=journals)
            resumed += loaded.resumed > 0
        assert without_metadata(stored_quads()) == statements(new)
        plan = load(new, destination, dry_run=True)
        assert plan.previous_version == plan.version
        current, new = new, current
    return resumed


def test_a_loader_into_a_folder_that_is_killed(loaders: Loaders, releases: Releases, tmp_path: Path) -> None:
    store = tmp_path / "store"

    def dump() -> list[str]:
        previous = tmp_path / ".store.pfocr2rdf-loading" / "previous"
        return store_contents(store if store.exists() else previous)

    assert killed_again_and_again(loaders, releases, store, 30_000, dump) > 3
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_a_loader_into_a_server_that_is_killed(loaders: Loaders, releases: Releases, empty: Server, tmp_path: Path) -> None:
    journals = tmp_path / "journals"
    assert killed_again_and_again(loaders, releases, empty.url, 8_000, empty.dump, "--journals", journals) > 3
    assert not [path for path in journals.rglob("*") if path.is_file()]


def test_a_loader_that_is_killed_between_two_renames(releases: Releases, tmp_path: Path) -> None:
    store = tmp_path / "store"
    load(releases[0], store)
    code = f"""
import os, signal
replace = os.replace
def once(old, new):
    replace(old, new)
    if str(new).endswith("previous"):
        os.kill(os.getpid(), signal.SIGKILL)
os.replace = once
{MAIN}
"""
    process = subprocess.run([sys.executable, "-c", code, "load", releases[1], "--to", store], capture_output=True, check=False)
    assert process.returncode == -signal.SIGKILL
    assert not store.exists()
    loaded = load(releases[1], store)
    assert (loaded.previous_statements, loaded.resumed) == (0, loaded.chunks)
    assert without_metadata(store_contents(store)) == statements(releases[1])
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


# -- 13: elsewhere ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "n", "expected"),
    [(301, 0, lambda _: True), (302, 3, is_chunk), (307, 3, is_chunk), (307, 0, is_update), (308, 4, is_query)],
    ids=["first", "chunk, 302", "chunk, 307", "move", "query"],
)
def test_a_redirect_is_not_followed(
    code: int,
    n: int,
    expected: Callable[[Request], bool],
    releases: Releases,
    empty: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load(releases[0], empty.url)
    monkeypatch.setenv("PFOCR2RDF_USER", "curator")
    monkeypatch.setenv("PFOCR2RDF_PASSWORD", "se:cret")
    guarded = nginx(tmp_path, empty.url, user="curator", password="se:cret")
    with guarded as server, FaultProxy(server.url) as proxy, FaultProxy(empty.url) as target_proxy:
        proxy.faults = nth(n, expected, redirect(f"{target_proxy.url}/store", code), 1000)
        with pytest.raises(StoreError, match=f"the server redirects to {target_proxy.url}/store; name that URL if you trust it"):
            load(releases[1], proxy.url, chunk_size=SMALL)
        assert target_proxy.requests == []
        assert_served(empty, releases[0])
        proxy.faults = []
        load(releases[1], proxy.url, chunk_size=SMALL)
    assert_holds(empty, releases[1])


def test_a_certificate_that_nobody_signed(releases: Releases, tmp_path: Path) -> None:
    command = [program("openssl", "apt-get install openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key", "-out", "certificate"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    paths: list[str] = []

    class Hears(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)

    class Quiet(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that goes away is what is wanted."""

    with Quiet(("127.0.0.1", 0), Hears) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        result = run(releases[0], "--to", f"https://127.0.0.1:{server.server_port}")
        server.shutdown()
    assert result.exit_code == 3
    assert one_sentence(result.output), result.output
    assert "the server's certificate is not trusted" in result.output
    assert "self-signed" in result.output
    assert paths == []


# -- 14: Ctrl-C ------------------------------------------------------------------------------------------------------------


def interrupted(reached: Callable[[], bool], *arguments: str | Path) -> float:
    """Interrupt a load as soon as something is reached. The seconds that it takes to end."""
    process = subprocess.Popen([sys.executable, "-c", MAIN, "load", *arguments], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    end = time.monotonic() + 30
    while not reached() and time.monotonic() < end:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    stdout, complaint = process.communicate(timeout=30)
    seconds = time.monotonic() - began
    assert process.returncode == 3, complaint
    complaint = "".join(line for line in complaint.splitlines(keepends=True) if "; retrying for " not in line)
    assert one_sentence(complaint), complaint
    assert "interrupted" in complaint
    assert stdout == ""
    return seconds


@pytest.mark.parametrize(("n", "expected", "fault"), [(6, is_chunk, slow(8)), (6, is_chunk, status(503)), (0, is_update, slow(8))])
def test_ctrl_c(n: int, expected: Callable[[Request], bool], fault: Fault, releases: Releases, proxy: FaultProxy, empty: Server) -> None:
    """Whether a server is slow, or is waited for; nobody waits when told not to."""
    load(releases[0], proxy.url)
    request_count = len(proxy.requests)
    proxy.faults = nth(n, expected, fault, 1000)

    def reached() -> bool:
        return sum(map(expected, proxy.requests[request_count:])) > n

    assert interrupted(reached, releases[1], "--to", proxy.url, "--chunk-size", str(SMALL)) < 3
    assert_served(empty, releases[0])
    proxy.faults = []
    assert load(releases[1], proxy.url, chunk_size=SMALL).resumed >= n
    assert_holds(empty, releases[1])


def test_ctrl_c_at_a_folder(releases: Releases, tmp_path: Path) -> None:
    store = tmp_path / "store"
    load(releases[0], store)
    data = tmp_path / ".store.pfocr2rdf-loading" / "data"
    assert interrupted(data.exists, releases[1], "--to", store, "--chunk-size", "4000") < 3
    assert without_metadata(store_contents(store)) == statements(releases[0])
    load(releases[1], store, chunk_size=4000)
    assert without_metadata(store_contents(store)) == statements(releases[1])
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


# -- 15: what has the right number, and is wrong ---------------------------------------------------------------------------


_FIGURE = "<https://pfocr.wikipathways.org/figures/PMC5723907__fimmu-08-01707-g001.html>"

_ONE = "SELECT * {{ GRAPH <{0}> {{ ?s ?p ?o FILTER ({2}) }} }} LIMIT 1"

_CHANGE = f"DELETE {{{{ GRAPH <{{0}}> {{{{ ?s ?p ?o }}}} }}}} INSERT {{{{ GRAPH <{{0}}> {{{{ {{1}} }}}} }}}} WHERE {{{{ {_ONE} }}}}"


@pytest.mark.parametrize("embedded", [False, True], ids=["server", "folder"])
@pytest.mark.parametrize(
    ("instead", "sentence"),
    [
        ('?s ?p "changed"', r"chunk \d+: the store has different data instead of statements of <.*>, .* load again with --fresh"),
        ("<urn:a> <urn:b> <urn:c>", r"chunk \d+: the store lacks statements of <.*>, .*; load again"),
    ],
    ids=["changed", "lost"],
)
def test_a_difference_that_no_count_shows(
    instead: str, sentence: str, embedded: bool, releases: Releases, empty: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    destination = tmp_path / "store" if embedded else empty.url
    load(releases[0], destination)
    verify = verify_module.verify_load

    def changed(plan: LoadPlan, session: Any, samples: Any) -> int:
        name = DATASET if embedded else f"{DATASET}?loading"
        update = _CHANGE.format(name, instead, f"?s = {_FIGURE} && isLiteral(?o)")
        session._staging.update(update) if isinstance(session, EmbeddedLoadSession) else empty.update(update)
        return verify(plan, session, samples)

    with monkeypatch.context() as patched:
        patched.setattr(load_module, "verify_load", changed)
        with pytest.raises(StoreError, match=sentence):
            load(releases[1], destination, chunk_size=SMALL)
    stored_quads: Callable[[], list[str]] = (lambda: store_contents(tmp_path / "store")) if embedded else empty.dump
    assert [line for line in stored_quads() if line.endswith(f" <{DATASET}> .")] == statements(releases[0])
    load(releases[1], destination, chunk_size=SMALL, fresh=True)
    assert without_metadata(stored_quads()) == statements(releases[1])
