"""Changes of the entity store when some records change: which descriptions come and go, and which record each one comes from."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from pfocr2rdf.pipeline.descriptions import list_keys
from pfocr2rdf.pipeline.results import EXPORTED, RecordResult

_SELECT = "SELECT subject, rank, number FROM descriptions WHERE key = ?"
_UPDATE = "UPDATE descriptions SET rank = ?, number = ?, figid = ? WHERE key = ?"
_SELECT_RECORDS = "SELECT rank, number, figid, entities FROM records WHERE status = 'exported'"

_OriginRow = tuple[int | None, int | None, str | None]  # rank, number and figure; nothing where no record gives the description


class OriginChanges:
    """The changes in the database of a state. The descriptions of the new records must be there, and all records before ``resolve``."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._orphans: set[bytes] = set()  # descriptions whose record does not give them any more
        self._subjects: set[str] = set()

    def replace(self, previous: RecordResult | None, result: RecordResult | None) -> None:
        """A record replaces another one of the same number."""
        previous_keys = _exported_keys(previous)
        keys = _exported_keys(result)
        if previous and result and (previous.schema_rank, previous.figid) == (result.schema_rank, result.figid):
            previous_keys, keys = previous_keys - keys, keys - previous_keys
        if previous:
            self._remove(previous_keys, previous.number)
        if result:
            self._assert(keys, result)

    def _remove(self, keys: Iterable[bytes], number: int) -> None:
        for key in keys:
            subject, _, origin_number = self._select(key)
            if origin_number == number:
                self._orphans.add(key)
                self._update(key, subject, (None, None, None))

    def _assert(self, keys: Iterable[bytes], result: RecordResult) -> None:
        for key in keys:
            subject, rank, number = self._select(key)
            if rank is None or number is None or (result.schema_rank, -result.number) > (rank, -number):
                self._update(key, subject, (result.schema_rank, result.number, result.figid))

    def _select(self, key: bytes) -> tuple[str, int | None, int | None]:
        row: tuple[str, int | None, int | None] | None = self._database.execute(_SELECT, (key,)).fetchone()
        if row is None:
            raise KeyError(f"no worker sent the description {key.hex()}")
        return row

    def _update(self, key: bytes, subject: str, origin: _OriginRow) -> None:
        self._subjects.add(subject)
        self._database.execute(_UPDATE, (*origin, key))

    def resolve(self) -> set[str]:
        """Find other records that give the orphans, and remove those that none gives; the entities that any of this concerns."""
        best: dict[bytes, tuple[int, int, str]] = {}
        if self._orphans:
            for rank, number, figid, packed_keys in self._database.execute(_SELECT_RECORDS):
                for key in self._orphans.intersection(list_keys(packed_keys)):
                    best[key] = max(best.get(key, (-1, 0, "")), (rank, -number, figid))
        for key in self._orphans:
            if key in best:
                rank, number, figid = best[key]
                self._database.execute(_UPDATE, (rank, -number, figid, key))
            else:
                self._database.execute("DELETE FROM descriptions WHERE key = ?", (key,))
        return self._subjects


def _exported_keys(result: RecordResult | None) -> set[bytes]:
    return set(result.description_keys) if result and result.status == EXPORTED else set()
