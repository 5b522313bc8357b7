"""A small database in one file: what an export has to remember of each record and entity goes there, so that memory stays flat."""

from __future__ import annotations

import sqlite3
from pathlib import Path

DATABASE_ERRORS = (sqlite3.Error, UnicodeError)
"""What reading a database raises that is damaged, or none."""

CACHE_MIB = 64
"""What the database keeps in memory; beyond it, it lives on disk."""


def create_database(path: Path | None = None) -> sqlite3.Connection:
    """A new database; in memory without a path.

    A process that is killed leaves all that was committed. Nothing waits for the disk: what a power failure leaves is found
    out by its digests, and made again.
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
    """A database that is there already, for reading. What a killed process left is put right first; else it is not touched."""
    if path.with_name(f"{path.name}-wal").exists():
        return sqlite3.connect(path)
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def close_database(database: sqlite3.Connection) -> None:
    """Commit, and leave one file."""
    database.commit()
    database.execute("PRAGMA journal_mode = DELETE")
    database.close()
