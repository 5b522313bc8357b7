"""No single request keeps the event loop of ``pfocr2rdf serve`` busy for a tenth of a second.

The measure is the processor time of the server between two beats of its loop, so that other processes do not count.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.support.records import ROOT, exported
from tests.support.service import ENDLESS, FORM, Served, served

from pfocr2rdf import load

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the server is ended by Linux if the test is")

MAX_BUSY_SECONDS = 0.1
ATTEMPTS = 3  # the collection of garbage, or the first import of a module, may be counted once

COMMON = "Host: localhost\r\nConnection: close\r\n"

LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 60000"


def get(target: str, *fields: str, method: str = "GET") -> bytes:
    head = "".join(f"{field}\r\n" for field in fields)
    return f"{method} {target} HTTP/1.1\r\n{COMMON}{head}\r\n".encode("latin-1")


def post(body: bytes, media_type: str = FORM["Content-Type"], *fields: str) -> bytes:
    return get("/sparql", f"Content-Type: {media_type}", f"Content-Length: {len(body)}", *fields, method="POST") + body


DIRECT = "application/sparql-query"

CHUNKED = get("/sparql", f"Content-Type: {DIRECT}", "Transfer-Encoding: chunked", method="POST")

REQUESTS = {
    "first home page": get("/"),
    "first list": get("/browse/index.html"),
    "first sitemap": get("/sitemap.xml"),
    "first examples": get("/queries.html"),
    "search": get("/search.html?q=a"),
    "search for long words": get(f"/search.html?q={'a+' * 30_000}"),
    "many parameters": get(f"/search.html?{'a&' * 30_000}"),
    "many fields": get(f"/sparql?{'a=b&' * 15_000}"),
    "escapes in a path": get(f"/{'%41' * 20_000}"),
    "slashes": get("/" * 60_000),
    "pages of pages": get(f"/genes/{'page-2/' * 8000}.html"),
    "groups": get(f"/browse/{'a-' * 30_000}"),
    "mentions": get(f"/mentions/{'%41a' * 15_000}"),
    "long text on a page": get(f"/queries.html?query={'%22' * 20_000}"),
    "a form of escapes": post(b"query=" + b"%23" * ((1 << 20) - 10)),
    "a form of spaces": post(b"query=" + b"+" * 1_000_000),
    "a form of ampersands": post(b"query=ASK{}" + b"&" * 3_000_000),
    "a wrong query": post(b'"' * 1_000_000, DIRECT),
    "a wrong query on a page": post(b'"<&' * 333_000, DIRECT, "Accept: text/html"),
    "a wrong query on a compressed page": post(b'"<&' * 333_000, DIRECT, "Accept: text/html", "Accept-Encoding: br"),
    "directions": post("\u202e".encode() * 300_000, DIRECT, "Accept: text/html"),
    "control characters": post(b"\x01" * 1_000_000, DIRECT),
    "small chunks": CHUNKED + b"1\r\n#\r\n" * 300_000 + b"0\r\n\r\n",
    "medium chunks": CHUNKED + (b"40\r\n" + b"#" * 64 + b"\r\n") * 16_000 + b"0\r\n\r\n",
    "chunk extensions": CHUNKED + (b"1;" + b"a" * 4000 + b"\r\n#\r\n") * 200 + b"0\r\n\r\n",
    "many headers": get("/genes/3717", *(f"X{number}: a" for number in range(7000))),
    "folded headers": get("/genes/3717", "X: a" + "\r\n b" * 15_000),
    "ranges": get("/assets/style.css", f"Range: bytes={'0-1,' * 15_000}"),
    "cookies": get("/", f"Cookie: {'a=b;' * 15_000}"),
    "forwarded": get("/health", f"X-Forwarded-For: {'a,' * 30_000}"),
    **{
        f"{name} of {len(value)}": get("/genes/3717", f"{name}: {value}", method=method)
        for name, method in [("Accept", "GET"), ("Accept-Encoding", "GET"), ("Access-Control-Request-Headers", "OPTIONS")]
        for value in ("a/b;q=0.1," * 190, "a/b;q=0.1," * 6000, " " * 60_000 + "x", 'a/b;x="' + '\\"' * 900, "," * 2000)
    },
    "long host": f"GET / HTTP/1.1\r\nHost: {'a.' * 30_000}\r\n\r\n".encode(),
    "long absolute target": get(f"http://{'a' * 60_000}"),
    "empty lines": b"\r\n" * 100_000,
    "requests in a row": b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n" * 300 + get("/health"),
    "a large answer": get(f"/sparql?query={quote(LARGE)}"),
    "a large compressed answer": get(f"/sparql?query={quote(LARGE)}", "Accept-Encoding: br"),
    "a large table": get(f"/sparql?query={quote(LARGE)}", "Accept: text/html"),
    "a query that does not end": post(b"query=" + quote(ENDLESS).encode()),
}  # fmt: skip


class Beating:
    """A server and the notes of its heartbeat."""

    def __init__(self, server: Served, notes: Path) -> None:
        self._server = server
        self._notes = notes

    def busy_seconds(self, request: bytes) -> float:
        """Send a request and read what is answered; the longest time that the loop was busy meanwhile, 0 if it was short."""
        previous = self._notes.stat().st_size
        with socket.create_connection(("127.0.0.1", self._server.port), 20) as line:
            with contextlib.suppress(ConnectionError):
                line.sendall(request)
            with contextlib.suppress(ConnectionError):
                while line.recv(1 << 16):
                    pass
        time.sleep(0.05)  # for the next beat
        return max(map(float, self._notes.read_text(encoding="ascii")[previous:].split()), default=0)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beating]:
    folder = tmp_path_factory.mktemp("loop")
    exported([ROOT / "examples"], folder / "out")
    load(folder / "out", folder / "store")
    with served(folder / "store", folder, "--workers", "2", "--timeout", "1", heartbeat=folder / "notes") as server:
        assert server.get("/health").status_code == 200
        yield Beating(server, folder / "notes")


@pytest.mark.parametrize("request_name", REQUESTS)
def test_no_request_keeps_the_loop_busy(request_name: str, server: Beating) -> None:
    busy = [server.busy_seconds(REQUESTS[request_name])]
    while busy[-1] > MAX_BUSY_SECONDS and len(busy) < ATTEMPTS:
        busy.append(server.busy_seconds(REQUESTS[request_name]))
    assert busy[-1] <= MAX_BUSY_SECONDS, busy
