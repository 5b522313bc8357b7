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

from pfocr2rdf.server.execute import Asked, Reply
from pfocr2rdf.server.settings import Settings
from pfocr2rdf.server.worker import ALLOCATORS, READY

_START = 60.0
_RETRY = 5
_BLOCK = 1 << 16
_BUSY = Reply(503, "this service has as many queries to answer as it can; ask again in a moment")

RETRY_AFTER = {"Retry-After": str(_RETRY)}
"""When to ask again."""


class Answered(NamedTuple):
    """An answer on its way. The file is the caller's to close, and ``Pool.release`` is to be called then.

    Attributes:
        reply: what came of it.
        file: the answer, from its beginning, where there is one.
    """

    reply: Reply
    file: IO[bytes] | None = None


class _GoneError(Exception):
    """The process has ended."""


class _Worker:
    """A process, and the line to it."""

    def __init__(self, store: Path, settings: Settings) -> None:
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
                env={**os.environ, **ALLOCATORS},
            )

    async def ready(self) -> None:
        """Wait until it can be asked.

        Raises:
            _GoneError: it ended.
            TimeoutError: it does not begin.
        """
        if not self._is_ready:
            async with asyncio.timeout(_START):
                self._is_ready = await self._received() == READY

    async def ask(self, asked: Asked) -> tuple[Answered, bool]:
        """Have a question answered; with the answer comes whether the process is better replaced.

        Raises:
            _GoneError: it ended.
        """
        try:
            await asyncio.get_running_loop().sock_sendall(self._line, json.dumps(asked._asdict()).encode() + b"\n")
        except OSError:
            raise _GoneError from None
        said = bytearray()
        while (end := said.find(b"\n")) < 0:
            said += await self._received()
        told = json.loads(said[:end])
        reply, size, tired = Reply(*told["reply"]), told["size"], told["tired"]
        if reply.status != 200:
            return Answered(reply), tired
        if size is None:
            file, self._file = self._file, None
            return (Answered(reply, file) if file else Answered(_BUSY)), tired  # the system gives no more handles
        del said[: end + 1]
        while len(said) < size:
            said += await self._received()
        return Answered(reply, io.BytesIO(said)), tired

    async def _received(self) -> bytes:
        """What comes next; a handle that comes with it is kept."""
        loop, there = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._line, there.set)
        try:
            await there.wait()
        finally:
            loop.remove_reader(self._line)
        try:
            said, handles, _, _ = socket.recv_fds(self._line, _BLOCK, 1)
        except ConnectionError:
            raise _GoneError from None
        if handles:
            self._file = os.fdopen(handles[0], "rb")
        if not said:
            raise _GoneError
        return said

    def kill(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self._line.close()
        if self._file:
            self._file.close()


class Pool:
    """As many processes as queries may run at once.

    Args:
        store: the folder of the store.
        settings: what a query may take.
    """

    def __init__(self, store: Path, settings: Settings) -> None:
        self._store = Path(os.path.abspath(store))
        self._settings = settings
        self._admitted = 0
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        self._all: set[_Worker] = set()
        self._ending: set[asyncio.Task[int]] = set()
        self._is_closed = False

    def start(self) -> None:
        """Start the processes."""
        for _ in range(self._settings.workers):
            self._hire()

    async def close(self) -> None:
        """End all processes."""
        self._is_closed = True
        for worker in list(self._all):
            self._dismiss(worker)
        await asyncio.gather(*self._ending)

    async def answer(self, asked: Asked) -> Answered:
        """Have a question answered. What goes wrong is in the reply. Who cancels this kills the query."""
        if self._admitted >= self._settings.workers + self._settings.queue:
            return Answered(_BUSY)
        self._admitted += 1
        answered = Answered(_BUSY)
        try:
            async with asyncio.timeout(self._settings.timeout):
                worker = await self._idle.get()
            answered = await self._asked(worker, asked)
        except TimeoutError:
            pass
        finally:
            if not answered.file:
                self.release()
        return answered

    def release(self) -> None:
        """An answer was sent, or was not: another can have its place."""
        self._admitted -= 1

    async def _asked(self, worker: _Worker, asked: Asked) -> Answered:
        tired = True
        try:
            await worker.ready()
            async with asyncio.timeout(self._settings.timeout):
                answered, tired = await worker.ask(asked)
        except TimeoutError:
            return Answered(Reply(504, f"the query took longer than {self._settings.timeout:g} seconds and was ended; ask for less"))
        except _GoneError:
            memory = self._settings.memory
            said = f"the query needs more memory than it may have, {memory} MB, or is nested too deeply; ask for less"
            return Answered(Reply(500, said))
        finally:
            if tired:
                self._dismiss(worker)
                self._hire()
            else:
                self._idle.put_nowait(worker)
        return answered

    def _hire(self) -> None:
        if self._is_closed:
            return
        worker = _Worker(self._store, self._settings)
        self._all.add(worker)
        self._idle.put_nowait(worker)

    def _dismiss(self, worker: _Worker) -> None:
        if worker not in self._all:
            return
        self._all.remove(worker)
        worker.kill()
        waiting = asyncio.ensure_future(asyncio.to_thread(worker.process.wait))
        self._ending.add(waiting)
        waiting.add_done_callback(self._ending.discard)
