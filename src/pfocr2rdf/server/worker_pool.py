"""The worker pool: queries run in processes, since a native query cannot be interrupted but a process can be killed.

The pools of PyPI return results pickled and in memory. Here a large result is an unnamed file whose descriptor is sent through the
connection: a result is complete before its first byte is sent, and none fills the memory.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO, NamedTuple

from pfocr2rdf.server.execute import QUERY_REMEDY, ExecutionResult, SparqlRequest
from pfocr2rdf.server.fair_queue import FairQueue, QueueFullError
from pfocr2rdf.server.settings import ServerSettings
from pfocr2rdf.server.worker import ALLOCATOR_ENVIRONMENT, READY_SIGNAL

_LOG = logging.getLogger(__name__)
_START_TIMEOUT_SECONDS = 60.0
_RETRY_AFTER_SECONDS = 5
_BLOCK_BYTES = 1 << 16
_BUSY_RESULT = ExecutionResult(503, "the service is busy, and its queue of queries is full; try again in a moment")

RETRY_AFTER_HEADERS = {"Retry-After": str(_RETRY_AFTER_SECONDS)}  # for responses with status 503


def retry_headers(status: int) -> dict[str, str]:
    """The header that a response with this status needs in addition, if it is 503."""
    return RETRY_AFTER_HEADERS if status == 503 else {}


class StreamedResult(NamedTuple):
    """A result to send. The caller closes the file."""

    result: ExecutionResult
    file: IO[bytes] | None = None
    etag: str = ""


class _WorkerExitedError(Exception):
    """The worker process has ended."""


class _WorkerProcess:
    """A worker process and the socket to it."""

    def __init__(self, store: Path, settings: ServerSettings) -> None:
        self._connection, theirs = socket.socketpair()
        self._connection.setblocking(False)
        self._is_ready = False
        self._file: IO[bytes] | None = None
        command = [sys.executable, "-P", "-m", "pfocr2rdf.server.worker", str(store), json.dumps(settings._asdict()), str(os.getpid())]
        with theirs:
            # In a separate session because an interrupt from the keyboard is for the server alone.
            self.process = subprocess.Popen(  # noqa: S603 - it is ourselves
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, **ALLOCATOR_ENVIRONMENT},
            )

    async def wait_until_ready(self) -> None:
        """Wait until the worker accepts queries. If it has ended or does not start in time, that is an error."""
        if not self._is_ready:
            async with asyncio.timeout(_START_TIMEOUT_SECONDS):
                self._is_ready = await self._receive() == READY_SIGNAL

    async def execute(self, request: SparqlRequest) -> tuple[StreamedResult, bool]:
        """Execute a query; returns the result and whether the worker should be recycled."""
        try:
            await asyncio.get_running_loop().sock_sendall(self._connection, json.dumps(request._asdict()).encode() + b"\n")
        except OSError:
            raise _WorkerExitedError from None
        received = bytearray()
        while (end := received.find(b"\n")) < 0:
            received += await self._receive()
        response = json.loads(received[:end])
        result, size, should_recycle = ExecutionResult(*response["result"]), response["size"], response["should_recycle"]
        if result.log_message:
            _LOG.error("%s", result.log_message)
        if result.status != 200:
            return StreamedResult(result), should_recycle
        if size is None:
            file, self._file = self._file, None
            # Without a file, the system has no descriptors left.
            return StreamedResult(result, file) if file else StreamedResult(_BUSY_RESULT), should_recycle
        del received[: end + 1]
        while len(received) < size:
            received += await self._receive()
        return StreamedResult(result, io.BytesIO(received)), should_recycle

    async def _receive(self) -> bytes:
        """The next bytes; a file descriptor that comes with them is stored."""
        loop, readable = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._connection, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._connection)
        try:
            block, handles, _, _ = socket.recv_fds(self._connection, _BLOCK_BYTES, 1)
        except ConnectionError:
            raise _WorkerExitedError from None
        if handles:
            self._file = os.fdopen(handles[0], "rb")
        if not block:
            raise _WorkerExitedError
        return block

    def kill(self) -> None:
        """Kill the worker."""
        self.process.kill()
        self._connection.close()
        if self._file:
            self._file.close()


class WorkerPool:
    """A fixed number of worker processes, and a bounded queue."""

    def __init__(self, store: Path, settings: ServerSettings) -> None:
        self._store = Path(os.path.abspath(store))
        self._settings = settings
        self._idle: FairQueue[_WorkerProcess] = FairQueue(settings.queue_length)
        self._is_started = False
        self._workers: set[_WorkerProcess] = set()
        self._exiting: set[asyncio.Task[int]] = set()
        self._is_closed = False

    def start(self) -> None:
        """Start the workers, unless they have been."""
        if self._is_started:
            return
        self._is_started = True
        for _ in range(self._settings.worker_count):
            self._spawn()

    async def close(self) -> None:
        """End all workers."""
        self._is_closed = True
        for worker in list(self._workers):
            self._retire(worker)
        await asyncio.gather(*self._exiting)

    async def execute(self, request: SparqlRequest, client: str) -> StreamedResult:
        """Execute a query of a client. Errors are outcomes; cancelling kills the query."""
        self.start()
        worker = self._idle.get_nowait()
        if worker is None:
            try:
                async with asyncio.timeout(self._settings.timeout_seconds):
                    worker = await self._idle.get(client)
            except (TimeoutError, QueueFullError):
                return StreamedResult(_BUSY_RESULT)
        return await self._execute_on(worker, request)

    async def _execute_on(self, worker: _WorkerProcess, request: SparqlRequest) -> StreamedResult:
        should_recycle = True
        try:
            await worker.wait_until_ready()
            async with asyncio.timeout(self._settings.timeout_seconds):
                streamed, should_recycle = await worker.execute(request)
        except TimeoutError:
            limit = f"{self._settings.timeout_seconds:g} seconds"
            message = f"the query took longer than {limit} and was stopped; {QUERY_REMEDY}, or ask the operator to increase --timeout"
            return StreamedResult(ExecutionResult(504, message))
        except _WorkerExitedError:
            memory = f"{self._settings.memory_mb} MB"
            reason = f"the query needs more memory than this service allows, {memory}, or is nested too deeply"
            message = f"{reason}; {QUERY_REMEDY}, or ask the operator to increase --memory"
            return StreamedResult(ExecutionResult(500, message))
        finally:
            if should_recycle:
                self._retire(worker)
                self._spawn()
            else:
                self._idle.put(worker)
        return streamed

    def _spawn(self) -> None:
        if self._is_closed:
            return
        worker = _WorkerProcess(self._store, self._settings)
        self._workers.add(worker)
        self._idle.put(worker, is_new=True)

    def _retire(self, worker: _WorkerProcess) -> None:
        if worker not in self._workers:
            return
        self._workers.remove(worker)
        worker.kill()
        waiting = asyncio.ensure_future(asyncio.to_thread(worker.process.wait))
        self._exiting.add(waiting)
        waiting.add_done_callback(self._exiting.discard)
