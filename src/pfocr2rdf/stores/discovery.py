"""Service discovery: which kind of server a URL leads to, and where it takes queries, updates and graphs, found out by requests."""

from __future__ import annotations

import httpx

from pfocr2rdf.errors import StoreError
from pfocr2rdf.stores.clients.http import HttpClient, RequestRefusedError
from pfocr2rdf.stores.clients.sparql import Endpoints, SparqlClient
from pfocr2rdf.stores.drivers import DRIVERS, GraphStoreDriver

# The driver, and the paths of the services below the URL that people know: "." is that URL itself.
_ENDPOINT_LAYOUTS = (
    ("oxigraph", "/query", "/update", "/store"),
    ("gsp", "/sparql", "/update", "/data"),  # Apache Jena Fuseki, below the URL of a dataset
    ("gsp", ".", "/statements", "/rdf-graphs/service"),  # GraphDB and RDF4J, below the URL of a repository
    ("gsp", "/query", "/update", "."),  # Stardog, below the URL of a database
    ("update", ".", ".", ""),  # one URL for all, as Blazegraph and Neptune have it
)

_SERVICE_PATHS = ("/query", "/update", "/store", "/sparql", "/statements", "/data")


def discover_server(url: str, http_client: HttpClient, driver: str = "", given_endpoints: Endpoints | None = None) -> GraphStoreDriver:
    """Find the services behind the URL of a server, or of one of its services, and the driver for them.

    What the user knows of them is not looked for: the name of the driver, and endpoints that are not empty.

    Raises:
        StoreError: nothing there answers a query, or it takes no statements.
    """
    given_endpoints = given_endpoints or Endpoints("")
    url = url.rstrip("/")
    product, refusal = _identify_product(url, http_client)
    layout, endpoints = ("", given_endpoints) if given_endpoints.query else _find_endpoints(url, driver or product, http_client, refusal)
    endpoints = Endpoints(*(given or discovered for given, discovered in zip(given_endpoints, endpoints, strict=True)))
    driver = driver or layout or product or ("gsp" if endpoints.store else "update")
    if driver == "gsp" and not endpoints.store:
        raise StoreError(f"{url}: no Graph Store Protocol was found there; name its URL with --graph-store, or load with --driver update")
    if not endpoints.store and not endpoints.update:
        raise StoreError(f"{url}: accepts neither updates nor graphs; name the endpoint with --update-endpoint or --graph-store")
    return DRIVERS[driver](http_client, endpoints)


def _identify_product(url: str, http_client: HttpClient) -> tuple[str, str]:
    """The driver for the product in the ``Server`` header, or ``""``; and the status of a response that is an error, or ``""``."""
    refusal = ""
    try:
        header = http_client.request("GET", url, headers={"Accept": "text/turtle, */*;q=0.1"}).headers.get("Server", "")
    except RequestRefusedError as error:
        if error.is_permanent:
            raise
        header, refusal = error.server_header, error.status_line
    return next((driver for driver in ("oxigraph", "virtuoso") if header.lower().startswith(driver)), ""), refusal


def _find_endpoints(url: str, driver: str, http_client: HttpClient, refusal: str) -> tuple[str, Endpoints]:
    """The driver and the services of a server; any driver's where it is not known."""
    if driver == "virtuoso":
        root = str(httpx.URL(url).copy_with(path="/", query=None)).rstrip("/")
        auth = "-auth" if http_client.credentials else ""
        return driver, Endpoints(f"{root}/sparql{auth}", f"{root}/sparql{auth}", f"{root}/sparql-graph-crud{auth}")
    bases = dict.fromkeys([url, *(url.removesuffix(path) for path in _SERVICE_PATHS if url.endswith(path))])
    for base in bases:
        for layout, *paths in _ENDPOINT_LAYOUTS:
            endpoints = Endpoints(*(base if path == "." else path and base + path for path in paths))
            if driver in ("", layout) and _answers_query(endpoints.query, http_client):
                return layout, endpoints
    status = f", and the server responds with {refusal}" if refusal else ""
    remedy = "check the URL, or name the endpoints with --query-endpoint and --update-endpoint"
    raise StoreError(f"{url}: there is no SPARQL service at this URL{status}; {remedy}")


def _answers_query(url: str, http_client: HttpClient) -> bool:
    try:
        return SparqlClient(http_client, Endpoints(url)).select("SELECT ?one { BIND (1 AS ?one) }")[0]["one"].value == "1"
    except RequestRefusedError as error:
        if error.is_permanent:
            raise
        return False
    except StoreError:
        return False
