"""What a load has done so far, on disk: a load that was interrupted goes on from there."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from pfocr2rdf.storage import sqlite as database
from pfocr2rdf.storage.files import map_os_errors

_FILE_NAME = "journal.sqlite"

_CREATE_TABLES = """
CREATE TABLE IF NOT EXISTS load (id TEXT, what TEXT);
CREATE TABLE IF NOT EXISTS flag (name TEXT PRIMARY KEY, value INTEGER);
CREATE TABLE IF NOT EXISTS chunk (number INTEGER PRIMARY KEY, statements INTEGER);
CREATE TABLE IF NOT EXISTS graph (name TEXT PRIMARY KEY, statements INTEGER) WITHOUT ROWID;
"""


class Journal:
    """The account of one load in a folder. It holds no credentials.

    Args:
        folder: where it is.
        resume_key: what is loaded, and how: only a load of the very same is gone on with.

    Attributes:
        id: of the load, and of all that follow until one of them ends.
        has_previous: whether a load before did not end.
        is_resumed: whether it was the same one: then there is something to go on with.

    Raises:
        OutputError: it cannot be written.
    """

    def __init__(self, folder: Path, resume_key: Mapping[str, Any]) -> None:
        self._path = folder / _FILE_NAME
        said = json.dumps(resume_key, sort_keys=True)
        with map_os_errors(self._path):
            self._database = database.create_database(self._path)
            try:
                self._begin(said)
            except sqlite3.OperationalError:  # the disk, not the journal
                self._database.close()
                raise
            except sqlite3.DatabaseError:
                self._database.close()
                remove_journal(folder)
                self._database = database.create_database(self._path)
                self._begin(said)

    def _begin(self, said: str) -> None:
        self._database.executescript(_CREATE_TABLES)
        row = self._database.execute("SELECT id, what FROM load").fetchone()
        self.id = str(row[0]) if row else f"urn:uuid:{uuid.uuid4()}"
        self.has_previous = row is not None
        self.is_resumed = self.has_previous and row[1] == said
        if not self.is_resumed:
            self._delete_progress()
            self._database.execute("DELETE FROM load")
            self._database.execute("INSERT INTO load VALUES (?, ?)", (self.id, said))
            self._database.commit()

    def reset(self) -> None:
        """Forget all that was done."""
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
        """Take a decision that another run must keep to."""
        with map_os_errors(self._path):
            self._database.execute("INSERT OR REPLACE INTO flag VALUES (?, ?)", (name, value))
            self._database.commit()

    def mark_sent(self, number: int, statements: int) -> None:
        """A chunk is in the store."""
        with map_os_errors(self._path):
            self._database.execute("INSERT OR REPLACE INTO chunk VALUES (?, ?)", (number, statements))
            self._database.commit()

    def mark_missing(self, numbers: Iterable[int]) -> None:
        """These chunks are not in the store after all."""
        with map_os_errors(self._path):
            self._database.executemany("DELETE FROM chunk WHERE number = ?", [(number,) for number in numbers])
            self._database.commit()

    def sent_chunks(self) -> dict[int, int]:
        """The chunks that are in the store, each with its number of statements."""
        return dict(self._database.execute("SELECT number, statements FROM chunk"))

    def add_counts(self, graphs: Mapping[str, int]) -> None:
        """So many statements more belong into these graphs."""
        with map_os_errors(self._path):
            self._database.executemany(
                "INSERT INTO graph VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET statements = statements + excluded.statements",
                graphs.items(),
            )

    def reset_counts(self) -> None:
        """Begin to count anew."""
        with map_os_errors(self._path):
            self._database.execute("DELETE FROM graph")

    def graph_counts(self) -> Iterator[tuple[str, int]]:
        """The graphs in the order of their names, each with its number of statements."""
        page = "SELECT name, statements FROM graph WHERE name >= ? ORDER BY name LIMIT 500"
        first = ""
        while rows := self._database.execute(page, (first,)).fetchall():
            yield from rows
            first = f"{rows[-1][0]}\0"

    def has_graph(self, graph: str) -> bool:
        """Whether statements belong into a graph."""
        return self._database.execute("SELECT 1 FROM graph WHERE name = ?", (graph,)).fetchone() is not None

    def close(self) -> None:
        """Leave it for the next run."""
        with map_os_errors(self._path), closing(self._database):
            self._database.commit()


def remove_journal(folder: Path) -> None:
    """The load is over: nothing is left to go on with."""
    for path in folder.glob(f"{_FILE_NAME}*"):
        path.unlink(missing_ok=True)
