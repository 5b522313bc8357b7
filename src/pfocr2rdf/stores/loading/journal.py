"""The journal of a load: a checkpoint on disk, from which a load that was interrupted is resumed."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.sqlite import create_database

_FILE_NAME = "journal.sqlite"

_CREATE_TABLES = """
CREATE TABLE IF NOT EXISTS load (id TEXT, what TEXT);
CREATE TABLE IF NOT EXISTS flag (name TEXT PRIMARY KEY, value INTEGER);
CREATE TABLE IF NOT EXISTS chunk (number INTEGER PRIMARY KEY, statements INTEGER);
CREATE TABLE IF NOT EXISTS graph (name TEXT PRIMARY KEY, statements INTEGER) WITHOUT ROWID;
"""


class Journal:
    """The progress of one load, in a folder. It has no credentials. Only a load with the very same resume key is resumed.

    Attributes:
        id: the IRI of the load, and of all that follow until one of them ends.
        has_previous: whether a previous load did not end.
        is_resumed: whether that was the same load, which this one resumes.

    Raises:
        OutputError: it cannot be written.
    """

    def __init__(self, folder: Path, resume_key: Mapping[str, Any]) -> None:
        self._path = folder / _FILE_NAME
        key = json.dumps(resume_key, sort_keys=True)
        with map_os_errors(self._path):
            self._database = create_database(self._path)
            try:
                self.id, self.has_previous, self.is_resumed = self._begin(key)
            except sqlite3.OperationalError:  # the disk, not the journal
                self._database.close()
                raise
            except sqlite3.DatabaseError:
                self._database.close()
                remove_journal(folder)
                self._database = create_database(self._path)
                self.id, self.has_previous, self.is_resumed = self._begin(key)

    def _begin(self, key: str) -> tuple[str, bool, bool]:
        """The IRI of the load, whether there was a previous one, and whether that is resumed."""
        self._database.executescript(_CREATE_TABLES)
        row = self._database.execute("SELECT id, what FROM load").fetchone()
        load_id = str(row[0]) if row else f"urn:uuid:{uuid.uuid4()}"
        if row and row[1] == key:
            return load_id, True, True
        self._delete_progress()
        self._database.execute("DELETE FROM load")
        self._database.execute("INSERT INTO load VALUES (?, ?)", (load_id, key))
        self._database.commit()
        return load_id, row is not None, False

    def reset(self) -> None:
        """Forget all progress."""
        with map_os_errors(self._path):
            self._delete_progress()
            self._database.commit()

    def _delete_progress(self) -> None:
        self._database.execute("DELETE FROM chunk")
        self._database.execute("DELETE FROM graph")

    def get_flag(self, name: str) -> bool:
        """A decision that was taken when the load began."""
        row = self._database.execute("SELECT value FROM flag WHERE name = ?", (name,)).fetchone()
        return bool(row and row[0])

    def set_flag(self, name: str, value: bool) -> None:
        """Store a decision that a run which resumes the load must keep to."""
        self._write("INSERT OR REPLACE INTO flag VALUES (?, ?)", [(name, value)])

    def mark_sent(self, number: int, statements: int) -> None:
        """Note that a chunk is in the store."""
        self._write("INSERT OR REPLACE INTO chunk VALUES (?, ?)", [(number, statements)])

    def mark_missing(self, numbers: Iterable[int]) -> None:
        """Note that chunks are not in the store after all."""
        self._write("DELETE FROM chunk WHERE number = ?", [(number,) for number in numbers])

    def _write(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        with map_os_errors(self._path):
            self._database.executemany(statement, rows)
            self._database.commit()

    def sent_chunks(self) -> dict[int, int]:
        """The numbers of the chunks that are in the store, each with its number of statements."""
        return dict(self._database.execute("SELECT number, statements FROM chunk"))

    def add_counts(self, statements_by_graph: Mapping[str, int]) -> None:
        """Add to the numbers of statements that belong into graphs."""
        with map_os_errors(self._path):
            self._database.executemany(
                "INSERT INTO graph VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET statements = statements + excluded.statements",
                statements_by_graph.items(),
            )

    def reset_counts(self) -> None:
        """Count the statements of all graphs from zero."""
        with map_os_errors(self._path):
            self._database.execute("DELETE FROM graph")

    def graph_counts(self) -> Iterator[tuple[str, int]]:
        """The graphs in the order of their names, each with its number of statements; they are read page by page."""
        page = "SELECT name, statements FROM graph WHERE name >= ? ORDER BY name LIMIT 500"
        first = ""
        while rows := self._database.execute(page, (first,)).fetchall():
            yield from rows
            first = f"{rows[-1][0]}\0"

    def has_graph(self, graph: str) -> bool:
        """Whether statements belong into a graph."""
        return self._database.execute("SELECT 1 FROM graph WHERE name = ?", (graph,)).fetchone() is not None

    def close(self) -> None:
        """Write it out for the next run."""
        with map_os_errors(self._path), closing(self._database):
            self._database.commit()


def remove_journal(folder: Path) -> None:
    """Remove the journal of a load that is completed."""
    for path in folder.glob(f"{_FILE_NAME}*"):
        path.unlink(missing_ok=True)
