"""A load into a store on this disk, which needs no server: it is built beside the one that is there, and then takes its place."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from pfocr2rdf.errors import StoreError
from pfocr2rdf.storage.swap import DirectorySwap
from pfocr2rdf.stores.chunks import Chunk, ChunkLimits
from pfocr2rdf.stores.description import extract_versions, fetch_description, is_in_default_graph
from pfocr2rdf.stores.embedded import EmbeddedStore, is_store
from pfocr2rdf.stores.graph_layout import VOCABULARY_GRAPH, graph_pattern
from pfocr2rdf.stores.loading.journal import Journal
from pfocr2rdf.stores.loading.session import ExistingData, LoadPlan, Metadata

_CHUNK_LIMITS = ChunkLimits(8 << 20, 1 << 30)


def inspect_embedded_store(path: Path, plan: LoadPlan) -> ExistingData:
    """What a store holds of what a plan would replace; nothing where there is no store."""
    if not is_store(path):
        return ExistingData(0, [], "embedded")
    with closing(EmbeddedStore(path)) as store:
        live = filter(plan.is_dataset_graph, store.graph_names()) if plan.target_graph else [""]
        return ExistingData(sum(map(store.count, live)), extract_versions(fetch_description(store, plan.description_graph)), "embedded")


class EmbeddedLoadSession:
    """A load into an embedded store.

    What was there and is not replaced is copied, so that nothing is ever changed in place.

    Args:
        path: the folder of the store; it is made where it is missing.
        plan: what is to be done.

    Raises:
        StoreError: the folder is something else, or another program has the store open.
        OutputError: another load is under way, or there is no room.
    """

    def __init__(self, path: Path, plan: LoadPlan) -> None:
        self.path = path
        self.chunk_limits = plan.chunk_limits(_CHUNK_LIMITS)
        self.concurrency = plan.concurrency or min(os.cpu_count() or 1, 4)
        self._plan = plan
        self._live: EmbeddedStore | None = None
        self._store: EmbeddedStore | None = None
        if path.exists() and not is_store(path) and (not path.is_dir() or any(path.iterdir())):
            raise StoreError(f"{path}: is no store, and holds something else; name another folder with --to")
        self._swap = DirectorySwap(path, "pfocr2rdf-loading", "another load")
        self._data = self._swap.new
        try:
            self._begin()
        except BaseException:
            self._close_stores()
            self._swap.close()  # there may be something to go on with
            raise

    def _close_stores(self) -> None:
        """Close the stores."""
        for store in filter(None, (self._live, self._store)):
            store.close()
        self._live = self._store = None

    def _begin(self) -> None:
        self._live = EmbeddedStore(self.path, writable=True) if is_store(self.path) else None
        self._refuse_other_default()
        self.journal = Journal(self._swap.folder, self._plan.resume_key(self.chunk_limits))
        if self._plan.fresh or not is_store(self._data):
            self.journal.reset()
        if not self.journal.sent_chunks():
            shutil.rmtree(self._data, ignore_errors=True)
        self._store = EmbeddedStore(self._data, writable=True)

    def _refuse_other_default(self) -> None:
        """A default graph that was not loaded by us is not replaced."""
        if self._live is None or self._plan.target_graph or self._plan.append:
            return
        if not self._is_in_default(self._live) and self._live.ask(graph_pattern("")):
            raise StoreError(f"{self.path}: its default graph holds something else; add to it with --append, or load with --graphs dataset")

    def _is_in_default(self, live: EmbeddedStore) -> bool:
        return is_in_default_graph(fetch_description(live, self._plan.description_graph))

    @property
    def _staging(self) -> EmbeddedStore:
        assert self._store is not None  # until the end  # noqa: S101
        return self._store

    def abort(self) -> None:
        """What is under way gets there."""

    def add(self, chunk: Chunk) -> None:
        """Add a piece; twice is the same as once."""
        self._staging.bulk_load(self._plan.target_graph, chunk)

    def count_each(self, names: Iterable[str]) -> dict[str, int]:
        """How many statements each of a few graphs has."""
        return {name: self._staging.count(name) for name in names}

    def read_subjects(self, name: str, subjects: list[str]) -> bytes:
        """The statements about a few subjects, as N-Triples."""
        return "".join(self._staging.read_subject(name, subject) for subject in subjects).encode()

    def contains(self, name: str, lines: list[bytes]) -> bool:
        """Whether a graph has all of a few statements."""
        return self._staging.contains(name, lines)

    def publish(self, metadata: Metadata) -> None:
        """Copy what stays, and take the place of the store of before."""
        if self._live is not None:
            self._copy(self._live)
        for name, lines in ((VOCABULARY_GRAPH, metadata.vocabulary), (self._plan.description_graph, metadata.description)):
            self._staging.bulk_load(name, Chunk(0, lines, lines.count(b"\n"), quads=False))
        self._staging.optimize()
        self._close_stores()  # both are closed before they are renamed: their library goes by the names of their files
        self._swap.replace()

    def _copy(self, live: EmbeddedStore) -> None:
        for name in live.graph_names():
            if not self._plan.replaces(name):
                self._staging.copy_graph(live, name)
        ours = not self._plan.target_graph or self._is_in_default(live)
        if self._plan.append or not ours:
            self._staging.copy_graph(live, "")

    def close(self, *, completed: bool) -> None:
        """End it. Where it is not done, the next run goes on with what there is."""
        try:
            with closing(self.journal):
                self._close_stores()
        finally:
            self._swap.close(completed=completed)
