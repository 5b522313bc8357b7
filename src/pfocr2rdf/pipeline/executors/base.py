"""The executor protocol: tasks in, results out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

ContextT = TypeVar("ContextT")

OUT_OF_MEMORY_STATUS = 137
"""The exit status of a process for which there was no memory left."""


class Task(Protocol):
    """What a worker is asked to do. It travels to another process."""

    def run(self, worker: Any) -> Any:
        """Do it."""

    def split(self) -> Sequence[Task]:
        """The same in smaller tasks, as small as can be."""

    def combine(self, results: list[Any]) -> Any:
        """The result, from those of the smaller tasks."""

    def on_worker_lost(self, reason: str) -> Any:
        """The result of a task that no worker survives."""


class Executor(Protocol):
    """Where tasks are done."""

    def map(self, tasks: Iterable[tuple[ContextT, Task | None]]) -> Iterator[tuple[ContextT, Any]]:
        """Results in the order of the tasks, each with what came with its task; ``None`` where there is no task."""

    def close(self) -> None:
        """Stop at once."""


class InlineExecutor:
    """Does tasks in this process.

    Args:
        worker_factory: makes the worker.
    """

    def __init__(self, worker_factory: Callable[[], Any]) -> None:
        self._worker = worker_factory()

    def map(self, tasks: Iterable[tuple[ContextT, Task | None]]) -> Iterator[tuple[ContextT, Any]]:
        """Results in the order of the tasks, each with what came with its task."""
        for context, task in tasks:
            yield context, None if task is None else task.run(self._worker)

    def close(self) -> None:
        """Nothing is to be stopped."""
