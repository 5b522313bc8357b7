"""The processes that answer. A query cannot be interrupted where it runs, so it runs where it can be killed.

The pools of PyPI hand over a result at the end, pickled and in memory. Here a large one is left in a file without a name, whose
handle is handed over: an answer is whole before the first byte of it goes out, and no answer fills the memory.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO, NamedTuple

from pfocr2rdf.server.execute import ExecutionResult, SparqlRequest
from pfocr2rdf.server.settings import ServerSettings
from pfocr2rdf.server.worker import ALLOCATOR_ENVIRONMENT, READY_SIGNAL

_START_TIMEOUT_SECONDS = 60.0
_RETRY_AFTER_SECONDS = 5
_BLOCK_BYTES = 1 << 16
_BUSY_RESULT = ExecutionResult(503, "this service has as many queries to answer as it can; ask again in a moment")

RETRY_AFTER_HEADERS = {"Retry-After": str(_RETRY_AFTER_SECONDS)}
"""When to ask again."""


class StreamedResult(NamedTuple):
    """An answer on its way. The file is the caller's to close, and ``WorkerPool.release`` is to be called then.

    Attributes:
        result: what came of it.
        file: the answer, from its beginning, where there is one.
    """

    result: ExecutionResult
    file: IO[bytes] | None = None


class _WorkerExitedError(Exception):
    """The process has ended."""


class _WorkerProcess:
    """A process, and the line to it."""

    def __init__(self, store: Path, settings: ServerSettings) -> None:
        self._line, theirs = socket.socketpair()
        self._line.setblocking(False)
        self._is_ready = False
        self._file: IO[bytes] | None = None
        command = [sys.executable, "-P", "-m", "pfocr2rdf.server.worker", str(store), json.dumps(settings._asdict())]
        with theirs:
            # In a session of its own: an interrupt from the keyboard is for the server, which ends it.
            self.process = subprocess.Popen(  # noqa: S603 - it is ourselves
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, **ALLOCATOR_ENVIRONMENT},
            )

    async def wait_until_ready(self) -> None:
        """Wait until it can be asked.

        Raises:
            _WorkerExitedError: it ended.
            TimeoutError: it does not begin.
        """
        if not self._is_ready:
            async with asyncio.timeout(_START_TIMEOUT_SECONDS):
                self._is_ready = await self._receive() == READY_SIGNAL

    async def execute(self, request: SparqlRequest) -> tuple[StreamedResult, bool]:
        """Have a question answered; with the answer comes whether the process is better replaced.

        Raises:
            _WorkerExitedError: it ended.
        """
        try:
            await asyncio.get_running_loop().sock_sendall(self._line, json.dumps(request._asdict()).encode() + b"\n")
        except OSError:
            raise _WorkerExitedError from None
        said = bytearray()
        while (end := said.find(b"\n")) < 0:
            said += await self._receive()
        told = json.loads(said[:end])
        reply, size, tired = ExecutionResult(*told["reply"]), told["size"], told["tired"]
        if reply.status != 200:
            return StreamedResult(reply), tired
        if size is None:
            file, self._file = self._file, None
            return (StreamedResult(reply, file) if file else StreamedResult(_BUSY_RESULT)), tired  # the system gives no more handles
        del said[: end + 1]
        while len(said) < size:
            said += await self._receive()
        return StreamedResult(reply, io.BytesIO(said)), tired

    async def _receive(self) -> bytes:
        """What comes next; a handle that comes with it is kept."""
        loop, there = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._line, there.set)
        try:
            await there.wait()
        finally:
            loop.remove_reader(self._line)
        try:
            said, handles, _, _ = socket.recv_fds(self._line, _BLOCK_BYTES, 1)
        except ConnectionError:
            raise _WorkerExitedError from None
        if handles:
            self._file = os.fdopen(handles[0], "rb")
        if not said:
            raise _WorkerExitedError
        return said

    def kill(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self._line.close()
        if self._file:
            self._file.close()


class WorkerPool:
    """As many processes as queries may run at once.

    Args:
        store: the folder of the store.
        settings: what a query may take.
    """

    def __init__(self, store: Path, settings: ServerSettings) -> None:
        self._store = Path(os.path.abspath(store))
        self._settings = settings
        self._admitted = 0
        self._idle: asyncio.Queue[_WorkerProcess] = asyncio.Queue()
        self._workers: set[_WorkerProcess] = set()
        self._exiting: set[asyncio.Task[int]] = set()
        self._is_closed = False

    def start(self) -> None:
        """Start the processes."""
        for _ in range(self._settings.workers):
            self._spawn()

    async def close(self) -> None:
        """End all processes."""
        self._is_closed = True
        for worker in list(self._workers):
            self._retire(worker)
        await asyncio.gather(*self._exiting)

    async def execute(self, request: SparqlRequest) -> StreamedResult:
        """Have a question answered. What goes wrong is in the reply. Who cancels this kills the query."""
        if self._admitted >= self._settings.workers + self._settings.queue:
            return StreamedResult(_BUSY_RESULT)
        self._admitted += 1
        answered = StreamedResult(_BUSY_RESULT)
        try:
            async with asyncio.timeout(self._settings.timeout):
                worker = await self._idle.get()
            answered = await self._execute_on(worker, request)
        except TimeoutError:
            pass
        finally:
            if not answered.file:
                self.release()
        return answered

    def release(self) -> None:
        """An answer was sent, or was not: another can have its place."""
        self._admitted -= 1

    async def _execute_on(self, worker: _WorkerProcess, request: SparqlRequest) -> StreamedResult:
        tired = True
        try:
            await worker.wait_until_ready()
            async with asyncio.timeout(self._settings.timeout):
                answered, tired = await worker.execute(request)
        except TimeoutError:
            return StreamedResult(
                ExecutionResult(504, f"the query took longer than {self._settings.timeout:g} seconds and was ended; ask for less")
            )
        except _WorkerExitedError:
            memory = self._settings.memory
            said = f"the query needs more memory than it may have, {memory} MB, or is nested too deeply; ask for less"
            return StreamedResult(ExecutionResult(500, said))
        finally:
            if tired:
                self._retire(worker)
                self._spawn()
            else:
                self._idle.put_nowait(worker)
        return answered

    def _spawn(self) -> None:
        if self._is_closed:
            return
        worker = _WorkerProcess(self._store, self._settings)
        self._workers.add(worker)
        self._idle.put_nowait(worker)

    def _retire(self, worker: _WorkerProcess) -> None:
        if worker not in self._workers:
            return
        self._workers.remove(worker)
        worker.kill()
        waiting = asyncio.ensure_future(asyncio.to_thread(worker.process.wait))
        self._exiting.add(waiting)
        waiting.add_done_callback(self._exiting.discard)
