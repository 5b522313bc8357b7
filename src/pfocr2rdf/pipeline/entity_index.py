"""The entities in the graph files: the size of each text, by which an update copies those that have not changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pfocr2rdf.pipeline.merged_entities import MergedEntity
from pfocr2rdf.pipeline.results import pack_numbers

_TABLE = """
CREATE TABLE IF NOT EXISTS entities (
    subject TEXT PRIMARY KEY, sizes BLOB NOT NULL, objects BLOB NOT NULL, notes TEXT NOT NULL
) WITHOUT ROWID"""


class WrittenEntity(NamedTuple):
    """An entity that was written: the bytes of its text in each format (packed), the keys of its objects, and its notes as JSON."""

    subject: str
    packed_sizes: bytes
    packed_objects: bytes
    notes_json: str

    @classmethod
    def of(cls, entity: MergedEntity, sizes: Iterable[int]) -> WrittenEntity:
        """An entity with the sizes of its texts."""
        return cls(entity.resource.subject, pack_numbers(sizes), entity.packed_objects, entity.notes.to_json())


class EntityIndex:
    """The written entities, in the database of the state."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute(_TABLE)

    def put(self, entities: Iterable[WrittenEntity]) -> None:
        """Store entities."""
        self._database.executemany("INSERT OR REPLACE INTO entities VALUES (?, ?, ?, ?)", entities)

    def remove(self, subjects: Iterable[str]) -> None:
        """Remove entities."""
        self._database.executemany("DELETE FROM entities WHERE subject = ?", ((subject,) for subject in subjects))

    def iter_sizes(self) -> Iterator[tuple[str, bytes]]:
        """All entities, sorted, each with its sizes."""
        return self._database.execute("SELECT subject, sizes FROM entities ORDER BY subject")

    def iter_objects(self) -> Iterator[tuple[str, bytes]]:
        """All entities, each with the keys of its objects."""
        return self._database.execute("SELECT subject, objects FROM entities")

    def iter_noted(self) -> Iterator[tuple[str, str]]:
        """The entities that have something for the report, sorted, with their notes."""
        return self._database.execute("SELECT subject, notes FROM entities WHERE notes != '' ORDER BY subject")
