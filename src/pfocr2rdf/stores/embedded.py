"""The embedded store: Oxigraph in a folder, opened for writing, or shared by queries."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, TypeVar

import pyoxigraph

from pfocr2rdf.errors import StoreError
from pfocr2rdf.storage.locks import shared_lock
from pfocr2rdf.stores.chunks import Chunk
from pfocr2rdf.stores.clients.sparql import SolutionMapping
from pfocr2rdf.stores.graph_layout import graph_clause, graph_pattern

MARKER_FILE = "CURRENT"
"""A file that every store has, since every RocksDB database does; who opens one to write makes it anew."""

_NTRIPLES, _NQUADS = pyoxigraph.RdfFormat.N_TRIPLES, pyoxigraph.RdfFormat.N_QUADS


def is_store(path: Path) -> bool:
    """Whether a folder is an embedded store."""
    return (path / MARKER_FILE).is_file()


def require_store(path: Path) -> None:
    """See that a folder is a store.

    Raises:
        StoreError: it is none.
    """
    if not path.exists():
        raise StoreError(f"{path}: there is no store; 'pfocr2rdf load EXPORT --to {path}' makes one of an export")
    if not is_store(path):
        raise StoreError(f"{path}: it is no store; name the folder that 'pfocr2rdf load' made")


def read_lock(path: Path) -> int:
    """A handle that keeps writers away from a store until it is closed. Where one is there, reading beside it goes wrong now and then.

    Raises:
        StoreError: one is there.
    """
    with map_store_errors(path):
        return shared_lock(path / "LOCK")


@contextmanager
def map_store_errors(path: Path) -> Iterator[None]:
    """Turns the complaints of the store's library into ours."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        text = str(error)
        if isinstance(error, BlockingIOError) or "lock" in text.lower():
            raise StoreError(f"{path}: another program has the store open; end it, and try again") from None
        raise StoreError(f"{path}: the store cannot be used: {getattr(error, 'strerror', None) or text}") from None


