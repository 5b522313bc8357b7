"""The bars: what a load may take beside another one that does the same, and whether it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.loading.ways import CURL, DEFAULT, INSERTS, LOADER, NAMED, OURS, OXIGRAPH, VIRTUOSO
from benchmarks.results import Row


class Bar(NamedTuple):
    """A number of ours as a multiple of another one's.

    Attributes:
        into: the kind of store.
        other: beside which way.
        key: which number of the row.
        limit: the bar.
        least: whether that is the least that is good, and not the most.
        what: what the number is.
    """

    into: str
    other: str
    key: str
    limit: float
    least: bool
    what: str

    def value(self, rows: Sequence[Row]) -> float | None:
        """The multiple; nothing where one of the two was not measured."""
        ours, other = (_number(rows, self.into, name, self.key) for name in (OURS, self.other))
        return ours / other if ours and other else None

    def held(self, value: float | None) -> bool:
        """Whether it is held; what was not measured is not."""
        return value is not None and (value >= self.limit if self.least else value <= self.limit)

    @property
    def asked(self) -> str:
        """The bar in words."""
        return f"at {'least' if self.least else 'most'} {self.limit:g}"

    @property
    def title(self) -> str:
        """What is compared with what."""
        return f"{self.what} of `{OURS}` to that of {self.other} ({self.into})"

    def said(self, rows: Sequence[Row]) -> str:
        """One sentence about it."""
        value = self.value(rows)
        if value is None:
            return f"Not measured: {self.title}, {self.asked}."
        return f"{'Held' if self.held(value) else 'Missed'}: {self.title}, {value:.2f} ({self.asked})."


def _number(rows: Sequence[Row], into: str, name: str, key: str) -> float | None:
    number = next((row.get(key) for row in rows if row["into"] == into and row["name"] == name), None)
    return float(number) if number else None


BARS = (
    Bar(NAMED, LOADER, "wall", 1.3, False, "time"),
    Bar(NAMED, LOADER, "peak", 1.3, False, "peak memory"),
    Bar(DEFAULT, LOADER, "wall", 1.3, False, "time"),
    Bar(DEFAULT, LOADER, "peak", 1.3, False, "peak memory"),
    Bar(OXIGRAPH, CURL, "rate", 0.7, True, "rate"),
    Bar(VIRTUOSO, INSERTS, "rate", 3.0, True, "rate"),
)
