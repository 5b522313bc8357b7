"""Paired measurements: what is compared runs in turns, and each ratio is of two runs of the same round.

A machine that others use is twice as slow at one time as at another. Two runs next to each other meet about the same load, so their
ratio holds where their times do not. The median of the ratios counts; the smallest and the largest one tell how far to trust it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple, TypeVar

T = TypeVar("T")
ROUNDS = 5


class Spread(NamedTuple):
    """The median of some numbers, the smallest and the largest one."""

    median: float
    low: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    """The median, minimum and maximum.

    >>> spread([3.0, 1.0, 2.0])
    Spread(median=2.0, low=1.0, high=3.0)
    """
    return Spread(median(values), min(values), max(values))


def ratios(values: Sequence[float], others: Sequence[float]) -> Spread:
    """The ratios of two series, round by round.

    >>> ratios([1.0, 4.0, 3.0], [2.0, 2.0, 2.0])
    Spread(median=1.5, low=0.5, high=2.0)
    """
    return spread([value / other for value, other in zip(values, others, strict=True)])


def alternate(functions: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Call all functions in each round, every other round in reverse order; the results of each."""
    results: dict[str, list[T]] = {name: [] for name in functions}
    for number in range(rounds):
        for name in list(functions)[:: -1 if number % 2 else 1]:
            results[name].append(functions[name]())
    return results