class EmbeddedStore:
    """A store in a folder, open from its making until ``close``.

    Args:
        path: the folder.
        writable: whether it is changed; then nobody else may have it open, and it is made where it is missing.
        already_locked: whether the caller keeps writers away.

    Attributes:
        location: what it is called in messages.

    Raises:
        StoreError: it cannot be read, or another program has it open.
    """

    def __init__(self, path: Path, *, writable: bool = False, already_locked: bool = False) -> None:
        self._path = path
        self.location = str(path)
        self._lock = -1 if writable or already_locked else read_lock(path)
        try:
            with map_store_errors(path):
                self._store = pyoxigraph.Store(path) if writable else pyoxigraph.Store.read_only(str(path))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let others have it: the library closes a store when nothing holds it any more, and a traceback would."""
        self.__dict__.pop("_store", None)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def select(self, query: str) -> list[SolutionMapping]:
        """The rows of an answer."""
        with map_store_errors(self._path):
            found = self._store.query(query)
            assert isinstance(found, pyoxigraph.QuerySolutions)  # noqa: S101 - only SELECT is asked here
            names = [variable.value for variable in found.variables]
            return [{name: row[name] for name in names if row[name] is not None} for row in found]

    def ask(self, pattern: str) -> bool:
        """Whether there is what the pattern says."""
        return bool(self.select(f"SELECT * {{ {pattern} }} LIMIT 1"))

    def query_number(self, query: str) -> int:
        """The one number ``?n`` that is asked for."""
        return int(self.select(query)[0]["n"].value)

    def count(self, name: str) -> int:
        """How many statements a graph has."""
        return self.query_number(f"SELECT (COUNT(*) AS ?n) {{ {graph_pattern(name)} }}")

    def graph_names(self) -> list[str]:
        """The names of its graphs."""
        with map_store_errors(self._path):
            return [name.value for name in self._store.named_graphs() if isinstance(name, pyoxigraph.NamedNode)]

    def read_subject(self, name: str, subject: str) -> str:
        """The statements of a graph about a subject, as N-Triples."""
        with map_store_errors(self._path):
            quads = self._store.quads_for_pattern(pyoxigraph.NamedNode(subject), None, None, _graph_node(name))
            return "".join(f"{quad.triple} .\n" for quad in quads)

    def contains(self, name: str, lines: list[bytes]) -> bool:
        """Whether a graph has all of a few statements."""
        triples = pyoxigraph.parse(b"".join(lines), format=_NTRIPLES)
        with map_store_errors(self._path):
            return all(pyoxigraph.Quad(one.subject, one.predicate, one.object, _graph_node(name)) in self._store for one in triples)

    def bulk_load(self, name: str, chunk: Chunk) -> None:
        """Add many statements, outside of a transaction; N-Quads go where they say. Several threads may do it."""
        with map_store_errors(self._path):
            if chunk.quads:
                self._store.bulk_load(chunk.lines, format=_NQUADS, lenient=True)
            else:
                self._store.bulk_load(chunk.lines, format=_NTRIPLES, to_graph=_graph_node(name), lenient=True)

    def copy_graph(self, other: EmbeddedStore, name: str) -> None:
        """Add all statements that a graph of another store has."""
        with map_store_errors(self._path):
            self._store.bulk_extend(other._store.quads_for_pattern(None, None, None, _graph_node(name)))

    def optimize(self) -> None:
        """Put its files in order after many were added: what is read then is found twenty times sooner in a large store."""
        with map_store_errors(self._path):
            self._store.optimize()

    def update(self, text: str) -> None:
        """Change something, at once or not at all."""
        with map_store_errors(self._path):
            self._store.update(text)

    def insert(self, name: str, lines: str) -> None:
        """Add a few statements to a graph, as N-Triples."""
        self.update(f"INSERT DATA {{ {graph_clause(name)}{{\n{lines}}} }}")

    def clear(self, name: str) -> None:
        """Leave nothing in a graph."""
        self.update(f"DROP SILENT GRAPH <{name}>")

    def replace(self, name: str, lines: bytes) -> None:
        """Make a small graph be these statements, as N-Triples."""
        self.update(f"DROP SILENT GRAPH <{name}> ;\nINSERT DATA {{ {graph_clause(name)}{{\n{lines.decode()}}} }}")


def _graph_node(name: str) -> pyoxigraph.NamedNode | pyoxigraph.DefaultGraph:
    return pyoxigraph.NamedNode(name) if name else pyoxigraph.DefaultGraph()


_T = TypeVar("_T")


class StoreManager(Generic[_T]):
    """What was made of a store, for as long as the store is the same. Writers are kept away only while somebody reads.

    Args:
        path: the folder of the store.
        factory: makes it of the folder. It takes no lock of its own: a process that lets go of one has lost them all.
    """

    def __init__(self, path: Path, factory: Callable[[Path], _T]) -> None:
        self._path = path
        self._made = factory
        self._guard = threading.Lock()
        self._kept: tuple[tuple[int, int], _T] | None = None
        self._readers = 0
        self._lock = -1

    @contextmanager
    def acquire(self) -> Iterator[_T]:
        """What was made, of the store as it is now. Many threads may have it at once.

        Raises:
            StoreError: there is no store, or somebody writes to it.
        """
        with self._guard:
            if not self._readers:
                self._reopen_if_changed()
            self._readers += 1
            assert self._kept is not None  # it was made just now, or before  # noqa: S101
            found = self._kept[1]
        try:
            yield found
        finally:
            with self._guard:
                self._readers -= 1
                if not self._readers:
                    os.close(self._lock)

    def _reopen_if_changed(self) -> None:
        require_store(self._path)
        self._lock = read_lock(self._path)
        try:
            mark = _modification_stamp(self._path)
            if self._kept is None or self._kept[0] != mark:
                self._kept = None  # two at once are not needed
                self._kept = mark, self._made(self._path)
        except BaseException:
            os.close(self._lock)
            raise


def open_read_only(path: Path) -> pyoxigraph.Store:
    """The store in a folder, to be read."""
    with map_store_errors(path):
        return pyoxigraph.Store.read_only(str(path))


def _modification_stamp(path: Path) -> tuple[int, int]:
    """What is another one for another store, and after each time that somebody had it open to write."""
    try:
        found = (path / MARKER_FILE).stat()
    except OSError as error:
        raise StoreError(f"{path}: the store cannot be used: {error.strerror or error}") from None
    return found.st_ino, found.st_mtime_ns
