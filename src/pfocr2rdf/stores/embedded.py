"""The embedded store: Oxigraph in a folder, opened to write, to read, or shared by many readers."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import pyoxigraph

from pfocr2rdf.errors import StoreError, describe_os_error
from pfocr2rdf.storage.layout import STORE_MARKER_FILE
from pfocr2rdf.storage.locks import shared_lock
from pfocr2rdf.storage.path_kinds import describe_missing_path, folder_kind
from pfocr2rdf.storage.urls import restore_url
from pfocr2rdf.stores.chunks import Chunk
from pfocr2rdf.stores.store import SolutionMapping, Store

_NTRIPLES, _NQUADS = pyoxigraph.RdfFormat.N_TRIPLES, pyoxigraph.RdfFormat.N_QUADS


def is_store(path: Path) -> bool:
    """Whether a folder is an embedded store."""
    return os.path.isfile(path / STORE_MARKER_FILE)  # not is_file, which raises where the folder may not be read


def require_store(path: Path) -> None:
    """Check that a folder is an embedded store; else it is a ``StoreError``."""
    if not path.exists():
        if restore_url(path):
            raise StoreError(describe_missing_path(path))
        raise StoreError(f"{path}: there is no store; run 'pfocr2rdf load EXPORT --to {path}' to make one from an export")
    if not is_store(path):
        if (kind := folder_kind(path)) == "an export":
            raise StoreError(f"{path}: is an export, not a store; run 'pfocr2rdf load {path} --to STORE', and name that store")
        kind = kind or ("a folder" if path.is_dir() else "a file")
        raise StoreError(f"{path}: is {kind}, not a store; name a folder that 'pfocr2rdf load' wrote")


def read_lock(path: Path) -> int:
    """Take a shared lock on a store, which keeps writers away until the descriptor is closed; ``StoreError`` if it is being written to.

    RocksDB lets one read while another writes, and then reads wrong now and then.
    """
    with map_store_errors(path):
        return shared_lock(path / "LOCK")


@contextmanager
def map_store_errors(path: Path) -> Iterator[None]:
    """Map the errors of pyoxigraph and of the system to ``StoreError``."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        text = str(error)
        if isinstance(error, BlockingIOError) or ("lock" in text.lower() and getattr(error, "errno", None) is None):
            raise StoreError(f"{path}: another program is using the store; stop it, and try again") from None
        reason = f"{text}; load the export into a new folder"
        if isinstance(error, OSError) and error.errno is not None:
            reason = describe_os_error(error)
        if isinstance(error, FileNotFoundError):
            reason = f"{os.path.basename(error.filename or '')} is missing; load the export into a new folder"
        raise StoreError(f"{path}: the store cannot be used: {reason}") from None


