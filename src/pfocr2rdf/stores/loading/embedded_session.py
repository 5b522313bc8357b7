"""A load into an embedded store: a new store is built next to the existing one, and then replaces it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import ExitStack, closing
from pathlib import Path

from pfocr2rdf.errors import StoreError
from pfocr2rdf.storage.path_kinds import folder_kind
from pfocr2rdf.storage.swap import DirectorySwap
from pfocr2rdf.stores.chunks import Chunk, ChunkLimits
from pfocr2rdf.stores.description import extract_versions, fetch_description, is_in_default_graph
from pfocr2rdf.stores.embedded import EmbeddedStore, is_store
from pfocr2rdf.stores.graph_layout import EXAMPLES_GRAPH, VOCABULARY_GRAPH, graph_pattern
from pfocr2rdf.stores.loading.journal import Journal
from pfocr2rdf.stores.loading.plan import LoadPlan
from pfocr2rdf.stores.loading.session import ExistingData, Metadata

_CHUNK_LIMITS = ChunkLimits(8 << 20, 1 << 30)
_MAX_CONCURRENCY = 4


def inspect_embedded_store(path: Path, plan: LoadPlan) -> ExistingData:
    """What a store has of what a plan would replace; nothing where there is no store."""
    if not is_store(path):
        return ExistingData(0, [])
    with closing(EmbeddedStore(path)) as store:
        live = filter(plan.is_dataset_graph, store.graph_names()) if plan.target_graph else [""]
        return ExistingData(sum(map(store.count, live)), extract_versions(fetch_description(store, plan.description_graph)))


class EmbeddedLoadSession:
    """A load into an embedded store, whose folder is made where it is missing.

    What is not replaced is copied to the new store, so that nothing is ever changed in place.

    Raises:
        StoreError: the folder is something else, or another program has the store open.
        OutputError: another load is running, or there is no room.
    """

    def __init__(self, path: Path, plan: LoadPlan) -> None:
        self.chunk_limits = plan.chunk_limits(_CHUNK_LIMITS)
        self.concurrency = plan.options.concurrency or min(os.cpu_count() or 1, _MAX_CONCURRENCY)
        self._plan = plan
        if path.exists() and not is_store(path):
            if not path.is_dir():
                raise StoreError(f"{path}: is a file, not a store; name another folder with --to")
            if any(path.iterdir()):
                raise StoreError(f"{path}: contains {folder_kind(path) or 'other files'}, not a store; name another folder with --to")
        with ExitStack() as stack:
            self._swap = DirectorySwap(path, "pfocr2rdf-loading", "another load")
            stack.callback(self._swap.close)  # not as completed: there may be something to resume
            self._live = stack.enter_context(closing(EmbeddedStore(path, writable=True))) if is_store(path) else None
            self._refuse_foreign_default_graph()
            self.journal = stack.enter_context(closing(Journal(self._swap.folder, plan.resume_key(self.chunk_limits))))
            if plan.options.fresh or not is_store(self._swap.new):
                self.journal.reset()
            if not self.journal.sent_chunks():
                shutil.rmtree(self._swap.new, ignore_errors=True)
            self._staging = EmbeddedStore(self._swap.new, writable=True)
            stack.pop_all()

    def _refuse_foreign_default_graph(self) -> None:
        """Refuse to replace a default graph that this package did not load."""
        live = self._live
        if live is None or self._plan.target_graph or self._plan.options.append:
            return
        if not self._is_in_default_graph(live) and live.ask(graph_pattern("")):
            remedy = "add to it with --append, or load with --graphs dataset"
            raise StoreError(f"{live.location}: its default graph contains other data; {remedy}")

    def _is_in_default_graph(self, live: EmbeddedStore) -> bool:
        return is_in_default_graph(fetch_description(live, self._plan.description_graph))

    def abort(self) -> None:
        """Wait for the chunks that are under way, however long."""

    def add(self, chunk: Chunk) -> None:
        """Add a chunk, idempotently."""
        self._staging.bulk_load(self._plan.target_graph, chunk)

    def count_each(self, graphs: Iterable[str]) -> dict[str, int]:
        """The numbers of statements of a few graphs."""
        return {graph: self._staging.count(graph) for graph in graphs}

    def read_subjects(self, graph: str, subjects: list[str]) -> bytes:
        """The statements of a graph about a few subjects, as N-Triples."""
        return "".join(self._staging.read_subject(graph, subject) for subject in subjects).encode()

    def contains(self, graph: str, lines: list[bytes]) -> bool:
        """Whether a graph has all of a few statements."""
        return self._staging.contains(graph, lines)

    def publish(self, metadata: Metadata) -> None:
        """Copy what stays, and swap the stores."""
        if self._live is not None:
            self._copy_from(self._live)
        for graph, lines in (
            (VOCABULARY_GRAPH, metadata.vocabulary), (EXAMPLES_GRAPH, metadata.examples),
            (self._plan.description_graph, metadata.description),
        ):  # fmt: skip
            self._staging.bulk_load(graph, Chunk(0, lines, lines.count(b"\n"), quads=False))
        if self._plan.options.compact:
            self._staging.optimize()
        self._close_stores()  # before they are renamed: RocksDB goes by the names of its files
        self._swap.replace()

    def _copy_from(self, live: EmbeddedStore) -> None:
        for graph in live.graph_names():
            if not self._plan.replaces(graph):
                self._staging.copy_graph(live, graph)
        is_ours = not self._plan.target_graph or self._is_in_default_graph(live)
        if self._plan.options.append or not is_ours:
            self._staging.copy_graph(live, "")

    def _close_stores(self) -> None:
        for store in filter(None, (self._live, self._staging)):
            store.close()

    def close(self, *, completed: bool) -> None:
        """End it; unless it is completed, the next run resumes it."""
        try:
            with closing(self.journal):
                self._close_stores()
        finally:
            self._swap.close(completed=completed)
