"""A load into a server: locked there and here, into fresh graphs, which then take the place of those of before."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from pfocr2rdf.errors import OutputError, StoreError
from pfocr2rdf.rdf.iris import DATASET
from pfocr2rdf.rdf.terms import term
from pfocr2rdf.storage.files import mapped_errors
from pfocr2rdf.storage.locks import locked
from pfocr2rdf.stores.chunks import Chunk
from pfocr2rdf.stores.description import description_in, in_default_graph, versions_of
from pfocr2rdf.stores.drivers import SUFFIX, Server, Swap
from pfocr2rdf.stores.graph_layout import FIGURES, VOCABULARY, all_of, graph
from pfocr2rdf.stores.lease import Lock
from pfocr2rdf.stores.loading.journal import Journal, remove
from pfocr2rdf.stores.loading.session import Beside, Held, Plan

_FEW = 200
_GRACE = 1.0
_FIGURE = f"?s a {term('pfocr:Figure')}"


def held(server: Server, driver: str, plan: Plan) -> Held:
    """What a server holds of what a plan would replace."""
    description = description_in(server, plan.description)
    return Held(_live_statements(server, plan), versions_of(description), driver)


def _live_statements(server: Server, plan: Plan) -> int:
    return server.number(f"SELECT (COUNT(*) AS ?n) {{ {plan.everything} }}")


class Serving:
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

    def __init__(self, server: Server, plan: Plan, folder: Path) -> None:
        self.server = server
        self.bounds = plan.bounds(server.bounds)
        self.requests = plan.requests or server.requests
        self._plan = plan
        self._turn = Lock(server, plan.lock)
        place = f"{server.endpoints} {plan.graph}"
        self._folder = folder / hashlib.blake2b(place.encode(), digest_size=12).hexdigest()
        with mapped_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                self._lock = locked(self._folder)
            except OutputError:
                raise StoreError(f"{server.place}: another load into it is under way on this machine; wait for it") from None
        try:
            self._begin()
        except BaseException:
            os.close(self._lock)
            raise

    def _begin(self) -> None:
        if not self._plan.name and not self.server.has_default:
            raise StoreError(f"{self.server.place}: its default graph is the union of all; load with --graphs dataset or figure")
        self.journal = Journal(self._folder, self._plan.key(self.bounds))
        try:
            self._acquire()
        except BaseException:
            self.journal.close()
            raise

    def _acquire(self) -> None:
        """Go on with what an interrupted load did, or take the lock, and remove what is left of loads that are not gone on with.

        The journal is only worth something as long as the lock is there that says so: else another load came between.
        """
        if not self._plan.take_over:
            self._turn.refuse_others(self.journal.id)
        self._was_in_default = in_default_graph(description_in(self.server, self._plan.description))
        holders = self._turn.holders()
        if self.journal.resumed and self.journal.id in holders and not (self._plan.fresh or self._plan.take_over):
            self._staged = self.journal.flag("staged")
            if self._fresh_statements() >= sum(self.journal.chunks().values()):
                return
        else:
            self._staged = self._must_stage()
        self.journal.restart()
        self.journal.set_flag("staged", self._staged)
        if holders:
            self._turn.leave()
        self._turn.take(self.journal.id)
        if holders or self.journal.found:
            self._clean()

    def _must_stage(self) -> bool:
        """Whether there is something that is to be replaced."""
        live = self.server.ask(self._plan.everything)
        if live and not (self._plan.name or self._plan.append or self._was_in_default):
            where = self.server.place
            raise StoreError(f"{where}: its default graph holds something else; add to it with --append, or load with --graphs dataset")
        if not live or self._plan.append:
            return False
        if not self.server.endpoints.update:
            raise StoreError(
                f"{self.server.endpoints.store}: nothing can be replaced without updates; name their URL with --update-endpoint"
            )
        return True

    def _clean(self) -> None:
        for name in self.server.graphs("?s ?p ?o", f'STRENDS(STR(?g), "{SUFFIX}")'):
            place = name.removesuffix(SUFFIX)
            if self._plan.is_live(place) or place in (self._plan.description, VOCABULARY):
                self.server.clear(name)

    # -- the fresh graphs --------------------------------------------------------------------------------------------------

    def _fresh(self, name: str) -> str:
        """What a graph is called as long as it is loaded."""
        return f"{name or self._plan.graph}{SUFFIX}" if self._staged else name

    def _fresh_statements(self) -> int:
        if self._plan.graphs != "figure":
            return self.server.count(self._fresh(self._plan.name))
        if not self._staged:
            return _live_statements(self.server, self._plan)
        return self.server.number(f'SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s ?p ?o }} FILTER (STRENDS(STR(?g), "{SUFFIX}")) }}')

    def break_off(self) -> float:
        """Try nothing again. What is under way may take its time on the server, but not ours."""
        self.server.web.stop()
        return _GRACE

    def add(self, chunk: Chunk) -> None:
        """Add a piece; twice is the same as once."""
        self.server.add(self._fresh(self._plan.name), chunk, SUFFIX if self._staged else "")

    def counts(self, names: Iterable[str]) -> dict[str, int]:
        """How many statements each of a few graphs has."""
        names = list(names)
        if len(names) == 1:
            return {names[0]: self.server.count(self._fresh(names[0]))}
        found = self.server.counts(map(self._fresh, names))
        return {name: found.get(self._fresh(name), 0) for name in names}

    def read(self, name: str, subjects: list[str]) -> bytes:
        """The statements about a few subjects, as N-Triples."""
        return "".join(f"{line} .\n" for line in self.server.read(self._fresh(name), subjects)).encode()

    def holds(self, name: str, lines: list[bytes]) -> bool:
        """Whether a graph has all of a few statements."""
        return self.server.ask(f"{graph(self._fresh(name))}{{ {b''.join(lines).decode()} }}")

    # -- the end -----------------------------------------------------------------------------------------------------------

    def publish(self, beside: Beside) -> None:
        """Move the fresh graphs to their places, and remove those that nothing took the place of.

        Raises:
            StoreError: another load took the place of this one, or the server refuses something.
        """
        if self.journal.id not in self._turn.holders():
            raise StoreError(f"{self.server.place}: another load took the place of this one; wait for it, and load again")
        if self._staged:
            graphs = self.journal.graphs()
            while some := list(islice(graphs, _FEW)):
                self.server.swap([Swap(self._fresh(name), name, count) for name, count in some])
            self._staged = False
            self.journal.set_flag("staged", False)
        if not self._plan.append:
            for name in self._stale():
                self.server.clear(name)
        if beside.vocabulary:
            self.server.replace(VOCABULARY, beside.vocabulary)
        self.server.replace(self._plan.description, beside.description)

    def _stale(self) -> Iterator[str]:
        """Graphs of the dataset, as it was before, that have no place in it as it is now."""
        if self._was_in_default and self._plan.name:
            yield ""
        if self._plan.graph != DATASET:
            return
        if not self.journal.has(DATASET) and self.server.ask(all_of(DATASET)):
            yield DATASET
        for name in self.server.graphs(_FIGURE, f'STRSTARTS(STR(?g), "{FIGURES}")'):
            if not self.journal.has(name):
                yield name

    def close(self, *, done: bool) -> None:
        """End it. Where it is not done, it stays locked for the run that goes on with it."""
        try:
            with closing(self.journal):
                if done:
                    self._turn.leave()
            if done:
                remove(self._folder)
        finally:
            os.close(self._lock)
