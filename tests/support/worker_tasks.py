"""Tasks for worker processes, and their results."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from pfocr2rdf.pipeline.executors.processes import ProcessExecutor, _Process


class SquaresTask(NamedTuple):
    """The squares of some numbers. With some of them, something else is done first."""

    numbers: list[int]
    actions: Mapping[int, Callable[[], object]] = {}
    ballast: bytes = b""
    result_bytes: int = 0

    def run(self, _worker: Any) -> tuple[list[Any], bytes]:
        for number in self.numbers:
            self.actions.get(number, int)()
        return [number**2 for number in self.numbers], bytes(self.result_bytes)

    def split(self) -> list[SquaresTask]:
        return [SquaresTask([number], self.actions, self.ballast, self.result_bytes) for number in self.numbers]

    def combine(self, results: list[tuple[list[Any], bytes]]) -> tuple[list[Any], bytes]:
        return [square for squares, _ in results for square in squares], b"".join(ballast for _, ballast in results)

    def on_worker_lost(self, reason: str) -> tuple[list[Any], bytes]:
        return [reason], b""


def squares(tasks: Iterable[SquaresTask], workers: int = 2) -> list[list[Any]]:
    """The results of the tasks, from a pool that is gone then; what goes with a task comes with its result."""
    with ProcessExecutor(workers, list) as pool:
        pairs = list(pool.map((task.numbers, task) for task in tasks))
    assert multiprocessing.active_children() == []
    for numbers, (result, _) in pairs:
        assert len(result) == len(numbers)
    return [result for _, (result, _) in pairs]


def batches_of(*batches: Iterable[int], actions: Mapping[int, Callable[[], object]] | None = None) -> list[SquaresTask]:
    return [SquaresTask(list(numbers), actions or {}) for numbers in batches]


def expected_results(tasks: Iterable[SquaresTask]) -> list[list[int]]:
    return [[number**2 for number in task.numbers] for task in tasks]


def hit(process: _Process, number: signal.Signals) -> None:
    """Send a signal to a worker."""
    pid = process.process.pid
    assert pid
    os.kill(pid, number)
