"""The process-pool executor: a worker process that dies is replaced, and the task that killed it is isolated."""

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
from functools import partial
from itertools import chain, islice
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Self

from pfocr2rdf.errors import ExecutorError
from pfocr2rdf.pipeline.executors.base import (
    COLLECTION_THRESHOLD,
    OUT_OF_MEMORY_REASON,
    OUT_OF_MEMORY_STATUS,
    ContextT,
    Executor,
    InlineExecutor,
    Task,
)
from pfocr2rdf.pipeline.executors.child_process import ChildEntryPoint, block_interrupts

START_METHOD_VARIABLE = "PFOCR2RDF_START_METHOD"
_MAX_FAILED_STARTS = 3  # of worker processes in a row
_TASKS_PER_WORKER = 3  # running or queued, for each worker
_PIPE_BYTES = 1 << 15  # fits into a pipe for certain, so that sending it does not wait for a busy worker


def start_method() -> str:
    """How worker processes are started: as the environment says (``PFOCR2RDF_START_METHOD``), else by ``fork`` on Linux, else ``spawn``.

    Where other systems can fork, their own libraries break in the new process.

    Raises:
        ExecutorError: the system has no such way.
    """
    methods = [method for method in ("fork", "spawn") if method in multiprocessing.get_all_start_methods()]
    method = os.environ.get(START_METHOD_VARIABLE) or ("fork" if sys.platform == "linux" and "fork" in methods else "spawn")
    if method not in methods:
        raise ExecutorError(f"{START_METHOD_VARIABLE} is {method!r}, and this system has: {', '.join(methods)}; choose one of them")
    return method


class AutoExecutor:
    """Runs a single task in this process, several ones in up to ``worker_count`` worker processes."""

    def __init__(self, worker_count: int, worker_factory: Callable[[], Any]) -> None:
        self._worker_count, self._worker_factory = worker_count, worker_factory
        self._executor: Executor | None = None

    def map(self, tasks: Iterable[tuple[ContextT, Task | None]]) -> Iterator[tuple[ContextT, Any]]:
        """Choose the executor by the first two tasks."""
        source = iter(tasks)
        first_tasks = list(islice(source, 2))
        self._executor = self._executor or (
            ProcessExecutor(self._worker_count, self._worker_factory) if len(first_tasks) > 1 else InlineExecutor(self._worker_factory)
        )
        return self._executor.map(chain(first_tasks, source))

    def close(self) -> None:
        """Stop the chosen executor."""
        if self._executor:
            self._executor.close()


class _Job:
    """A task with its state; its children are the smaller tasks that it was split into."""

    def __init__(self, task: Task, parent: _Job | None = None) -> None:
        self.task, self.data, self.parent = task, pickle.dumps(task, pickle.HIGHEST_PROTOCOL), parent
        self.deaths = 0
        self.children: list[_Job] = []
        self.is_done = False
        self.result: Any = None

    def finish(self, result: Any) -> None:
        """Set the result; the last child finishes its parent."""
        self.result, self.is_done = result, True
        parent = self.parent
        if parent and all(child.is_done for child in parent.children):
            parent.finish(parent.task.combine([child.result for child in parent.children]))


class _Process:
    """One worker process with its jobs: the first one is running, a small one may be queued after it."""

    def __init__(self, worker_factory: Callable[[], Any]) -> None:
        method = start_method()
        context = multiprocessing.get_context(method)
        self.connection, child_connection = context.Pipe()
        arguments = (_run_worker, child_connection, worker_factory, method == "fork")
        self.process: BaseProcess = context.Process(target=ChildEntryPoint(), args=arguments, daemon=True)  # type: ignore[attr-defined]
        with block_interrupts():
            self.process.start()
        child_connection.close()
        self.jobs: deque[_Job] = deque()
        self.undelivered: list[_Job] = []  # sent when the process was dead
        self.is_ready = False

    def can_accept(self, job: _Job) -> bool:
        """Whether it can be sent this job now."""
        return not self.jobs or (len(self.jobs) == 1 and len(job.data) < _PIPE_BYTES)

    def send(self, job: _Job) -> None:
        """Send a job. ``receive`` detects that the process has died."""
        self.jobs.append(job)
        try:
            self.connection.send_bytes(job.data)
        except OSError:
            self.undelivered.append(job)

    def receive(self) -> Any:
        """The result of the first job; ``EOFError`` where the process is dead."""
        try:
            data = self.connection.recv_bytes()
        except OSError as error:
            raise EOFError from error
        succeeded, value = pickle.loads(data)  # noqa: S301 - from our own process
        if not succeeded:
            raise value
        return value

    def confirm_start(self) -> None:
        """Receive the first message of the process: it accepts jobs, or what its worker raised; ``EOFError`` where it is dead."""
        self.receive()
        self.is_ready = True

    def stop(self) -> str:
        """Kill it if it runs; returns how it ended."""
        self.process.kill() if self.process.is_alive() else None
        self.process.join()
        self.connection.close()
        code = self.process.exitcode or 0
        if code == OUT_OF_MEMORY_STATUS:
            return OUT_OF_MEMORY_REASON
        if code >= 0:
            return f"exit status {code}"
        return f"signal {-code} ({signal.strsignal(-code)})"


