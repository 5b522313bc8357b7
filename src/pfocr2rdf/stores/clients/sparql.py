"""Questions to a server, and what it is told, in SPARQL 1.1 that every store takes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

import pyoxigraph

from pfocr2rdf.errors import StoreError
from pfocr2rdf.stores.clients.http import Web
from pfocr2rdf.stores.graph_layout import all_of, graph

Term = pyoxigraph.NamedNode | pyoxigraph.Literal | pyoxigraph.BlankNode
Row = dict[str, Term]
_JSON = "application/sparql-results+json"
_TRIPLES = "application/n-triples"


class Endpoints(NamedTuple):
    """Where a server takes what.

    Attributes:
        query: SPARQL queries.
        update: SPARQL Update, or ``""``.
        store: the Graph Store Protocol, or ``""``.
    """

    query: str
    update: str = ""
    store: str = ""


class Sparql:
    """The query and update services of one server.

    Args:
        web: the connection.
        endpoints: where they are.
    """

    def __init__(self, web: Web, endpoints: Endpoints) -> None:
        self.web = web
        self.endpoints = endpoints

    @property
    def place(self) -> str:
        """What it is called in messages."""
        return self.endpoints.query

    def select(self, query: str) -> list[Row]:
        """The rows of an answer. Servers cut long ones: ask for few rows, and count with ``COUNT``.

        Raises:
            StoreError: the server refuses, or answers with something else than results.
        """
        url = self.endpoints.query
        response = self.web.send("POST", url, data={"query": query}, headers={"Accept": _JSON}, timeout=self.web.patience)
        try:
            rows = json.loads(response.content)["results"]["bindings"]
            return [{name: _term(value) for name, value in row.items()} for row in rows]
        except (ValueError, KeyError, TypeError, RecursionError):
            said = self.web.said(response)
            raise StoreError(f"{url}: answers a query with something else than results: {said}; is it a SPARQL service?") from None

    def save(self, query: str, graphs: Iterable[str], file: BinaryIO, *, statements: bool) -> None:
        """Write the answer to any query into a file: N-Triples, or results as JSON.

        Args:
            query: of any kind.
            graphs: the names of those that make up the default graph; none for what the server takes.
            file: where to.
            statements: whether the answer is made of statements.

        Raises:
            StoreError: the server refuses, or answers with something else.
        """
        data = {"query": query, "default-graph-uri": list(graphs)}
        wanted = (_TRIPLES, "text/plain") if statements else (_JSON, "application/json")
        response = self.web.save("POST", self.endpoints.query, file, data=data, headers={"Accept": wanted[0]}, timeout=self.web.patience)
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind not in wanted:
            raise StoreError(f"{self.endpoints.query}: answers a query with {kind or 'something without a name'}; is it a SPARQL service?")

    def number(self, query: str) -> int:
        """The one number ``?n`` that is asked for."""
        rows = self.select(query)
        try:
            return int(rows[0]["n"].value)
        except (IndexError, KeyError, ValueError):
            raise StoreError(f"{self.endpoints.query}: does not say how many there are: {query}") from None

    def ask(self, pattern: str) -> bool:
        """Whether there is what the pattern says."""
        return bool(self.select(f"SELECT * {{ {pattern} }} LIMIT 1"))

    def update(self, text: str, *, again: bool = True) -> None:
        """Tell the server to change something.

        Args:
            text: SPARQL Update.
            again: whether it may be told twice.

        Raises:
            StoreError: the server refuses, or takes no updates.
        """
        if not self.endpoints.update:
            raise StoreError(f"{self.endpoints.query}: takes no updates; name its service for them with --update-endpoint")
        headers = {"Content-Type": "application/sparql-update", "Accept": "*/*"}
        self.web.send("POST", self.endpoints.update, again=again, content=text.encode(), headers=headers, timeout=self.web.patience)

    def count(self, name: str) -> int:
        """How many statements a graph has."""
        return self.number(f"SELECT (COUNT(*) AS ?n) {{ {all_of(name)} }}")

    def counts(self, names: Iterable[str]) -> dict[str, int]:
        """How many statements each of a few graphs has; those that have none are left out."""
        values = " ".join(f"<{name}>" for name in names)
        rows = self.select(f"SELECT ?g (COUNT(*) AS ?n) {{ VALUES ?g {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }} GROUP BY ?g")
        return {row["g"].value: int(row["n"].value) for row in rows if "g" in row}

    def graphs(self, pattern: str, condition: str, page: int = 1000) -> Iterator[str]:
        """The names of the graphs in which a pattern is found and that fulfil a condition on ``?g``, sorted."""
        last = ""
        while True:
            where = f'GRAPH ?g {{ {pattern} }} FILTER ({condition} && STR(?g) > "{last}")'
            names = sorted(row["g"].value for row in self.select(f"SELECT DISTINCT ?g {{ {where} }} ORDER BY STR(?g) LIMIT {page}"))
            yield from names
            if len(names) < page:
                return
            last = names[-1]

    def read(self, name: str, subjects: Iterable[str]) -> set[str]:
        """The statements about a few subjects, as N-Triples without the point."""
        values = " ".join(f"<{subject}>" for subject in subjects)
        rows = self.select(f"SELECT ?s ?p ?o {{ VALUES ?s {{ {values} }} {graph(name)}{{ ?s ?p ?o }} }}")
        return {f"{row['s']} {row['p']} {row['o']}" for row in rows}


def _term(value: dict[str, str]) -> Term:
    if value["type"] == "uri":
        return pyoxigraph.NamedNode(value["value"])
    if value["type"] == "bnode":
        return pyoxigraph.BlankNode(value["value"])
    if language := value.get("xml:lang"):
        return pyoxigraph.Literal(value["value"], language=language)
    return pyoxigraph.Literal(value["value"], datatype=pyoxigraph.NamedNode(value["datatype"]) if "datatype" in value else None)
