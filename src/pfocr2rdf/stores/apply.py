"""Apply a delta to a store: only where the store holds the version that it was made from, and verified afterwards."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pfocr2rdf.errors import SourceError, StoreError
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.storage.delta_format import UPDATE_STATEMENTS, DeltaReader, StatementChange, iter_updates
from pfocr2rdf.storage.progress import Progress
from pfocr2rdf.stores.connect import DEFAULT_STORE, ConnectionOptions, open_destination, open_store
from pfocr2rdf.stores.description import (
    build_description,
    describe_triple_count,
    extract_graphs,
    extract_versions,
    extract_vocabulary_count,
    fetch_whole_description,
    select_lasting,
)
from pfocr2rdf.stores.graph_layout import FIGURE_GRAPHS_PREFIX, dataset_pattern, graph_clause
from pfocr2rdf.stores.lease import StoreLease
from pfocr2rdf.stores.store import Store

_SAMPLE_STATEMENTS = 100


class ApplyResult(NamedTuple):
    """The result of applying a delta, or of a dry run.

    Attributes:
        statements: the current number of statements in the graph.
        version: the digests of the current version in the store.
        previous_version: the digests of the previous version.
        already: whether it already held that version, so that nothing was changed.
    """

    target: str
    driver: str
    removed: int
    added: int
    statements: int
    version: list[str]
    previous_version: list[str]
    already: bool
    retries: int
    seconds: float
    dry_run: bool

    def as_dict(self) -> dict[str, Any]:
        """A dictionary for JSON."""
        return {"earlier" if name == "previous_version" else name: value for name, value in self._asdict().items()}


def apply(
    delta: str | os.PathLike[str],
    to: str | os.PathLike[str] = DEFAULT_STORE,
    *,
    graph: str = DATASET_IRI,
    take_over: bool = False,
    connection: ConnectionOptions = ConnectionOptions(),  # noqa: B008 - it is immutable
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ApplyResult:
    """Apply a delta to a store. The operation is idempotent, and an interrupted run is resumed.

    Args:
        delta: the folder that ``diff`` wrote.
        to: the folder of an embedded store, or the URL of a server.
        graph: the name of the dataset's graph.
        take_over: take over the lock of a load that has died.
        connection: how to connect to a server.
        dry_run: check that the delta can be applied, and change nothing.
        progress: called with the stage, the number of finished items, and the total.

    Raises:
        SourceError: there is no such delta, or it is for a store with other graphs.
        StoreError: the store has a different version, or the result is not as expected.
    """
    began = time.monotonic()
    reader = DeltaReader.from_directory(Path(delta))
    with open_destination(os.fspath(to), connection) as destination, open_store(destination) as store:
        description = fetch_whole_description(store, f"{graph}/description")
        versions, application = extract_versions(description), _DeltaApplication(reader, store, graph, description)
        already = not set(reader.result).isdisjoint(versions)
        if not already:
            _check_base_version(reader, versions, application.graphs, store.location)
            if not dry_run:
                application.run(take_over=take_over, progress=progress)
        return ApplyResult(
            target=destination.name,
            driver=destination.driver,
            removed=0 if already else reader.removed,
            added=0 if already else reader.added,
            statements=application.final_statements,
            version=reader.result,
            previous_version=versions,
            already=already,
            retries=destination.retries,
            seconds=time.monotonic() - began,
            dry_run=dry_run,
        )


def _check_base_version(delta: DeltaReader, versions: list[str], graphs: list[str], location: str) -> None:
    """Check that a delta was made from what the store holds, and that it names graphs where the store has many."""
    if set(delta.base).isdisjoint(versions):
        holds = f"contains version {versions[0][:12]}..." if versions else "has no recorded version"
        bases = " or ".join(f"{digest[:12]}..." for digest in delta.base[:3])
        raise StoreError(
            f"{location}: {holds}, but the delta {delta.folder} starts from {bases};"
            " load the whole export, or create a delta from that version"
        )
    if not delta.names_graphs and FIGURE_GRAPHS_PREFIX in graphs:
        raise SourceError(
            f"{delta.folder}: the store has a graph for each figure, but the delta has no named graphs;"
            " create it again from exports with --format nquads, without --ignore-graphs"
        )
    if delta.triples is None and FIGURE_GRAPHS_PREFIX not in graphs:
        raise SourceError(
            f"{delta.folder}: the store has one graph, but this delta, which an earlier version of"
            " pfocr2rdf created, needs its named graphs; create it again"
        )


class _DeltaApplication:
    """The updates of one delta to one store, from its lease to its new description."""

    def __init__(self, delta: DeltaReader, store: Store, graph: str, description: str) -> None:
        self._delta = delta
        self._store = store
        self.graphs = extract_graphs(description)  # the named graphs of the dataset, or the prefixes of their names
        self._by_figure = FIGURE_GRAPHS_PREFIX in self.graphs
        self._target_graph = self.graphs[0] if self.graphs else ""
        self._dataset_statements = (delta.statements if self._by_figure else delta.triples) or 0  # that the delta leads to
        self.final_statements = self._dataset_statements + extract_vocabulary_count(description)  # in the same graphs
        self._description_graph = f"{graph}/description"
        self._lasting_description = select_lasting(description)
        self._lease = StoreLease(store, f"{graph}/loading")
        self._id = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, ' '.join(delta.base + delta.result))}"

    def run(self, *, take_over: bool, progress: Progress | None) -> None:
        if take_over:
            self._lease.release()
        self._lease.require_no_other_holder(self._id)
        self._lease.acquire(self._id)
        self._update(progress)
        try:
            self._verify()
        except StoreError:  # it holds no named version, and a load of a whole export need not break this lease
            self._publish(self._lasting_description, [])
            raise
        self._publish(self._lasting_description + describe_triple_count(DATASET_IRI, self._dataset_statements), self._delta.result)

    def _update(self, progress: Progress | None) -> None:
        total, applied = self._delta.removed + self._delta.added, 0
        for operation in iter_updates(self._changes(), self._target_graph):
            self._store.update(operation)
            applied = min(applied + UPDATE_STATEMENTS, total)
            if progress:
                progress("applying", applied, total)

    def _changes(self) -> Iterator[StatementChange]:
        return self._delta.changes() if self._by_figure else self._delta.changes_of_one_graph()

    def _publish(self, dataset_description: str, versions: list[str]) -> None:
        self._store.replace(self._description_graph, build_description(dataset_description, versions, self.graphs))
        self._lease.release()

    def _verify(self) -> None:
        """Count the statements, and look for a sample of those that were added; ``StoreError`` if there are too few or too many."""
        store, expected = self._store, self.final_statements
        pattern = dataset_pattern("figure" if self._by_figure else "dataset", self._target_graph)
        statements = store.query_number(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")
        if statements != expected:
            raise StoreError(
                f"{store.location}: has {statements:,} statements after the delta instead of {expected:,}; load the whole export"
            )
        step = max(1, self._delta.added // _SAMPLE_STATEMENTS)
        for number, change in enumerate(change for change in self._changes() if change.operation == "INSERT"):
            if number % step == 0:
                statement = change.triple.decode()
                if not store.ask(f"{graph_clause(change.graph or self._target_graph)}{{ {statement} }}"):
                    raise StoreError(f"{store.location}: lacks {statement}, which the delta adds; apply it again")
