"""Two records of one figure: which of them is exported."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.pipeline.results import RecordResult, RecordWarning
from pfocr2rdf.storage.sqlite import create_database

_TABLE = """
CREATE TABLE IF NOT EXISTS figures (
    figid TEXT PRIMARY KEY, number INTEGER NOT NULL, rank INTEGER NOT NULL, source TEXT NOT NULL
) WITHOUT ROWID"""


class _ReadRecord(NamedTuple):
    """A record that was read: its figure, place, rank of generation, and source."""

    figid: str
    number: int
    schema_rank: int
    source: str


class DuplicateResolver:
    """Judges records by figid: one of a newer generation takes the place of an older one; of one generation the first stays.

    Args:
        database: where to keep what was read; in memory without one.

    Attributes:
        dropped: by number, what is to be said of each record that lost: a warning where a newer one superseded it, else a refusal.
        already_written: numbers of losers that had been written before the record came that superseded them.
    """

    def __init__(self, database: sqlite3.Connection | None = None) -> None:
        self._database = database or create_database()
        self._database.execute(_TABLE)
        self.dropped: dict[int, RecordError | RecordWarning] = {}
        self.already_written: set[int] = set()

    def resolve(self, results: Iterable[RecordResult], first_number: int) -> set[int]:
        """The losers among the records of a batch that were read. The batch begins with the number ``first_number``."""
        lost: set[int] = set()
        for outcome in results:
            one = _ReadRecord(outcome.figid, outcome.number, outcome.schema_rank, outcome.source)
            if self._database.execute("INSERT OR IGNORE INTO figures VALUES (?, ?, ?, ?)", one).rowcount:
                continue
            other = _ReadRecord(*self._database.execute("SELECT * FROM figures WHERE figid = ?", (one.figid,)).fetchone())
            kept, loser = (one, other) if one.schema_rank > other.schema_rank else (other, one)
            if kept is one:
                self._database.execute("REPLACE INTO figures VALUES (?, ?, ?, ?)", one)
            self.dropped[loser.number] = _explain_drop(loser, kept)
            (lost if loser.number >= first_number else self.already_written).add(loser.number)
        return lost

    def has_figure(self, figid: str) -> bool:
        """Whether a record of this figure was read."""
        return self._database.execute("SELECT 1 FROM figures WHERE figid = ?", (figid,)).fetchone() is not None


def _explain_drop(loser: _ReadRecord, kept: _ReadRecord) -> RecordError | RecordWarning:
    if loser.schema_rank < kept.schema_rank:
        return RecordWarning(loser.figid, loser.source, f"superseded by the newer record of this figure in {kept.source}")
    reason = f"the figure was read already, from {kept.source}"
    return RecordError(reason, field="figid", source=loser.source, figid=loser.figid, remedy="remove one of the two")
