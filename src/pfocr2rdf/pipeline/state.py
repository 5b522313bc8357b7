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

from pfocr2rdf.pipeline.descriptions import Description, key_of
from pfocr2rdf.pipeline.results import Outcome
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

_KNOWN = "number, source, line, digest, figid"


class Row(NamedTuple):
    """A record's outcome, and where its text begins in the file of each format (bytes, before compression)."""

    outcome: Outcome
    offsets: tuple[int, ...]


class _Lookup:
    """Finds records by where they came from; quickly where they are asked for in the order that they have here.

    Args:
        database: where they are.
        columns: what is wanted of each; the first three are number, source and line.
    """

    def __init__(self, database: sqlite3.Connection, columns: str) -> None:
        self._database = database
        self._select = f"SELECT {columns} FROM records"  # noqa: S608 - our own text
        self._go_on(0)

    def _go_on(self, number: int) -> None:
        """Expect the records from this number on."""
        self._expected = self._database.execute(f"{self._select} WHERE number >= ? ORDER BY number", (number,))
        self._next = self._expected.fetchone()

    def find(self, where: str, line: int) -> tuple[Any, ...] | None:
        """The record that came from there."""
        found: tuple[Any, ...] | None = self._next
        if found and found[1] == where and found[2] == line:
            self._next = self._expected.fetchone()
            return found
        found = self._database.execute(f"{self._select} WHERE source = ? AND line = ? ORDER BY number LIMIT 1", (where, line)).fetchone()
        if found:
            self._go_on(found[0] + 1)
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
    def new(cls, path: Path) -> State:
        """A new one, in a file."""
        connection = database.connect(path)
        try:
            connection.executescript(_TABLES)
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    @classmethod
    def read(cls, path: Path) -> State | None:
        """One that is there already, for reading; ``None`` where there is none, or it is damaged."""
        if not path.is_file():
            return None
        try:
            state = cls(database.read(path))
        except database.DAMAGED:
            return None
        with suppress(*database.DAMAGED):
            if len(state):
                return state
        state.abandon()
        return None

    def __len__(self) -> int:
        return int(self.database.execute("SELECT COUNT(*) FROM records").fetchone()[0])

    def add(self, rows: Iterable[Row]) -> None:
        """Remember records."""
        self.database.executemany("INSERT OR REPLACE INTO records VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", map(_packed, rows))

    @cached_property
    def _known(self) -> _Lookup:
        return _Lookup(self.database, _KNOWN)

    @cached_property
    def _whole(self) -> _Lookup:
        return _Lookup(self.database, "*")

    def known(self, where: str, line: int) -> tuple[bytes, str] | None:
        """Digest and figure of the record that came from there."""
        found = self._known.find(where, line)
        return (found[3], found[4]) if found else None

    def find(self, where: str, line: int) -> Row | None:
        """The record that came from there."""
        found = self._whole.find(where, line)
        return _unpacked(found) if found and found[-1] == _seal(found[:-1]) else None

    def description(self, key: bytes) -> Description:
        """A description that a record gives: its key, subject and statements.

        Raises:
            KeyError: there is none.
        """
        found = self.database.execute("SELECT subject, pairs FROM descriptions WHERE key = ?", (key,)).fetchone()
        if not found or key != key_of(*found):
            raise KeyError(key.hex())
        return Description(key, *found)

    def note(self, **values: Any) -> None:
        """Remember something about the export as a whole."""
        rows = [(name, json.dumps(value)) for name, value in values.items()]
        self.database.executemany("INSERT OR REPLACE INTO about VALUES (?, ?, ?)", [(*row, _seal(row)) for row in rows])

    def noted(self, name: str) -> Any:
        """What was noted, or ``None``."""
        found = self.database.execute("SELECT value, seal FROM about WHERE name = ?", (name,)).fetchone()
        return json.loads(found[0]) if found and found[1] == _seal((name, found[0])) else None

    def commit(self) -> None:
        """Make what was added outlive the process."""
        self.database.commit()

    def close(self) -> None:
        """Commit, and leave one file."""
        database.close(self.database)

    def abandon(self) -> None:
        """Close without a word: what was not committed is gone."""
        self.database.close()


def _packed(row: Row) -> tuple[Any, ...]:
    number, where, line, digest, figid, rank, status, sizes, entities, said = row.outcome
    packed = array("Q", sizes).tobytes(), entities, said, array("Q", row.offsets).tobytes()
    values = number, where, line, digest, figid, rank, status, *packed
    return *values, _seal(values)


def _seal(values: Iterable[Any]) -> int:
    return crc32(marshal.dumps(tuple(values), 2))  # of this version of the format the bytes are the same each time


def _unpacked(values: tuple[Any, ...]) -> Row:
    number, where, line, digest, figid, rank, status, sizes, entities, said, offsets, _ = values
    return Row(Outcome(number, where, line, digest, figid, rank, status, _numbers(sizes), entities, said), _numbers(offsets))


def _numbers(packed: bytes) -> tuple[int, ...]:
    numbers = array("Q")
    numbers.frombytes(packed)
    return tuple(numbers)
