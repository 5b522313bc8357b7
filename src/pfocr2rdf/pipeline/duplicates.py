"""Deduplication of records by figure: the newest schema wins."""

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


class _Candidate(NamedTuple):
    """A record that was read, as a row of the table."""

    figid: str
    number: int
    schema_rank: int
    source: str


class DuplicateResolver:
    """Resolves duplicates: a record of a newer schema supersedes an older one; of one schema the first record stays.

    The ``database`` holds the winner of each figure, in memory without one. ``dropped`` has, by number, the report entry of each record
    that gave way: a warning where a newer one superseded it, else a refusal.
    """

    def __init__(self, database: sqlite3.Connection | None = None) -> None:
        self._database = database or create_database()
        self._database.execute(_TABLE)
        self.dropped: dict[int, RecordError | RecordWarning] = {}
        self.already_written: set[int] = set()  # numbers of those that had been written before the record came that superseded them

    def resolve(self, results: Iterable[RecordResult], first_number: int) -> set[int]:
        """The numbers of the duplicates among the records of a batch, which begins with the number ``first_number``."""
        duplicates: set[int] = set()
        for result in results:
            record = _Candidate(result.figid, result.number, result.schema_rank, result.source)
            if self._database.execute("INSERT OR IGNORE INTO figures VALUES (?, ?, ?, ?)", record).rowcount:
                continue
            previous = _Candidate(*self._database.execute("SELECT * FROM figures WHERE figid = ?", (record.figid,)).fetchone())
            winner, duplicate = (record, previous) if record.schema_rank > previous.schema_rank else (previous, record)
            if winner is record:
                self._database.execute("REPLACE INTO figures VALUES (?, ?, ?, ?)", record)
            self.dropped[duplicate.number] = _explain_drop(duplicate, winner)
            (duplicates if duplicate.number >= first_number else self.already_written).add(duplicate.number)
        return duplicates

    def explain_previous(self, duplicate: RecordResult) -> None:
        """Add to ``dropped`` a record that gave way in an export before this one, whose winner is still the same."""
        winner = _Candidate(*self._database.execute("SELECT * FROM figures WHERE figid = ?", (duplicate.figid,)).fetchone())
        candidate = _Candidate(duplicate.figid, duplicate.number, duplicate.schema_rank, duplicate.source)
        self.dropped[duplicate.number] = _explain_drop(candidate, winner)

    def forget(self, figid: str) -> None:
        """Remove a figure."""
        self._database.execute("DELETE FROM figures WHERE figid = ?", (figid,))

    def has_figure(self, figid: str) -> bool:
        """Whether a record of this figure was read."""
        return self._database.execute("SELECT 1 FROM figures WHERE figid = ?", (figid,)).fetchone() is not None


def _explain_drop(duplicate: _Candidate, winner: _Candidate) -> RecordError | RecordWarning:
    if duplicate.schema_rank < winner.schema_rank:
        return RecordWarning(duplicate.figid, duplicate.source, f"superseded by the newer record of this figure in {winner.source}")
    reason = f"the figure was read already, from {winner.source}"
    return RecordError(reason, field="figid", source=duplicate.source, figid=duplicate.figid, remedy="remove one of the two")
