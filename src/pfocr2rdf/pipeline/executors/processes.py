"""Worker processes: tasks go out, results come back in the order of the tasks, and a process that dies takes nothing with it."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Self

from pfocr2rdf.pipeline.executors.base import OUT_OF_MEMORY, C, Here, Pool, Task

_FORKS = sys.platform == "linux"  # elsewhere, system libraries do not bear it
_AHEAD = 3  # tasks at work or waiting their turn, for each worker
_SMALL = 1 << 15  # what surely fits into a pipe, so that sending it does not wait for a busy worker


class Fitting:
    """Does a single task in this process, several ones in worker processes.

    Args:
        count: how many processes at most.
        make: makes the worker.
    """

    def __init__(self, count: int, make: Callable[[], Any]) -> None:
        self._count, self._make = count, make
        self._pool: Pool | None = None

    def map(self, tasks: Iterable[tuple[C, Task | None]]) -> Iterator[tuple[C, Any]]:
        """Results in the order of the tasks, each with what came with its task; ``None`` where there is no task."""
        source = iter(tasks)
        first = list(islice(source, 2))
        self._pool = self._pool or (Processes(self._count, self._make) if len(first) > 1 else Here(self._make))
        return self._pool.map(chain(first, source))

    def close(self) -> None:
        """Stop at once."""
        if self._pool:
            self._pool.close()


class _Job:
    """A task on its way; done at once where there is nothing to do."""

    def __init__(self, task: Task | None, context: Any = None, whole: _Job | None = None) -> None:
        self.context, self.whole = context, whole
        if task is not None:
            self.task, self.data = task, pickle.dumps(task, pickle.HIGHEST_PROTOCOL)
        self.deaths = 0
        self.parts: list[_Job] = []
        self.done = task is None
        self.result: Any = None

    def finish(self, result: Any) -> None:
        """Take the result; the last part finishes the whole."""
        self.result, self.done = result, True
        whole = self.whole
        if whole and all(part.done for part in whole.parts):
            whole.finish(whole.task.joined([part.result for part in whole.parts]))


class _Process:
    """One worker process, and the jobs that it has: the first is at work, a small one may wait behind it."""

    def __init__(self, make: Callable[[], Any]) -> None:
        context = multiprocessing.get_context("fork" if _FORKS else "spawn")
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_serve, args=(theirs, make), daemon=True)  # type: ignore[attr-defined]
        self.process.start()
        theirs.close()
        self.jobs: deque[_Job] = deque()
        self.unheard: list[_Job] = []  # jobs that came when it was dead
        self.proven = False  # it has done something

    def takes(self, job: _Job) -> bool:
        """Whether it can be given this job now."""
        return not self.jobs or (len(self.jobs) == 1 and len(job.data) < _SMALL)

    def give(self, job: _Job) -> None:
        """Give it a job. Where it has died, that is found out when it is asked for the result."""
        self.jobs.append(job)
        try:
            self.connection.send_bytes(job.data)
        except OSError:
            self.unheard.append(job)

    def result(self) -> Any:
        """The result of the first job.

        Raises:
            EOFError: the process is dead.
        """
        try:
            fine, value = pickle.loads(self.connection.recv_bytes())  # noqa: S301 - from our own process
        except OSError as error:
            raise EOFError from error
        self.proven = True
        if not fine:
            raise value
        return value

    def stop(self) -> str:
        """End it, where it has not ended; how it ended."""
        self.process.kill() if self.process.is_alive() else None
        self.process.join()
        self.connection.close()
        code = self.process.exitcode or 0
        if code == OUT_OF_MEMORY:
            return "it ran out of memory"
        if code >= 0:
            return f"exit status {code}"
        return f"signal {-code} ({signal.strsignal(-code)})"


class Processes:
    """Does tasks in several worker processes.

    A process that dies is replaced. What it was doing is tried once more; if that kills another one, it is done in its smallest
    parts, each of which may kill two processes before it is given up.

    Args:
        count: how many processes.
        make: makes the worker, in each process.
    """

    def __init__(self, count: int, make: Callable[[], Any]) -> None:
        self._make = make
        self._count = count
        self._running: list[_Process] = []
        self._waiting: deque[_Job] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def map(self, tasks: Iterable[tuple[C, Task | None]]) -> Iterator[tuple[C, Any]]:
        """Results in the order of the tasks, each with what came with its task. No more tasks are taken than are soon needed."""
        source = iter(tasks)
        order: deque[_Job] = deque()
        more = True
        while True:
            while more and (not order or (len(order) < _AHEAD * self._count and len(self._waiting) < self._count)):
                if more := (found := next(source, None)) is not None:
                    job = _Job(found[1], found[0])
                    order.append(job)
                    if not job.done:
                        self._waiting.append(job)
                self._give()
            if not order:
                return
            if order[0].done:
                job = order.popleft()
                yield job.context, job.result
            else:
                self._receive()
                self._give()

    def _give(self) -> None:
        """Give waiting jobs to processes, idle ones first."""
        while self._waiting:
            job = self._waiting[0]
            free = min(self._running, key=lambda one: len(one.jobs), default=None)
            if (free is None or free.jobs) and len(self._running) < self._count:
                free = _Process(self._make)
                self._running.append(free)
            if free is None or not free.takes(job):
                return
            free.give(self._waiting.popleft())

    def _receive(self) -> None:
        """Wait for results, and take them."""
        busy = {one.connection: one for one in self._running if one.jobs}
        for connection in wait(list(busy)):
            process = busy[connection]  # type: ignore[index]
            try:
                result = process.result()
            except EOFError:
                self._bury(process)
            else:
                process.jobs.popleft().finish(result)

    def _bury(self, process: _Process) -> None:
        self._running.remove(process)
        reason = process.stop()
        culprit, *innocent = process.jobs
        if culprit in process.unheard and process.proven:  # it died of something else
            self._waiting.extendleft(reversed(process.jobs))
            return
        culprit.deaths += 1
        self._waiting.extendleft(reversed(innocent))
        if culprit.deaths == 1:
            self._waiting.appendleft(culprit)
            return
        parts = culprit.task.split()
        if len(parts) <= 1:
            culprit.finish(culprit.task.died(reason))
            return
        culprit.parts = [_Job(part, whole=culprit) for part in parts]
        self._waiting.extendleft(reversed(culprit.parts))

    def close(self) -> None:
        """Kill the processes: they write nothing but what their results speak of."""
        for process in self._running:
            process.stop()
        self._running.clear()


def _serve(connection: Connection, make: Callable[[], Any]) -> None:
    """The life of a worker process: until its connection ends, also because the other side died."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one decides
    if _FORKS:
        _close_inherited(connection.fileno())
    gc.freeze()
    gc.set_threshold(gc.get_threshold()[0] * 1000)
    worker = make()
    try:
        while True:
            task = pickle.loads(connection.recv_bytes())  # noqa: S301 - from the process that started this one
            connection.send_bytes(_answer(task, worker))
    except (EOFError, OSError):
        pass
    finally:
        os._exit(0)  # nothing that this process got from the other one is its own to clean up


def _answer(task: Task, worker: Any) -> bytes:
    """Whether all went well, and the result, or else the exception."""
    try:
        return pickle.dumps((True, task.done_by(worker)), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except Exception as error:
        return _complaint(error)


def _complaint(error: Exception) -> bytes:
    error.add_note(f"In a worker process:\n{''.join(traceback.format_exception(error))}")
    try:
        data = pickle.dumps((False, error))
        pickle.loads(data)  # noqa: S301 - not all exceptions can travel
    except Exception:
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
    return data


def _close_inherited(own: int) -> None:
    """Close the files of the other process: they would hold its lock, and the connections of its other workers, after its death."""
    os.closerange(3, own)
    os.closerange(own + 1, os.sysconf("SC_OPEN_MAX"))
