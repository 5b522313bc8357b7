"""Connections: how many there are, how soon a request must be complete, and how fast a client must take its response.

Uvicorn's own bound on connections answers everybody with 503 once it is reached. Here the client network that has most connections
loses one, first of those on which the server waits for the client.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from typing import Any

import h11

from pfocr2rdf.server.answers import Answer
from pfocr2rdf.server.client_network import client_network
from pfocr2rdf.server.middleware import LOG, log_response
from pfocr2rdf.server.quick_requests import QuickRequest, QuickRequests
from pfocr2rdf.server.request_limits import ExplainingProtocol
from pfocr2rdf.stores.querying.lookup import LookupExceededError

_HEAD_TIMEOUT_SECONDS = 10.0  # for a request head; that for bodies is in ``sparql_protocol``
_RATE_INTERVAL_SECONDS = 10.0
_MIN_BYTES_PER_INTERVAL = 40_000  # that a client must take of what waits for it
_READ_BYTES = 1 << 12  # at a time, so that one client does not keep the loop busy
_NO_LINGER = struct.pack("ii", 1, 0)
_SMALL_CHUNK_BYTES = 64
_MAX_SMALL_CHUNKS = 1000  # of a request body: each costs the parser as much as a large one


class ConnectionTable:
    """The open connections by client network."""

    def __init__(self, max_connections: int) -> None:
        self._max_connections = max_connections
        self._count = 0
        self._connections: dict[str, set[BoundedProtocol]] = {}

    def add(self, connection: BoundedProtocol) -> None:
        """Add a new connection; if there are too many, one is dropped."""
        self._connections.setdefault(connection.network, set()).add(connection)
        self._count += 1
        if self._count > self._max_connections:
            self._drop_one(connection)

    def remove(self, connection: BoundedProtocol) -> None:
        """Remove a connection that is closed or was dropped before."""
        group = self._connections.get(connection.network, set())
        if connection in group:
            group.remove(connection)
            self._count -= 1
            if not group:
                del self._connections[connection.network]

    def _drop_one(self, newest: BoundedProtocol) -> None:
        largest = max(map(len, self._connections.values()))
        candidates = [item for group in self._connections.values() if len(group) == largest for item in group if item is not newest]
        oldest = min(candidates, key=BoundedProtocol.rank, default=newest)
        # A client that waits for the server is not dropped for another one of the same network.
        dropped = newest if oldest.is_served() and oldest.network == newest.network else oldest
        self.remove(dropped)
        dropped.drop()


class BoundedProtocol(ExplainingProtocol):
    """A connection that is dropped if its client is too slow, or if its network has too many."""

    network: str = ""

    def __init__(self, table: ConnectionTable, quick_requests: QuickRequests, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._quick_requests = quick_requests
        self._quick_task: asyncio.Task[None] | None = None  # that answers a quick request
        self._closes_after_answer = False
        self._waiting_data = b""  # that came meanwhile
        self.conn = _ChunkBoundedConnection(h11.SERVER, self.config.h11_max_incomplete_event_size or _READ_BYTES)
        self._table = table
        self._waits_since = self.loop.time()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._unsent_bytes = 0  # that were unsent at the last check, and have not all been sent since

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        transport.max_size = _READ_BYTES
        self.network = client_network(transport.get_extra_info("peername"))
        self._start_timer("head", _HEAD_TIMEOUT_SECONDS, self.drop)
        self._start_timer("rate", _RATE_INTERVAL_SECONDS, self._check_rate)
        self._table.add(self)

    def data_received(self, data: bytes) -> None:
        """Parse what has come; the timer for a request head runs from its first byte to its last one."""
        if self._quick_task:
            self._waiting_data += data
            self.transport.pause_reading()
        elif not (self._is_ready_for_request() and self._answer_quickly(data)):
            self._receive(data)

    def _receive(self, data: bytes) -> None:
        """Parse with h11."""
        try:
            super().data_received(data)
        except h11.ProtocolError:  # it is no HTTP after a response was begun, so it cannot be answered
            self.drop()
        if self._is_between_requests():
            self._start_timer("head", _HEAD_TIMEOUT_SECONDS, self.drop)
        else:
            self._cancel_timer("head")

    def _is_ready_for_request(self) -> bool:
        """Whether what comes next is the first byte of a request, and all earlier responses have been taken."""
        return (
            self._is_between_requests()
            and self.conn.their_state is h11.IDLE
            and not self.conn.trailing_data[0]
            and not self.transport.get_write_buffer_size()
            and not self.transport.is_closing()
        )

    def _answer_quickly(self, data: bytes) -> bool:
        """Answer a quick request, or begin to; whether it is one."""
        request = self._quick_requests.parse(data, self.server[0] if self.server else "")
        if request is None:
            return False
        began = time.monotonic()
        try:
            answer = self._quick_requests.find(request)
        except LookupExceededError:
            self._unset_keepalive_if_required()
            self._cancel_timer("head")
            self._quick_task = self.loop.create_task(self._execute_quickly(request, data, began))
            self.tasks.add(self._quick_task)
            self._quick_task.add_done_callback(self.tasks.discard)
            return True
        if answer is None:
            return False
        self._unset_keepalive_if_required()
        self._cancel_timer("head")
        self._send_answer(request, answer, began)
        return True

    async def _execute_quickly(self, request: QuickRequest, data: bytes, began: float) -> None:
        """Answer by a worker process; what cannot be answered so takes the usual way."""
        try:
            answer = await self._quick_requests.execute(request, self.network)
        except Exception as error:  # a bug must be logged, and the connection must not wait for ever
            LOG.error("unexpected %s: %s", type(error).__name__, error)
            answer = None
        self._quick_task = None
        if self.transport.is_closing():
            return
        if answer:
            self._send_answer(request, answer, began)
        else:
            self._receive(data)
        if waiting := self._waiting_data:
            self._waiting_data = b""
            self.transport.resume_reading()
            self._receive(waiting)
        if self._closes_after_answer and answer:
            self.transport.close()

    def _send_answer(self, request: QuickRequest, answer: Answer, began: float) -> None:
        self.transport.write(self._quick_requests.render_response(answer, self.server_state.default_headers))
        client = self.client[0] if self.client else "-"
        log_response(client, request.method, "/sparql", 200, len(answer.body), time.monotonic() - began)
        self.server_state.total_requests += 1
        self._waits_since = self.loop.time()
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)
        self._start_timer("head", _HEAD_TIMEOUT_SECONDS, self.drop)

    def shutdown(self) -> None:
        """Close the connection once a quick request is answered, or as uvicorn does."""
        if self._quick_task:
            self._closes_after_answer = True
        else:
            super().shutdown()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        self._waits_since = self.loop.time()
        super().on_response_complete()

    def resume_writing(self) -> None:
        """The client has taken nearly all that was waiting for it."""
        self._unsent_bytes = 0
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection, and stop its request."""
        if self._quick_task:
            self._quick_task.cancel()
        self._table.remove(self)
        for name in list(self._timers):
            self._cancel_timer(name)
        super().connection_lost(exc)

    def drop(self) -> None:
        """Close the connection, and free what the system still has to send over it."""
        if self.transport.get_write_buffer_size():
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()

    def is_served(self) -> bool:
        """Whether the client waits for the server, and not the server for the client."""
        if self._quick_task:
            return True
        return not self._is_between_requests() and not self.cycle.more_body and not self.flow.write_paused

    def rank(self) -> tuple[bool, bool, float]:
        """The order in which connections are dropped."""
        return self.is_served(), not self._is_between_requests(), self._waits_since

    def _is_between_requests(self) -> bool:
        return self._quick_task is None and (self.cycle is None or self.cycle.response_complete)

    def _check_rate(self) -> None:
        """Drop a client that takes too little of its response, also after all of it has been written."""
        unsent_bytes = self.transport.get_write_buffer_size()
        if unsent_bytes and unsent_bytes > self._unsent_bytes - _MIN_BYTES_PER_INTERVAL and self._unsent_bytes:
            self.drop()
            return
        self._unsent_bytes = unsent_bytes
        self._cancel_timer("rate")
        self._start_timer("rate", _RATE_INTERVAL_SECONDS, self._check_rate)

    def _start_timer(self, name: str, seconds: float, callback: Any) -> None:
        if name not in self._timers:
            self._timers[name] = self.loop.call_later(seconds, callback)

    def _cancel_timer(self, name: str) -> None:
        if timer := self._timers.pop(name, None):
            timer.cancel()


class _ChunkBoundedConnection(h11.Connection):
    """A parser that refuses a body of many tiny chunks: a megabyte of them keeps it busy for ten seconds."""

    def __init__(self, role: type[h11.SERVER], max_head_bytes: int) -> None:
        super().__init__(role, max_head_bytes)
        self._small_chunk_count = 0

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """The next event of the request."""
        event = super().next_event()
        if isinstance(event, h11.Request):
            self._small_chunk_count = 0
        elif isinstance(event, h11.Data) and len(event.data) < _SMALL_CHUNK_BYTES:
            self._small_chunk_count += 1
            if self._small_chunk_count > _MAX_SMALL_CHUNKS:
                raise h11.RemoteProtocolError("the body has too many small chunks")
        return event
