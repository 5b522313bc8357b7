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

from pfocr2rdf.pipeline.executors.base import OUT_OF_MEMORY_STATUS, ContextT, Executor, InlineExecutor, Task

_CAN_FORK = sys.platform == "linux"  # elsewhere, system libraries do not bear it
_TASKS_PER_WORKER = 3  # tasks at work or waiting their turn, for each worker
_PIPE_BYTES = 1 << 15  # what surely fits into a pipe, so that sending it does not wait for a busy worker


class AutoExecutor:
    """Does a single task in this process, several ones in worker processes.

    Args:
        worker_count: how many processes at most.
        worker_factory: makes the worker.
    """

    def __init__(self, worker_count: int, worker_factory: Callable[[], Any]) -> None:
        self._worker_count, self._worker_factory = worker_count, worker_factory
        self._executor: Executor | None = None

    def map(self, tasks: Iterable[tuple[ContextT, Task | None]]) -> Iterator[tuple[ContextT, Any]]:
        """Results in the order of the tasks, each with what came with its task; ``None`` where there is no task."""
        source = iter(tasks)
        first = list(islice(source, 2))
        self._executor = self._executor or (
            ProcessExecutor(self._worker_count, self._worker_factory) if len(first) > 1 else InlineExecutor(self._worker_factory)
        )
        return self._executor.map(chain(first, source))

    def close(self) -> None:
        """Stop at once."""
        if self._executor:
            self._executor.close()


class _Job:
    """A task on its way; done at once where there is nothing to do."""

    def __init__(self, task: Task | None, context: Any = None, parent: _Job | None = None) -> None:
        self.context, self.parent = context, parent
        if task is not None:
            self.task, self.data = task, pickle.dumps(task, pickle.HIGHEST_PROTOCOL)
        self.deaths = 0
        self.children: list[_Job] = []
        self.is_done = task is None
        self.result: Any = None

    def finish(self, result: Any) -> None:
        """Take the result; the last part finishes the whole."""
        self.result, self.is_done = result, True
        whole = self.parent
        if whole and all(part.is_done for part in whole.children):
            whole.finish(whole.task.combine([part.result for part in whole.children]))


class _Process:
    """One worker process, and the jobs that it has: the first is at work, a small one may wait behind it."""

    def __init__(self, worker_factory: Callable[[], Any]) -> None:
        context = multiprocessing.get_context("fork" if _CAN_FORK else "spawn")
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_run_worker, args=(theirs, worker_factory), daemon=True)  # type: ignore[attr-defined]
        self.process.start()
        theirs.close()
        self.jobs: deque[_Job] = deque()
        self.undelivered: list[_Job] = []  # jobs that came when it was dead
        self.has_answered = False  # it has done something

    def can_accept(self, job: _Job) -> bool:
        """Whether it can be given this job now."""
        return not self.jobs or (len(self.jobs) == 1 and len(job.data) < _PIPE_BYTES)

    def send(self, job: _Job) -> None:
        """Give it a job. Where it has died, that is found out when it is asked for the result."""
        self.jobs.append(job)
        try:
            self.connection.send_bytes(job.data)
        except OSError:
            self.undelivered.append(job)

    def receive(self) -> Any:
        """The result of the first job.

        Raises:
            EOFError: the process is dead.
        """
        try:
            fine, value = pickle.loads(self.connection.recv_bytes())  # noqa: S301 - from our own process
        except OSError as error:
            raise EOFError from error
        self.has_answered = True
        if not fine:
            raise value
        return value

    def stop(self) -> str:
        """End it, where it has not ended; how it ended."""
        self.process.kill() if self.process.is_alive() else None
        self.process.join()
        self.connection.close()
        code = self.process.exitcode or 0
        if code == OUT_OF_MEMORY_STATUS:
            return "it ran out of memory"
        if code >= 0:
            return f"exit status {code}"
        return f"signal {-code} ({signal.strsignal(-code)})"


