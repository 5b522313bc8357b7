"""Apply a delta to a store: only where the store holds the version that it was made from, and verified afterwards."""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path
from typing import Any, NamedTuple

from pfocr2rdf.errors import SourceError, StoreError
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.rdf.terms import expand_term, iri_term, literal
from pfocr2rdf.storage.delta_format import UPDATE_STATEMENTS, DeltaReader
from pfocr2rdf.storage.progress import Progress
from pfocr2rdf.stores.connect import DEFAULT_STORE, ConnectionOptions, open_destination, open_store
from pfocr2rdf.stores.description import build_description, extract_graphs, extract_versions, fetch_description
from pfocr2rdf.stores.graph_layout import FIGURE_GRAPHS_PREFIX, dataset_pattern, graph_clause
from pfocr2rdf.stores.lease import StoreLease
from pfocr2rdf.stores.store import Store

_SAMPLE_STATEMENTS = 100


class ApplyResult(NamedTuple):
    """The result of applying a delta, or of a dry run.

    Attributes:
        statements: the number of statements that the graph has now.
        version: the digests of the version that the store holds now.
        previous_version: the digests of the version that it held before.
        already: whether it held that version before, so that there was nothing to do.
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
    """Apply a delta to a store. Twice is the same as once, and an interrupted one is gone on with.

    Args:
        delta: the folder that ``diff`` wrote.
        to: the folder of an embedded store, or the URL of a server.
        graph: the name of the dataset's graph.
        take_over: take the place of a load that holds the store and is dead.
        connection: how to connect to a server.
        dry_run: check that it can be applied, and change nothing.
        progress: is called with the stage, what is done of it, and how much there is to do.

    Raises:
        SourceError: there is no such delta, or it is for a store with other graphs.
        StoreError: the store holds another version, or not what it should afterwards.
    """
    began = time.monotonic()
    reader = DeltaReader.from_directory(Path(delta))
    with open_destination(os.fspath(to), connection) as destination, open_store(destination) as store:
        description = fetch_description(store, f"{graph}/description")
        versions, graphs = extract_versions(description), extract_graphs(description)
        already = not set(reader.result).isdisjoint(versions)
        if not already:
            _check_base_version(reader, versions, graphs, store.location)
            if not dry_run:
                _DeltaApplication(reader, store, graph, graphs).run(take_over=take_over, progress=progress)
        return ApplyResult(
            destination.name, destination.driver, 0 if already else reader.removed, 0 if already else reader.added, reader.statements,
            reader.result, versions, already, destination.retries, time.monotonic() - began, dry_run,
        )  # fmt: skip


def _check_base_version(delta: DeltaReader, versions: list[str], graphs: list[str], location: str) -> None:
    """Check that a delta was made from what the store holds, and that both name their graphs, or neither does."""
    if set(delta.base).isdisjoint(versions):
        holds = f"holds version {versions[0][:12]}..." if versions else "does not say which version it holds"
        bases = " or ".join(f"{digest[:12]}..." for digest in delta.base[:3])
        raise StoreError(
            f"{location}: {holds}, and the delta {delta.folder} was made from {bases};"
            " load the whole export, or make a delta of that version"
        )
    if delta.names_graphs != (FIGURE_GRAPHS_PREFIX in graphs):
        ways = (
            ("has one graph", "names them", "--ignore-graphs")
            if delta.names_graphs
            else ("has a graph for each figure", "names none", "exports that have --format nquads")
        )
        raise SourceError(f"{delta.folder}: the store {ways[0]}, and the delta {ways[1]}; make it again, with {ways[2]}")


class _DeltaApplication:
    """The updates of one delta to one store, from its lease to its new description."""

    def __init__(self, delta: DeltaReader, store: Store, graph: str, graphs: list[str]) -> None:
        self._delta = delta
        self._store = store
        self._target_graph = graphs[0] if graphs else ""
        self._description_graph = f"{graph}/description"
        self._graphs = graphs  # the named graphs of the dataset, or the prefixes of their names
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
        except StoreError:  # it holds no version that has a name, and whoever loads a whole one need not break our lease
            self._publish("", [])
            raise
        dataset, void = iri_term(DATASET_IRI), "http://rdfs.org/ns/void#"
        self._publish(
            f"{dataset} {expand_term('rdf:type')} {iri_term(f'{void}Dataset')} .\n"
            f"{dataset} {iri_term(f'{void}triples')} {literal(str(self._delta.statements), 'xsd:integer')} .\n",
            self._delta.result,
        )

    def _update(self, progress: Progress | None) -> None:
        total, applied = self._delta.removed + self._delta.added, 0
        for operation in self._delta.updates(self._target_graph):
            self._store.update(operation)
            applied = min(applied + UPDATE_STATEMENTS, total)
            if progress:
                progress("applying", applied, total)

    def _publish(self, dataset_description: str, versions: list[str]) -> None:
        self._store.replace(self._description_graph, build_description(dataset_description, versions, self._graphs))
        self._lease.release()

    def _verify(self) -> None:
        """Count the statements, and look for a sample of those that were added; ``StoreError`` if there are too few or too many."""
        delta, store = self._delta, self._store
        pattern = dataset_pattern("figure" if delta.names_graphs else "dataset", self._target_graph)
        statements = store.query_number(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")
        if statements != delta.statements:
            raise StoreError(
                f"{store.location}: has {statements:,} statements after the delta instead of {delta.statements:,}; load the whole export"
            )
        step = max(1, delta.added // _SAMPLE_STATEMENTS)
        for number, change in enumerate(change for change in delta.changes() if change.operation == "INSERT"):
            if number % step == 0:
                statement = change.triple.decode()
                if not store.ask(f"{graph_clause(change.graph or self._target_graph)}{{ {statement} }}"):
                    raise StoreError(f"{store.location}: lacks {statement}, which the delta adds; apply it again")
