"""The processes that answer. A query cannot be interrupted where it runs, so it runs where it can be killed.

The pools of PyPI hand over a result at the end, pickled and in memory. Here it goes into a file without a name, whose handle the
process is given: an answer is whole before the first byte of it goes out, and no answer fills the memory.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, NamedTuple

from pfocr2rdf.serving.asking import Asked, Reply
from pfocr2rdf.serving.settings import Settings
from pfocr2rdf.serving.worker import ALLOCATORS, ASK, READY

_START = 60.0
_RETRY = 5
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
        command = [sys.executable, "-P", "-m", "pfocr2rdf.serving.worker", str(store), json.dumps(settings._asdict())]
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
                self._is_ready = await self._received(1) == READY

    async def ask(self, file: IO[bytes]) -> tuple[Reply, bool]:
        """Have the question in a file answered into it; with the reply comes whether the process is better replaced.

        Raises:
            _GoneError: it ended.
        """
        try:
            socket.send_fds(self._line, [ASK], [file.fileno()])
        except OSError:
            raise _GoneError from None
        said = b""
        while not said.endswith(b"\n"):
            said += await self._received(1 << 16)
        told = json.loads(said)
        return Reply(*told["reply"]), told["tired"]

    async def _received(self, most: int) -> bytes:
        try:
            said = await asyncio.get_running_loop().sock_recv(self._line, most)
        except ConnectionError:
            said = b""
        if not said:
            raise _GoneError
        return said

    def kill(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self._line.close()


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
        file: IO[bytes] | None = None
        reply = _BUSY
        try:
            file = tempfile.TemporaryFile(prefix="pfocr2rdf-")  # noqa: SIM115 - it is read when this has ended
            file.write(json.dumps(asked._asdict()).encode())
            file.seek(0)
            async with asyncio.timeout(self._settings.timeout):
                worker = await self._idle.get()
            reply = await self._asked(worker, file)
        except TimeoutError:
            pass
        except OSError as error:
            reply = Reply(503, f"there is no room for an answer: {error.strerror or error}")
        finally:
            if reply.status != 200:
                self.release()
                if file:
                    file.close()
        if reply.status != 200 or not file:
            return Answered(reply)
        file.seek(0)
        return Answered(reply, file)

    def release(self) -> None:
        """An answer was sent, or was not: another can have its place."""
        self._admitted -= 1

    async def _asked(self, worker: _Worker, file: IO[bytes]) -> Reply:
        tired = True
        try:
            await worker.ready()
            async with asyncio.timeout(self._settings.timeout):
                reply, tired = await worker.ask(file)
        except TimeoutError:
            return Reply(504, f"the query took longer than {self._settings.timeout:g} seconds and was ended; ask for less")
        except _GoneError:
            memory = self._settings.memory
            return Reply(500, f"the query needs more memory than it may have, {memory} MB, or is nested too deeply; ask for less")
        finally:
            if tired:
                self._dismiss(worker)
                self._hire()
            else:
                self._idle.put_nowait(worker)
        return reply

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
