"""The executor on a cluster of ``dask.distributed``: one that runs already, or one that is started here."""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import dask
import distributed
from distributed.comm.core import CommClosedError
from distributed.scheduler import KilledWorker

from pfocr2rdf.errors import ExecutorError
from pfocr2rdf.pipeline.executors.base import OUT_OF_MEMORY_STATUS, ContextT, Task
from pfocr2rdf.storage.urls import redact_message, redact_url

RECONNECT_TIMEOUT_SECONDS = 300.0  # how long to wait for a scheduler that was lost
CONNECT_TIMEOUT_SECONDS = 60.0  # how long to wait for a scheduler that is not there in the beginning
_POLL_SECONDS = 2.0  # between two checks of the scheduler
_TASKS_PER_WORKER = 3  # running or queued, for each worker
_IGNORE_SIGINT = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"  # the process that starts workers decides when they end
_CONNECTION_ERRORS = (CommClosedError, distributed.client.FutureCancelledError, distributed.CancelledError, OSError)
_lock = threading.Lock()
_workers: dict[Any, Any] = {}


def _run_on_cluster_worker(worker_key: Any, worker_factory: Callable[[], Any], task: Task) -> tuple[bool, Any]:
    """Whether a task went well in a process of the cluster, and its result or the error; our workers are not made for several threads."""
    with _lock:
        try:
            if worker_key not in _workers:
                _workers.clear()
                _workers[worker_key] = worker_factory()
            return True, task.run(_workers[worker_key])
        except MemoryError:
            os._exit(OUT_OF_MEMORY_STATUS)  # as if the system had killed it: another worker may have more
        except Exception as error:
            return False, error.with_traceback(None)


class _TaskCall:
    """A remote call: to unpickle it is to run it. A worker without our modules reports that, where it would die of a function."""

    def __init__(self, *arguments: Any) -> None:
        self._arguments = arguments

    def __reduce__(self) -> tuple[Any, ...]:
        return _run_on_cluster_worker, self._arguments


class _Job:
    def __init__(self, task: Task | None, context: Any) -> None:
        self.task, self.context = task, context
        self.future: Any = None
        self.has_killed_worker = False


