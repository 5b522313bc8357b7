"""The application of a delta to a store: only where the store holds the version that it was made from, and counted afterwards."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from pfocr2rdf.errors import SourceError, StoreError
from pfocr2rdf.rdf.iris import DATASET
from pfocr2rdf.rdf.terms import literal, ref, term
from pfocr2rdf.storage.delta_format import CHUNK, Delta
from pfocr2rdf.stores.connect import STORE, Connection, opened
from pfocr2rdf.stores.description import describe, description_in, graphs_of, versions_of
from pfocr2rdf.stores.embedded import Local, refuse_no_store
from pfocr2rdf.stores.graph_layout import FIGURES, everything
from pfocr2rdf.stores.graph_layout import graph as named
from pfocr2rdf.stores.lease import Lock, Lockable
from pfocr2rdf.stores.loading.destination import Target

_SAMPLE = 100

Applying = Callable[[str, int, int], None]
"""Called with the stage, how many statements were sent, and how many there are."""


class Applied(NamedTuple):
    """What the application of a delta did, or would do.

    Attributes:
        target: the store.
        driver: its kind.
        removed: how many statements went.
        added: how many came.
        statements: how many the graph has now.
        version: the digests of the version that the store holds now.
        earlier: those that it held before.
        already: whether it held that version before, so that there was nothing to do.
        retries: how often a request was tried again.
        seconds: how long it took.
        dry_run: whether nothing was done.
    """

    target: str
    driver: str
    removed: int
    added: int
    statements: int
    version: list[str]
    earlier: list[str]
    already: bool
    retries: int
    seconds: float
    dry_run: bool

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON."""
        return self._asdict()


class _Store(Lockable, Protocol):
    def replace(self, name: str, lines: bytes) -> None: ...
    def ask(self, pattern: str) -> bool: ...
    def number(self, query: str) -> int: ...


def apply(
    delta: str | os.PathLike[str],
    to: str | os.PathLike[str] = STORE,
    *,
    graph: str = DATASET,
    take_over: bool = False,
    connection: Connection = Connection(),  # noqa: B008 - it cannot be changed
    dry_run: bool = False,
    progress: Applying | None = None,
) -> Applied:
    """Bring a delta into a store that was loaded with ``load``. If it breaks off, do it again: done twice it is the same as once.

    Args:
        delta: the folder that ``diff`` wrote.
        to: the folder of an embedded store, or the URL of a server.
        graph: the name of the dataset's graph.
        take_over: take the place of a load that holds the store and is dead.
        connection: how to get into a server.
        dry_run: see whether it fits, and do nothing.
        progress: called with the stage, what is done of it, and how much there is to do.

    Raises:
        SourceError: there is no such delta, or it is for a store with other graphs.
        StoreError: the store holds another version, or not what it should afterwards.
    """
    began = time.monotonic()
    read = Delta.read(Path(delta))
    with opened(os.fspath(to), connection) as target, _opened(target) as store:
        description = description_in(store, f"{graph}/description")
        earlier, graphs = versions_of(description), graphs_of(description)
        already = not set(read.result).isdisjoint(earlier)
        if not already:
            _fits(read, earlier, graphs, store.place)
            if not dry_run:
                _apply(read, store, graph, graphs, take_over, progress)
        return Applied(
            target.name, target.driver, 0 if already else read.removed, 0 if already else read.added, read.statements, read.result,
            earlier, already, target.retries(), time.monotonic() - began, dry_run,
        )  # fmt: skip


@contextmanager
def _opened(target: Target) -> Iterator[_Store]:
    """The store, to be asked and told."""
    if target.server:
        yield target.server
    else:
        assert target.folder  # it is one or the other  # noqa: S101
        refuse_no_store(target.folder)
        with closing(Local(target.folder, writing=True)) as local:
            yield local


def _fits(delta: Delta, earlier: list[str], graphs: list[str], place: str) -> None:
    """See that a delta was made from what the store holds.

    Raises:
        StoreError: it holds another version.
        SourceError: the delta's statements name their graphs, and those of the store are not in these, or the other way round.
    """
    if set(delta.base).isdisjoint(earlier):
        holds = f"holds version {earlier[0][:12]}..." if earlier else "does not say which version it holds"
        wanted = " or ".join(f"{digest[:12]}..." for digest in delta.base[:3])
        raise StoreError(
            f"{place}: {holds}, and the delta {delta.folder} was made from {wanted}; load the whole export, or make a delta of that version"
        )
    if delta.quads != (FIGURES in graphs):
        ways = (
            ("has one graph", "names them", "--ignore-graphs")
            if delta.quads
            else ("has a graph for each figure", "names none", "exports that have --format nquads")
        )
        raise SourceError(f"{delta.folder}: the store {ways[0]}, and the delta {ways[1]}; make it again, with {ways[2]}")


def _apply(delta: Delta, store: _Store, graph: str, graphs: list[str], take_over: bool, progress: Applying | None) -> None:
    lock = Lock(store, f"{graph}/loading")
    mine = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, ' '.join(delta.base + delta.result))}"
    if take_over:
        lock.leave()
    lock.refuse_others(mine)
    lock.take(mine)
    name = graphs[0] if graphs else ""
    total, done = delta.removed + delta.added, 0
    for update in delta.updates(name):
        store.update(update)
        done = min(done + CHUNK, total)
        if progress:
            progress("applying", done, total)
    try:
        _verify(delta, store, name)
    except StoreError:  # it holds no version that has a name; whoever brings a whole one need not take over from us
        store.replace(f"{graph}/description", describe("", [], graphs))
        lock.leave()
        raise
    size = f"{ref(DATASET)} {term('rdf:type')} {ref('http://rdfs.org/ns/void#Dataset')} .\n"
    size += f"{ref(DATASET)} {ref('http://rdfs.org/ns/void#triples')} {literal(str(delta.statements), 'xsd:integer')} .\n"
    store.replace(f"{graph}/description", describe(size, delta.result, graphs))
    lock.leave()


def _verify(delta: Delta, store: _Store, name: str) -> None:
    """Count, and look for some of what was added.

    Raises:
        StoreError: something is missing, or there is too much.
    """
    where = everything("figure" if delta.quads else "dataset", name)
    found = store.number(f"SELECT (COUNT(*) AS ?n) {{ {where} }}")
    if found != delta.statements:
        raise StoreError(f"{store.place}: has {found:,} statements after the delta instead of {delta.statements:,}; load the whole export")
    step = max(1, delta.added // _SAMPLE)
    for number, change in enumerate(one for one in delta.changes() if one.verb == "INSERT"):
        if number % step == 0 and not store.ask(f"{named(change.graph or name)}{{ {change.triple.decode()} }}"):
            raise StoreError(f"{store.place}: lacks {change.triple.decode()}, which the delta adds; apply it again")