class ProcessExecutor:
    """Runs tasks in ``worker_count`` worker processes, on a worker that ``worker_factory`` returns in each of them.

    A process that dies is replaced. Its task is tried once more; if that kills another process, the task is split into its smallest
    parts, each of which may kill two processes before it is given up.
    """

    def __init__(self, worker_count: int, worker_factory: Callable[[], Any]) -> None:
        self._worker_factory = worker_factory
        self._worker_count = worker_count
        self._running: list[_Process] = []
        self._waiting: deque[_Job] = deque()
        self._failed_starts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def map(self, tasks: Iterable[tuple[ContextT, Task | None]]) -> Iterator[tuple[ContextT, Any]]:
        """Results in the order of the tasks; only a few tasks for each process are taken ahead."""
        source = iter(tasks)
        order: deque[tuple[ContextT, _Job | None]] = deque()
        more = True
        while True:
            while more and (not order or (len(order) < _TASKS_PER_WORKER * self._worker_count and len(self._waiting) < self._worker_count)):
                if more := (item := next(source, None)) is not None:
                    context, task = item
                    job = None if task is None else _Job(task)
                    order.append((context, job))
                    if job:
                        self._waiting.append(job)
                self._dispatch()
            if not order:
                return
            context, job = order[0]
            if job is None or job.is_done:
                order.popleft()
                yield context, job.result if job else None
            else:
                self._receive()
                self._dispatch()

    def _dispatch(self) -> None:
        """Send waiting jobs to processes, idle ones first."""
        while self._waiting:
            process = min(self._running, key=lambda process: len(process.jobs), default=None)
            if (process is None or process.jobs) and len(self._running) < self._worker_count:
                process = _Process(self._worker_factory)
                self._running.append(process)
            if process is None or not process.can_accept(self._waiting[0]):
                return
            process.send(self._waiting.popleft())

    def _receive(self) -> None:
        """Wait for results, and finish their jobs."""
        busy = {process.connection: process for process in self._running if process.jobs}
        for connection in wait(list(busy)):
            process = busy[connection]  # type: ignore[index]
            try:
                if process.is_ready:
                    process.jobs[0].finish(process.receive())
                    process.jobs.popleft()
                else:
                    process.confirm_start()
                    self._failed_starts = 0
            except EOFError:
                self._handle_death(process)

    def _handle_death(self, process: _Process) -> None:
        self._running.remove(process)
        reason = process.stop()
        if not process.is_ready:
            self._count_failed_start(reason)
        culprit, *innocent = process.jobs
        if culprit in process.undelivered or not process.is_ready:  # it died without this job
            self._waiting.extendleft(reversed(process.jobs))
            return
        culprit.deaths += 1
        self._waiting.extendleft(reversed(innocent))
        if culprit.deaths == 1:
            self._waiting.appendleft(culprit)
            return
        subtasks = culprit.task.split()
        if len(subtasks) <= 1:
            culprit.finish(culprit.task.on_worker_lost(reason))
            return
        culprit.children = [_Job(subtask, culprit) for subtask in subtasks]
        self._waiting.extendleft(reversed(culprit.children))

    def _count_failed_start(self, reason: str) -> None:
        self._failed_starts += 1
        if self._failed_starts == _MAX_FAILED_STARTS:
            raise ExecutorError(
                f"worker processes cannot be started: {reason}; in a script, put the calls under if __name__ == '__main__'; "
                "if there is not enough memory, use --workers 1"
            )

    def close(self) -> None:
        """Kill the processes: no file that they write is needed."""
        for process in self._running:
            process.stop()
        self._running.clear()


def _run_worker(connection: Connection, worker_factory: Callable[[], Any], is_forked: bool) -> None:
    """The main loop of a worker process, until its connection ends."""
    if is_forked:
        _close_inherited(connection.fileno())
    gc.freeze()
    gc.set_threshold(COLLECTION_THRESHOLD)
    workers: list[Any] = []  # one, or none: then the parent raises what it receives, and sends no task
    try:
        connection.send_bytes(_call_and_pickle(lambda: workers.append(worker_factory())))
        while True:
            task: Task = pickle.loads(connection.recv_bytes())  # noqa: S301 - from the parent process
            connection.send_bytes(_call_and_pickle(partial(task.run, *workers)))
    except (EOFError, OSError):
        pass
    finally:
        os._exit(0)  # what was inherited is not ours to clean up


def _call_and_pickle(function: Callable[[], Any]) -> bytes:
    """Whether the function succeeded, and its result or the exception."""
    try:
        return pickle.dumps((True, function()), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        os._exit(OUT_OF_MEMORY_STATUS)
    except Exception as error:
        return _pickle_error(error)


def _pickle_error(error: Exception) -> bytes:
    note = f"In a worker process:\n{''.join(traceback.format_exception(error))}"
    error.add_note(note)
    try:
        data = pickle.dumps((False, error))
        pickle.loads(data)  # noqa: S301 - not all exceptions can be unpickled
    except Exception:
        substitute = RuntimeError(f"{type(error).__name__}: {error}")
        substitute.add_note(note)
        return pickle.dumps((False, substitute))
    return data


def _close_inherited(own_descriptor: int) -> None:
    """Close the files of the parent: they would hold its lock, and the connections of its other workers, after its death."""
    os.closerange(3, own_descriptor)
    os.closerange(own_descriptor + 1, os.sysconf("SC_OPEN_MAX"))
