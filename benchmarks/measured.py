"""Measuring: a function in a fresh process, its CPU seconds and the most memory that it held."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Measured(NamedTuple, Generic[T]):
    """What a function gave back, and what it cost: CPU seconds with those of its children, seconds on the wall, peak MiB."""

    value: T
    cpu: float
    wall: float
    peak: float


def cpu_seconds() -> float:
    """CPU time of this process and of its children that have ended."""
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def peak_mebibytes() -> float:
    """The most memory that this process held at once.

    Linux counts in ``ru_maxrss`` what the parent held when it started this process; ``VmHWM`` begins anew.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _measure(function: Callable[[], T]) -> Measured[T]:
    cpu, wall = cpu_seconds(), time.perf_counter()
    value = function()
    return Measured(value, cpu_seconds() - cpu, time.perf_counter() - wall, peak_mebibytes())


def in_fresh_process(function: Callable[[], T], prepare: Callable[[], object] | None = None) -> Measured[T]:
    """Call a function (of a module, or a ``partial`` of one) in a process of its own, where nothing is cached.

    Imports are not in its time, and neither is ``prepare``.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), prepare) as pool:
        return pool.submit(_measure, function).result()
