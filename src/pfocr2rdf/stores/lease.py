"""A lease on a store: a statement in it that names the load that is changing it, with its start time."""

from __future__ import annotations

import contextlib
import datetime
import os
import socket

from pfocr2rdf.errors import StoreError
from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term, iri_term, literal
from pfocr2rdf.stores.graph_layout import graph_clause
from pfocr2rdf.stores.store import Store

_ACTIVITY = "<http://www.w3.org/ns/prov#Activity>"


class StoreLease:
    """The right to change a store. It does not expire: a load that is killed keeps it, and its next run resumes with it."""

    def __init__(self, store: Store, graph: str) -> None:
        self._store = store
        self._graph = graph  # has the statement

    def holders(self) -> dict[str, str]:
        """The IRIs of the loads that hold it, each with who began it when."""
        rows = self._store.select(f"SELECT ?load ?who {{ {graph_clause(self._graph)}{{ ?load {expand_term('rdfs:label')} ?who }} }}")
        return {row["load"].value: row["who"].value for row in rows}

    def require_no_other_holder(self, load_id: str) -> None:
        """Check that no other load holds it; ``StoreError`` if one does."""
        if other_labels := [label for holder, label in self.holders().items() if holder != load_id]:
            raise StoreError(
                f"{self._store.location}: another load is running, {'; '.join(other_labels)};"
                " wait for it, or, if it was killed, replace it with --take-over"
            )

    def acquire(self, load_id: str) -> None:
        """Acquire the lease for a load. Of two that do so at the same moment, neither gets it: it is a ``StoreError`` for both."""
        if load_id not in self.holders():
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            label = f"started at {now} on {socket.gethostname()} by process {os.getpid()}"
            self._store.insert(
                self._graph,
                f"{iri_term(load_id)} {RDF_TYPE} {_ACTIVITY} .\n{iri_term(load_id)} {expand_term('rdfs:label')} {literal(label)} .\n",
            )
        if set(self.holders()) != {load_id}:
            with contextlib.suppress(StoreError):
                self._store.update(f"DELETE WHERE {{ {graph_clause(self._graph)}{{ {iri_term(load_id)} ?p ?o }} }}")
            raise StoreError(f"{self._store.location}: another load started at the same time; run the command again")

    def release(self) -> None:
        """Release the lease, or break that of another holder."""
        self._store.clear(self._graph)