class EmbeddedStore(Store):
    """A store in a folder, open from its construction until ``close``.

    If it is ``writable``, no other process may have it open, and it is made if it is missing. ``already_locked`` means that the caller has
    the lock that keeps writers away.

    Raises:
        StoreError: there is none to read, it cannot be used, or another program has it open.
    """

    driver = "embedded"

    def __init__(self, path: Path, *, writable: bool = False, already_locked: bool = False) -> None:
        self.path = path
        self.location = str(path)
        self._lock = -1
        if not (writable or already_locked):
            require_store(path)
            self._lock = read_lock(path)
        try:
            with map_store_errors(path):
                self._store = pyoxigraph.Store(path) if writable else pyoxigraph.Store.read_only(str(path))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Release the store; twice is the same as once."""
        # pyoxigraph closes a store with the last reference to it, and a traceback may have one to this object.
        self.__dict__.pop("_store", None)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def query(self, text: str, **options: Any) -> pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean | pyoxigraph.QueryTriples:
        """Execute any query, with the options and the errors of pyoxigraph."""
        return self._store.query(text, **options)

    def select(self, query: str, **options: Any) -> list[SolutionMapping]:
        """The solutions of a SELECT query, with the options of pyoxigraph."""
        with map_store_errors(self.path):
            solutions = self._store.query(query, **options)
            assert isinstance(solutions, pyoxigraph.QuerySolutions)  # noqa: S101 - only SELECT is executed here
            names = [variable.value for variable in solutions.variables]
            return [{name: term for name, term in zip(names, row, strict=True) if term is not None} for row in solutions]

    def select_rows(self, query: str, **options: Any) -> list[tuple[Any, ...]]:
        """The same as tuples, with ``None`` for what a solution does not bind."""
        with map_store_errors(self.path):
            return list(map(tuple, self._store.query(query, **options)))  # type: ignore[arg-type]  # only SELECT is executed here

    def construct(self, query: str, **options: Any) -> bytes:
        """The statements of a CONSTRUCT query as N-Triples, with the options of pyoxigraph; a statement may come twice."""
        with map_store_errors(self.path):
            triples = self._store.query(query, **options)
            assert isinstance(triples, pyoxigraph.QueryTriples)  # noqa: S101 - only CONSTRUCT is executed here
            return cast("bytes", triples.serialize(format=_NTRIPLES))

    def quads(
        self,
        subject: pyoxigraph.NamedNode | None,
        predicate: pyoxigraph.NamedNode | None,
        value: pyoxigraph.NamedNode | pyoxigraph.Literal | None,
        graph: pyoxigraph.NamedNode | pyoxigraph.DefaultGraph | None,
    ) -> Iterator[pyoxigraph.Quad]:
        """The statements that match a quad pattern; ``None`` matches any term."""
        with map_store_errors(self.path):
            yield from self._store.quads_for_pattern(subject, predicate, value, graph)

    def match(
        self,
        subject: pyoxigraph.NamedNode | pyoxigraph.BlankNode | None,
        predicate: pyoxigraph.NamedNode | None,
        value: pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | None,
    ) -> Iterator[pyoxigraph.Quad]:
        """The statements of all graphs that match a pattern, as ``quads``, for many small ones: with the errors of pyoxigraph."""
        return self._store.quads_for_pattern(subject, predicate, value, None)

    def graph_names(self) -> list[str]:
        """The names of its named graphs."""
        with map_store_errors(self.path):
            return [name.value for name in self._store.named_graphs() if isinstance(name, pyoxigraph.NamedNode)]

    def read_subject(self, graph: str, subject: str) -> str:
        """The statements of a graph about a subject, as N-Triples."""
        return "".join(f"{quad.triple} .\n" for quad in self.quads(pyoxigraph.NamedNode(subject), None, None, _graph_node(graph)))

    def contains(self, graph: str, lines: list[bytes]) -> bool:
        """Whether a graph has all of a few statements."""
        node, quads = _graph_node(graph), pyoxigraph.parse(b"".join(lines), format=_NTRIPLES)
        with map_store_errors(self.path):
            return all(pyoxigraph.Quad(quad.subject, quad.predicate, quad.object, node) in self._store for quad in quads)

    def bulk_load(self, graph: str, chunk: Chunk) -> None:
        """Add many statements outside of a transaction; N-Quads go into the graphs that they name. It is safe in several threads."""
        with map_store_errors(self.path):
            if chunk.quads:
                self._store.bulk_load(chunk.lines, format=_NQUADS, lenient=True)
            else:
                self._store.bulk_load(chunk.lines, format=_NTRIPLES, to_graph=_graph_node(graph), lenient=True)

    def copy_graph(self, source: EmbeddedStore, graph: str) -> None:
        """Add all statements of a graph of another store."""
        with map_store_errors(self.path):
            self._store.bulk_extend(source._store.quads_for_pattern(None, None, None, _graph_node(graph)))

    def optimize(self) -> None:
        """Compact its files after a bulk load: lookups in a large store are then twenty times quicker."""
        with map_store_errors(self.path):
            self._store.optimize()

    def update(self, text: str) -> None:
        """Execute a SPARQL Update, in one transaction."""
        with map_store_errors(self.path):
            self._store.update(text)


def _graph_node(name: str) -> pyoxigraph.NamedNode | pyoxigraph.DefaultGraph:
    return pyoxigraph.NamedNode(name) if name else pyoxigraph.DefaultGraph()


def canonicalize_literal(text: str) -> str:
    """A literal as a store gives it back: numbers, dates and the like are stored by their values.

    >>> canonicalize_literal('"1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>')
    '"1.5"^^<http://www.w3.org/2001/XMLSchema#decimal>'
    """
    store = pyoxigraph.Store()
    store.extend(pyoxigraph.parse(f"<urn:s> <urn:p> {text} .".encode(), format=_NTRIPLES, lenient=True))  # a bulk load takes longer
    return str(next(store.quads_for_pattern(None, None, None, None)).object)


_View = TypeVar("_View")


class StoreManager(Generic[_View]):
    """A shared reader of a store that is opened again when the store has changed, as Lucene's ``ReaderManager``.

    Readers get what ``make_view`` makes of the open store. Writers are kept away only during reads.
    """

    def __init__(self, path: Path, make_view: Callable[[EmbeddedStore], _View]) -> None:
        self._path = path
        self._marker_file, self._lock_file = path / STORE_MARKER_FILE, path / "LOCK"  # it takes longer to join them than to open
        self._make_view = make_view
        self._guard = threading.Lock()
        self._cached: tuple[tuple[int, int], _View] | None = None
        self._readers = 0
        self._lock = -1

    @contextmanager
    def acquire(self) -> Iterator[_View]:
        """The view of the store as it is now, for many threads at once; ``StoreError`` if there is no store, or it is being written to."""
        with self._guard:
            if not self._readers:
                self._reopen_if_changed()
            self._readers += 1
            assert self._cached is not None  # noqa: S101 - who reads has opened it
            view = self._cached[1]
        try:
            yield view
        finally:
            with self._guard:
                self._readers -= 1
                if not self._readers:
                    os.close(self._lock)

    def modification_stamp(self) -> tuple[int, int]:
        """What differs between two stores, and after each time that a store was open to write; ``StoreError`` if there is none."""
        try:
            status = self._marker_file.stat()
        except OSError as error:
            require_store(self._path)
            raise StoreError(f"{self._path}: the store cannot be used: {describe_os_error(error)}") from None
        return status.st_ino, status.st_mtime_ns

    def _reopen_if_changed(self) -> None:
        try:
            self._lock = shared_lock(self._lock_file)
        except OSError:
            require_store(self._path)  # which reports what is missing
            self._lock = read_lock(self._path)
        try:
            stamp = self.modification_stamp()
            if self._cached is None or self._cached[0] != stamp:
                self._cached = None  # the memory of two is not needed
                # One lock serves all readers: a process that closes any descriptor of the file loses all its locks on it.
                self._cached = stamp, self._make_view(EmbeddedStore(self._path, already_locked=True))
        except BaseException:
            os.close(self._lock)
            raise
