"""The server process: socket, signals, timeouts of slow clients."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from pfocr2rdf.errors import StoreError
from pfocr2rdf.server.app import application
from pfocr2rdf.server.settings import ServerSettings

_HEAD_TIMEOUT_SECONDS = 10.0
_SHUTDOWN_TIMEOUT_SECONDS = 5  # for requests in flight
_MAX_HEAD_BYTES = 1 << 16
_MAX_CONNECTIONS = 256
_LOG_LEVEL_OFF = 60  # above all levels: the middleware logs requests


def serve(
    store: str | os.PathLike[str],
    settings: ServerSettings = ServerSettings(),  # noqa: B008 - it cannot be changed
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    on_ready: Callable[[str], object] | None = None,
) -> None:
    """Serve an embedded store until SIGINT or SIGTERM, on any free port for ``port`` 0.

    Once the server listens, ``on_ready`` is called with its URL.

    Raises:
        StoreError: there is no store, or the address cannot be used.
    """
    app = application(store, settings)
    with _open_listener(host, port) as listener:
        if on_ready:
            on_ready(f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/")
        config = uvicorn.Config(
            app,
            http=_HeaderTimeoutProtocol,
            loop="asyncio",
            ws="none",
            lifespan="on",
            log_config=None,
            log_level=_LOG_LEVEL_OFF,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_SHUTDOWN_TIMEOUT_SECONDS,
            limit_concurrency=_MAX_CONNECTIONS,
            h11_max_incomplete_event_size=_MAX_HEAD_BYTES,
        )
        server = _Server(config)
        server.run(sockets=[listener])
    if not server.started:
        raise StoreError("the service could not be started")


@contextlib.contextmanager
def _open_listener(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise StoreError(f"{host} is no address of this machine: {error.strerror or error}") from None
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(_MAX_CONNECTIONS)
        except OSError as error:
            message = f"nobody can listen on port {port} of {host}: {error.strerror or error}"
            if error.errno == errno.EADDRINUSE:
                message = f"port {port} of {host} is in use; choose another with --port, or any that is free with --port 0"
            raise StoreError(message) from None
        yield listener


class _Server(uvicorn.Server):
    """A server that returns on a signal, so that its caller can clean up."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        """Handle signals without raising them again afterwards, as uvicorn does."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        previous_handlers = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in previous_handlers.items():
                signal.signal(number, handler)


class _HeaderTimeoutProtocol(H11Protocol):
    """A connection with a timeout for request heads; that for bodies is in ``sparql_protocol``."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._start_timer()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._start_timer()
        else:
            self._cancel_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_timer()
        super().connection_lost(exc)

    def _start_timer(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(_HEAD_TIMEOUT_SECONDS, self.transport.close)

    def _cancel_timer(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
