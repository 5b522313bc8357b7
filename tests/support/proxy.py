"""A proxy on loopback that does to requests what networks and proxies do: for tests of what survives it.

Faults are given in the order of the requests, or chosen by a function that sees each of them::

    with FaultProxy(server.url, [None, reset_after(1000), status(503, {"Retry-After": "1"})]) as proxy:
        ...
        assert [request.method for request in proxy.requests] == ["GET", "PUT", "PUT", "PUT"]

    proxy.faults = lambda request: swallow(502) if request.method == "PUT" and request.number % 2 else None

A client that is asked for Digest asks twice, and the first time is a request, too.
"""

from __future__ import annotations

import contextlib
import http.client
import http.server
import socket
import struct
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Any, Self

_PIECE = 1 << 16
_HOPS = {"connection", "content-length", "expect", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
"""What a client and a server say of the connection between them, which the next connection says for itself."""


@dataclass
class Request:
    """A request that came, whatever became of it."""

    number: int
    """Its place in ``FaultProxy.requests``: the first is 0."""
    method: str
    path: str
    """With what is asked after the question mark."""
    headers: dict[str, str]
    """By their names in small letters."""
    announced: int | None
    """The length of the body as the client says it; None for one in chunks."""
    length: int = 0
    """How much of the body has been read."""


Fault = Callable[["_Exchange"], None]
Choice = Callable[[Request], Fault | None]


def reset_after(n: int) -> Fault:
    """Read so many bytes of the body, and break the connection off as a machine does that crashes."""

    def fault(exchange: _Exchange) -> None:
        exchange.body.first(n)
        exchange.hang_up(reset=True)

    return fault


def status(code: int, headers: Mapping[str, str] | None = None, body: str = "") -> Fault:
    """Answer so, and do not tell the server."""

    def fault(exchange: _Exchange) -> None:
        exchange.body.drain()
        exchange.reply(code, headers or {}, body.encode())

    return fault


def page() -> Fault:
    """A page for people, with a status that says that all is well."""
    return status(200, {"Content-Type": "text/html; charset=utf-8"}, "<!DOCTYPE html><title>Sorry</title><h1>We will be back soon</h1>")


def redirect(url: str, code: int = 307) -> Fault:
    """Send the client somewhere else."""
    return status(code, {"Location": url})


def swallow(code: int) -> Fault:
    """Let the server do all of it, and tell the client that it failed."""

    def fault(exchange: _Exchange) -> None:
        with exchange.forwarded() as response:
            response.read()
        exchange.reply(code, {}, b"")

    return fault


def drop_response() -> Fault:
    """Let the server do all of it, and tell the client nothing."""

    def fault(exchange: _Exchange) -> None:
        with exchange.forwarded() as response:
            response.read()
        exchange.hang_up()

    return fault


def cut(n: int) -> Fault:
    """Pass on the first bytes of the body as if they were all of it."""

    def fault(exchange: _Exchange) -> None:
        prefix = exchange.body.first(n)
        exchange.body.drain()
        with exchange.forwarded(prefix) as response:
            exchange.pass_on(response)

    return fault


def slow(seconds: float) -> Fault:
    """Wait before anything is passed on."""

    def fault(exchange: _Exchange) -> None:
        time.sleep(seconds)
        _pass_through(exchange)

    return fault


def _pass_through(exchange: _Exchange) -> None:
    with exchange.forwarded() as response:
        exchange.pass_on(response)


class FaultProxy:
    """The proxy: it listens from its making until the ``with`` ends, and keeps what came in ``requests``."""

    def __init__(self, upstream: str, faults: Sequence[Fault | None] | Choice = ()) -> None:
        self.faults: list[Fault | None] | Choice = faults if callable(faults) else list(faults)
        """A list loses its first with every request; behind its end nothing is done to requests."""
        self.requests: list[Request] = []
        self.upstream = urllib.parse.urlsplit(upstream).netloc
        self._lock = threading.Lock()
        self._listener = _Listener(self)
        self.url = f"http://127.0.0.1:{self._listener.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._listener.shutdown()
        self._listener.server_close()
        self._listener.hang_up()
        if self._listener.errors and not any(error):
            raise self._listener.errors[0]

    def received(self, method: str, path: str, headers: dict[str, str], announced: int | None) -> tuple[Request, Fault]:
        """Keep a request, and say what to do with it."""
        with self._lock:
            request = Request(len(self.requests), method, path, headers, announced)
            self.requests.append(request)
            if callable(self.faults):
                return request, self.faults(request) or _pass_through
            return request, (self.faults.pop(0) if self.faults else None) or _pass_through


class _Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, proxy: FaultProxy) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.proxy = proxy
        self.errors: list[Exception] = []
        """What went wrong here, and not in a client or a network."""
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """No client goes on with a connection to a proxy that has ended."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        if isinstance(error, Exception) and not isinstance(error, OSError):
            self.errors.append(error)


class _Body:
    """The body of a request, read as it comes: of a length that was announced, or in chunks."""

    def __init__(self, source: BufferedIOBase, request: Request) -> None:
        self._source, self._request = source, request
        self._chunked = request.announced is None
        self._left = request.announced or 0  # of the body, or of the chunk

    def read(self, max_bytes: int = _PIECE) -> bytes:
        """The next bytes; none at the end."""
        if self._chunked and not self._left:
            self._begin_chunk()
        piece = self._source.read(min(max_bytes, self._left))
        if self._left and not piece:
            raise ConnectionAbortedError("the client has gone")
        self._left -= len(piece)
        self._request.length += len(piece)
        if self._chunked and not self._left:
            self._source.readline()
        return piece

    def first(self, n: int) -> bytes:
        """The next ``n`` bytes, or as many as there are."""
        data = b""
        while len(data) < n and (piece := self.read(min(n - len(data), _PIECE))):
            data += piece
        return data

    def drain(self) -> None:
        """Read what is left."""
        while self.read():
            pass

    def _begin_chunk(self) -> None:
        line = self._source.readline()
        if not line:
            raise ConnectionAbortedError("the client has gone")
        self._left = int(line.split(b";")[0], 16)
        if not self._left:
            while self._source.readline().strip():  # what may follow a body
                pass
            self._chunked = False


class _Exchange(http.server.BaseHTTPRequestHandler):
    """One connection of a client, with its requests one after the other."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def _do(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        announced = None if chunked else int(headers.get("content-length", 0))
        self.asked, fault = self.server.proxy.received(self.command, self.path, headers, announced)
        self.body = _Body(self.rfile, self.asked)
        fault(self)

    do_DELETE = do_GET = do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = _do  # noqa: N815

    @contextlib.contextmanager
    def forwarded(self, body: bytes | None = None) -> Iterator[http.client.HTTPResponse]:
        """What the server says to the request as it came, or to another body in the place of its own."""
        upstream = http.client.HTTPConnection(self.server.proxy.upstream, timeout=120)
        with contextlib.closing(upstream):
            upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in _HOPS:
                    upstream.putheader(name, value)
            chunked = body is None and self.asked.announced is None
            if chunked:
                upstream.putheader("Transfer-Encoding", "chunked")
            elif "content-length" in self.asked.headers or body:
                upstream.putheader("Content-Length", str(self.asked.announced if body is None else len(body)))
            try:
                upstream.endheaders(body)
                while body is None and (piece := self.body.read()):
                    upstream.send(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
                if chunked:
                    upstream.send(b"0\r\n\r\n")
            except (BrokenPipeError, ConnectionResetError):
                self.body.drain()  # a server that refuses need not read to the end, but it says why
                if upstream.sock is None:  # it is gone before it was there
                    raise
            yield upstream.getresponse()

    def pass_on(self, response: http.client.HTTPResponse) -> None:
        """Say what the server says."""
        self.send_response_only(response.status, response.reason)
        for name, value in response.getheaders():
            if name.lower() not in _HOPS:
                self.send_header(name, value)
        length = response.getheader("Content-Length")
        bare = self.command == "HEAD" or response.status in (204, 304)
        if length is not None:
            self.send_header("Content-Length", length)
        elif not bare:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while not bare and (piece := response.read(_PIECE)):
            self.wfile.write(piece if length is not None else b"%x\r\n%b\r\n" % (len(piece), piece))
        if length is None and not bare:
            self.wfile.write(b"0\r\n\r\n")

    def reply(self, code: int, headers: Mapping[str, str], body: bytes) -> None:
        """Say something that the server did not say."""
        self.send_response_only(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def hang_up(self, *, reset: bool = False) -> None:
        """Close the connection: as one does, or so that the client hears that it is broken."""
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()  # the socket is closed with the last that reads from it
            self.connection.close()

    def log_message(self, *args: object) -> None:
        """Standard error is the tests' own."""
