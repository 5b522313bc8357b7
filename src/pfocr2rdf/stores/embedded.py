"""A store on this disk, which needs no server: it is built beside the one that is there, and then takes its place."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pyoxigraph

from pfocr2rdf.errors import StoreError
from pfocr2rdf.sinks.output import locked, mapped_errors
from pfocr2rdf.stores.chunks import Bounds, Chunk
from pfocr2rdf.stores.contents import VOCABULARY
from pfocr2rdf.stores.description import in_default_graph, versions_of
from pfocr2rdf.stores.journal import Journal
from pfocr2rdf.stores.session import Beside, Held, Plan
from pfocr2rdf.stores.sparql import all_of

_BOUNDS = Bounds(8 << 20, 1 << 30)
_MARK = "CURRENT"  # every RocksDB database has such a file
_TRIPLES, _QUADS = pyoxigraph.RdfFormat.N_TRIPLES, pyoxigraph.RdfFormat.N_QUADS


def is_store(path: Path) -> bool:
    """Whether a folder is an embedded store."""
    return (path / _MARK).is_file()


def opened(path: Path, *, writing: bool = False) -> pyoxigraph.Store:
    """A store that is there.

    Raises:
        StoreError: it is none, or another program has it open.
    """
    if not is_store(path):
        what = "is no store" if path.exists() else "there is no store"
        raise StoreError(f"{path}: {what}; make one with pfocr2rdf load EXPORT --to {path}")
    with mapped(path):
        return pyoxigraph.Store(path) if writing else pyoxigraph.Store.read_only(str(path))


@contextmanager
def mapped(path: Path) -> Iterator[None]:
    """Turns the complaints of the store's library into ours."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        text = str(error)
        if "lock" in text.lower():
            raise StoreError(f"{path}: another program has the store open; end it, and try again") from None
        raise StoreError(f"{path}: {text}") from None


def held(path: Path, plan: Plan) -> Held:
    """What a store holds of what a plan would replace; nothing where there is no store."""
    if not is_store(path):
        return Held(0, [], "embedded")
    store = opened(path)
    try:
        with mapped(path):
            live = [name for name in _names(store) if plan.is_live(name)] if plan.name else [""]
            return Held(sum(_count(store, name) for name in live), versions_of(_text(store, plan.description)), "embedded")
    finally:
        del store  # else a traceback would keep it open


