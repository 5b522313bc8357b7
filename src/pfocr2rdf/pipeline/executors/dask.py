"""A cluster of ``dask.distributed`` as the place where tasks are done: one that runs already, or one that is started here."""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import dask
import distributed
from distributed.comm.core import CommClosedError
from distributed.scheduler import KilledWorker

from pfocr2rdf.errors import EngineError
from pfocr2rdf.pipeline.executors.base import OUT_OF_MEMORY, Task

C = TypeVar("C")

PATIENCE = 300.0
"""Seconds for which a lost scheduler is waited for."""

ANSWER = 60.0
"""Seconds for which a scheduler is waited for that was not there in the beginning."""

_LOOK = 2.0  # seconds between two looks at whether the scheduler is still there
_AHEAD = 3  # tasks at work or waiting their turn, for each worker
_DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"  # the process that starts workers decides when they end
_LOST = (CommClosedError, distributed.client.FutureCancelledError, distributed.CancelledError, OSError)
_lock = threading.Lock()
_made: dict[Any, Any] = {}


def _do(key: Any, make: Callable[[], Any], task: Task) -> tuple[bool, Any]:
    """Do a task, on a worker of the cluster: whether it went well, and the result, or the error.

    What is remembered from task to task is not made for several threads.
    """
    with _lock:
        try:
            if key not in _made:
                _made.clear()
                _made[key] = make()
            return True, task.done_by(_made[key])
        except MemoryError:
            os._exit(OUT_OF_MEMORY)  # as if the system had killed it: another worker may have more
        except Exception as error:
            return False, error.with_traceback(None)


class _Call:
    """A task on its way: to unpickle it is to do it. A worker that has not our modules tells so, where it would die of a function."""

    def __init__(self, *said: Any) -> None:
        self._said = said

    def __reduce__(self) -> tuple[Any, ...]:
        return _do, self._said


class _Job:
    def __init__(self, task: Task | None, context: Any) -> None:
        self.task, self.context = task, context
        self.future: Any = None
        self.blamed = False  # workers have died while they had it


class Cluster:
    """Does tasks on a cluster. Lost workers are the cluster's own matter; a scheduler that was started again is found again.

    Args:
        scheduler: its address (``tcp://host:8786``); without one, a cluster is started on this machine.
        count: how many workers to start, without a scheduler.
        key: tells workers made by ``make`` from others.
        make: makes the worker, in each process; it travels there.

    Raises:
        EngineError: the scheduler cannot be reached.
    """

    def __init__(self, scheduler: str | None, count: int, key: Any, make: Callable[[], Any]) -> None:
        self._scheduler, self._count, self._key, self._make = scheduler, count, key, make
        self._own: distributed.LocalCluster | None = None
        for name in ("distributed.client", "distributed.scheduler", "distributed.nanny", "distributed.core"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters of it is said by us
        if not scheduler:
            preload = [*dask.config.get("distributed.worker.preload"), _DEAF]
            with dask.config.set({"distributed.scheduler.allowed-failures": 1}):
                self._own = distributed.LocalCluster(  # type: ignore[no-untyped-call]
                    n_workers=count,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                    preload=preload,
                )
        self._client = self._connected(ANSWER)

    def _connected(self, patience: float) -> distributed.Client:
        """A client, when the scheduler answers."""
        end = time.monotonic() + patience
        while True:
            try:
                return distributed.Client(self._own or self._scheduler, timeout=min(10.0, patience), set_as_default=False)  # type: ignore[no-untyped-call]
            except (OSError, TimeoutError, ValueError) as error:
                if isinstance(error, ValueError) or time.monotonic() > end:
                    raise EngineError(f"{self._scheduler}: the scheduler cannot be reached: {error}") from None
            time.sleep(_LOOK / 4)

    def map(self, tasks: Iterable[tuple[C, Task | None]]) -> Iterator[tuple[C, Any]]:
        """Results in the order of the tasks, each with what came with its task; ``None`` where there is no task."""
        source = iter(tasks)
        order: deque[_Job] = deque()
        more = True
        while True:
            while more and len(order) < self._window():
                if more := (found := next(source, None)) is not None:
                    order.append(self._submitted(_Job(found[1], found[0])))
            if not order:
                return
            result = self._result(order)
            yield order.popleft().context, result

    def _window(self) -> int:
        try:
            threads: dict[str, int] = self._client.nthreads()  # type: ignore[no-untyped-call]
            return _AHEAD * max(1, sum(threads.values()))
        except Exception:  # the scheduler is away; it will be noticed when a result is asked for
            return _AHEAD * self._count

    def _submitted(self, job: _Job) -> _Job:
        if job.task is not None:
            try:
                call = pickle.dumps(_Call(self._key, self._make, job.task), pickle.HIGHEST_PROTOCOL)
                job.future = self._client.submit(pickle.loads, call, pure=False)
            except Exception:  # the same
                job.future = None
        return job

    def _result(self, order: deque[_Job]) -> Any:
        """The result of the first job."""
        job = order[0]
        while job.task is not None:
            try:
                fine, value = self._answer(job)
            except KilledWorker as error:
                if job.blamed or len(job.task.split()) > 1:
                    return self._isolated(job.task, error)
                job.blamed = True  # it may have waited behind another one that did it
                self._submitted(job)
            except TimeoutError:
                if self._client.status != "running":
                    self._reconnect(order)
            except _LOST:
                self._reconnect(order)
            else:
                if fine:
                    return value
                raise value
        return None

    @staticmethod
    def _answer(job: _Job) -> tuple[bool, Any]:
        """What a worker said, if it says it soon."""
        if job.future is None:
            raise CommClosedError
        try:
            answer: tuple[bool, Any] = job.future.result(timeout=_LOOK)
        except (KilledWorker, TimeoutError, *_LOST):
            raise
        except Exception as error:
            raise EngineError(f"a worker cannot do the work: {error}; install the same pfocr2rdf there as here") from None
        return answer

    def _isolated(self, task: Task, error: KilledWorker) -> Any:
        """What becomes of a task that killed several workers: it is done in its smallest parts."""
        parts = task.split()
        if len(parts) == 1:
            return parts[0].died(f"the last one was {error.last_worker.address if error.last_worker else 'lost'}")
        return task.joined([result for _, result in self.map((None, part) for part in parts)])

    def _reconnect(self, order: Iterable[_Job]) -> None:
        """Find the scheduler again, and give it all tasks whose results are not here."""
        self._shut()
        self._client = self._connected(PATIENCE)
        for job in order:
            self._submitted(job)

    def _shut(self) -> None:
        with contextlib.suppress(Exception):  # it is lost anyway
            self._client.close(timeout=2)  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Let the scheduler forget what was asked for, and stop the cluster that was started here."""
        self._shut()
        if self._own:
            self._own.close(timeout=5)
