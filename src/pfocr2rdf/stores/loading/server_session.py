"""A load into a server: into staging graphs, which are then promoted, with a lease there and a lock here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path

from pfocr2rdf.errors import OutputError, StoreError
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.rdf.terms import expand_term
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.locks import DirectoryLock
from pfocr2rdf.stores.chunks import Chunk
from pfocr2rdf.stores.description import extract_versions, fetch_description, is_in_default_graph
from pfocr2rdf.stores.drivers import STAGING_SUFFIX, GraphStoreDriver, GraphSwap
from pfocr2rdf.stores.graph_layout import EXAMPLES_GRAPH, FIGURE_GRAPHS_PREFIX, VOCABULARY_GRAPH, graph_clause, graph_pattern
from pfocr2rdf.stores.lease import StoreLease
from pfocr2rdf.stores.loading.journal import Journal, remove_journal
from pfocr2rdf.stores.loading.plan import LoadPlan
from pfocr2rdf.stores.loading.session import ExistingData, Metadata

_SWAP_BATCH_GRAPHS = 200
_ABORT_TIMEOUT_SECONDS = 1.0
_FIGURE_PATTERN = f"?s a {expand_term('pfocr:Figure')}"


def inspect_server(server: GraphStoreDriver, plan: LoadPlan) -> ExistingData:
    """What a server has of what a plan would replace."""
    description = fetch_description(server, plan.description_graph)
    return ExistingData(_count_live_statements(server, plan), extract_versions(description))


def _count_live_statements(server: GraphStoreDriver, plan: LoadPlan) -> int:
    return server.query_number(f"SELECT (COUNT(*) AS ?n) {{ {plan.dataset_pattern} }}")


class ServerLoadSession:
    """A load into a server, with its journal in a folder of ``journals``.

    Where nothing is to be replaced, statements go into the live graphs at once; else into staging graphs, which are moved.

    Raises:
        StoreError: another load is running, or what is there cannot be replaced.
        OutputError: the journal cannot be written.
    """

    def __init__(self, server: GraphStoreDriver, plan: LoadPlan, journals: Path) -> None:
        self.server = server
        self.chunk_limits = plan.chunk_limits(server.chunk_limits)
        self.concurrency = plan.options.concurrency or server.concurrency
        self._plan = plan
        self._lease = StoreLease(server, plan.lease_graph)
        self._folder = journals / hashlib.blake2b(f"{server.endpoints} {plan.options.graph}".encode(), digest_size=12).hexdigest()
        with ExitStack() as stack:
            self._lock = self._lock_folder()
            stack.callback(self._lock.release)
            if not plan.target_graph and not server.has_default_graph:
                raise StoreError(f"{server.location}: its default graph is the union of all graphs; load with --graphs dataset or figure")
            self.journal = stack.enter_context(closing(Journal(self._folder, plan.resume_key(self.chunk_limits))))
            if not plan.options.break_lease:
                self._lease.require_no_other_holder(self.journal.id)
            self._was_in_default_graph = is_in_default_graph(fetch_description(server, plan.description_graph))
            self._is_staged = self._begin()
            stack.pop_all()

    def _lock_folder(self) -> DirectoryLock:
        with map_os_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                return DirectoryLock(self._folder)
            except OutputError:
                raise StoreError(f"{self.server.location}: another load into it is running on this machine; wait for it") from None

    def _begin(self) -> bool:
        """Resume an interrupted load, or acquire the lease and remove the leftovers of loads that are not resumed.

        The journal counts only as long as the lease is there that it belongs to: else another load came between. Returns whether
        statements go into staging graphs.
        """
        options, holders = self._plan.options, self._lease.holders()
        if self.journal.is_resumed and self.journal.id in holders and not (options.fresh or options.break_lease):
            is_staged = self.journal.get_flag("staged")
            if self._count_loaded_statements(is_staged) >= sum(self.journal.sent_chunks().values()):
                return is_staged
        else:
            is_staged = self._must_stage()
        self.journal.reset()
        self.journal.set_flag("staged", is_staged)
        if holders:
            self._lease.release()
        self._lease.acquire(self.journal.id)
        if holders or self.journal.has_previous:
            self._clear_leftovers()
        return is_staged

    def _must_stage(self) -> bool:
        """Whether something is to be replaced."""
        plan, server = self._plan, self.server
        has_live_data = server.ask(plan.dataset_pattern)
        if has_live_data and not (plan.target_graph or plan.options.append or self._was_in_default_graph):
            raise StoreError(
                f"{server.location}: its default graph contains other data; add to it with --append, or load with --graphs dataset"
            )
        if not has_live_data or plan.options.append:
            return False
        if not server.endpoints.update:
            raise StoreError(
                f"{server.endpoints.store}: a graph cannot be replaced without updates; name the update endpoint with --update-endpoint"
            )
        return True

    def _clear_leftovers(self) -> None:
        for staging in self.server.find_graphs("?s ?p ?o", f'STRENDS(STR(?g), "{STAGING_SUFFIX}")'):
            live = staging.removesuffix(STAGING_SUFFIX)
            if self._plan.is_dataset_graph(live) or live in (self._plan.description_graph, VOCABULARY_GRAPH, EXAMPLES_GRAPH):
                self.server.clear(staging)

    # -- the staging graphs ------------------------------------------------------------------------------------------------

    def _staging_name(self, graph: str) -> str:
        """The name of a graph until it is promoted."""
        return f"{graph or self._plan.options.graph}{STAGING_SUFFIX}" if self._is_staged else graph

    def _count_loaded_statements(self, is_staged: bool) -> int:
        plan = self._plan
        if plan.options.graph_layout != "figure":
            return self.server.count(f"{plan.options.graph}{STAGING_SUFFIX}" if is_staged else plan.target_graph)
        if not is_staged:
            return _count_live_statements(self.server, plan)
        return self.server.query_number(
            f'SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s ?p ?o }} FILTER (STRENDS(STR(?g), "{STAGING_SUFFIX}")) }}'
        )

    def abort(self) -> float:
        """Send nothing again. What is under way may take its time on the server, but not ours."""
        self.server.http_client.stop()
        return _ABORT_TIMEOUT_SECONDS

    def add(self, chunk: Chunk) -> None:
        """Add a chunk, idempotently."""
        self.server.add(self._staging_name(self._plan.target_graph), chunk, STAGING_SUFFIX if self._is_staged else "")

    def count_each(self, graphs: Iterable[str]) -> dict[str, int]:
        """The numbers of statements of a few graphs."""
        staging_names = {graph: self._staging_name(graph) for graph in graphs}
        if len(staging_names) == 1:
            return {graph: self.server.count(name) for graph, name in staging_names.items()}
        counts = self.server.count_each(staging_names.values())
        return {graph: counts.get(name, 0) for graph, name in staging_names.items()}

    def read_subjects(self, graph: str, subjects: list[str]) -> bytes:
        """The statements of a graph about a few subjects, as N-Triples."""
        return "".join(f"{line} .\n" for line in self.server.read_subjects(self._staging_name(graph), subjects)).encode()

    def contains(self, graph: str, lines: list[bytes]) -> bool:
        """Whether a graph has all of a few statements."""
        return self.server.ask(f"{graph_clause(self._staging_name(graph))}{{ {b''.join(lines).decode()} }}")

    # -- the end -----------------------------------------------------------------------------------------------------------

    def publish(self, metadata: Metadata) -> None:
        """Promote the staging graphs, and remove live ones that nothing took the place of; ``StoreError`` if this load lost its lease."""
        if self.journal.id not in self._lease.holders():
            raise StoreError(f"{self.server.location}: another load has replaced this one; wait for it, and load again")
        if self._is_staged:
            graphs = self.journal.graph_counts()
            while batch := list(islice(graphs, _SWAP_BATCH_GRAPHS)):
                self.server.promote([GraphSwap(self._staging_name(graph), graph, count) for graph, count in batch])
            self._is_staged = False
            self.journal.set_flag("staged", False)
        if not self._plan.options.append:
            for graph in self._stale_graphs():
                self.server.clear(graph)
        if metadata.vocabulary:
            self.server.replace(VOCABULARY_GRAPH, metadata.vocabulary)
        if metadata.examples:
            self.server.replace(EXAMPLES_GRAPH, metadata.examples)
        self.server.replace(self._plan.description_graph, metadata.description)

    def _stale_graphs(self) -> Iterator[str]:
        """The graphs of the previous version that the new one does not have."""
        if self._was_in_default_graph and self._plan.target_graph:
            yield ""
        if self._plan.options.graph != DATASET_IRI:
            return
        if not self.journal.has_graph(DATASET_IRI) and self.server.ask(graph_pattern(DATASET_IRI)):
            yield DATASET_IRI
        for graph in self.server.find_graphs(_FIGURE_PATTERN, f'STRSTARTS(STR(?g), "{FIGURE_GRAPHS_PREFIX}")'):
            if not self.journal.has_graph(graph):
                yield graph

    def close(self, *, completed: bool) -> None:
        """End it; unless it is completed, the lease stays for the run that resumes it."""
        try:
            with closing(self.journal):
                if completed:
                    self._lease.release()
            if completed:
                remove_journal(self._folder)
        finally:
            self._lock.release()
