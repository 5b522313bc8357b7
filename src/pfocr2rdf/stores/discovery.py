"""Finding out what a server is, and where it takes queries, updates and graphs, by asking it."""

from __future__ import annotations

from typing import NamedTuple

import httpx

from pfocr2rdf.errors import StoreError
from pfocr2rdf.stores.clients.http import RefusedError, Web
from pfocr2rdf.stores.clients.sparql import Endpoints, Sparql
from pfocr2rdf.stores.drivers import DRIVERS, Server

_LAYOUTS = (
    ("oxigraph", "/query", "/update", "/store"),
    ("gsp", "/sparql", "/update", "/data"),  # Apache Jena Fuseki, below the URL of a dataset
    ("gsp", ".", "/statements", "/rdf-graphs/service"),  # GraphDB and RDF4J, below the URL of a repository
    ("gsp", "/query", "/update", "."),  # Stardog, below the URL of a database
    ("update", ".", ".", ""),  # one URL for all, as Blazegraph and Neptune have it
)
"""The kind, and where servers have their services below the URL that people know: ``.`` is that URL itself."""

_ENDS = ("/query", "/update", "/store", "/sparql", "/statements", "/data")


class Found(NamedTuple):
    """A server.

    Attributes:
        driver: the name of its kind.
        server: it.
    """

    driver: str
    server: Server


def discover(url: str, web: Web, driver: str = "", forced: Endpoints | None = None) -> Found:
    """Find out what a URL leads to.

    Args:
        url: of the server, or of one of its services.
        web: the connection.
        driver: its kind, where the user knows better.
        forced: the services that the user named; ``""`` for those that are to be found.

    Raises:
        StoreError: nothing there answers a query, or it takes no statements.
    """
    forced = forced or Endpoints("")
    url = url.rstrip("/")
    name = _name(url, web)
    kind, endpoints = ("", forced) if forced.query else _endpoints(url, driver or name, web)
    endpoints = Endpoints(*(mine or found for mine, found in zip(forced, endpoints, strict=True)))
    kind = driver or kind or name or ("gsp" if endpoints.store else "update")
    if kind == "gsp" and not endpoints.store:
        raise StoreError(f"{url}: no Graph Store Protocol was found there; name its URL with --graph-store, or load with --driver update")
    if not endpoints.store and not endpoints.update:
        raise StoreError(f"{url}: takes neither updates nor graphs; name where it does with --update-endpoint or --graph-store")
    return Found(kind, DRIVERS[kind](web, endpoints))


def _name(url: str, web: Web) -> str:
    """The kind of server that says so of itself, or ``""``."""
    try:
        said = web.send("GET", url, headers={"Accept": "text/turtle, */*;q=0.1"}).headers.get("Server", "")
    except RefusedError as error:
        if error.hopeless:
            raise
        said = error.server
    return next((name for name in ("oxigraph", "virtuoso") if said.lower().startswith(name)), "")


def _endpoints(url: str, kind: str, web: Web) -> tuple[str, Endpoints]:
    """The services of a server of this kind, or of any where it is not known."""
    if kind == "virtuoso":
        root = str(httpx.URL(url).copy_with(path="/", query=None)).rstrip("/")
        auth = "-auth" if web.credentials else ""
        return kind, Endpoints(f"{root}/sparql{auth}", f"{root}/sparql{auth}", f"{root}/sparql-graph-crud{auth}")
    bases = dict.fromkeys([url, *(url.removesuffix(end) for end in _ENDS if url.endswith(end))])
    for base in bases:
        for layout, *paths in _LAYOUTS:
            found = Endpoints(*(base if path == "." else path and base + path for path in paths))
            if kind in ("", layout) and _answers(found.query, web):
                return layout, found
    raise StoreError(f"{url}: nothing there answers a SPARQL query; name its services with --query-endpoint and --update-endpoint")


def _answers(query: str, web: Web) -> bool:
    """Whether a URL answers a query."""
    try:
        return Sparql(web, Endpoints(query)).select("SELECT ?one { BIND (1 AS ?one) }")[0]["one"].value == "1"
    except RefusedError as error:
        if error.hopeless:
            raise
        return False
    except StoreError:
        return False
