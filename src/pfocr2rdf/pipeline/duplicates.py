"""Two records of one figure: which of them is exported."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.pipeline.results import Outcome, Warned
from pfocr2rdf.storage.sqlite import connect

_TABLE = """
CREATE TABLE IF NOT EXISTS figures (
    figid TEXT PRIMARY KEY, number INTEGER NOT NULL, rank INTEGER NOT NULL, source TEXT NOT NULL
) WITHOUT ROWID"""


class _Seen(NamedTuple):
    """A record that was read: its figure, place, rank of generation, and source."""

    figid: str
    number: int
    rank: int
    where: str


class Duplicates:
    """Judges records by figid: one of a newer generation takes the place of an older one; of one generation the first stays.

    Args:
        database: where to keep what was read; in memory without one.

    Attributes:
        losers: by number, what is to be said of each record that lost: a warning where a newer one superseded it, else a refusal.
        late: numbers of losers that had been written before the record came that superseded them.
    """

    def __init__(self, database: sqlite3.Connection | None = None) -> None:
        self._database = database or connect()
        self._database.execute(_TABLE)
        self.losers: dict[int, RecordError | Warned] = {}
        self.late: set[int] = set()

    def judge(self, read: Iterable[Outcome], first: int) -> set[int]:
        """The losers among the records of a batch that were read. The batch begins with the number ``first``."""
        lost: set[int] = set()
        for outcome in read:
            one = _Seen(outcome.figid, outcome.number, outcome.rank, outcome.where)
            if self._database.execute("INSERT OR IGNORE INTO figures VALUES (?, ?, ?, ?)", one).rowcount:
                continue
            other = _Seen(*self._database.execute("SELECT * FROM figures WHERE figid = ?", (one.figid,)).fetchone())
            kept, loser = (one, other) if one.rank > other.rank else (other, one)
            if kept is one:
                self._database.execute("REPLACE INTO figures VALUES (?, ?, ?, ?)", one)
            self.losers[loser.number] = _said_of(loser, kept)
            (lost if loser.number >= first else self.late).add(loser.number)
        return lost

    def knows(self, figid: str) -> bool:
        """Whether a record of this figure was read."""
        return self._database.execute("SELECT 1 FROM figures WHERE figid = ?", (figid,)).fetchone() is not None


def _said_of(loser: _Seen, kept: _Seen) -> RecordError | Warned:
    if loser.rank < kept.rank:
        return Warned(loser.figid, loser.where, f"superseded by the newer record of this figure in {kept.where}")
    reason = f"the figure was read already, from {kept.where}"
    return RecordError(reason, field="figid", where=loser.where, figid=loser.figid, remedy="remove one of the two")
