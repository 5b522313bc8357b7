"""A load into a server: locked there and here, into fresh graphs, which then take the place of those of before."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from pfocr2rdf.errors import OutputError, StoreError
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.rdf.terms import expand_term
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.locks import exclusive_lock
from pfocr2rdf.stores.chunks import Chunk
from pfocr2rdf.stores.description import extract_versions, fetch_description, is_in_default_graph
from pfocr2rdf.stores.drivers import STAGING_SUFFIX, GraphStoreDriver, GraphSwap
from pfocr2rdf.stores.graph_layout import FIGURE_GRAPHS_PREFIX, VOCABULARY_GRAPH, graph_clause, graph_pattern
from pfocr2rdf.stores.lease import StoreLease
from pfocr2rdf.stores.loading.journal import Journal, remove_journal
from pfocr2rdf.stores.loading.session import ExistingData, LoadPlan, Metadata

_SWAP_BATCH_GRAPHS = 200
_ABORT_TIMEOUT_SECONDS = 1.0
_FIGURE_PATTERN = f"?s a {expand_term('pfocr:Figure')}"


def inspect_server(server: GraphStoreDriver, driver: str, plan: LoadPlan) -> ExistingData:
    """What a server holds of what a plan would replace."""
    description = fetch_description(server, plan.description_graph)
    return ExistingData(_count_live_statements(server, plan), extract_versions(description), driver)


def _count_live_statements(server: GraphStoreDriver, plan: LoadPlan) -> int:
    return server.query_number(f"SELECT (COUNT(*) AS ?n) {{ {plan.dataset_pattern} }}")


class ServerLoadSession:
    """A load into a server.

    Where nothing is to be replaced, statements go where they belong at once; else into graphs with other names, which are moved.

    Args:
        server: where to.
        plan: what is to be done.
        folder: where the journals of loads into servers are.

    Raises:
        StoreError: another load is under way, or what is there cannot be replaced.
        OutputError: the journal cannot be written.
    """

    def __init__(self, server: GraphStoreDriver, plan: LoadPlan, folder: Path) -> None:
        self.server = server
        self.chunk_limits = plan.chunk_limits(server.chunk_limits)
        self.concurrency = plan.concurrency or server.concurrency
        self._plan = plan
        self._lease = StoreLease(server, plan.lease_graph)
        place = f"{server.endpoints} {plan.graph}"
        self._folder = folder / hashlib.blake2b(place.encode(), digest_size=12).hexdigest()
        with map_os_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                self._lock = exclusive_lock(self._folder)
            except OutputError:
                raise StoreError(f"{server.location}: another load into it is under way on this machine; wait for it") from None
        try:
            self._begin()
        except BaseException:
            os.close(self._lock)
            raise

    def _begin(self) -> None:
        if not self._plan.target_graph and not self.server.has_default_graph:
            raise StoreError(f"{self.server.location}: its default graph is the union of all; load with --graphs dataset or figure")
        self.journal = Journal(self._folder, self._plan.resume_key(self.chunk_limits))
        try:
            self._acquire()
        except BaseException:
            self.journal.close()
            raise

    def _acquire(self) -> None:
        """Go on with what an interrupted load did, or take the lock, and remove what is left of loads that are not gone on with.

        The journal is only worth something as long as the lock is there that says so: else another load came between.
        """
        if not self._plan.break_lease:
            self._lease.require_no_other_holder(self.journal.id)
        self._was_in_default = is_in_default_graph(fetch_description(self.server, self._plan.description_graph))
        holders = self._lease.holders()
        if self.journal.is_resumed and self.journal.id in holders and not (self._plan.fresh or self._plan.break_lease):
            self._staged = self.journal.get_flag("staged")
            if self._count_staged_statements() >= sum(self.journal.sent_chunks().values()):
                return
        else:
            self._staged = self._must_stage()
        self.journal.reset()
        self.journal.set_flag("staged", self._staged)
        if holders:
            self._lease.release()
        self._lease.acquire(self.journal.id)
        if holders or self.journal.has_previous:
            self._clear_leftovers()

    def _must_stage(self) -> bool:
        """Whether there is something that is to be replaced."""
        live = self.server.ask(self._plan.dataset_pattern)
        if live and not (self._plan.target_graph or self._plan.append or self._was_in_default):
            where = self.server.location
            raise StoreError(f"{where}: its default graph holds something else; add to it with --append, or load with --graphs dataset")
        if not live or self._plan.append:
            return False
        if not self.server.endpoints.update:
            raise StoreError(
                f"{self.server.endpoints.store}: nothing can be replaced without updates; name their URL with --update-endpoint"
            )
        return True

    def _clear_leftovers(self) -> None:
        for name in self.server.find_graphs("?s ?p ?o", f'STRENDS(STR(?g), "{STAGING_SUFFIX}")'):
            place = name.removesuffix(STAGING_SUFFIX)
            if self._plan.is_dataset_graph(place) or place in (self._plan.description_graph, VOCABULARY_GRAPH):
                self.server.clear(name)

    # -- the fresh graphs --------------------------------------------------------------------------------------------------

    def _staging_name(self, name: str) -> str:
        """What a graph is called as long as it is loaded."""
        return f"{name or self._plan.graph}{STAGING_SUFFIX}" if self._staged else name

    def _count_staged_statements(self) -> int:
        if self._plan.graph_layout != "figure":
            return self.server.count(self._staging_name(self._plan.target_graph))
        if not self._staged:
            return _count_live_statements(self.server, self._plan)
        return self.server.query_number(
            f'SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s ?p ?o }} FILTER (STRENDS(STR(?g), "{STAGING_SUFFIX}")) }}'
        )

    def abort(self) -> float:
        """Try nothing again. What is under way may take its time on the server, but not ours."""
        self.server.http_client.stop()
        return _ABORT_TIMEOUT_SECONDS

    def add(self, chunk: Chunk) -> None:
        """Add a piece; twice is the same as once."""
        self.server.add(self._staging_name(self._plan.target_graph), chunk, STAGING_SUFFIX if self._staged else "")

    def count_each(self, names: Iterable[str]) -> dict[str, int]:
        """How many statements each of a few graphs has."""
        names = list(names)
        if len(names) == 1:
            return {names[0]: self.server.count(self._staging_name(names[0]))}
        found = self.server.count_each(map(self._staging_name, names))
        return {name: found.get(self._staging_name(name), 0) for name in names}

    def read_subjects(self, name: str, subjects: list[str]) -> bytes:
        """The statements about a few subjects, as N-Triples."""
        return "".join(f"{line} .\n" for line in self.server.read_subjects(self._staging_name(name), subjects)).encode()

    def contains(self, name: str, lines: list[bytes]) -> bool:
        """Whether a graph has all of a few statements."""
        return self.server.ask(f"{graph_clause(self._staging_name(name))}{{ {b''.join(lines).decode()} }}")

    # -- the end -----------------------------------------------------------------------------------------------------------

    def publish(self, metadata: Metadata) -> None:
        """Move the fresh graphs to their places, and remove those that nothing took the place of.

        Raises:
            StoreError: another load took the place of this one, or the server refuses something.
        """
        if self.journal.id not in self._lease.holders():
            raise StoreError(f"{self.server.location}: another load took the place of this one; wait for it, and load again")
        if self._staged:
            graphs = self.journal.graph_counts()
            while some := list(islice(graphs, _SWAP_BATCH_GRAPHS)):
                self.server.promote([GraphSwap(self._staging_name(name), name, count) for name, count in some])
            self._staged = False
            self.journal.set_flag("staged", False)
        if not self._plan.append:
            for name in self._stale_graphs():
                self.server.clear(name)
        if metadata.vocabulary:
            self.server.replace(VOCABULARY_GRAPH, metadata.vocabulary)
        self.server.replace(self._plan.description_graph, metadata.description)

    def _stale_graphs(self) -> Iterator[str]:
        """Graphs of the dataset, as it was before, that have no place in it as it is now."""
        if self._was_in_default and self._plan.target_graph:
            yield ""
        if self._plan.graph != DATASET_IRI:
            return
        if not self.journal.has_graph(DATASET_IRI) and self.server.ask(graph_pattern(DATASET_IRI)):
            yield DATASET_IRI
        for name in self.server.find_graphs(_FIGURE_PATTERN, f'STRSTARTS(STR(?g), "{FIGURE_GRAPHS_PREFIX}")'):
            if not self.journal.has_graph(name):
                yield name

    def close(self, *, completed: bool) -> None:
        """End it. Where it is not done, it stays locked for the run that goes on with it."""
        try:
            with closing(self.journal):
                if completed:
                    self._lease.release()
            if completed:
                remove_journal(self._folder)
        finally:
            os.close(self._lock)
