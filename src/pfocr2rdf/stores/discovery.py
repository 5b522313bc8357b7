"""Finding out what a server is, and where it takes queries, updates and graphs, by asking it."""

from __future__ import annotations

from typing import NamedTuple

import httpx

from pfocr2rdf.errors import StoreError
from pfocr2rdf.stores.clients.http import HttpClient, RequestRefusedError
from pfocr2rdf.stores.clients.sparql import Endpoints, SparqlClient
from pfocr2rdf.stores.drivers import DRIVERS, GraphStoreDriver

_ENDPOINT_LAYOUTS = (
    ("oxigraph", "/query", "/update", "/store"),
    ("gsp", "/sparql", "/update", "/data"),  # Apache Jena Fuseki, below the URL of a dataset
    ("gsp", ".", "/statements", "/rdf-graphs/service"),  # GraphDB and RDF4J, below the URL of a repository
    ("gsp", "/query", "/update", "."),  # Stardog, below the URL of a database
    ("update", ".", ".", ""),  # one URL for all, as Blazegraph and Neptune have it
)
"""The kind, and where servers have their services below the URL that people know: ``.`` is that URL itself."""

_SERVICE_PATHS = ("/query", "/update", "/store", "/sparql", "/statements", "/data")


class DiscoveredServer(NamedTuple):
    """A server.

    Attributes:
        driver: the name of its kind.
        server: it.
    """

    driver: str
    server: GraphStoreDriver


def discover_server(url: str, http_client: HttpClient, driver: str = "", given_endpoints: Endpoints | None = None) -> DiscoveredServer:
    """Find out what a URL leads to.

    Args:
        url: of the server, or of one of its services.
        http_client: the connection.
        driver: its kind, where the user knows better.
        given_endpoints: the services that the user named; ``""`` for those that are to be found.

    Raises:
        StoreError: nothing there answers a query, or it takes no statements.
    """
    given_endpoints = given_endpoints or Endpoints("")
    url = url.rstrip("/")
    name = _server_name(url, http_client)
    kind, endpoints = ("", given_endpoints) if given_endpoints.query else _find_endpoints(url, driver or name, http_client)
    endpoints = Endpoints(*(mine or found for mine, found in zip(given_endpoints, endpoints, strict=True)))
    kind = driver or kind or name or ("gsp" if endpoints.store else "update")
    if kind == "gsp" and not endpoints.store:
        raise StoreError(f"{url}: no Graph Store Protocol was found there; name its URL with --graph-store, or load with --driver update")
    if not endpoints.store and not endpoints.update:
        raise StoreError(f"{url}: takes neither updates nor graphs; name where it does with --update-endpoint or --graph-store")
    return DiscoveredServer(kind, DRIVERS[kind](http_client, endpoints))


def _server_name(url: str, web: HttpClient) -> str:
    """The kind of server that says so of itself, or ``""``."""
    try:
        said = web.request("GET", url, headers={"Accept": "text/turtle, */*;q=0.1"}).headers.get("Server", "")
    except RequestRefusedError as error:
        if error.is_permanent:
            raise
        said = error.server_header
    return next((name for name in ("oxigraph", "virtuoso") if said.lower().startswith(name)), "")


def _find_endpoints(url: str, kind: str, web: HttpClient) -> tuple[str, Endpoints]:
    """The services of a server of this kind, or of any where it is not known."""
    if kind == "virtuoso":
        root = str(httpx.URL(url).copy_with(path="/", query=None)).rstrip("/")
        auth = "-auth" if web.credentials else ""
        return kind, Endpoints(f"{root}/sparql{auth}", f"{root}/sparql{auth}", f"{root}/sparql-graph-crud{auth}")
    bases = dict.fromkeys([url, *(url.removesuffix(end) for end in _SERVICE_PATHS if url.endswith(end))])
    for base in bases:
        for layout, *paths in _ENDPOINT_LAYOUTS:
            found = Endpoints(*(base if path == "." else path and base + path for path in paths))
            if kind in ("", layout) and _answers_query(found.query, web):
                return layout, found
    raise StoreError(f"{url}: nothing there answers a SPARQL query; name its services with --query-endpoint and --update-endpoint")


def _answers_query(query: str, web: HttpClient) -> bool:
    """Whether a URL answers a query."""
    try:
        return SparqlClient(web, Endpoints(query)).select("SELECT ?one { BIND (1 AS ?one) }")[0]["one"].value == "1"
    except RequestRefusedError as error:
        if error.is_permanent:
            raise
        return False
    except StoreError:
        return False