class Embedded:
    """A load into an embedded store.

    What was there and is not replaced is copied, so that nothing is ever changed in place: whoever is killed leaves the store of
    before.

    Args:
        path: the folder of the store; it is made where it is missing.
        plan: what is to be done.

    Raises:
        StoreError: the folder is something else, or another program has the store open.
        OutputError: another load is under way, or there is no room.
    """

    def __init__(self, path: Path, plan: Plan) -> None:
        self.path = path
        self.bounds = plan.bounds(_BOUNDS)
        self.requests = plan.requests or min(os.cpu_count() or 1, 4)
        self._plan = plan
        self._folder = path.parent / f".{path.name}.pfocr2rdf-loading"
        self._data = self._folder / "data"
        self._previous = self._folder / "previous"
        if path.exists() and not is_store(path) and (not path.is_dir() or any(path.iterdir())):
            raise StoreError(f"{path}: is no store, and holds something else; name another folder with --to")
        with mapped_errors(path):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = locked(self._folder, "another load")
        try:
            self._recover()
            self._begin()
        except BaseException:
            self._let_go()
            with suppress(OSError):  # there may be something to go on with
                self._folder.rmdir()
            os.close(self._lock)
            raise

    def _let_go(self) -> None:
        """Close the stores, also where a traceback holds us."""
        self.__dict__.pop("_live", None)
        self.__dict__.pop("_store", None)

    def _recover(self) -> None:
        """Put right what a run left that was killed between two renames."""
        with mapped_errors(self.path):
            if self._previous.exists() and not self.path.exists():
                os.replace(self._previous, self.path)
            shutil.rmtree(self._previous, ignore_errors=True)

    def _begin(self) -> None:
        self._live = opened(self.path, writing=True) if is_store(self.path) else None
        self._refuse_other_default()
        self.journal = Journal(self._folder, self._plan.key(self.bounds))
        if self._plan.fresh or not is_store(self._data):
            self.journal.restart()
        if not self.journal.chunks():
            shutil.rmtree(self._data, ignore_errors=True)
        with mapped(self.path):
            self._store = pyoxigraph.Store(self._data)

    def _refuse_other_default(self) -> None:
        """A default graph that was not loaded by us is not replaced."""
        if self._live is None or self._plan.name or self._plan.append:
            return
        if not in_default_graph(_text(self._live, self._plan.description)) and _count(self._live, "", 1):
            raise StoreError(f"{self.path}: its default graph holds something else; add to it with --append, or load with --graphs dataset")

    def break_off(self) -> None:
        """What is under way gets there."""

    def add(self, chunk: Chunk) -> None:
        """Add a piece; twice is the same as once."""
        with mapped(self.path):
            if chunk.quads:
                self._store.bulk_load(chunk.lines, format=_QUADS, lenient=True)
            else:
                self._store.bulk_load(chunk.lines, format=_TRIPLES, to_graph=_node(self._plan.name), lenient=True)

    def counts(self, names: Iterable[str]) -> dict[str, int]:
        """How many statements each of a few graphs has."""
        with mapped(self.path):
            return {name: _count(self._store, name) for name in names}

    def read(self, name: str, subjects: list[str]) -> bytes:
        """The statements about a few subjects, as N-Triples."""
        with mapped(self.path):
            return "".join(_text(self._store, name, subject) for subject in subjects).encode()

    def holds(self, name: str, lines: list[bytes]) -> bool:
        """Whether a graph has all of a few statements."""
        triples = pyoxigraph.parse(b"".join(lines), format=_TRIPLES)
        with mapped(self.path):
            return all(pyoxigraph.Quad(one.subject, one.predicate, one.object, _node(name)) in self._store for one in triples)

    def publish(self, beside: Beside) -> None:
        """Copy what stays, and take the place of the store of before."""
        with mapped(self.path):
            if self._live is not None:
                self._copy(self._live)
            for name, lines in ((VOCABULARY, beside.vocabulary), (self._plan.description, beside.description)):
                self._store.bulk_load(lines, format=_TRIPLES, to_graph=pyoxigraph.NamedNode(name))
        self._let_go()  # both are closed before they are renamed: their library goes by the names of their files
        with mapped_errors(self.path):
            if self.path.exists():
                os.replace(self.path, self._previous)
            try:
                os.replace(self._data, self.path)
            except BaseException:
                self._recover()
                raise

    def _copy(self, live: pyoxigraph.Store) -> None:
        for name in _names(live):
            if not self._plan.replaces(name):
                self._store.bulk_extend(live.quads_for_pattern(None, None, None, _node(name)))
        ours = not self._plan.name or in_default_graph(_text(live, self._plan.description))
        if self._plan.append or not ours:
            self._store.bulk_extend(live.quads_for_pattern(None, None, None, _node("")))

    def close(self, *, done: bool) -> None:
        """End it. Where it is not done, the next run goes on with what there is."""
        try:
            with closing(self.journal):
                self._let_go()
            if done:
                shutil.rmtree(self._folder, ignore_errors=True)
        finally:
            os.close(self._lock)


def _node(name: str) -> pyoxigraph.NamedNode | pyoxigraph.DefaultGraph:
    return pyoxigraph.NamedNode(name) if name else pyoxigraph.DefaultGraph()


def _names(store: pyoxigraph.Store) -> list[str]:
    return [name.value for name in store.named_graphs() if isinstance(name, pyoxigraph.NamedNode)]


def _count(store: pyoxigraph.Store, name: str, most: int = 0) -> int:
    """The statements of a graph, counted up to a limit."""
    some = f"SELECT * {{ {all_of(name)} }}{f' LIMIT {most}' if most else ''}"
    solutions = store.query(f"SELECT (COUNT(*) AS ?n) {{ {{ {some} }} }}")
    return int(next(iter(solutions))["n"].value)  # type: ignore[arg-type]


def _text(store: pyoxigraph.Store, name: str, subject: str = "") -> str:
    """The statements of a graph, or those about one subject, as N-Triples."""
    about = pyoxigraph.NamedNode(subject) if subject else None
    return "".join(f"{quad.triple} .\n" for quad in store.quads_for_pattern(about, None, None, _node(name)))
