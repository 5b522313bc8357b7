"""The counts of the words that were read for each chemical and disease, in all records."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from pfocr2rdf.mapping.rows import entity_term

WORD_GROUP = "words."
"""What the names of these counts begin with, among those for the summary; it is followed by CURIE, blank and word."""

_TABLE = "CREATE TABLE IF NOT EXISTS words (subject TEXT, word TEXT, count INTEGER, PRIMARY KEY (subject, word)) WITHOUT ROWID"
_ADD = "INSERT INTO words VALUES (?, ?, ?) ON CONFLICT (subject, word) DO UPDATE SET count = count + excluded.count"
_SELECT = "SELECT word FROM words WHERE subject = ? AND count > 0 ORDER BY count DESC, word LIMIT 1"


def list_word_subjects(names: Iterable[str]) -> set[str]:
    """The entities whose words these counts are of."""
    return {entity_term(name.removeprefix(WORD_GROUP).partition(" ")[0]) for name in names if name.startswith(WORD_GROUP)}


class WordCounts:
    """The counts, in a database that goes to disk as it grows."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute(_TABLE)

    def add(self, counts: Mapping[str, int], times: int = 1) -> None:
        """Add those of these counts that are of words; subtract them with ``times=-1``."""
        rows = []
        for name, count in counts.items():
            if name.startswith(WORD_GROUP):
                curie, _, word = name.removeprefix(WORD_GROUP).partition(" ")
                rows.append((entity_term(curie), word, count * times))
        self._database.executemany(_ADD, rows)

    def most_frequent(self, subject: str) -> str:
        """The word that was read most often for an entity, the first in code point order of several; ``""`` where there is none."""
        row = self._database.execute(_SELECT, (subject,)).fetchone()
        return row[0] if row else ""
