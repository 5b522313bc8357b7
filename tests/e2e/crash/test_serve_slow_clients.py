"""Clients that send or take nothing, or little: whatever they do, twenty of twenty other requests are answered meanwhile."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.support.processes import wait_until
from tests.support.records import ROOT, exported
from tests.support.service import COUNT, Served, served

from pfocr2rdf import load

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="clients have addresses of their own on the loopback of Linux only")

DOUBLING = " ".join(f"BIND(CONCAT(?a{n}, ?a{n}) AS ?a{n + 1})" for n in range(12))
LARGE = f"SELECT ?a12 {{ BIND('{'x' * 1000}' AS ?a0) {DOUBLING} }}"
LARGE_BYTES = 1000 << 12

HEAD = "Host: localhost\r\nAccept: text/csv\r\n\r\n"


NO_BODY = f"POST /sparql HTTP/1.1\r\nContent-Type: application/sparql-query\r\nContent-Length: 99\r\n{HEAD}".encode()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("slow")
    exported([ROOT / "examples"], folder / "out")
    load(folder / "out", folder / "store")
    return folder / "store"


@pytest.fixture(scope="module")
def server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with four places for queries, and room for five large answers."""
    bounds = ("--workers", "2", "--queue", "2", "--max-answer", "16", "--max-unsent", "21")
    with served(store, tmp_path_factory.mktemp("server"), *bounds) as server:
        assert server.count()
        yield server


@contextlib.contextmanager
def clients(server: Served, count: int, data: bytes, addresses: list[str]) -> Iterator[list[socket.socket]]:
    """Connections from these addresses by turns, on which the same was sent and nothing is read."""
    with contextlib.ExitStack() as stack:
        lines = []
        for number in range(count):
            line = stack.enter_context(socket.socket())
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.settimeout(10)
            line.bind((addresses[number % len(addresses)], 0))
            line.connect(("127.0.0.1", server.port))
            with contextlib.suppress(ConnectionError):
                line.sendall(data)
            lines.append(line)
        yield lines


def ask(server: Served, address: str, target: str) -> tuple[bytes, float]:
    """The status line of a response to a client with an address of its own, and the seconds until it came."""
    began = time.monotonic()
    with socket.socket() as line:
        line.settimeout(20)
        line.bind((address, 0))
        line.connect(("127.0.0.1", server.port))
        line.sendall(f"GET {target} HTTP/1.1\r\nConnection: close\r\n{HEAD}".encode())
        return line.recv(12), time.monotonic() - began


def ask_twenty(server: Served, address: str) -> list[tuple[str, bytes, float]]:
    """What twenty requests were answered, of those that were not answered well or late."""
    targets = ("/health", "/genes/3717.html", f"/sparql?query={quote(COUNT)}", "/sparql?query=ASK%7B%7D")
    answers = [(target, *ask(server, address, target)) for target in targets * 5]
    return [answer for answer in answers if answer[1] != b"HTTP/1.1 200" or answer[2] > 5]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.9"])
@pytest.mark.parametrize("data", [b"", b"GET /sparql?query=", NO_BODY], ids=["nothing", "half a head", "no body"])
def test_a_thousand_half_open_connections(data: bytes, address: str, server: Served) -> None:
    with clients(server, 1000, data, ["127.0.0.1", "127.0.0.2", "127.0.0.3"]):
        assert ask_twenty(server, address) == []


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.9"])
def test_clients_that_do_not_take_their_answers(address: str, server: Served) -> None:
    request = f"GET /sparql?query={quote(LARGE)} HTTP/1.1\r\n{HEAD}".encode()
    with clients(server, 40, request, ["127.0.0.1", "127.0.0.2"]) as lines:
        assert wait_until(lambda: len(spooled_files(server)) >= 4)
        assert ask_twenty(server, address) == []
        assert len(spooled_files(server)) <= 5
        answered = [line for line in lines if line.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 200"]
        assert len(answered) >= 4
        assert len(server.get("/sparql", params={"query": LARGE}, accept="text/csv").content) > LARGE_BYTES  # it is taken, so not cut
    assert wait_until(lambda: not spooled_files(server))


def spooled_files(server: Served) -> list[str]:
    """The files in the folder for temporary files that the server has open, all of which have no name."""
    links = []
    for path in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            links.append(os.readlink(path))
    return [link for link in links if re.match(re.escape(str(server.log.parent)) + r"/[^/]* \(deleted\)", link)]


def test_who_takes_too_little_is_left(server: Served) -> None:
    request = f"GET /sparql?query={quote(LARGE)} HTTP/1.1\r\n{HEAD}".encode()
    with clients(server, 1, request, ["127.0.0.2"]) as (line,):
        for _ in range(80):  # less than 40,000 bytes in each interval, which is one second here
            if not is_connected(server, line.getsockname()[1]):
                break
            line.recv(1024)
            time.sleep(0.1)
        else:
            pytest.fail("it was not left")


def test_who_asks_on_and_on_and_reads_nothing_is_left(server: Served) -> None:
    request = f"GET /vocab.html HTTP/1.1\r\n{HEAD}".encode()
    with clients(server, 1, request * 400, ["127.0.0.2"]) as (line,):
        assert wait_until(lambda: not is_connected(server, line.getsockname()[1]), seconds=15)


def is_connected(server: Served, port: int) -> bool:
    """Whether the server holds a connection to a port of a client."""
    inodes = {os.readlink(path) for path in Path(f"/proc/{server.process.pid}/fd").iterdir() if path.is_symlink()}
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        if fields[2].endswith(f":{port:04X}") and f"socket:[{fields[9]}]" in inodes:
            return True
    return False
