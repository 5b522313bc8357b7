"""An embedded store, asked and told in the way that a server is."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph

from pfocr2rdf.stores.embedded import mapped
from pfocr2rdf.stores.sparql import Row, graph


class Local:
    """An embedded store.

    Args:
        store: it, open for writing.
        path: its folder.
    """

    def __init__(self, store: pyoxigraph.Store, path: Path) -> None:
        self._store = store
        self.place = str(path)

    def close(self) -> None:
        """Let others have it: the library closes a store when nothing holds it any more, and a traceback would."""
        del self._store

    def select(self, query: str) -> list[Row]:
        """The rows of an answer.

        Raises:
            StoreError: the store cannot be read.
        """
        with mapped(Path(self.place)):
            found = self._store.query(query)
            assert isinstance(found, pyoxigraph.QuerySolutions)  # noqa: S101 - only SELECT is asked here
            names = [variable.value for variable in found.variables]
            return [{name: row[name] for name in names if row[name] is not None} for row in found]

    def update(self, text: str) -> None:
        """Change something, at once or not at all.

        Raises:
            StoreError: there is no room.
        """
        with mapped(Path(self.place)):
            self._store.update(text)

    def insert(self, name: str, lines: str) -> None:
        """Add a few statements to a graph, as N-Triples."""
        self.update(f"INSERT DATA {{ {graph(name)}{{\n{lines}}} }}")

    def clear(self, name: str) -> None:
        """Leave nothing in a graph."""
        self.update(f"DROP SILENT GRAPH <{name}>")

    def replace(self, name: str, lines: bytes) -> None:
        """Make a small graph be these statements, as N-Triples."""
        self.update(f"DROP SILENT GRAPH <{name}> ;\nINSERT DATA {{ {graph(name)}{{\n{lines.decode()}}} }}")

    def ask(self, pattern: str) -> bool:
        """Whether there is what the pattern says."""
        return bool(self.select(f"SELECT * {{ {pattern} }} LIMIT 1"))

    def number(self, query: str) -> int:
        """The one number ``?n`` that is asked for."""
        return int(self.select(query)[0]["n"].value)
