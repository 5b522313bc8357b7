"""Clients that ask a server one thing after another, each over a line of its own that stays open."""

from __future__ import annotations

import math
import socket
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from benchmarks.engines.run import FailedError
from benchmarks.loading.run import LOOPBACK

PATIENCE = 120.0
"""For how many seconds a client waits."""


class Request(NamedTuple):
    """What is sent: the path, the media type that is accepted, and the query in the body; without a query it is a GET."""

    path: str
    accept: str = "*/*"
    query: str = ""

    def written(self) -> bytes:
        """The bytes that go over the line."""
        body = self.query.encode()
        kind = f"Content-Type: application/sparql-query\r\nContent-Length: {len(body)}\r\n" if body else ""
        head = f"{'POST' if body else 'GET'} {self.path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nAccept: {self.accept}\r\n{kind}\r\n"
        return head.encode() + body


class Run(NamedTuple):
    """What came of many requests: milliseconds for the middle one and for that which one in twenty exceeds; requests a second."""

    p50: float
    p95: float
    rate: float


class Line:
    """A connection that stays open. It does little, since its time is in what it measures: httpx takes longer than many a server."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((LOOPBACK, port), PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")

    def close(self) -> None:
        """End it."""
        self._file.close()
        self._socket.close()

    def ask(self, written: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer.

        Raises:
            FailedError: there is no answer.
        """
        try:
            self._socket.sendall(written)
            status = self._file.readline().split(b" ", 2)
            fields: dict[bytes, bytes] = {}
            while (line := self._file.readline()) not in (b"\r\n", b""):
                name, _, value = line.partition(b":")
                fields[name.lower()] = value.strip()
            if fields.get(b"transfer-encoding") == b"chunked":
                body = b"".join(iter(self._chunk, b""))
            else:
                body = self._file.read(int(fields[b"content-length"]))
            return int(status[1]), body
        except (OSError, ValueError, LookupError) as error:
            raise FailedError(f"the server gives no answer: {error or type(error).__name__}") from None

    def _chunk(self) -> bytes:
        size = int(self._file.readline(), 16)
        return self._file.read(size + 2)[:size]


def run(port: int, requests: Sequence[Request], clients: int) -> Run:
    """Send requests from so many clients at once, and see that each is answered.

    Raises:
        FailedError: one is not.
    """
    waiting = deque(request.written() for request in requests)

    def client() -> list[float]:
        line, taken = Line(port), []
        try:
            while waiting:
                try:
                    written = waiting.popleft()
                except IndexError:  # another client had it
                    break
                began = time.perf_counter()
                status, body = line.ask(written)
                taken.append(1000 * (time.perf_counter() - began))
                if status != 200:
                    raise FailedError(f"{status}: {body[:200]!r}, to {written[:200]!r}")
        finally:
            line.close()
        return taken

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        taken = sorted(latency for future in [pool.submit(client) for _ in range(clients)] for latency in future.result())
    return Run(at(taken, 0.5), at(taken, 0.95), len(taken) / (time.perf_counter() - began))


def at(values: Sequence[float], part: float) -> float:
    """The smallest of sorted values that this part of them does not exceed.

    >>> at([1, 2, 3, 4], 0.5), at(range(1, 101), 0.95)
    (2, 95)
    """
    return values[max(math.ceil(part * len(values)) - 1, 0)]
