"""The server process: socket, signals, timeouts of slow clients."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import uvicorn

from pfocr2rdf.errors import StoreError
from pfocr2rdf.server.app import application
from pfocr2rdf.server.connections import BoundedProtocol, ConnectionTable
from pfocr2rdf.server.request_limits import MAX_HEAD_BYTES
from pfocr2rdf.server.settings import ServerSettings

_SHUTDOWN_TIMEOUT_SECONDS = 5  # for requests in flight
_MAX_CONNECTIONS = 512
_RESERVED_DESCRIPTORS = 100  # that are not for connections and the results sent over them
_LISTEN_BACKLOG = 1024
_ACCEPTED_AT_ONCE = 32  # so that a flood of connections does not keep the loop busy
_SEND_BUFFER_BYTES = 1 << 18  # that slow clients take of the memory of the system, which may be 4 MB otherwise
_COLLECTED_OBJECTS = 50_000  # new objects after which the garbage collector looks for cycles; Python's default is 700
_WILDCARD_ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - those of the machine, with one to reach it at
_LOG_LEVEL_OFF = 60  # above all levels: the middleware logs requests


def serve(
    listener: socket.socket,
    store: str | os.PathLike[str],
    settings: ServerSettings,
    *,
    host: str,
    on_ready: Callable[[str], object],
) -> None:
    """Serve an embedded store on a socket of ``open_listener`` until SIGINT, SIGTERM or SIGHUP; ``on_ready`` is called with the URL first.

    Raises:
        StoreError: there is no store, or the system is Windows.
    """
    if not hasattr(socket, "send_fds"):
        raise StoreError(
            "this system, for example Windows, cannot pass open files between processes; serve the store on Linux or macOS, or in WSL"
        )
    names = settings.host_names if host in _WILDCARD_ADDRESSES else (*settings.host_names, host)
    app = application(store, settings._replace(host_names=names))
    on_ready(service_url(host, listener.getsockname()[1]))
    protocol = partial(BoundedProtocol, ConnectionTable(_max_connections()), app.state.quick_requests)
    config = uvicorn.Config(
        app,
        http=protocol,  # type: ignore[arg-type]  # it is only called
        loop="asyncio",
        ws="none",
        lifespan="on",
        log_config=None,
        log_level=_LOG_LEVEL_OFF,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_SHUTDOWN_TIMEOUT_SECONDS,
        backlog=_ACCEPTED_AT_ONCE,
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
    )
    server = _Server(config)
    threshold = gc.get_threshold()
    gc.set_threshold(_COLLECTED_OBJECTS, 20, 20)  # pages make few cycles, and their caches are large: a collection took up to 50 ms
    try:
        server.run(sockets=[listener])
    finally:
        gc.set_threshold(*threshold)
    if not server.started:
        raise StoreError("the service could not be started")


def service_url(host: str, port: int) -> str:
    """The URL of the service that listens on an address; for all addresses of the machine, the one to reach it at from there.

    >>> service_url("0.0.0.0", 8000), service_url("::1", 80)
    ('http://127.0.0.1:8000/', 'http://[::1]:80/')
    """
    shown = _WILDCARD_ADDRESSES.get(host, host)
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/"


def _max_connections() -> int:
    """As many as there are descriptors for, of which each may need one more for its result."""
    try:
        import resource  # here, since Windows has none
    except ModuleNotFoundError:
        return _MAX_CONNECTIONS
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return _MAX_CONNECTIONS if limit == resource.RLIM_INFINITY else max(8, min(_MAX_CONNECTIONS, (limit - _RESERVED_DESCRIPTORS) // 2))


@contextlib.contextmanager
def open_listener(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens on an address, on any free port for ``port`` 0; ``StoreError`` if that is not possible."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise StoreError(f"{host} is not an address of this machine: {error.strerror or error}; choose another with --host") from None
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)  # of each connection
        try:
            listener.bind(address)
            listener.listen(_LISTEN_BACKLOG)
        except OSError as error:
            message = (
                f"cannot listen on port {port} of {host}: {error.strerror or error}; choose another address with --host, or another port"
            )
            if error.errno == errno.EADDRINUSE:
                message = f"port {port} of {host} is in use; choose another with --port, or any that is free with --port 0"
            raise StoreError(message) from None
        yield listener


class _Server(uvicorn.Server):
    """A server that returns on a signal, so that its caller can clean up."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, and let more connections wait than asyncio accepts at once."""
        await super().startup(sockets)
        for listener in sockets or []:
            listener.listen(_LISTEN_BACKLOG)

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        """Handle signals without raising them again afterwards, as uvicorn does."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        numbers = [signal.SIGINT, signal.SIGTERM]
        if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # which nohup ignores
            numbers.append(signal.SIGHUP)
        previous_handlers = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in previous_handlers.items():
                signal.signal(number, handler)
