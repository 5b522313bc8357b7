"""The state of an export: the results of its records in one SQLite file, so that the next run maps only what has changed."""

from __future__ import annotations

import json
import marshal
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from pfocr2rdf.pipeline.descriptions import Description, description_key
from pfocr2rdf.pipeline.results import SQLITE_CODEC, RecordResult, pack_numbers, unpack_numbers
from pfocr2rdf.storage.sqlite import DATABASE_ERRORS, close_database, create_database, open_database_read_only

_TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL, seal INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (
    number INTEGER PRIMARY KEY, source TEXT NOT NULL, line INTEGER NOT NULL, digest BLOB NOT NULL, figid TEXT NOT NULL,
    rank INTEGER NOT NULL, status TEXT NOT NULL, sizes BLOB NOT NULL, entities BLOB NOT NULL, objects BLOB NOT NULL, said TEXT NOT NULL,
    aliases TEXT NOT NULL, offsets BLOB NOT NULL, seal INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS records_of ON records (source, line);
"""

_FINGERPRINT_COLUMNS = "number, source, line, digest, figid"


class StoredRecord(NamedTuple):
    """A record's result, and the offset of its fragment in the file of each format (bytes, before compression)."""

    result: RecordResult
    offsets: tuple[int, ...]


class _SequentialLookup:
    """Finds records by source and line, quickly in the order of the table. The first three columns are number, source and line."""

    def __init__(self, database: sqlite3.Connection, columns: str) -> None:
        self._database = database
        self._select = f"SELECT {columns} FROM records"  # noqa: S608 - our own text
        self._seek(0)

    def _seek(self, number: int) -> None:
        """Expect the records from this number on."""
        self._cursor = self._database.execute(f"{self._select} WHERE number >= ? ORDER BY number", (number,))
        self._next: tuple[Any, ...] | None = self._cursor.fetchone()

    def find(self, source: str, line: int) -> tuple[Any, ...] | None:
        """Look up the row of a record by source and line."""
        expected = self._next
        if expected and expected[1] == source and expected[2] == line:
            self._next = self._cursor.fetchone()
            return expected
        select = f"{self._select} WHERE source = ? AND line = ? ORDER BY number LIMIT 1"
        row: tuple[Any, ...] | None = self._database.execute(select, (source, line)).fetchone()
        if row:
            self._seek(row[0] + 1)
        return row


class State:
    """The state database of an export, of which a process that is killed leaves what it committed.

    Each row has a checksum; one that a disk has spoilt counts as missing.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.database = connection

    @classmethod
    def create(cls, path: Path) -> State:
        """A new state, in a file."""
        connection = create_database(path)
        try:
            connection.executescript(_TABLES)
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    @classmethod
    def open_existing(cls, path: Path) -> State | None:
        """The state in a file, for reading; ``None`` where there is none, or it is damaged."""
        if not path.is_file():
            return None
        try:
            state = cls(open_database_read_only(path))
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

    def get_fingerprint(self, source: str, line: int) -> tuple[bytes, str] | None:
        """Look up the digest and figure of a record by source and line."""
        row = self._fingerprint_lookup.find(source, line)
        return (row[3], row[4]) if row else None

    def find_stored(self, source: str, line: int) -> StoredRecord | None:
        """Look up a record by source and line."""
        row = self._record_lookup.find(source, line)
        if row is None or row[-1] != _row_checksum(row[:-1]):
            return None
        return StoredRecord(SQLITE_CODEC.decode(row[:-2]), unpack_numbers(row[-2]))

    def get_description(self, key: bytes) -> Description:
        """A description that a record gives of an entity; ``KeyError`` where there is none."""
        row = self.database.execute("SELECT subject, pairs FROM descriptions WHERE key = ?", (key,)).fetchone()
        if not row or key != description_key(*row):
            raise KeyError(key.hex())
        return Description(key, *row)

    def set_meta(self, **values: Any) -> None:
        """Store values about the export as a whole."""
        rows = [(name, json.dumps(value)) for name, value in values.items()]
        self.database.executemany("INSERT OR REPLACE INTO about VALUES (?, ?, ?)", [(*row, _row_checksum(row)) for row in rows])

    def get_meta(self, name: str) -> Any:
        """A value that ``set_meta`` stored, or ``None``."""
        row = self.database.execute("SELECT value, seal FROM about WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row and row[1] == _row_checksum((name, row[0])) else None

    def commit(self) -> None:
        """Make what was added outlive the process."""
        self.database.commit()

    def close(self) -> None:
        """Commit, and leave one file."""
        close_database(self.database)

    def discard(self) -> None:
        """Close without a commit."""
        self.database.close()


def _encode_row(record: StoredRecord) -> tuple[Any, ...]:
    values = (*SQLITE_CODEC.encode(record.result), pack_numbers(record.offsets))
    return *values, _row_checksum(values)


def _row_checksum(values: tuple[Any, ...]) -> int:
    return crc32(marshal.dumps(values, 2))  # version 2 of the format, without references, gives the same bytes each time
