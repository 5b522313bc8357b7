"""SQLite databases of one writer: what an export remembers of each record and entity is there, so that memory stays flat."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from xxhash import xxh3_64

from pfocr2rdf.storage.files import BUFFER_BYTES

DATABASE_ERRORS = (sqlite3.Error, UnicodeError)
"""What reading a file raises that is damaged, or no database."""

CACHE_MIB = 64
"""How much of a database is in memory."""

_HEADER_BYTES = 100
_SEAL_FIELDS = (slice(60, 64), slice(68, 72))  # user version and application id, which SQLite leaves to applications


def create_database(path: Path | None = None) -> sqlite3.Connection:
    """A new database; in memory without a path.

    A process that is killed leaves all that was committed. Nothing waits for the disk: what a power failure damages is
    detected by digests, and exported again.
    """
    database = sqlite3.connect(path or ":memory:")
    try:
        if path:
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = OFF")
        database.execute(f"PRAGMA cache_size = -{CACHE_MIB * 1024}")
    except BaseException:
        database.close()
        raise
    return database


def free_page_cache(database: sqlite3.Connection) -> None:
    """Free the pages of a database that are in memory and on disk."""
    database.execute("PRAGMA shrink_memory")


def open_database_read_only(path: Path) -> sqlite3.Connection:
    """An existing database, for reading. It is not written to, unless a killed process left a write-ahead log to recover."""
    if path.with_name(f"{path.name}-wal").exists():
        return sqlite3.connect(path)
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def close_database(database: sqlite3.Connection) -> None:
    """Commit, merge the write-ahead log, and close."""
    database.commit()
    database.execute("PRAGMA journal_mode = DELETE")
    database.close()


def open_database_copy(path: Path) -> sqlite3.Connection:
    """A database that was copied, to change it. There is no journal: after a failure the copy is of no use."""
    database = sqlite3.connect(path)
    for setting in ("locking_mode = EXCLUSIVE", "journal_mode = OFF", "synchronous = OFF", f"cache_size = -{CACHE_MIB * 1024}"):
        database.execute(f"PRAGMA {setting}")
    return database


def seal_database(path: Path) -> None:
    """Write a checksum of a closed database into its header, by which ``copy_sealed_database`` knows that it was not modified."""
    checksum = xxh3_64()
    with path.open("r+b") as file:
        header = file.read(_HEADER_BYTES)
        checksum.update(_clear_seal(header))
        while data := file.read(BUFFER_BYTES):
            checksum.update(data)
        seal = checksum.digest()
        for field, part in zip(_SEAL_FIELDS, (seal[:4], seal[4:]), strict=True):
            file.seek(field.start)
            file.write(part)


def copy_sealed_database(path: Path, target: Path) -> bool:
    """Copy a database that is not open for writing, and return whether it is as ``seal_database`` left it."""
    checksum = xxh3_64()
    with path.open("rb") as file, target.open("wb") as copy:
        header = file.read(_HEADER_BYTES)
        checksum.update(_clear_seal(header))
        copy.write(header)
        while data := file.read(BUFFER_BYTES):
            checksum.update(data)
            copy.write(data)
    return checksum.digest() == b"".join([header[field] for field in _SEAL_FIELDS])


def _clear_seal(header: bytes) -> bytes:
    cleared = bytearray(header)
    for field in _SEAL_FIELDS:
        cleared[field] = bytes(len(cleared[field]))
    return bytes(cleared)
