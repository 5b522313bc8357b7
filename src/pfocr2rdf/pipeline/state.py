"""The state of an export: the results of its records in one SQLite file, so that the next run maps only what has changed."""

from __future__ import annotations

import json
import marshal
import operator
import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from pfocr2rdf.pipeline.descriptions import Description, description_key
from pfocr2rdf.pipeline.results import SQLITE_CODEC, RecordResult, pack_numbers, unpack_numbers
from pfocr2rdf.storage.sqlite import (
    DATABASE_ERRORS,
    close_database,
    create_database,
    open_database_copy,
    open_database_read_only,
    seal_database,
)

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL, seal INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (
    number INTEGER PRIMARY KEY, source TEXT NOT NULL, line INTEGER NOT NULL, digest BLOB NOT NULL, figid TEXT NOT NULL,
    rank INTEGER NOT NULL, status TEXT NOT NULL, sizes BLOB NOT NULL, entities BLOB NOT NULL, objects BLOB NOT NULL, notes TEXT NOT NULL,
    aliases TEXT NOT NULL, offsets BLOB NOT NULL, seal INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS records_of ON records (source, line);
"""

BEFORE_ALL, AFTER_ALL = -(1 << 62), 1 << 62
"""Numbers below and above those of all records."""

_FINGERPRINT_COLUMNS = "number, source, line, digest, figid"
_HAS_NOTES = """status != 'exported' OR instr(notes, '"results":') OR instr(notes, '"warnings":')"""


class StoredFingerprint(NamedTuple):
    """A record of an earlier export, as far as it takes to see whether it has changed."""

    number: int
    digest: bytes
    figid: str
    is_next: bool  # whether it stands directly behind the record that was looked up before


class StoredRecord(NamedTuple):
    """A record's result, and the offset of its fragment in the file of each format (bytes, before compression)."""

    result: RecordResult
    offsets: tuple[int, ...]


class OffsetShifts:
    """How far the fragments of records have moved in the graph files since their offsets were stored.

    A shift is a list of bytes, one a format; it holds for the records from its number on, up to the next one.
    """

    def __init__(self, shifts: Iterable[tuple[int, list[int]]]) -> None:
        self._shifts = sorted((number, tuple(shift)) for number, shift in shifts)
        self._numbers = [number for number, _ in self._shifts]

    def __len__(self) -> int:
        return len(self._shifts)

    def add_to(self, offsets: tuple[int, ...], number: int) -> tuple[int, ...]:
        """The offsets of a record as they are now, from those that were stored."""
        index = bisect_right(self._numbers, number)
        return tuple(map(operator.add, offsets, self._shifts[index - 1][1])) if index else offsets

    def move(self, begins: Iterable[tuple[int, tuple[int, ...]]], format_count: int) -> list[tuple[int, list[int]]]:
        """The shifts if the records from each of these numbers on have moved by this number of additional bytes."""
        moves = OffsetShifts((number, list(move)) for number, move in begins)
        zero = (0,) * format_count
        numbers = sorted({*self._numbers, *moves._numbers})
        return [(number, list(moves.add_to(self.add_to(zero, number), number))) for number in numbers]


class _SequentialLookup:
    """Finds records by source and line, quickly in the order of the table. The first three columns are number, source and line."""

    def __init__(self, database: sqlite3.Connection, columns: str) -> None:
        self._database = database
        self._select = f"SELECT {columns} FROM records"  # noqa: S608 - our own text
        self._seek(BEFORE_ALL)

    def _seek(self, number: int) -> None:
        """Expect the records from this number on."""
        self._cursor = self._database.execute(f"{self._select} WHERE number >= ? ORDER BY number", (number,))
        self._next: tuple[Any, ...] | None = self._cursor.fetchone()

    def find(self, source: str, line: int) -> tuple[tuple[Any, ...] | None, bool]:
        """Look up the row of a record by source and line, and whether it stands directly behind the one that was found before."""
        expected = self._next
        if expected and expected[1] == source and expected[2] == line:
            self._next = self._cursor.fetchone()
            return expected, True
        select = f"{self._select} WHERE source = ? AND line = ? ORDER BY number LIMIT 1"
        row: tuple[Any, ...] | None = self._database.execute(select, (source, line)).fetchone()
        if row:
            self._seek(row[0] + 1)
        return row, False


class State:
    """The state database of an export, of which a process that is killed leaves what it committed.

    Each row has a checksum; one that a disk has spoilt counts as missing.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.database, self.path = connection, path

    @classmethod
    def create(cls, path: Path) -> State:
        """A new state, in a file."""
        connection = create_database(path)
        try:
            connection.executescript(_TABLES)
        except BaseException:
            connection.close()
            raise
        return cls(connection, path)

    @classmethod
    def open_copy(cls, path: Path) -> State:
        """The copy of a state, to change it."""
        return cls(open_database_copy(path), path)

    @classmethod
    def open_existing(cls, path: Path) -> State | None:
        """The state in a file, for reading; ``None`` where there is none, or it is damaged."""
        if not path.is_file():
            return None
        try:
            state = cls(open_database_read_only(path), path)
        except DATABASE_ERRORS:
            return None
        with suppress(*DATABASE_ERRORS):
            if len(state):
                return state
        state.discard()
        return None

    def __len__(self) -> int:
        return int(self.database.execute("SELECT COUNT(*) FROM records").fetchone()[0])

    def add(self, records: Iterable[StoredRecord]) -> None:
        """Store records."""
        self.database.executemany("INSERT OR REPLACE INTO records VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", map(_encode_row, records))

    @cached_property
    def _fingerprint_lookup(self) -> _SequentialLookup:
        return _SequentialLookup(self.database, _FINGERPRINT_COLUMNS)

    @cached_property
    def _record_lookup(self) -> _SequentialLookup:
        return _SequentialLookup(self.database, "*")

    def find_fingerprint(self, source: str, line: int) -> StoredFingerprint | None:
        """Look up the data for detecting a change of a record, by source and line."""
        row, is_next = self._fingerprint_lookup.find(source, line)
        return StoredFingerprint(row[0], row[3], row[4], is_next) if row else None

    def find_stored(self, source: str, line: int) -> StoredRecord | None:
        """Look up a record by source and line."""
        row, _ = self._record_lookup.find(source, line)
        return self._decode_row(row) if row and row[-1] == _row_checksum(row[:-1]) else None

    def _decode_row(self, row: tuple[Any, ...]) -> StoredRecord:
        return StoredRecord(SQLITE_CODEC.decode(row[:-2]), self.shifts.add_to(unpack_numbers(row[-2]), row[0]))

    @cached_property
    def shifts(self) -> OffsetShifts:
        """How far records have moved since their rows were stored; ``TypeError`` where that is damaged."""
        return OffsetShifts((number, shift) for number, shift in self.get_meta("shifts"))

    def get_record(self, number: int) -> StoredRecord | None:
        """A record by its number."""
        row = self.database.execute("SELECT * FROM records WHERE number = ?", (number,)).fetchone()
        return self._decode_row(row) if row else None

    def find_exported(self, above: int, below: int, *, last: bool) -> StoredRecord | None:
        """The first or the last exported record with a number between two others."""
        order = "DESC" if last else "ASC"
        select = f"SELECT * FROM records WHERE number > ? AND number < ? AND status = 'exported' ORDER BY number {order} LIMIT 1"  # noqa: S608
        row = self.database.execute(select, (above, below)).fetchone()
        return self._decode_row(row) if row else None

    def iter_noted(self) -> Iterator[RecordResult]:
        """The results that have something for the report."""
        rows = self.database.execute(f"SELECT * FROM records WHERE {_HAS_NOTES} ORDER BY number")  # noqa: S608
        return (SQLITE_CODEC.decode(row[:-2]) for row in rows)

    def iter_objects(self) -> Iterator[tuple[int, bytes]]:
        """The number of each exported record, and the keys of its objects."""
        return self.database.execute("SELECT number, objects FROM records WHERE status = 'exported'")

    def join_digests(self) -> bytes:
        """The digests of all records in order, but for those that gave way to another one."""
        rows = self.database.execute("SELECT digest FROM records WHERE status != 'duplicate' ORDER BY number")
        return b"".join([digest for (digest,) in rows])

    def count_exported(self) -> int:
        """The number of exported records."""
        return int(self.database.execute("SELECT COUNT(*) FROM records WHERE status = 'exported'").fetchone()[0])

    def list_duplicate_figids(self) -> set[str]:
        """The figures of records that gave way to another one."""
        return {figid for (figid,) in self.database.execute("SELECT figid FROM records WHERE status = 'duplicate'")}

    def remove(self, number: int) -> None:
        """Remove a record."""
        self.database.execute("DELETE FROM records WHERE number = ?", (number,))

    def list_numbers(self, above: int, below: int | None = None) -> list[int]:
        """The numbers of the records between two others."""
        select = "SELECT number FROM records WHERE number > ?1 AND (?2 IS NULL OR number < ?2) ORDER BY number"
        return [number for (number,) in self.database.execute(select, (above, below))]

    def get_description(self, key: bytes) -> Description:
        """A description that a record gives of an entity; ``KeyError`` where there is none."""
        row = self.database.execute("SELECT subject, pairs FROM descriptions WHERE key = ?", (key,)).fetchone()
        if not row or key != description_key(*row):
            raise KeyError(key.hex())
        return Description(key, *row)

    def set_meta(self, **values: Any) -> None:
        """Store values about the export as a whole."""
        rows = [(name, json.dumps(value)) for name, value in values.items()]
        self.database.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", [(*row, _row_checksum(row)) for row in rows])

    def get_meta(self, name: str) -> Any:
        """A value that ``set_meta`` stored, or ``None``."""
        row = self.database.execute("SELECT value, seal FROM meta WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row and row[1] == _row_checksum((name, row[0])) else None

    def commit(self) -> None:
        """Make what was added outlive the process."""
        self.database.commit()

    def close(self) -> None:
        """Commit, and leave one file, which has a checksum."""
        close_database(self.database)
        seal_database(self.path)

    def discard(self) -> None:
        """Close without a commit."""
        self.database.close()


def _encode_row(record: StoredRecord) -> tuple[Any, ...]:
    values = (*SQLITE_CODEC.encode(record.result), pack_numbers(record.offsets))
    return *values, _row_checksum(values)


def _row_checksum(values: tuple[Any, ...]) -> int:
    return crc32(marshal.dumps(values, 2))  # version 2 of the format, without references, gives the same bytes each time
