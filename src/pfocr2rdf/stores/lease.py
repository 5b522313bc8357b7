"""The lock of a store: a statement in it that says who is changing it, and since when."""

from __future__ import annotations

import contextlib
import datetime
import os
import socket
from typing import Protocol

from pfocr2rdf.errors import StoreError
from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term, iri_term, literal
from pfocr2rdf.stores.clients.sparql import SolutionMapping
from pfocr2rdf.stores.graph_layout import graph_clause

_ACTIVITY = "<http://www.w3.org/ns/prov#Activity>"


class LeaseHost(Protocol):
    """A store that can be asked and told."""

    @property
    def location(self) -> str:
        """What it is called in messages."""

    def select(self, query: str) -> list[SolutionMapping]:
        """The rows of an answer."""

    def update(self, text: str) -> None:
        """Change something."""

    def insert(self, name: str, lines: str) -> None:
        """Add a few statements to a graph."""

    def clear(self, name: str) -> None:
        """Leave nothing in a graph."""


class StoreLease:
    """Whether a store may be changed. A load that is killed keeps it, and goes on with it.

    Args:
        store: the store.
        name: the graph of the lock.
    """

    def __init__(self, store: LeaseHost, name: str) -> None:
        self._store = store
        self._name = name

    def holders(self) -> dict[str, str]:
        """Who holds it: what the load is called, and who began it when."""
        rows = self._store.select(f"SELECT ?load ?who {{ {graph_clause(self._name)}{{ ?load {expand_term('rdfs:label')} ?who }} }}")
        return {row["load"].value: row["who"].value for row in rows}

    def require_no_other_holder(self, load_id: str) -> None:
        """See that nobody else holds it.

        Raises:
            StoreError: somebody does.
        """
        if others := [who for one, who in self.holders().items() if one != load_id]:
            raise StoreError(
                f"{self._store.location}: another load is under way, {'; '.join(others)};"
                " wait for it, or, where it is dead, take its place with --take-over"
            )

    def acquire(self, load_id: str) -> None:
        """Say that this load changes the store. Of two that begin at the same moment, none goes on.

        Raises:
            StoreError: another one did so just now.
        """
        if load_id not in self.holders():
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            who = f"begun at {now} on {socket.gethostname()} by process {os.getpid()}"
            self._store.insert(
                self._name,
                f"{iri_term(load_id)} {RDF_TYPE} {_ACTIVITY} .\n{iri_term(load_id)} {expand_term('rdfs:label')} {literal(who)} .\n",
            )
        if set(self.holders()) != {load_id}:
            with contextlib.suppress(StoreError):
                self._store.update(f"DELETE WHERE {{ {graph_clause(self._name)}{{ {iri_term(load_id)} ?p ?o }} }}")
            raise StoreError(f"{self._store.location}: another load began at the same moment; begin again")

    def release(self) -> None:
        """The store may be changed by others."""
        self._store.clear(self._name)
