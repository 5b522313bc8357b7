"""What ``pfocr2rdf serve`` answers to each request of the SPARQL 1.1 Protocol, to its clients, and to heads beyond the limits."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import socket
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import brotli
import httpx
import pytest
import rdflib
import SPARQLWrapper
import zstandard
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from tests.support.records import ROOT
from tests.support.service import DIRECT, FORM, Served, served

from pfocr2rdf import export, load
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.stores.embedded import EmbeddedStore

GRAPHS = ["https://example.org/graph/1", "https://example.org/graph/2", "https://example.org/graph/3"]
FIGURE = "https://pfocr.wikipathways.org/figures/PMC5095497__IMM-149-423-g007.html"
TITLE = "http://purl.org/dc/terms/title"
ROW_COUNT = 2000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A file of N-Quads with a resource in each of three graphs, one in no graph, and one with many statements."""
    folder = tmp_path_factory.mktemp("protocol")
    lines = [f'<{graph}> <{TITLE}> "Graph {number}" <{graph}> .\n' for number, graph in enumerate(GRAPHS, 1)]
    lines += [f'<{GRAPHS[2]}> <https://example.org/value> "{number}" <{GRAPHS[2]}> .\n' for number in range(ROW_COUNT)]
    lines += [f'<{FIGURE}> <{TITLE}> "A figure" .\n']
    lines += [
        f"<{FIGURE}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://pfocr.wikipathways.org/vocab#Figure> <{GRAPHS[0]}> .\n"
    ]
    source = folder / "graphs.nq"
    source.write_text("".join(lines), encoding="utf-8")
    with served(source, folder, "--workers", "1") as server:
        yield server


# -- the tests of the W3C for queries: the same requests and outcomes, over other graphs ------------------------------------


def patterns(*graphs: str) -> str:
    """A pattern that needs all these resources in the default graph."""
    return " ".join(f"<{graph}> <{TITLE}> ?title{number} ." for number, graph in enumerate(graphs))


def named_patterns(*graphs: str) -> str:
    """A pattern that needs each of these resources in some named graph."""
    return " ".join(f"GRAPH ?graph{number} {{ <{graph}> <{TITLE}> ?named{number} }}" for number, graph in enumerate(graphs))


CLIENT = httpx.Client(trust_env=False, timeout=60)  # one for all, since each has certificates to read


def fields(name: str, *values: str) -> str:
    return "&".join(f"{name}={quote(value, safe='')}" for value in values)


FIRST, NAMED_FIRST = patterns(*GRAPHS[:2]), named_patterns(*GRAPHS[:2])
DEFAULT_12, NAMED_12 = fields("default-graph-uri", *GRAPHS[:2]), fields("named-graph-uri", *GRAPHS[:2])
NONE = fields("default-graph-uri", "https://example.org/graph/none")


