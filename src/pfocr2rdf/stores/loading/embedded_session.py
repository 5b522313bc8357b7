"""A load into a store on this disk, which needs no server: it is built beside the one that is there, and then takes its place."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from pfocr2rdf.errors import StoreError
from pfocr2rdf.storage.swap import Replacement
from pfocr2rdf.stores.chunks import Bounds, Chunk
from pfocr2rdf.stores.description import description_in, in_default_graph, versions_of
from pfocr2rdf.stores.embedded import Local, is_store
from pfocr2rdf.stores.graph_layout import VOCABULARY, all_of
from pfocr2rdf.stores.loading.journal import Journal
from pfocr2rdf.stores.loading.session import Beside, Held, Plan

_BOUNDS = Bounds(8 << 20, 1 << 30)


def held(path: Path, plan: Plan) -> Held:
    """What a store holds of what a plan would replace; nothing where there is no store."""
    if not is_store(path):
        return Held(0, [], "embedded")
    with closing(Local(path)) as store:
        live = filter(plan.is_live, store.graphs()) if plan.name else [""]
        return Held(sum(map(store.count, live)), versions_of(description_in(store, plan.description)), "embedded")


class Embedded:
    """A load into an embedded store.

    What was there and is not replaced is copied, so that nothing is ever changed in place.

    Args:
        path: the folder of the store; it is made where it is missing.
        plan: what is to be done.

    Raises:
        StoreError: the folder is something else, or another program has the store open.
        OutputError: another load is under way, or there is no room.
    """

    def __init__(self, path: Path, plan: Plan) -> None:
        self.path = path
        self.bounds = plan.bounds(_BOUNDS)
        self.requests = plan.requests or min(os.cpu_count() or 1, 4)
        self._plan = plan
        self._live: Local | None = None
        self._store: Local | None = None
        if path.exists() and not is_store(path) and (not path.is_dir() or any(path.iterdir())):
            raise StoreError(f"{path}: is no store, and holds something else; name another folder with --to")
        self._replacement = Replacement(path, "pfocr2rdf-loading", "another load")
        self._data = self._replacement.data
        try:
            self._begin()
        except BaseException:
            self._let_go()
            self._replacement.close()  # there may be something to go on with
            raise

    def _let_go(self) -> None:
        """Close the stores."""
        for store in filter(None, (self._live, self._store)):
            store.close()
        self._live = self._store = None

    def _begin(self) -> None:
        self._live = Local(self.path, writing=True) if is_store(self.path) else None
        self._refuse_other_default()
        self.journal = Journal(self._replacement.folder, self._plan.key(self.bounds))
        if self._plan.fresh or not is_store(self._data):
            self.journal.restart()
        if not self.journal.chunks():
            shutil.rmtree(self._data, ignore_errors=True)
        self._store = Local(self._data, writing=True)

    def _refuse_other_default(self) -> None:
        """A default graph that was not loaded by us is not replaced."""
        if self._live is None or self._plan.name or self._plan.append:
            return
        if not self._is_in_default(self._live) and self._live.ask(all_of("")):
            raise StoreError(f"{self.path}: its default graph holds something else; add to it with --append, or load with --graphs dataset")

    def _is_in_default(self, live: Local) -> bool:
        return in_default_graph(description_in(live, self._plan.description))

    @property
    def _fresh(self) -> Local:
        assert self._store is not None  # until the end  # noqa: S101
        return self._store

    def break_off(self) -> None:
        """What is under way gets there."""

    def add(self, chunk: Chunk) -> None:
        """Add a piece; twice is the same as once."""
        self._fresh.load(self._plan.name, chunk)

    def counts(self, names: Iterable[str]) -> dict[str, int]:
        """How many statements each of a few graphs has."""
        return {name: self._fresh.count(name) for name in names}

    def read(self, name: str, subjects: list[str]) -> bytes:
        """The statements about a few subjects, as N-Triples."""
        return "".join(self._fresh.about(name, subject) for subject in subjects).encode()

    def holds(self, name: str, lines: list[bytes]) -> bool:
        """Whether a graph has all of a few statements."""
        return self._fresh.holds(name, lines)

    def publish(self, beside: Beside) -> None:
        """Copy what stays, and take the place of the store of before."""
        if self._live is not None:
            self._copy(self._live)
        for name, lines in ((VOCABULARY, beside.vocabulary), (self._plan.description, beside.description)):
            self._fresh.load(name, Chunk(0, lines, lines.count(b"\n"), quads=False))
        self._fresh.optimize()
        self._let_go()  # both are closed before they are renamed: their library goes by the names of their files
        self._replacement.replace()

    def _copy(self, live: Local) -> None:
        for name in live.graphs():
            if not self._plan.replaces(name):
                self._fresh.copy(live, name)
        ours = not self._plan.name or self._is_in_default(live)
        if self._plan.append or not ours:
            self._fresh.copy(live, "")

    def close(self, *, done: bool) -> None:
        """End it. Where it is not done, the next run goes on with what there is."""
        try:
            with closing(self.journal):
                self._let_go()
        finally:
            self._replacement.close(done=done)
