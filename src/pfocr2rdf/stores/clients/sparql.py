"""Questions to a server, and what it is told, in SPARQL 1.1 that every store takes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

import pyoxigraph

from pfocr2rdf.errors import StoreError
from pfocr2rdf.stores.clients.http import HttpClient
from pfocr2rdf.stores.graph_layout import graph_clause, graph_pattern

SolutionTerm = pyoxigraph.NamedNode | pyoxigraph.Literal | pyoxigraph.BlankNode
SolutionMapping = dict[str, SolutionTerm]
_JSON_RESULTS = "application/sparql-results+json"
_NTRIPLES = "application/n-triples"


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


class SparqlClient:
    """The query and update services of one server.

    Args:
        http_client: the connection.
        endpoints: where they are.
    """

    def __init__(self, http_client: HttpClient, endpoints: Endpoints) -> None:
        self.http_client = http_client
        self.endpoints = endpoints

    @property
    def location(self) -> str:
        """What it is called in messages."""
        return self.endpoints.query

    def select(self, query: str) -> list[SolutionMapping]:
        """The rows of an answer. Servers cut long ones: ask for few rows, and count with ``COUNT``.

        Raises:
            StoreError: the server refuses, or answers with something else than results.
        """
        url = self.endpoints.query
        response = self.http_client.request(
            "POST", url, data={"query": query}, headers={"Accept": _JSON_RESULTS}, timeout=self.http_client.long_timeout
        )
        try:
            rows = json.loads(response.content)["results"]["bindings"]
            return [{name: _parse_json_term(value) for name, value in row.items()} for row in rows]
        except (ValueError, KeyError, TypeError, RecursionError):
            said = self.http_client.body_excerpt(response)
            raise StoreError(f"{url}: answers a query with something else than results: {said}; is it a SPARQL service?") from None

    def download_result(self, query: str, graphs: Iterable[str], file: BinaryIO, *, statements: bool) -> None:
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
        wanted = (_NTRIPLES, "text/plain") if statements else (_JSON_RESULTS, "application/json")
        response = self.http_client.download(
            "POST", self.endpoints.query, file, data=data, headers={"Accept": wanted[0]}, timeout=self.http_client.long_timeout
        )
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind not in wanted:
            raise StoreError(f"{self.endpoints.query}: answers a query with {kind or 'something without a name'}; is it a SPARQL service?")

    def query_number(self, query: str) -> int:
        """The one number ``?n`` that is asked for."""
        rows = self.select(query)
        try:
            return int(rows[0]["n"].value)
        except (IndexError, KeyError, ValueError):
            raise StoreError(f"{self.endpoints.query}: does not say how many there are: {query}") from None

    def ask(self, pattern: str) -> bool:
        """Whether there is what the pattern says."""
        return bool(self.select(f"SELECT * {{ {pattern} }} LIMIT 1"))

    def update(self, text: str, *, idempotent: bool = True) -> None:
        """Tell the server to change something.

        Args:
            text: SPARQL Update.
            idempotent: whether it may be told twice.

        Raises:
            StoreError: the server refuses, or takes no updates.
        """
        if not self.endpoints.update:
            raise StoreError(f"{self.endpoints.query}: takes no updates; name its service for them with --update-endpoint")
        headers = {"Content-Type": "application/sparql-update", "Accept": "*/*"}
        self.http_client.request(
            "POST",
            self.endpoints.update,
            idempotent=idempotent,
            content=text.encode(),
            headers=headers,
            timeout=self.http_client.long_timeout,
        )

    def count(self, name: str) -> int:
        """How many statements a graph has."""
        return self.query_number(f"SELECT (COUNT(*) AS ?n) {{ {graph_pattern(name)} }}")

    def count_each(self, names: Iterable[str]) -> dict[str, int]:
        """How many statements each of a few graphs has; those that have none are left out."""
        values = " ".join(f"<{name}>" for name in names)
        rows = self.select(f"SELECT ?g (COUNT(*) AS ?n) {{ VALUES ?g {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }} GROUP BY ?g")
        return {row["g"].value: int(row["n"].value) for row in rows if "g" in row}

    def find_graphs(self, pattern: str, condition: str, page_size: int = 1000) -> Iterator[str]:
        """The names of the graphs in which a pattern is found and that fulfil a condition on ``?g``, sorted."""
        last = ""
        while True:
            where = f'GRAPH ?g {{ {pattern} }} FILTER ({condition} && STR(?g) > "{last}")'
            names = sorted(row["g"].value for row in self.select(f"SELECT DISTINCT ?g {{ {where} }} ORDER BY STR(?g) LIMIT {page_size}"))
            yield from names
            if len(names) < page_size:
                return
            last = names[-1]

    def read_subjects(self, name: str, subjects: Iterable[str]) -> set[str]:
        """The statements about a few subjects, as N-Triples without the point."""
        values = " ".join(f"<{subject}>" for subject in subjects)
        rows = self.select(f"SELECT ?s ?p ?o {{ VALUES ?s {{ {values} }} {graph_clause(name)}{{ ?s ?p ?o }} }}")
        return {f"{row['s']} {row['p']} {row['o']}" for row in rows}


def _parse_json_term(value: dict[str, str]) -> SolutionTerm:
    if value["type"] == "uri":
        return pyoxigraph.NamedNode(value["value"])
    if value["type"] == "bnode":
        return pyoxigraph.BlankNode(value["value"])
    if language := value.get("xml:lang"):
        return pyoxigraph.Literal(value["value"], language=language)
    return pyoxigraph.Literal(value["value"], datatype=pyoxigraph.NamedNode(value["datatype"]) if "datatype" in value else None)
