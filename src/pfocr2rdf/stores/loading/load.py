"""The load of an export into a store: every statement sent, counted, read back in samples, and then put in its place."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import platformdirs

from pfocr2rdf.rdf.iris import DATASET_IRI, is_absolute_iri
from pfocr2rdf.storage.progress import Progress
from pfocr2rdf.stores.connect import DEFAULT_STORE, ConnectionOptions, open_destination
from pfocr2rdf.stores.description import build_description, read_as_ntriples
from pfocr2rdf.stores.graph_layout import GRAPH_LAYOUTS
from pfocr2rdf.stores.loading.destination import Destination
from pfocr2rdf.stores.loading.sampling import FigureSampler
from pfocr2rdf.stores.loading.send import SendStats, send_chunks
from pfocr2rdf.stores.loading.session import LoadPlan, Metadata
from pfocr2rdf.stores.loading.source import resolve_load_source
from pfocr2rdf.stores.loading.verify import verify_load

DEFAULT_SAMPLE_FIGURES = 20
"""How many figures are read back."""

LoadRateCallback = Callable[[int, int, int, int], None]
"""Called with the bytes read, the bytes there are, the statements in the store, and how many of these a run before had sent."""


class LoadResult(NamedTuple):
    """What a load did, or would do.

    Attributes:
        target: the store.
        driver: its kind.
        graphs: how statements are spread over named graphs: ``dataset``, ``figure`` or ``default``.
        statements: how many the graph has.
        before: how many statements there were in the graphs that were replaced or added to.
        replaced: whether they were replaced.
        version: the digests of the files that hold this version.
        earlier: those that the store named before.
        chunks: the pieces in which it was sent.
        resumed: those of the pieces that an interrupted run had sent.
        sampled: how many figures were read back and found equal.
        retries: how often a request was tried again.
        size: the bytes of the files.
        seconds: how long it took.
        dry_run: whether nothing was done.
    """

    target: str
    driver: str
    graphs: str
    statements: int
    before: int
    replaced: bool
    version: list[str]
    earlier: list[str]
    chunks: int
    resumed: int
    sampled: int
    retries: int
    size: int
    seconds: float
    dry_run: bool

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON."""
        return self._asdict()


def load(
    source: str | os.PathLike[str],
    to: str | os.PathLike[str] = DEFAULT_STORE,
    *,
    graphs: str = "dataset",
    graph: str = DATASET_IRI,
    append: bool = False,
    fresh: bool = False,
    take_over: bool = False,
    connection: ConnectionOptions = ConnectionOptions(),  # noqa: B008 - it cannot be changed
    sample: int = DEFAULT_SAMPLE_FIGURES,
    chunk_size: int = 0,
    requests: int = 0,
    journals: str | os.PathLike[str] | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    rates: LoadRateCallback | None = None,
) -> LoadResult:
    """Load an export into a store. It needs the same memory for graphs of any size.

    An earlier version in the same graphs is there until this one is complete and counted. A load that was interrupted is gone on
    with. Done twice it is the same as once.

    Args:
        source: an export directory, an RDF file, or records, which are exported first.
        to: the folder of an embedded store, or the URL of a server.
        graphs: ``dataset`` for one named graph, ``figure`` for one for each figure, ``default`` for the graph without a name.
        graph: the name of the dataset's graph.
        append: keep what is in the graphs, and add to it.
        fresh: forget what an interrupted run did.
        take_over: take the place of a load that holds the store and is dead.
        connection: how to get into a server.
        sample: how many figures are read back and compared.
        chunk_size: how many bytes a request may have; 0 for what the store bears.
        requests: how many are sent at once; 0 for what is quick.
        journals: the folder for the journals of loads into servers; the user's folder for such things where it is not named.
        dry_run: find out what would be done, and do nothing.
        progress: called with the stage, what is done of it, and how much there is to do.
        rates: called while statements are sent.

    Raises:
        SourceError: there is nothing to load, or it cannot be loaded.
        StoreError: the store cannot be reached, refuses something, or does not hold what was sent.
        OutputError: there is no room on this disk, or another load is under way.
        ValueError: an option that there is not.
    """
    if graphs not in GRAPH_LAYOUTS:
        raise ValueError(f"{graphs!r} is no way to name graphs; choose from {', '.join(GRAPH_LAYOUTS)}")
    if not is_absolute_iri(graph):
        raise ValueError(f"{graph!r} is no absolute IRI")
    if graph != DATASET_IRI and graphs != "dataset":
        raise ValueError(f"a graph's name goes with --graphs dataset, not with {graphs}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pfocr2rdf-") as scratch, open_destination(os.fspath(to), connection) as target:
        contents = resolve_load_source(source, graphs, Path(scratch), progress)
        plan = LoadPlan(contents, graphs, graph, append, fresh, take_over, chunk_size, requests)
        held = target.inspect(plan)
        tally, sampled = SendStats(0, 0, 0), 0
        if not dry_run:
            folder = Path(journals) if journals else platformdirs.user_state_path("pfocr2rdf") / "loads"
            tally, sampled = _run_load(plan, target, folder, sample, not held.statements, rates)
        return LoadResult(
            target.name, target.driver, graphs, tally.statements, held.statements, bool(held.statements) and not append,
            contents.versions, held.versions, tally.chunks, tally.resumed, sampled, target.retry_count(), contents.size_bytes,
            time.monotonic() - began, dry_run,
        )  # fmt: skip


def _run_load(
    plan: LoadPlan, target: Destination, journals: Path, sample: int, empty: bool, rates: LoadRateCallback | None
) -> tuple[SendStats, int]:
    session = target.begin_session(plan, journals)
    done = False
    try:
        samples = FigureSampler(sample)
        tally = send_chunks(plan, session, samples, _with_total(plan, rates))
        sampled = verify_load(plan, session, samples)
        session.publish(_build_metadata(plan, empty))
        done = True
    finally:
        session.close(completed=done)
    return tally, sampled


def _build_metadata(plan: LoadPlan, empty: bool) -> Metadata:
    """What is written beside the graph. What was added to something else is no version that has a name."""
    contents = plan.source
    vocabulary = read_as_ntriples(contents.vocabulary) if contents.vocabulary and plan.target_graph else ""
    description = read_as_ntriples(contents.description) if contents.description else ""
    versions = contents.versions if empty or not plan.append else []
    return Metadata(vocabulary.encode(), build_description(description, versions, plan.graph_names))


def _with_total(plan: LoadPlan, rates: LoadRateCallback | None) -> Callable[[int, int, int], None]:
    total = plan.source.size_bytes
    return lambda read, there, before: rates(read, total, there, before) if rates else None
