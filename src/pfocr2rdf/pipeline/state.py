"""What an export remembers of its records, in one file beside it, so that the next run maps only what has changed."""

from __future__ import annotations

import json
import marshal
import sqlite3
from array import array
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from pfocr2rdf.pipeline.descriptions import Description, description_key
from pfocr2rdf.pipeline.results import RecordResult
from pfocr2rdf.storage import sqlite as database

_TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL, seal INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (
    number INTEGER PRIMARY KEY, source TEXT NOT NULL, line INTEGER NOT NULL, digest BLOB NOT NULL, figid TEXT NOT NULL,
    rank INTEGER NOT NULL, status TEXT NOT NULL, sizes BLOB NOT NULL, entities BLOB NOT NULL, said TEXT NOT NULL,
    offsets BLOB NOT NULL, seal INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS records_of ON records (source, line);
"""

_FINGERPRINT_COLUMNS = "number, source, line, digest, figid"


class StoredRecord(NamedTuple):
    """A record's outcome, and where its text begins in the file of each format (bytes, before compression)."""

    result: RecordResult
    offsets: tuple[int, ...]


class _SequentialLookup:
    """Finds records by where they came from; quickly where they are asked for in the order that they have here.

    Args:
        database: where they are.
        columns: what is wanted of each; the first three are number, source and line.
    """

    def __init__(self, database: sqlite3.Connection, columns: str) -> None:
        self._database = database
        self._select = f"SELECT {columns} FROM records"  # noqa: S608 - our own text
        self._seek(0)

    def _seek(self, number: int) -> None:
        """Expect the records from this number on."""
        self._expected = self._database.execute(f"{self._select} WHERE number >= ? ORDER BY number", (number,))
        self._next = self._expected.fetchone()

    def find(self, source: str, line: int) -> tuple[Any, ...] | None:
        """The record that came from there."""
        found: tuple[Any, ...] | None = self._next
        if found and found[1] == source and found[2] == line:
            self._next = self._expected.fetchone()
            return found
        found = self._database.execute(f"{self._select} WHERE source = ? AND line = ? ORDER BY number LIMIT 1", (source, line)).fetchone()
        if found:
            self._seek(found[0] + 1)
        return found


class State:
    """The records of an export. A process that is killed leaves what was committed.

    Rows are sealed with a checksum: those that a disk has spoilt are not there.

    Args:
        connection: the database it is in.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.database = connection

    @classmethod
    def create(cls, path: Path) -> State:
        """A new one, in a file."""
        connection = database.create_database(path)
        try:
            connection.executescript(_TABLES)
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    @classmethod
    def open_existing(cls, path: Path) -> State | None:
        """One that is there already, for reading; ``None`` where there is none, or it is damaged."""
        if not path.is_file():
            return None
        try:
            state = cls(database.open_database_read_only(path))
        except database.DATABASE_ERRORS:
            return None
        with suppress(*database.DATABASE_ERRORS):
            if len(state):
                return state
        state.discard()
        return None

    def __len__(self) -> int:
        return int(self.database.execute("SELECT COUNT(*) FROM records").fetchone()[0])

    def add(self, rows: Iterable[StoredRecord]) -> None:
        """Remember records."""
        self.database.executemany("INSERT OR REPLACE INTO records VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", map(_encode_row, rows))

    @cached_property
    def _fingerprint_lookup(self) -> _SequentialLookup:
        return _SequentialLookup(self.database, _FINGERPRINT_COLUMNS)

    @cached_property
    def _record_lookup(self) -> _SequentialLookup:
        return _SequentialLookup(self.database, "*")

    def get_fingerprint(self, source: str, line: int) -> tuple[bytes, str] | None:
        """Digest and figure of the record that came from there."""
        found = self._fingerprint_lookup.find(source, line)
        return (found[3], found[4]) if found else None

    def find_stored(self, source: str, line: int) -> StoredRecord | None:
        """The record that came from there."""
        found = self._record_lookup.find(source, line)
        return _decode_row(found) if found and found[-1] == _checksum(found[:-1]) else None

    def get_description(self, key: bytes) -> Description:
        """A description that a record gives: its key, subject and statements.

        Raises:
            KeyError: there is none.
        """
        found = self.database.execute("SELECT subject, pairs FROM descriptions WHERE key = ?", (key,)).fetchone()
        if not found or key != description_key(*found):
            raise KeyError(key.hex())
        return Description(key, *found)

    def set_meta(self, **values: Any) -> None:
        """Remember something about the export as a whole."""
        rows = [(name, json.dumps(value)) for name, value in values.items()]
        self.database.executemany("INSERT OR REPLACE INTO about VALUES (?, ?, ?)", [(*row, _checksum(row)) for row in rows])

    def get_meta(self, name: str) -> Any:
        """What was noted, or ``None``."""
        found = self.database.execute("SELECT value, seal FROM about WHERE name = ?", (name,)).fetchone()
        return json.loads(found[0]) if found and found[1] == _checksum((name, found[0])) else None

    def commit(self) -> None:
        """Make what was added outlive the process."""
        self.database.commit()

    def close(self) -> None:
        """Commit, and leave one file."""
        database.close_database(self.database)

    def discard(self) -> None:
        """Close without a word: what was not committed is gone."""
        self.database.close()


def _encode_row(row: StoredRecord) -> tuple[Any, ...]:
    number, where, line, digest, figid, rank, status, sizes, entities, said = row.result
    packed = array("Q", sizes).tobytes(), entities, said, array("Q", row.offsets).tobytes()
    values = number, where, line, digest, figid, rank, status, *packed
    return *values, _checksum(values)


def _checksum(values: Iterable[Any]) -> int:
    return crc32(marshal.dumps(tuple(values), 2))  # of this version of the format the bytes are the same each time


def _decode_row(values: tuple[Any, ...]) -> StoredRecord:
    number, where, line, digest, figid, rank, status, sizes, entities, said, offsets, _ = values
    return StoredRecord(
        RecordResult(number, where, line, digest, figid, rank, status, _decode_numbers(sizes), entities, said), _decode_numbers(offsets)
    )


def _decode_numbers(packed: bytes) -> tuple[int, ...]:
    numbers = array("Q")
    numbers.frombytes(packed)
    return tuple(numbers)