class ProcessExecutor:
    """Does tasks in several worker processes.

    A process that dies is replaced. What it was doing is tried once more; if that kills another one, it is done in its smallest
    parts, each of which may kill two processes before it is given up.

    Args:
        worker_count: how many processes.
        worker_factory: makes the worker, in each process.
    """

    def __init__(self, worker_count: int, worker_factory: Callable[[], Any]) -> None:
        self._worker_factory = worker_factory
        self._worker_count = worker_count
        self._running: list[_Process] = []
        self._waiting: deque[_Job] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def map(self, tasks: Iterable[tuple[ContextT, Task | None]]) -> Iterator[tuple[ContextT, Any]]:
        """Results in the order of the tasks, each with what came with its task. No more tasks are taken than are soon needed."""
        source = iter(tasks)
        order: deque[_Job] = deque()
        more = True
        while True:
            while more and (not order or (len(order) < _TASKS_PER_WORKER * self._worker_count and len(self._waiting) < self._worker_count)):
                if more := (found := next(source, None)) is not None:
                    job = _Job(found[1], found[0])
                    order.append(job)
                    if not job.is_done:
                        self._waiting.append(job)
                self._dispatch()
            if not order:
                return
            if order[0].is_done:
                job = order.popleft()
                yield job.context, job.result
            else:
                self._receive()
                self._dispatch()

    def _dispatch(self) -> None:
        """Give waiting jobs to processes, idle ones first."""
        while self._waiting:
            job = self._waiting[0]
            free = min(self._running, key=lambda one: len(one.jobs), default=None)
            if (free is None or free.jobs) and len(self._running) < self._worker_count:
                free = _Process(self._worker_factory)
                self._running.append(free)
            if free is None or not free.can_accept(job):
                return
            free.send(self._waiting.popleft())

    def _receive(self) -> None:
        """Wait for results, and take them."""
        busy = {one.connection: one for one in self._running if one.jobs}
        for connection in wait(list(busy)):
            process = busy[connection]  # type: ignore[index]
            try:
                result = process.receive()
            except EOFError:
                self._handle_death(process)
            else:
                process.jobs.popleft().finish(result)

    def _handle_death(self, process: _Process) -> None:
        self._running.remove(process)
        reason = process.stop()
        culprit, *innocent = process.jobs
        if culprit in process.undelivered and process.has_answered:  # it died of something else
            self._waiting.extendleft(reversed(process.jobs))
            return
        culprit.deaths += 1
        self._waiting.extendleft(reversed(innocent))
        if culprit.deaths == 1:
            self._waiting.appendleft(culprit)
            return
        parts = culprit.task.split()
        if len(parts) <= 1:
            culprit.finish(culprit.task.on_worker_lost(reason))
            return
        culprit.children = [_Job(part, parent=culprit) for part in parts]
        self._waiting.extendleft(reversed(culprit.children))

    def close(self) -> None:
        """Kill the processes: they write nothing but what their results speak of."""
        for process in self._running:
            process.stop()
        self._running.clear()


def _run_worker(connection: Connection, worker_factory: Callable[[], Any]) -> None:
    """The life of a worker process: until its connection ends, also because the other side died."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one decides
    if _CAN_FORK:
        _close_inherited(connection.fileno())
    gc.freeze()
    gc.set_threshold(gc.get_threshold()[0] * 1000)
    worker = worker_factory()
    try:
        while True:
            task = pickle.loads(connection.recv_bytes())  # noqa: S301 - from the process that started this one
            connection.send_bytes(_run_task(task, worker))
    except (EOFError, OSError):
        pass
    finally:
        os._exit(0)  # nothing that this process got from the other one is its own to clean up


def _run_task(task: Task, worker: Any) -> bytes:
    """Whether all went well, and the result, or else the exception."""
    try:
        return pickle.dumps((True, task.run(worker)), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        os._exit(OUT_OF_MEMORY_STATUS)
    except Exception as error:
        return _pickle_error(error)


def _pickle_error(error: Exception) -> bytes:
    error.add_note(f"In a worker process:\n{''.join(traceback.format_exception(error))}")
    try:
        data = pickle.dumps((False, error))
        pickle.loads(data)  # noqa: S301 - not all exceptions can travel
    except Exception:
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
    return data


def _close_inherited(kept_descriptor: int) -> None:
    """Close the files of the other process: they would hold its lock, and the connections of its other workers, after its death."""
    os.closerange(3, kept_descriptor)
    os.closerange(kept_descriptor + 1, os.sysconf("SC_OPEN_MAX"))
