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
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.rdf.terms import expand_term, iri_term, literal
from pfocr2rdf.storage.delta_format import UPDATE_STATEMENTS, DeltaReader
from pfocr2rdf.stores.connect import DEFAULT_STORE, ConnectionOptions, open_destination
from pfocr2rdf.stores.description import build_description, extract_graphs, extract_versions, fetch_description
from pfocr2rdf.stores.embedded import EmbeddedStore, require_store
from pfocr2rdf.stores.graph_layout import FIGURE_GRAPHS_PREFIX, dataset_pattern
from pfocr2rdf.stores.graph_layout import graph_clause as named
from pfocr2rdf.stores.lease import LeaseHost, StoreLease
from pfocr2rdf.stores.loading.destination import Destination

_SAMPLE_STATEMENTS = 100

Applying = Callable[[str, int, int], None]
"""Called with the stage, how many statements were sent, and how many there are."""


class ApplyResult(NamedTuple):
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


class _UpdatableStore(LeaseHost, Protocol):
    def replace(self, name: str, lines: bytes) -> None: ...
    def ask(self, pattern: str) -> bool: ...
    def query_number(self, query: str) -> int: ...


def apply(
    delta: str | os.PathLike[str],
    to: str | os.PathLike[str] = DEFAULT_STORE,
    *,
    graph: str = DATASET_IRI,
    take_over: bool = False,
    connection: ConnectionOptions = ConnectionOptions(),  # noqa: B008 - it cannot be changed
    dry_run: bool = False,
    progress: Applying | None = None,
) -> ApplyResult:
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
    read = DeltaReader.from_directory(Path(delta))
    with open_destination(os.fspath(to), connection) as target, _open_store(target) as store:
        description = fetch_description(store, f"{graph}/description")
        earlier, graphs = extract_versions(description), extract_graphs(description)
        already = not set(read.result).isdisjoint(earlier)
        if not already:
            _check_base_version(read, earlier, graphs, store.location)
            if not dry_run:
                _run_updates(read, store, graph, graphs, take_over, progress)
        return ApplyResult(
            target.name, target.driver, 0 if already else read.removed, 0 if already else read.added, read.statements, read.result,
            earlier, already, target.retry_count(), time.monotonic() - began, dry_run,
        )  # fmt: skip


@contextmanager
def _open_store(target: Destination) -> Iterator[_UpdatableStore]:
    """The store, to be asked and told."""
    if target.server:
        yield target.server
    else:
        assert target.folder  # it is one or the other  # noqa: S101
        require_store(target.folder)
        with closing(EmbeddedStore(target.folder, writable=True)) as local:
            yield local


def _check_base_version(delta: DeltaReader, earlier: list[str], graphs: list[str], place: str) -> None:
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
    if delta.names_graphs != (FIGURE_GRAPHS_PREFIX in graphs):
        ways = (
            ("has one graph", "names them", "--ignore-graphs")
            if delta.names_graphs
            else ("has a graph for each figure", "names none", "exports that have --format nquads")
        )
        raise SourceError(f"{delta.folder}: the store {ways[0]}, and the delta {ways[1]}; make it again, with {ways[2]}")


def _run_updates(
    delta: DeltaReader, store: _UpdatableStore, graph: str, graphs: list[str], take_over: bool, progress: Applying | None
) -> None:
    lock = StoreLease(store, f"{graph}/loading")
    mine = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, ' '.join(delta.base + delta.result))}"
    if take_over:
        lock.release()
    lock.require_no_other_holder(mine)
    lock.acquire(mine)
    name = graphs[0] if graphs else ""
    total, done = delta.removed + delta.added, 0
    for update in delta.updates(name):
        store.update(update)
        done = min(done + UPDATE_STATEMENTS, total)
        if progress:
            progress("applying", done, total)
    try:
        _verify_applied(delta, store, name)
    except StoreError:  # it holds no version that has a name; whoever brings a whole one need not take over from us
        store.replace(f"{graph}/description", build_description("", [], graphs))
        lock.release()
        raise
    size = f"{iri_term(DATASET_IRI)} {expand_term('rdf:type')} {iri_term('http://rdfs.org/ns/void#Dataset')} .\n"
    size += f"{iri_term(DATASET_IRI)} {iri_term('http://rdfs.org/ns/void#triples')} {literal(str(delta.statements), 'xsd:integer')} .\n"
    store.replace(f"{graph}/description", build_description(size, delta.result, graphs))
    lock.release()


def _verify_applied(delta: DeltaReader, store: _UpdatableStore, name: str) -> None:
    """Count, and look for some of what was added.

    Raises:
        StoreError: something is missing, or there is too much.
    """
    where = dataset_pattern("figure" if delta.names_graphs else "dataset", name)
    found = store.query_number(f"SELECT (COUNT(*) AS ?n) {{ {where} }}")
    if found != delta.statements:
        raise StoreError(
            f"{store.location}: has {found:,} statements after the delta instead of {delta.statements:,}; load the whole export"
        )
    step = max(1, delta.added // _SAMPLE_STATEMENTS)
    for number, change in enumerate(one for one in delta.changes() if one.operation == "INSERT"):
        if number % step == 0 and not store.ask(f"{named(change.graph or name)}{{ {change.triple.decode()} }}"):
            raise StoreError(f"{store.location}: lacks {change.triple.decode()}, which the delta adds; apply it again")