@pytest.mark.parametrize(
    ("method", "parameters", "headers", "body"),
    [
        pytest.param("POST", NONE, FORM, fields("query", "ASK {}"), id="form"),
        pytest.param("GET", f"{fields('query', f'ASK {{ {FIRST} }}')}&{DEFAULT_12}", {}, "", id="default graphs by GET"),
        pytest.param("POST", DEFAULT_12, DIRECT, f"ASK {{ {FIRST} }}", id="default graphs by POST"),
        pytest.param("POST", "", FORM, f"{fields('query', f'ASK {{ {FIRST} }}')}&{DEFAULT_12}", id="default graphs in a form"),
        pytest.param("POST", NAMED_12, DIRECT, f"ASK {{ {NAMED_FIRST} }}", id="named graphs by POST"),
        pytest.param("GET", f"{fields('query', f'ASK {{ {NAMED_FIRST} }}')}&{NAMED_12}", {}, "", id="named graphs by GET"),
        pytest.param(
            "POST", f"{fields('default-graph-uri', GRAPHS[2])}&{NAMED_12}", DIRECT,
            f"ASK {{ {patterns(GRAPHS[2])} {NAMED_FIRST} }}", id="default and named graphs",
        ),
        pytest.param(
            "POST", NAMED_12, DIRECT, f"ASK FROM <{GRAPHS[2]}> {{ {NAMED_FIRST} FILTER NOT EXISTS {{ {patterns(GRAPHS[2])} }} }}",
            id="the protocol wins over FROM",
        ),
        pytest.param("GET", f"{NONE}&query=ASK%20%7B%7D", {}, "", id="GET"),
        pytest.param("POST", "", DIRECT, "ASK {}", id="direct"),
        pytest.param("GET", fields("query", f"ASK FROM NAMED <{GRAPHS[0]}> {{ {named_patterns(GRAPHS[0])} }}"), {}, "", id="FROM NAMED"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/sparql", "/sparql/", "//sparql"])
def test_a_query_is_true(path: str, method: str, parameters: str, headers: dict[str, str], body: str, server: Served) -> None:
    response = CLIENT.request(method, f"{server.url}{path}?{parameters}", headers=headers, content=body)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] in ("application/sparql-results+json", "application/sparql-results+xml")
    assert response.json()["boolean"] is True


@pytest.mark.parametrize("parameters", ["; charset=utf-8", ';charset="UTF-8"', " ; charset=us-ascii", ";", "; version=1.1", ";" * 2000])
def test_a_media_type_may_have_parameters(parameters: str, server: Served) -> None:
    headers = {"Content-Type": f"Application/SPARQL-Query{parameters}"}
    assert CLIENT.post(f"{server.url}/sparql", headers=headers, content="ASK {}").json()["boolean"] is True


def test_graphs_that_are_not_named_are_not_asked(server: Served) -> None:
    for parameters, pattern in (
        (DEFAULT_12, patterns(GRAPHS[2])),
        (DEFAULT_12, named_patterns(GRAPHS[0])),
        (NAMED_12, patterns(GRAPHS[0])),
        (NAMED_12, named_patterns(GRAPHS[2])),
        (NONE, patterns(GRAPHS[0])),
    ):
        response = CLIENT.post(f"{server.url}/sparql/?{parameters}", headers=DIRECT, content=f"ASK {{ {pattern} }}")
        assert response.json()["boolean"] is False, pattern


@pytest.mark.parametrize(
    ("query", "media_types"),
    [
        ("SELECT (1 AS ?value) {}", "application/sparql-results\\+(json|xml)|text/(csv|tab-separated-values)"),
        ("ASK {}", "application/sparql-results\\+(json|xml)"),
        ("DESCRIBE <https://example.org/>", "text/turtle|application/(rdf\\+xml|n-triples|ld\\+json)"),
        ("CONSTRUCT { <s> <p> 1 } WHERE {}", "text/turtle|application/(rdf\\+xml|n-triples|ld\\+json)"),
    ],
)
def test_each_query_form_has_a_media_type_of_its_own(query: str, media_types: str, server: Served) -> None:
    response = CLIENT.post(f"{server.url}/sparql/?{NONE}", headers=DIRECT, content=query)
    assert response.status_code == 200, response.text
    assert re.fullmatch(media_types, response.headers["content-type"].partition(";")[0])


def test_relative_iris_are_resolved_against_the_endpoint(server: Served) -> None:
    turtle = CLIENT.post(f"{server.url}/sparql", headers=DIRECT, content="CONSTRUCT { <a> <#b> <../c> } WHERE {}").text
    (triple,) = rdflib.Graph().parse(data=turtle, format="turtle")
    assert list(map(str, triple)) == [f"{server.url}/a", f"{server.url}/sparql#b", f"{server.url}/c"]


@pytest.mark.parametrize(
    ("method", "parameters", "headers", "body"),
    [
        pytest.param("PUT", "query=ASK%20%7B%7D", FORM, b"", id="another method"),
        pytest.param("GET", "query=ASK%20%7B%7D&query=SELECT%20%2A%20%7B%7D", {}, b"", id="two queries"),
        pytest.param("POST", "", FORM, b"query=ASK%20%7B%7D&query=ASK%20%7B%7D", id="two queries in a form"),
        pytest.param("POST", "query=ASK%20%7B%7D", DIRECT, b"ASK {}", id="two queries in two places"),
        pytest.param("POST", "", {"Content-Type": "text/plain"}, b"ASK {}", id="another media type"),
        pytest.param("POST", "", {}, b"query=ASK%20%7B%7D", id="a form without a media type"),
        pytest.param("POST", "", {}, b"ASK {}", id="a query without a media type"),
        pytest.param("POST", "", {"Content-Type": "application/sparql-query; charset=UTF-16"}, "ASK {}".encode("utf-16"), id="UTF-16"),
        pytest.param("POST", "", {"Content-Type": "application/sparql-query; charset=UTF-16"}, b"ASK {}", id="only called UTF-16"),
        pytest.param("POST", "", {"Content-Type": 'application/sparql-query ;a=";"; Charset = "latin1"'}, b"ASK {}", id="called Latin-1"),
        pytest.param("GET", "query=ASK%20%7B", {}, b"", id="wrong syntax"),
        # Updates, right ones and wrong ones:
        pytest.param("GET", "update=CLEAR%20ALL", {}, b"", id="an update by GET"),
        pytest.param("POST", "", FORM, b"update=CLEAR+ALL", id="an update in a form"),
        pytest.param("POST", "", FORM, b"update=CLEAR+NAMED&update=CLEAR+DEFAULT", id="two updates"),
        pytest.param("POST", "", FORM, b"query=ASK%20%7B%7D&update=CLEAR+ALL", id="a query and an update"),
        pytest.param("POST", "", {"Content-Type": "application/sparql-update"}, b"CLEAR ALL", id="a direct update"),
        pytest.param("POST", "", DIRECT, b"CLEAR ALL", id="an update for a query"),
        pytest.param("POST", fields("using-graph-uri", GRAPHS[0]), FORM, b"update=CLEAR+ALL", id="an update with a dataset"),
    ],
)
def test_a_request_is_refused(method: str, parameters: str, headers: dict[str, str], body: bytes, server: Served) -> None:
    response = CLIENT.request(method, f"{server.url}/sparql/?{parameters}", headers=headers, content=body)
    assert 400 <= response.status_code < 500, response.text
    assert response.text.count("\n") == 1
    assert "SPARQL" in response.text or len(response.text) > 20
    assert server.count() > ROW_COUNT


# -- a file with named graphs ----------------------------------------------------------------------------------------------


def test_graphs_of_a_file_stay_apart(server: Served) -> None:
    rows = server.ask(f"SELECT ?g ?title {{ GRAPH ?g {{ ?s <{TITLE}> ?title }} }} ORDER BY ?title").json()["results"]["bindings"]
    assert [(row["g"]["value"], row["title"]["value"]) for row in rows] == [
        (DATASET_IRI, "A figure"), *((graph, f"Graph {number}") for number, graph in enumerate(GRAPHS, 1)),
    ]  # fmt: skip


def test_pages_have_what_is_in_any_graph(server: Served) -> None:
    page = server.get(f"/{FIGURE.split('/', 3)[3]}", "text/html")
    assert page.status_code == 200, page.text
    assert "A figure" in page.text


def test_graphs_of_an_export_stay_apart(tmp_path: Path) -> None:
    export([ROOT / "examples"], tmp_path / "out", formats=["nquads"])
    with served(next((tmp_path / "out").glob("figures.nq*")), tmp_path, "--workers", "1") as server:
        rows = server.ask("SELECT DISTINCT ?g { GRAPH ?g { ?s a pfocr:Figure } }").json()["results"]["bindings"]
        assert len({row["g"]["value"] for row in rows}) == 6
        (figure, *_) = server.ask("SELECT ?s { ?s a pfocr:Figure }").json()["results"]["bindings"]
        assert server.get(f"/{figure['s']['value'].split('/', 3)[3]}", "text/html").status_code == 200


# -- clients ---------------------------------------------------------------------------------------------------------------

WRAPPER_FORMATS = ["json", "xml", "csv", "tsv", "turtle", "n3", "rdf", "rdf+xml", "json-ld"]
QUERIES = {
    "SELECT": f"SELECT * {{ <{GRAPHS[0]}> ?p ?o }}",
    "ASK": f"ASK {{ <{GRAPHS[0]}> ?p ?o }}",
    "CONSTRUCT": f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{GRAPHS[0]}> {{ ?s ?p ?o }} }}",
    "DESCRIBE": f"DESCRIBE <{GRAPHS[0]}>",
}
MADE_FOR = {
    "json": "application/sparql-results+json", "xml": "application/sparql-results+xml", "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}  # fmt: skip
MADE_FOR_GRAPHS = {
    "json": "application/ld+json", "xml": "application/rdf+xml", "turtle": "text/turtle", "n3": "text/turtle", "rdf": "application/rdf+xml",
    "rdf+xml": "application/rdf+xml", "json-ld": "application/ld+json",
}  # fmt: skip


@pytest.mark.parametrize("query_form", list(QUERIES))
@pytest.mark.parametrize("format_name", [None, *WRAPPER_FORMATS])
@pytest.mark.parametrize(("method", "request_method"), [("GET", "urlencoded"), ("POST", "urlencoded"), ("POST", "postdirectly")])
def test_sparqlwrapper(method: str, request_method: str, format_name: str | None, query_form: str, server: Served) -> None:
    wrapper = SPARQLWrapper.SPARQLWrapper(f"{server.url}/sparql")
    wrapper.setQuery(QUERIES[query_form])
    wrapper.setMethod(method)
    wrapper.setRequestMethod(request_method)
    if format_name:
        wrapper.setReturnFormat(format_name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of formats that do not fit the form of a query
        result = wrapper.query()
        converted = result.convert()
    is_graph = query_form in ("CONSTRUCT", "DESCRIBE")
    expected = (MADE_FOR_GRAPHS if is_graph else MADE_FOR).get(format_name or "xml")
    media_type = result.info()["content-type"].partition(";")[0]
    assert media_type == (expected or ("text/turtle" if is_graph else "application/sparql-results+json"))
    if isinstance(converted, rdflib.Graph):
        assert (rdflib.URIRef(GRAPHS[0]), rdflib.URIRef(TITLE), rdflib.Literal("Graph 1")) in converted
    elif query_form == "SELECT":
        text = (
            converted.toxml()
            if hasattr(converted, "toxml")
            else converted.decode()
            if isinstance(converted, bytes)
            else json.dumps(converted)
        )
        assert "Graph 1" in text


@pytest.mark.parametrize("format_name", ["application/sparql-results+json", "application/json", "text/html", "auto", "srx", ""])
@pytest.mark.parametrize("parameter", ["format", "output", "results"])
def test_a_format_of_other_services_spoils_no_header(parameter: str, format_name: str, server: Served) -> None:
    for query, accept in ((QUERIES["SELECT"], "text/csv"), (QUERIES["CONSTRUCT"], "application/n-triples")):
        response = server.get(f"/sparql?{parameter}={format_name}", accept, params={"query": query, parameter: format_name})
        assert (response.status_code, response.headers["content-type"].partition(";")[0]) == (200, accept)


@pytest.mark.parametrize("return_format", ["xml", "json", "csv", "tsv"])
@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_the_store_of_rdflib(method: Any, return_format: str, server: Served) -> None:
    store = SPARQLStore(f"{server.url}/sparql", returnFormat=return_format, method=method)
    graph = rdflib.Graph(store, identifier=rdflib.URIRef(GRAPHS[0]))
    assert str(graph.value(rdflib.URIRef(GRAPHS[0]), rdflib.URIRef(TITLE))) == "Graph 1"
    if return_format in ("xml", "json"):  # CSV and TSV have no booleans
        assert store.query(QUERIES["ASK"]).askAnswer is True
    if return_format == "xml":  # with the others it accepts no graphs
        for query_form in ("CONSTRUCT", "DESCRIBE"):
            assert (rdflib.URIRef(GRAPHS[0]), rdflib.URIRef(TITLE), rdflib.Literal("Graph 1")) in store.query(QUERIES[query_form]).graph


@pytest.mark.parametrize("media_type", ["application/sparql-results+json", "text/csv", "application/n-triples"])
def test_comunica(media_type: str, server: Served) -> None:
    program = shutil.which("comunica-sparql")
    if program is None:
        pytest.skip("comunica-sparql is not installed: npm install --global @comunica/query-sparql@4")
    query = QUERIES["CONSTRUCT" if media_type == "application/n-triples" else "SELECT"]
    command = [program, f"sparql@{server.url}/sparql", query, "-t", media_type]
    result = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    assert "Graph 1" in result.stdout


# -- browsers --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/sparql", "/sparql/", "/", "/.well-known/void", "/context.jsonld"])
def test_preflights_allow_all_headers_that_are_asked_for(path: str, server: Served) -> None:
    asked = "content-type, accept, x-requested-with, authorization, queryid"
    headers = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": asked}
    response = CLIENT.options(f"{server.url}{path}", headers=headers)
    assert response.status_code == 204
    assert set(asked.split(", ")) <= {name.lower() for name in response.headers["access-control-allow-headers"].split(", ")}
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-request-headers" in response.headers["vary"].lower()
    assert not {"access-control-allow-credentials", "access-control-allow-private-network"} & response.headers.keys()


def test_a_header_that_can_be_none_is_not_allowed(server: Served) -> None:
    response = CLIENT.options(f"{server.url}/sparql", headers={"Access-Control-Request-Headers": "a b, <c>, d"})
    assert {"d", "accept", "content-type"} == {name.lower() for name in response.headers["access-control-allow-headers"].split(", ")}


@pytest.mark.parametrize("path", ["/sparql/", "//sparql", "///sparql//"])
def test_a_browser_is_led_to_the_address_from_which_links_start(path: str, server: Served) -> None:
    response = server.get(f"{path}?query=ASK%7B%7D", "text/html,*/*;q=0.8")
    assert (response.status_code, response.headers["location"]) == (308, "/sparql?query=ASK%7B%7D")
    assert server.get(f"{path}?query=ASK%7B%7D&format=json", "text/html,*/*;q=0.8").status_code == 200


def test_an_error_of_the_store_does_not_tell_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.nt").write_text(f'<{FIGURE}> <{TITLE}> "A" .\n', encoding="utf-8")
    load(tmp_path / "a.nt", tmp_path / "store")
    with served(tmp_path / "store", tmp_path, "--workers", "1") as server:
        store = EmbeddedStore(tmp_path / "store", writable=True)
        for response in (server.ask("ASK {}"), server.get("/browse/index.html"), server.get("/figures/a.ttl")):
            assert response.status_code == 503
            assert "the store cannot be read at the moment" in response.text
            assert str(tmp_path) not in response.text
        store.close()
        assert server.ask("ASK {}").status_code == 200


# -- compression -----------------------------------------------------------------------------------------------------------

ALL_ROWS = f"SELECT * {{ <{GRAPHS[2]}> <https://example.org/value> ?value }}"


@pytest.mark.parametrize(
    ("accept_encoding", "coding"),
    [
        ("gzip", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("gzip;q=0", ""),
        ("identity", ""),
        ("", ""),
        ("gzip, br;q=0.5", "gzip"),
        ("*;q=0", ""),
    ],
)
@pytest.mark.parametrize("media_type", ["application/sparql-results+json", "text/csv", "text/html"])
def test_responses_are_compressed_if_that_is_asked_for(media_type: str, accept_encoding: str, coding: str, server: Served) -> None:
    parameters = {"query": ALL_ROWS}
    headers = {"Accept": media_type, "Accept-Encoding": accept_encoding}
    with CLIENT.stream("GET", f"{server.url}/sparql", params=parameters, headers=headers) as response:
        raw = b"".join(response.iter_raw())
    assert response.headers.get("content-encoding", "") == coding
    assert {"accept", "accept-encoding"} == {name.lower() for name in response.headers["vary"].split(", ")}
    decoders = {
        "gzip": gzip.decompress,
        "br": brotli.decompress,
        "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
    }
    text = decoders[coding](raw) if coding else raw
    assert text == CLIENT.get(f"{server.url}/sparql", params=parameters, headers={"Accept": media_type}).content
    assert len(raw) < len(text) / 2 or not coding


def test_a_small_response_is_not_compressed(server: Served) -> None:
    response = CLIENT.get(f"{server.url}/sparql", params={"query": "ASK {}"}, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in response.headers
    assert response.headers["content-length"] == str(len(response.content))


# -- limits of heads -------------------------------------------------------------------------------------------------------


def send_raw(server: Served, data: bytes) -> str:
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall(data)
        received = b""
        while block := connection.recv(1 << 16):
            received += block
    return received.decode()


def request_head(target: str = "/health", **headers: str) -> bytes:
    lines = [f"GET {target} HTTP/1.1", "Host: localhost", "Connection: close", *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


@pytest.mark.parametrize("size", [66_000, 90_000, 300_000, 2_000_000])
def test_a_long_address_is_told(size: int, server: Served) -> None:
    response = send_raw(server, request_head(f"/sparql?query=ASK%7B%7D%23{'a' * size}"))
    assert response.startswith("HTTP/1.1 414 ")
    assert response.endswith("the URL is longer than 65,536 bytes; send a long query with POST\n")
    assert "access-control-allow-origin: *" in response.lower()


def test_an_address_within_the_limit_is_answered(server: Served) -> None:
    assert '"boolean":true' in send_raw(server, request_head(f"/sparql?query=ASK%7B%7D%23{'a' * 65_000}"))


@pytest.mark.parametrize("name", ["Accept", "Accept_Encoding", "Content_Type", "Access_Control_Request_Headers"])
def test_a_long_header_is_told(name: str, server: Served) -> None:
    response = send_raw(server, request_head(**{name: '"' * 2049}))
    assert response.startswith("HTTP/1.1 431 ")
    assert f"the header {name.replace('_', '-').lower()} is longer than 2,048 bytes\n" in response
    assert send_raw(server, request_head(**{name: '"' * 2048})).startswith("HTTP/1.1 200 ")


def test_a_header_in_many_lines_is_not_longer(server: Served) -> None:
    lines = "".join("Accept: a/b\r\n" for _ in range(1000)).encode()
    assert send_raw(server, request_head().replace(b"Host:", lines + b"Host:")).startswith("HTTP/1.1 431 ")


@pytest.mark.parametrize(
    ("data", "status", "message"),
    [
        (request_head(X_Long="a" * 100_000), 431, "the request headers are larger than 81,920 bytes"),
        (request_head(Content_Length="4", Transfer_Encoding="chunked") + b"0\r\n\r\n", 400, "both Content-Length and Transfer-Encoding"),
        (request_head(Content_Length="4").replace(b"Host", b"Content-Length: 5\r\nHost"), 400, "conflicting Content-Length headers"),
        (request_head(Content_Length="-4"), 400, "bad Content-Length"),
        (request_head(Transfer_Encoding="gzip"), 400, "Only Transfer-Encoding: chunked is supported"),
        (b"GET /health HTTP/1.1\r\n\r\n", 400, "Missing mandatory Host: header"),
        (b"nonsense\r\n\r\n", 400, "illegal request line"),
    ],
)
def test_what_is_no_request_is_told(data: bytes, status: int, message: str, server: Served) -> None:
    response = send_raw(server, data)
    assert response.startswith(f"HTTP/1.1 {status} ")
    assert message in response.rpartition("\r\n")[2]
    assert "\r\nconnection: close\r\n" in response.lower()
