"""The bars of loads: what a load may take, compared with another one that does the same, or alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.bars import Bar
from benchmarks.loading.ways import CURL, DEFAULT, INSERTS, LOADER, NAMED, OURS, OXIGRAPH, VIRTUOSO
from benchmarks.results import Row, ratio_of

MEGABYTES = 500
"""The most memory for a load into a folder."""


class TimeLimit(NamedTuple):
    """How many times as long as our load the other one takes, at least."""

    into: str
    other: str
    least: float

    def bar(self, rows: Sequence[Row], statements: int) -> Bar:
        """What was measured."""
        title = f"time of `{self.other}` to that of `{OURS}`, {statements:,} statements, {self.into}"
        row = _row(rows, self.into, self.other)
        bar = Bar(title, self.least, at_least=True)
        return bar.with_ratio(ratio_of(row)) if row.get("ratio") else bar


class MemoryLimit(NamedTuple):
    """The peak memory of our load."""

    into: str

    def bar(self, rows: Sequence[Row], statements: int) -> Bar:
        """What was measured."""
        peak = _row(rows, self.into, OURS).get("peak")
        title = f"peak memory of `{OURS}`, {statements:,} statements, {self.into}"
        return Bar(title, MEGABYTES, float(peak) * 2**20 / 1e6 if peak else None, spec=".0f", unit=" MB")


def _row(rows: Sequence[Row], into: str, name: str) -> Row:
    return next((row for row in rows if row["into"] == into and row["name"] == name), {})


LIMITS = (
    TimeLimit(NAMED, LOADER, 1.0),
    MemoryLimit(NAMED),
    TimeLimit(DEFAULT, LOADER, 1.0),
    MemoryLimit(DEFAULT),
    TimeLimit(OXIGRAPH, CURL, 0.7),
    TimeLimit(VIRTUOSO, INSERTS, 3.0),
)
