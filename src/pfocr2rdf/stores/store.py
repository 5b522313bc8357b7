"""The interface of a store: what an embedded store and a server have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod

import pyoxigraph

from pfocr2rdf.errors import StoreError
from pfocr2rdf.stores.graph_layout import graph_clause, graph_pattern, graph_reference

SolutionTerm = pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal

SolutionMapping = dict[str, SolutionTerm]
"""The bindings of one row by the names of the variables, without the question mark; a variable that is not bound is missing."""


class Store(ABC):
    """An RDF dataset that is queried and updated by SPARQL 1.1, in a folder or behind a URL."""

    location: str  # its name in messages

    @abstractmethod
    def select(self, query: str) -> list[SolutionMapping]:
        """The solutions of a SELECT query."""

    @abstractmethod
    def update(self, text: str) -> None:
        """Execute a SPARQL Update, in one transaction where the store has them."""

    def query_number(self, query: str) -> int:
        """The value of ``?n`` in the only solution of a query; ``StoreError`` if there is none."""
        rows = self.select(query)
        try:
            return int(rows[0]["n"].value)
        except (IndexError, KeyError, ValueError):
            raise StoreError(f"{self.location}: returned no count for: {query}") from None

    def ask(self, pattern: str) -> bool:
        """Whether a graph pattern has a solution."""
        return bool(self.select(f"SELECT * {{ {pattern} }} LIMIT 1"))

    def count(self, graph: str) -> int:
        """The number of statements of a graph; ``""`` is the default graph."""
        return self.query_number(f"SELECT (COUNT(*) AS ?n) {{ {graph_pattern(graph)} }}")

    def insert(self, graph: str, ntriples: str) -> None:
        """Add a few statements to a graph."""
        self.update(f"INSERT DATA {{ {graph_clause(graph)}{{\n{ntriples}}} }}")

    def replace(self, graph: str, ntriples: bytes) -> None:
        """Replace a small named graph by these statements."""
        self.update(f"DROP SILENT GRAPH <{graph}> ;\nINSERT DATA {{ {graph_clause(graph)}{{\n{ntriples.decode()}}} }}")

    def clear(self, graph: str) -> None:
        """Remove all statements of a graph."""
        self.update(f"{'DROP' if graph else 'CLEAR'} SILENT {graph_reference(graph)}")
