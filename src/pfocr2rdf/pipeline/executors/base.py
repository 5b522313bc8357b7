"""The executor protocol, and the executor that runs tasks in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

ContextT = TypeVar("ContextT")

COLLECTION_THRESHOLD = 700_000  # of Python's cyclic garbage collector, instead of 700: records have no cycles
OUT_OF_MEMORY_STATUS = 137  # the exit status of a worker process that ran out of memory: that of one which the system killed for it
OUT_OF_MEMORY_REASON = "it ran out of memory"


class Task(Protocol):
    """A task for a worker; it can be pickled."""

    def run(self, worker: Any) -> Any:
        """Do it, and return the result."""

    def split(self) -> Sequence[Task]:
        """The smallest tasks that it can be split into."""

    def combine(self, results: list[Any]) -> Any:
        """The result, from those of the smallest tasks."""

    def on_worker_lost(self, reason: str) -> Any:
        """The result of a task that cannot be split and that no worker survives."""


class Executor(Protocol):
    """Runs tasks on workers."""

    def map(self, tasks: Iterable[tuple[ContextT, Task | None]]) -> Iterator[tuple[ContextT, Any]]:
        """Results in the order of the tasks, each with the context of its task; ``None`` where there is no task."""

    def close(self) -> None:
        """Stop all workers at once."""


class InlineExecutor:
    """Runs tasks in this process, on the worker that ``worker_factory`` returns."""

    def __init__(self, worker_factory: Callable[[], Any]) -> None:
        self._worker = worker_factory()

    def map(self, tasks: Iterable[tuple[ContextT, Task | None]]) -> Iterator[tuple[ContextT, Any]]:
        """Run each task when its result is asked for."""
        for context, task in tasks:
            yield context, None if task is None else self._run(task)

    def _run(self, task: Task) -> Any:
        """The result of a task; one that runs out of memory is split, as if a worker process had died of it."""
        try:
            return task.run(self._worker)
        except MemoryError:
            subtasks = task.split()
        if len(subtasks) <= 1:
            return task.on_worker_lost(OUT_OF_MEMORY_REASON)
        return task.combine([self._run(subtask) for subtask in subtasks])

    def close(self) -> None:
        """There is nothing to stop."""
