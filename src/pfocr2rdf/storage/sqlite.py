"""SQLite databases of one writer: what an export remembers of each record and entity is there, so that memory stays flat."""

from __future__ import annotations

import sqlite3
from pathlib import Path

DATABASE_ERRORS = (sqlite3.Error, UnicodeError)
"""What reading a file raises that is damaged, or no database."""

CACHE_MIB = 64
"""How much of a database is in memory."""


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
