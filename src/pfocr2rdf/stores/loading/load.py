"""Load an export into a store: send every statement, count them, read samples back, and put the graphs in their place."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, NamedTuple

import platformdirs

from pfocr2rdf.errors import ExitStatus, SourceError
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.storage.progress import Progress
from pfocr2rdf.storage.scratch import scratch_directory
from pfocr2rdf.stores.chunks import Chunk
from pfocr2rdf.stores.connect import DEFAULT_STORE, ConnectionOptions, Destination, open_destination
from pfocr2rdf.stores.description import build_description, describe_triple_count, read_as_ntriples
from pfocr2rdf.stores.graph_layout import VOCABULARY_GRAPH
from pfocr2rdf.stores.loading.embedded_session import EmbeddedLoadSession, inspect_embedded_store
from pfocr2rdf.stores.loading.plan import DEFAULT_SAMPLE_FIGURES, LoadOptions, LoadPlan
from pfocr2rdf.stores.loading.sampling import FigureSampler
from pfocr2rdf.stores.loading.send import SendStats, send_chunks
from pfocr2rdf.stores.loading.server_session import ServerLoadSession, inspect_server
from pfocr2rdf.stores.loading.session import ExistingData, LoadSession, Metadata
from pfocr2rdf.stores.loading.source import resolve_load_source
from pfocr2rdf.stores.loading.verify import verify_load
from pfocr2rdf.stores.querying.examples import serialize_examples

_JSON_KEYS = {"previous_statements": "before", "previous_version": "earlier"}  # of fields that have another name


class LoadResult(NamedTuple):
    """The result of a load, or of a dry run.

    Attributes:
        graphs: the layout of named graphs: ``dataset``, ``figure`` or ``default``.
        previous_statements: the number of statements in the graphs that were replaced or added to.
        version: the digests of the files that hold this version.
        previous_version: the digests of the version that the store held before.
        resumed: the number of chunks that an interrupted run had sent.
        sampled: the number of figures that were read back and are equal.
        size: the size of the files in bytes.
        excluded_records: the number of refused and quarantined records, if the source was records.
    """

    target: str
    driver: str
    graphs: str
    statements: int
    previous_statements: int
    replaced: bool
    version: list[str]
    previous_version: list[str]
    chunks: int
    resumed: int
    sampled: int
    retries: int
    size: int
    seconds: float
    dry_run: bool
    excluded_records: int = 0

    @property
    def exit_status(self) -> ExitStatus:
        """The exit status of the command."""
        return ExitStatus.DIFFERS if self.excluded_records else ExitStatus.OK

    def as_dict(self) -> dict[str, Any]:
        """A dictionary for JSON."""
        return {_JSON_KEYS.get(name, name): value for name, value in self._asdict().items()}


def load(
    source: str | os.PathLike[str],
    to: str | os.PathLike[str] = DEFAULT_STORE,
    *,
    graphs: str = "dataset",
    graph: str = DATASET_IRI,
    unnamed_graph: str = "",
    append: bool = False,
    fresh: bool = False,
    take_over: bool = False,
    connection: ConnectionOptions = ConnectionOptions(),  # noqa: B008 - it is immutable
    sample: int = DEFAULT_SAMPLE_FIGURES,
    chunk_size: int = 0,
    requests: int = 0,
    journals: str | os.PathLike[str] | None = None,
    dry_run: bool = False,
    endpoint: str = "",
    progress: Progress | None = None,
) -> LoadResult:
    """Load an export into a store, in constant memory.

    The previous version stays in the store until the new one is complete and verified. An interrupted load is resumed.
    The operation is idempotent.

    Args:
        source: an export directory, an RDF file, or records, which are exported first.
        to: the folder of an embedded store, or the URL of a server.
        graphs: ``dataset`` for one named graph, ``figure`` for one for each figure, ``default`` for the graph without a name.
        graph: the name of the dataset's graph.
        unnamed_graph: with ``figure``, the graph for statements without a named graph; without it, they are refused.
        append: add to the statements in the graphs.
        fresh: start from the beginning instead of resuming an interrupted load.
        take_over: take over the lock of a load that has died.
        connection: how to connect to a server.
        sample: the number of figures to read back and compare.
        chunk_size: the maximum size of a request in bytes; 0 selects a value for the store.
        requests: the number of parallel requests; 0 selects a value for the store.
        journals: the folder for the journals of loads into servers; ``None`` for the user's folder for application state.
        dry_run: return what would be done, and change nothing.
        endpoint: the URL at which others query the store: the target of the example queries, which are loaded with an export. Without
            it, that of the server; in an embedded store they have none, for ``pfocr2rdf serve`` names its own.
        progress: called with the stage, the number of finished items, the total, and the rate.

    Raises:
        SourceError: the source is missing or cannot be loaded.
        StoreError: the store cannot be reached, refuses a request, or has not stored the data.
        OutputError: there is no room on this disk, or another load is running.
        ValueError: an option that there is not.
    """
    options = LoadOptions(
        graph_layout=graphs, graph=graph, unnamed_graph=unnamed_graph, append=append,
        fresh=fresh, break_lease=take_over, chunk_bytes=chunk_size, concurrency=requests,
        sample_figures=sample, journals=Path(journals) if journals else None, dry_run=dry_run, endpoint=endpoint,
    )  # fmt: skip
    return load_with_hooks(source, to, options, connection, progress)


class LoadHooks(NamedTuple):
    """What another module adds to a load: a filter, and processes that parse an export in Turtle.

    The filter gets all chunks in order, while the store is loading others, and returns what is loaded of each.
    """

    filter_chunk: Callable[[LoadPlan, Chunk], Chunk] = lambda _, chunk: chunk
    parsers: Executor | None = None


def load_with_hooks(
    source: str | os.PathLike[str],
    to: str | os.PathLike[str],
    options: LoadOptions,
    connection: ConnectionOptions = ConnectionOptions(),  # noqa: B008 - it is immutable
    progress: Progress | None = None,
    hooks: LoadHooks = LoadHooks(),  # noqa: B008 - it is immutable
) -> LoadResult:
    """The same as ``load``, with hooks."""
    began = time.monotonic()
    with scratch_directory() as scratch, open_destination(os.fspath(to), connection) as destination:
        is_embedded = isinstance(destination.location, Path)  # pages and mentions are read from it
        load_source = resolve_load_source(source, options.graph_layout, scratch, progress, default_iris=is_embedded)
        plan = LoadPlan(load_source, options, hooks.parsers)
        existing = inspect_destination(destination, plan)
        stats, sampled = SendStats(0, 0, 0), 0
        if not options.dry_run:
            stats, sampled = _run_session(plan, destination, not existing.statements, progress, hooks)
        return LoadResult(
            target=destination.name,
            driver=destination.driver,
            graphs=options.graph_layout,
            statements=stats.statements,
            previous_statements=existing.statements,
            replaced=bool(existing.statements) and not options.append,
            version=load_source.versions,
            previous_version=existing.versions,
            chunks=stats.chunks,
            resumed=stats.resumed,
            sampled=sampled,
            retries=destination.retries,
            size=load_source.size_bytes,
            seconds=time.monotonic() - began,
            dry_run=options.dry_run,
            excluded_records=load_source.excluded_records,
        )


def inspect_destination(destination: Destination, plan: LoadPlan) -> ExistingData:
    """What a destination has of what a plan would replace."""
    location = destination.location
    return inspect_embedded_store(location, plan) if isinstance(location, Path) else inspect_server(location, plan)


def open_session(destination: Destination, plan: LoadPlan) -> LoadSession:
    """Begin a load, or resume the same one that was interrupted."""
    if isinstance(destination.location, Path):
        return EmbeddedLoadSession(destination.location, plan)
    journals = plan.options.journals or platformdirs.user_state_path("pfocr2rdf") / "loads"
    return ServerLoadSession(destination.location, plan, journals)


def _run_session(
    plan: LoadPlan,
    destination: Destination,
    was_empty: bool,
    progress: Progress | None,
    hooks: LoadHooks,
) -> tuple[SendStats, int]:
    """What was sent, and how many samples were read back."""
    session = open_session(destination, plan)
    replaces = not (was_empty or plan.options.append)
    completed = False
    try:
        sampler = FigureSampler(plan.options.sample_figures)

        def observe(chunk: Chunk) -> Chunk:
            sampler.observe(chunk)
            return hooks.filter_chunk(plan, chunk)

        stats = send_chunks(plan, session, observe, progress)
        if replaces and not stats.statements:
            raise SourceError(f"{plan.source.source}: contains no statements, so the store was not changed")
        sampled = verify_load(plan, session, sampler)
        session.publish(_build_metadata(plan, session, destination, was_empty))
        completed = True
    finally:
        session.close(completed=completed)
    return stats, sampled


def _build_metadata(plan: LoadPlan, session: LoadSession, destination: Destination, was_empty: bool) -> Metadata:
    """The metadata of the dataset. A version that was added to something else has no name."""
    source = plan.source
    vocabulary = read_as_ntriples(source.vocabulary) if source.vocabulary else ""
    description = read_as_ntriples(source.description) if source.description else ""
    if vocabulary and not plan.target_graph:  # it is counted with the dataset, and a delta must know by how much
        description += describe_triple_count(VOCABULARY_GRAPH, vocabulary.count("\n"))
        vocabulary = ""
    versions = source.versions if was_empty or not plan.options.append else []
    # A third-party file may name graphs in another way than an export.
    foreign_names = [name for name, _ in session.journal.graph_counts() if plan.target_graph and not plan.is_dataset_graph(name)]
    location = destination.location
    target = plan.options.endpoint or ("" if isinstance(location, Path) else location.endpoints.query)
    examples = serialize_examples(target) if source.is_export else b""
    return Metadata(vocabulary.encode(), examples, build_description(description, versions, [*plan.graph_names, *foreign_names]))
