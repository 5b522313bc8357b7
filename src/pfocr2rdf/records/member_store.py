"""The records and tables of an archive: one temporary SQLite database, which every worker process reads by name.

A path of a member is ``pfocr2rdf-archive://DATABASE!/FOLDER/NAME``.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import zstandard

from pfocr2rdf.errors import RecordError

_SCHEME = "pfocr2rdf-archive://"
_DATABASE_NAME = "members.sqlite"
_SEPARATOR = b"\0"  # less than any character of a name, so that a folder is next to those in it
_connections: dict[tuple[str, int], sqlite3.Connection] = {}  # by process: a forked one cannot use those of its parent


class MemberWriter:
    """Writes members into a new database in a folder, each compressed."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / _DATABASE_NAME
        self._compressor = zstandard.ZstdCompressor(level=1)
        self._database = sqlite3.connect(self.path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("CREATE TABLE members (folder BLOB, name BLOB, data BLOB, PRIMARY KEY (folder, name))")
        self._database.execute("CREATE TABLE refusals (source TEXT, reason TEXT, remedy TEXT)")
        self._database.execute("BEGIN")

    def __enter__(self) -> MemberWriter:
        return self

    def __exit__(self, *_: object) -> None:
        if self._database.in_transaction:
            self._database.execute("COMMIT")
        self._database.close()

    def add(self, parts: tuple[str, ...], data: bytes) -> bool:
        """Add a member by the parts of its path; false if there is one of this path."""
        *folder, name = map(_encode, parts)
        row = (_SEPARATOR.join(folder), name, self._compressor.compress(data))
        return self._database.execute("INSERT OR IGNORE INTO members VALUES (?, ?, ?)", row).rowcount > 0

    def refuse(self, error: RecordError) -> None:
        """Note a member that cannot be used: there may be as many as there are members."""
        self._database.execute("INSERT INTO refusals VALUES (?, ?, ?)", (error.source, error.reason, error.remedy))


class MemberTree:
    """The folders of an archive."""

    def __init__(self, database: Path) -> None:
        self._path = str(database)
        self.root = f"{_SCHEME}{database}!"

    def close(self) -> None:
        """Close the database; it can then be removed."""
        if database := _connections.pop((self._path, os.getpid()), None):
            database.close()

    def refusals(self) -> Iterator[RecordError]:
        """The members that cannot be used, in the order of the archive."""
        for source, reason, remedy in _connect(self._path).execute("SELECT source, reason, remedy FROM refusals ORDER BY rowid"):
            yield RecordError(reason, source=source, remedy=remedy)

    def folders(self) -> Iterator[tuple[str, list[str]]]:
        """Each folder with the names of those in it, sorted."""
        stack = [""]
        while stack:
            folder = stack.pop()
            names = list(self._subfolders(_encode_folder(folder)))
            yield f"{self.root}{folder}", names
            stack += [f"{folder}/{name}" for name in reversed(names)]

    def _subfolders(self, folder: bytes) -> Iterator[str]:
        prefix = folder + _SEPARATOR if folder else b""
        lower_bound = prefix or b"\1"
        while row := _fetch(self._path, "SELECT folder FROM members WHERE folder >= ? ORDER BY folder LIMIT 1", lower_bound):
            if not row[0].startswith(prefix):
                return
            name = row[0][len(prefix) :].partition(_SEPARATOR)[0]
            yield _decode(name)
            lower_bound = prefix + name + b"\1"

    def names(self, folder: str, predicate: Callable[[str], bool]) -> Iterator[str]:
        """The names of the wanted files in a folder."""
        query = "SELECT name FROM members WHERE folder = ? ORDER BY name"
        for row in _connect(self._path).execute(query, (_encode_folder(folder.removeprefix(self.root)),)):
            name = _decode(row[0])
            if predicate(name):
                yield name

    def exists(self, folder: str, name: str) -> bool:
        """Whether there is such a file."""
        key = (_encode_folder(folder.removeprefix(self.root)), _encode(name))
        return _fetch(self._path, "SELECT 1 FROM members WHERE folder = ? AND name = ?", *key) is not None

    def is_link(self, folder: str, name: str) -> bool:
        """False: a link is refused when the archive is read."""
        return False


def is_member(path: str) -> bool:
    """Whether a path is that of a member."""
    return path.startswith(_SCHEME)


def read_member(path: str) -> bytes:
    """The bytes of a member; ``FileNotFoundError`` if there is none."""
    database, _, member = path.removeprefix(_SCHEME).partition(f"{_DATABASE_NAME}!/")
    folder, _, name = member.rpartition("/")
    query = "SELECT data FROM members WHERE folder = ? AND name = ?"
    row = _fetch(database + _DATABASE_NAME, query, _encode_folder(folder), _encode(name))
    if row is None:
        raise FileNotFoundError(2, os.strerror(2), member)
    return zstandard.decompress(row[0])


def _connect(path: str) -> sqlite3.Connection:
    key = path, os.getpid()
    if key not in _connections:
        uri = f"{Path(path).absolute().as_uri()}?mode=ro&immutable=1"
        _connections[key] = sqlite3.connect(uri, uri=True, check_same_thread=False)
    return _connections[key]


def _fetch(path: str, query: str, *values: bytes) -> tuple[bytes] | None:
    row: tuple[bytes] | None = _connect(path).execute(query, values).fetchone()
    return row


def _encode_folder(folder: str) -> bytes:
    return _encode(folder.strip("/")).replace(b"/", _SEPARATOR)


def _encode(name: str) -> bytes:
    """Bytes that sort as the name does; it may hold lone surrogates."""
    return name.encode("utf-8", "surrogatepass")


def _decode(name: bytes) -> str:
    return name.decode("utf-8", "surrogatepass")