class DaskExecutor:
    """Runs tasks on a cluster. The cluster itself replaces lost workers; a scheduler that was started again is found again.

    Without the address of a ``scheduler`` (``tcp://host:8786``), a cluster of ``worker_count`` workers is started on this machine.
    ``worker_key`` distinguishes workers of this export from those of other exports; ``worker_factory`` makes the worker in each process.

    Raises:
        ExecutorError: the scheduler cannot be reached.
    """

    def __init__(self, scheduler: str | None, worker_count: int, worker_key: Any, worker_factory: Callable[[], Any]) -> None:
        self._scheduler, self._worker_count, self._worker_key, self._worker_factory = scheduler, worker_count, worker_key, worker_factory
        self._local_cluster: distributed.LocalCluster | None = None
        for name in ("distributed.client", "distributed.scheduler", "distributed.nanny", "distributed.core"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # we report what matters
        if not scheduler:
            preload = [*dask.config.get("distributed.worker.preload"), _IGNORE_SIGINT]
            with dask.config.set({"distributed.scheduler.allowed-failures": 1}):
                self._local_cluster = distributed.LocalCluster(  # type: ignore[no-untyped-call]
                    n_workers=worker_count,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                    preload=preload,
                )
        self._client = self._connect(CONNECT_TIMEOUT_SECONDS)

    def _connect(self, timeout_seconds: float) -> distributed.Client:
        """A client of the scheduler, as soon as that answers."""
        end = time.monotonic() + timeout_seconds
        while True:
            try:
                return distributed.Client(self._local_cluster or self._scheduler, timeout=min(10.0, timeout_seconds), set_as_default=False)  # type: ignore[no-untyped-call]
            except (OSError, TimeoutError, ValueError) as error:
                if isinstance(error, ValueError) or time.monotonic() > end:
                    address = self._scheduler or ""
                    raise ExecutorError(
                        f"{redact_url(address)}: the scheduler cannot be reached: {redact_message(error, address)}"
                    ) from None
            time.sleep(_POLL_SECONDS / 4)

    def map(self, tasks: Iterable[tuple[ContextT, Task | None]]) -> Iterator[tuple[ContextT, Any]]:
        """Results in the order of the tasks; only a few tasks for each worker are taken ahead."""
        source = iter(tasks)
        order: deque[_Job] = deque()
        more = True
        while True:
            while more and len(order) < self._max_pending_tasks():
                if more := (item := next(source, None)) is not None:
                    order.append(self._submit(_Job(item[1], item[0])))
            if not order:
                return
            result = self._result(order)
            yield order.popleft().context, result

    def _max_pending_tasks(self) -> int:
        try:
            threads: dict[str, int] = self._client.nthreads()  # type: ignore[no-untyped-call]
            return _TASKS_PER_WORKER * max(1, sum(threads.values()))
        except Exception:  # no scheduler: it is looked for when a result is waited for
            return _TASKS_PER_WORKER * self._worker_count

    def _submit(self, job: _Job) -> _Job:
        if job.task is not None:
            try:
                call = pickle.dumps(_TaskCall(self._worker_key, self._worker_factory, job.task), pickle.HIGHEST_PROTOCOL)
                job.future = self._client.submit(pickle.loads, call, pure=False)
            except Exception:  # no scheduler, again
                job.future = None
        return job

    def _result(self, order: deque[_Job]) -> Any:
        """The result of the first job."""
        job = order[0]
        while job.task is not None:
            try:
                succeeded, value = self._wait_for_answer(job)
            except KilledWorker as error:
                if job.has_killed_worker or len(job.task.split()) > 1:
                    return self._isolate(job.task, error)
                job.has_killed_worker = True  # or it was in the queue behind the one that did
                self._submit(job)
            except TimeoutError:
                if self._client.status != "running":
                    self._reconnect(order)
                elif self._local_cluster:  # a worker that dies as soon as it is started is not started again by its nanny
                    self._local_cluster.scale(self._worker_count)  # type: ignore[no-untyped-call]
            except _CONNECTION_ERRORS:
                self._reconnect(order)
            else:
                if succeeded:
                    return value
                raise value
        return None

    @staticmethod
    def _wait_for_answer(job: _Job) -> tuple[bool, Any]:
        """The answer of a worker, if it comes soon."""
        if job.future is None:
            raise CommClosedError
        try:
            answer: tuple[bool, Any] = job.future.result(timeout=_POLL_SECONDS)
        except (KilledWorker, TimeoutError, *_CONNECTION_ERRORS):
            raise
        except Exception as error:
            raise ExecutorError(f"a worker cannot run the tasks: {error}; install the same version of pfocr2rdf on all machines") from None
        return answer

    def _isolate(self, task: Task, error: KilledWorker) -> Any:
        """The result of a task that killed several workers, from its smallest parts."""
        subtasks = task.split()
        if len(subtasks) == 1:
            return subtasks[0].on_worker_lost(f"the last one was {error.last_worker.address if error.last_worker else 'lost'}")
        return task.combine([result for _, result in self.map((None, subtask) for subtask in subtasks)])

    def _reconnect(self, order: Iterable[_Job]) -> None:
        """Find the scheduler again, and submit all tasks again whose results are not here."""
        self._close_client()
        self._client = self._connect(RECONNECT_TIMEOUT_SECONDS)
        for job in order:
            self._submit(job)

    def _close_client(self) -> None:
        with contextlib.suppress(Exception):  # it is lost anyway
            self._client.close(timeout=2)  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Cancel all tasks, and stop the cluster if it was started here."""
        self._close_client()
        if self._local_cluster:
            self._local_cluster.close(timeout=5)
