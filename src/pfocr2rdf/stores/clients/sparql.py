"""A client of the SPARQL 1.1 Protocol, which every server speaks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

import pyoxigraph

from pfocr2rdf.errors import StoreError
from pfocr2rdf.stores.clients.http import HttpClient
from pfocr2rdf.stores.graph_layout import graph_clause
from pfocr2rdf.stores.store import SolutionMapping, SolutionTerm, Store

_JSON_RESULTS = "application/sparql-results+json"
_NTRIPLES = "application/n-triples"


class Endpoints(NamedTuple):
    """The URLs of the services of a server; ``""`` for one that it has not."""

    query: str
    update: str = ""
    store: str = ""  # of the Graph Store Protocol


class SparqlClient(Store):
    """The query and update services of one server."""

    def __init__(self, http_client: HttpClient, endpoints: Endpoints) -> None:
        self.http_client = http_client
        self.endpoints = endpoints
        self.location = endpoints.query

    def select(self, query: str) -> list[SolutionMapping]:
        """The solutions of a SELECT query. Servers cut long results: ask for few rows, and count with ``COUNT``.

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
            body = self.http_client.body_excerpt(response)
            raise StoreError(f"{url}: did not return query results: {body}; check that the URL is a SPARQL endpoint") from None

    def download_result(self, query: str, graphs: Iterable[str], file: BinaryIO, *, statements: bool) -> None:
        """Download the result of a query of any form into a file: statements as N-Triples, else SPARQL 1.1 Query Results JSON.

        The graphs make up the default graph; without any it is the server's own.

        Raises:
            StoreError: the server refuses, or answers with something else.
        """
        data = {"query": query, "default-graph-uri": list(graphs)}
        media_types = (_NTRIPLES, "text/plain") if statements else (_JSON_RESULTS, "application/json")
        response = self.http_client.download(
            "POST", self.endpoints.query, file, data=data, headers={"Accept": media_types[0]}, timeout=self.http_client.long_timeout
        )
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if media_type not in media_types:
            raise StoreError(
                f"{self.endpoints.query}: the response has the media type {media_type or 'none'}; check that it is a SPARQL endpoint"
            )

    def update(self, text: str, *, idempotent: bool = True) -> None:
        """Execute a SPARQL Update, which may be sent twice if it is ``idempotent``; ``StoreError`` if the server refuses, or takes none."""
        if not self.endpoints.update:
            raise StoreError(f"{self.endpoints.query}: does not accept updates; name the update endpoint with --update-endpoint")
        headers = {"Content-Type": "application/sparql-update", "Accept": "*/*"}
        timeout = self.http_client.long_timeout
        self.http_client.request(
            "POST", self.endpoints.update, idempotent=idempotent, content=text.encode(), headers=headers, timeout=timeout
        )

    def count_each(self, graphs: Iterable[str]) -> dict[str, int]:
        """The numbers of statements of a few graphs, without those that have none."""
        values = " ".join(f"<{graph}>" for graph in graphs)
        rows = self.select(f"SELECT ?g (COUNT(*) AS ?n) {{ VALUES ?g {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }} GROUP BY ?g")
        return {row["g"].value: int(row["n"].value) for row in rows if "g" in row}

    def find_graphs(self, pattern: str, condition: str, page_size: int = 1000) -> Iterator[str]:
        """The names of the graphs that match a pattern and a condition on ``?g``, sorted; they are queried page by page."""
        last = ""
        while True:
            page = f'GRAPH ?g {{ {pattern} }} FILTER ({condition} && STR(?g) > "{last}")'
            names = sorted(row["g"].value for row in self.select(f"SELECT DISTINCT ?g {{ {page} }} ORDER BY STR(?g) LIMIT {page_size}"))
            yield from names
            if len(names) < page_size:
                return
            last = names[-1]

    def read_subjects(self, graph: str, subjects: Iterable[str]) -> set[str]:
        """The statements of a graph about a few subjects, as N-Triples without the final point."""
        values = " ".join(f"<{subject}>" for subject in subjects)
        rows = self.select(f"SELECT ?s ?p ?o {{ VALUES ?s {{ {values} }} {graph_clause(graph)}{{ ?s ?p ?o }} }}")
        return {f"{row['s']} {row['p']} {row['o']}" for row in rows}


def _parse_json_term(value: dict[str, str]) -> SolutionTerm:
    if value["type"] == "uri":
        return pyoxigraph.NamedNode(value["value"])
    if value["type"] == "bnode":
        return pyoxigraph.BlankNode(value["value"])
    if language := value.get("xml:lang"):
        return pyoxigraph.Literal(value["value"], language=language)
    return pyoxigraph.Literal(value["value"], datatype=pyoxigraph.NamedNode(value["datatype"]) if "datatype" in value else None)
