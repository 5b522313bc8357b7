"""``pfocr2rdf serve`` speaks the SPARQL protocol, answers what ``query`` answers, and bears what the web sends."""

from __future__ import annotations

import contextlib
import html
import io
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph
import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, Quad
from rdflib.compare import isomorphic
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from tests.support.processes import wait_until
from tests.support.records import ROOT, exported
from tests.support.service import (
    COUNT,
    DIRECT,
    ENDLESS,
    EVIL,
    FORM,
    GREEDY,
    LONG,
    PATHS,
    TOKENS,
    Served,
    alive,
    digest,
    noise,
    served,
)

from pfocr2rdf import load, query
from pfocr2rdf.errors import OptionError, StoreError
from pfocr2rdf.rdf.text import replace_bidi_controls
from pfocr2rdf.rdf.vocabulary import ONTOLOGY_VERSION
from pfocr2rdf.server.app import application
from pfocr2rdf.server.content_negotiation import GRAPH_MEDIA_TYPES, RESULT_MEDIA_TYPES
from pfocr2rdf.server.settings import ServerSettings
from pfocr2rdf.stores.graph_layout import EXAMPLES_GRAPH
from pfocr2rdf.stores.querying.examples import Example, load_examples

DATASET, VOCABULARY = "https://pfocr.wikipathways.org/dataset", "https://pfocr.wikipathways.org/vocab"

HOSTILE = "https://example.org/hostile"

LOCAL = [example for example in load_examples() if not example.services]

SD = "http://www.w3.org/ns/sparql-service-description#"

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples, loaded, and a graph with words that no page should take for its own."""
    folder = tmp_path_factory.mktemp("serve")
    exported([ROOT / "examples"], folder / "out")
    load(folder / "out", folder / "store")
    rdf_store = pyoxigraph.Store(folder / "store")
    rdf_store.add(Quad(NamedNode("https://example.org/a'b&c"), NamedNode("javascript:alert(1)"), Literal(EVIL), NamedNode(HOSTILE)))
    return folder / "store"


@pytest.fixture(scope="module")
def server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with room enough. Whatever it is asked, nothing of the store changes."""
    previous = digest(store)
    with served(store, tmp_path_factory.mktemp("server"), "--workers", "2", "--timeout", "4", "--max-answer", "64") as server:
        yield server
    assert digest(store) == previous


@pytest.fixture(scope="module")
def strict(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that gives little."""
    bounds = ("--workers", "1", "--queue", "0", "--timeout", "2", "--memory", "128", "--max-answer", "1")
    with served(store, tmp_path_factory.mktemp("strict"), *bounds) as server:
        yield server


def test_the_three_forms_of_a_query_have_one_answer(server: Served) -> None:
    text = "SELECT ?s { ?s a pfocr:Figure } ORDER BY ?s"
    response = server.get("/sparql", params={"query": text})
    direct = httpx.post(f"{server.url}/sparql", content=text, headers={"Content-Type": "application/sparql-query; charset=utf-8"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/sparql-results+json"
    assert len(response.json()["results"]["bindings"]) == 6
    assert response.content == direct.content == server.ask(text).content
    head = httpx.head(f"{server.url}/sparql", params={"query": text})
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(response.content)))


@pytest.mark.parametrize("direct", [True, False])
def test_the_protocol_names_the_graphs(direct: bool, server: Served) -> None:
    pattern = "{ { SELECT (COUNT(*) AS ?default) { ?s ?p ?o } } { SELECT (COUNT(DISTINCT ?g) AS ?named) { GRAPH ?g { ?s ?p ?o } } } }"

    def counted(text: str, **graphs: list[str]) -> tuple[int, int]:
        fields = [(name.replace("_", "-"), value) for name, values in graphs.items() for value in values]
        if direct:
            headers = {"Content-Type": "application/sparql-query"}
            response = httpx.post(f"{server.url}/sparql", params=fields, content=text, headers=headers)
        else:
            response = server.get("/sparql", params=[("query", text), *fields])
        (row,) = response.json()["results"]["bindings"]
        return int(row["default"]["value"]), int(row["named"]["value"])

    total, graph_count = counted(f"SELECT * {pattern}")
    assert (total, graph_count) == (server.count(), 5)
    assert counted(f"SELECT * FROM <{DATASET}> {pattern}", default_graph_uri=[HOSTILE]) == (1, 0)
    assert counted(f"SELECT * {pattern}", named_graph_uri=[HOSTILE, VOCABULARY]) == (0, 2)
    counts = counted(f"SELECT * {pattern}", default_graph_uri=[HOSTILE, DATASET], named_graph_uri=[HOSTILE])
    assert 1 < counts[0] < total
    assert counts[1] == 1


def as_rdflib(term: Any) -> Any:
    """A term of pyoxigraph as one of rdflib, in which both answers are compared."""
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    language = term.language
    return rdflib.Literal(term.value, lang=language, datatype=None if language else rdflib.URIRef(term.datatype.value))


def texts(row: Any) -> list[str]:
    """A row as CSV has it."""
    return ["" if value is None else str(value) for value in row]


def plain(term: Any) -> Any:
    """A text without a datatype and one with that of texts are the same."""
    text = rdflib.XSD.string
    return rdflib.Literal(str(term)) if isinstance(term, rdflib.Literal) and term.datatype == text else term


@pytest.mark.parametrize("example", [example for example in LOCAL if example.query_form == "select"], ids=lambda example: example.name)
def test_rows_are_those_of_query_in_every_format(example: Example, server: Served, store: Path) -> None:
    result = query(store, example.text)
    names = result.variables
    expected = sorted(tuple(plain(as_rdflib(row[name])) if name in row else None for name in names) for row in result.terms())
    for form in ("json", "xml", "tsv", "csv"):
        media_type = next(media_type for media_type, name in RESULT_MEDIA_TYPES.items() if name == form)
        response = server.ask(example.text, media_type)
        assert (response.status_code, response.headers["content-type"].partition(";")[0]) == (200, media_type)
        parsed = rdflib.query.Result.parse(io.BytesIO(response.content), format=form)
        assert [str(name) for name in parsed.vars or ()] == list(names)
        rows = [tuple(row) for row in parsed]
        if form == "csv":  # it has no types
            assert sorted(map(texts, rows)) == sorted(map(texts, expected))
        else:
            assert sorted(tuple(map(plain, row)) for row in rows) == expected


@pytest.mark.parametrize("example", [example for example in LOCAL if example.query_form == "construct"], ids=lambda example: example.name)
def test_statements_are_those_of_query_in_every_format(example: Example, server: Served, store: Path) -> None:
    expected = rdflib.Graph().parse(data="".join(f"{triple} .\n" for triple in query(store, example.text).terms()), format="nt")
    assert len(expected) > 10
    readers = {"text/turtle": "turtle", "application/n-triples": "nt", "application/ld+json": "json-ld", "application/rdf+xml": "xml",
               "application/trig": "trig", "application/n-quads": "nquads"}  # fmt: skip
    assert readers.keys() == GRAPH_MEDIA_TYPES.keys() - {"text/html", "application/json", "application/xml"}
    for media_type, reader in readers.items():
        response = server.ask(example.text, media_type)
        assert response.headers["content-type"].partition(";")[0] == media_type
        graph = rdflib.Dataset(default_union=True) if reader in ("trig", "nquads") else rdflib.Graph()
        graph.parse(data=response.content, format=reader)
        got_graph = rdflib.Graph()
        for triple in graph.triples((None, None, None)):
            got_graph.add(triple[:3])
        assert isomorphic(expected, got_graph), media_type


@pytest.mark.parametrize("path", ["/vocab", f"/vocab/{ONTOLOGY_VERSION}"])
def test_an_ontology_editor_gets_the_vocabulary_as_rdf_xml(path: str, server: Served) -> None:
    for accept in ("application/rdf+xml, application/xml;q=0.5, text/xml;q=0.3, */*;q=0.2", "application/rdf+xml"):
        response = httpx.get(f"{server.url}{path}", headers={"Accept": accept}, follow_redirects=True)
        assert (response.status_code, response.headers["content-type"]) == (200, "application/rdf+xml")
        turtle = rdflib.Graph().parse(data=server.get("/vocab.ttl").text, format="turtle")
        assert isomorphic(rdflib.Graph().parse(data=response.content, format="xml"), turtle)
    assert server.get(path, BROWSER).headers["location"] == "/vocab.html"
    assert '<link rel="alternate" type="application/rdf+xml" href="vocab.rdf"' in server.get("/vocab.html").text
    assert server.get("/dataset.rdf").status_code == 404


def test_the_iri_of_an_example_leads_to_the_page_with_it_in_the_form(server: Served) -> None:
    example = LOCAL[0]
    response = httpx.get(f"{server.url}/queries/{example.name}", follow_redirects=True)
    assert (response.status_code, response.url.path) == (200, "/queries.html")
    assert example.description in html.unescape(response.text.partition("<textarea")[2].partition("</textarea>")[0])
    assert server.get("/queries/no-such-example").status_code == 404


@pytest.mark.parametrize("path", ["/queries/drawn-with?gene=3717&gene=6774", "/queries.html?example=drawn-with&gene=3717&gene=&gene=3717"])
def test_a_parameter_of_an_example_has_one_value(path: str, server: Served) -> None:
    response = httpx.get(f"{server.url}{path}", headers={"Accept": "text/csv"})
    assert (response.status_code, response.text) == (400, "gene is set twice; give it one value\n")


def test_an_example_takes_parameters_in_its_iri(server: Served) -> None:
    url = f"{server.url}/queries/drawn-with"
    default, other = (httpx.get(url, params={"gene": gene, "format": "csv"}, follow_redirects=True) for gene in ("", "jak2"))
    assert (default.status_code, other.status_code, other.headers["content-type"]) == (200, 200, "text/csv; charset=utf-8")
    assert other.text != default.text
    assert other.text == httpx.get(url, params={"gene": "3717", "output": "csv"}, follow_redirects=True).text
    page = httpx.get(url, params={"gene": "JAK2"}, headers={"Accept": BROWSER}, follow_redirects=True)
    assert (page.status_code, page.url.path) == (200, "/sparql")
    assert "ncbigene/3717" in page.text


def test_a_parameter_that_cannot_be_set_is_a_bad_request_and_a_browser_gets_the_form(server: Served) -> None:
    for field, message in (
        ("gene=JAKK2", "there is no gene 'JAKK2' in the store; similar names: JAK2"),
        ("gen=1", "there is no parameter gen; "),
    ):
        response = server.get(f"/queries/drawn-with?{field}")
        assert (response.status_code, response.text.startswith(message)) == (400, True)
        page = httpx.get(f"{server.url}/queries/drawn-with?{field}", headers={"Accept": BROWSER}, follow_redirects=True)
        assert (page.status_code, page.url.path, message in html.unescape(page.text)) == (400, "/queries.html", True)
    form = server.get("/queries.html?example=drawn-with&gene=JAK2", BROWSER)
    assert "ncbigene/3717" in form.text.partition("<textarea")[2].partition("</textarea>")[0]


def test_the_prefixes_dereference(server: Served) -> None:
    for path in ("/prefixes", "/prefixes.ttl"):
        graph = rdflib.Graph().parse(data=server.get(path).text, format="turtle")
        assert (rdflib.URIRef("https://pfocr.wikipathways.org/prefixes"), rdflib.RDF.type, rdflib.OWL.Ontology) in graph
    assert "pfocr" in server.get("/prefixes.jsonld").json()["@context"]


def test_truths(server: Served) -> None:
    assert server.ask("ASK { ?s a pfocr:Figure }").json()["boolean"] is True
    xml = server.ask("ASK { ?s a pfocr:Nothing }", "application/sparql-results+xml")
    assert rdflib.query.Result.parse(io.BytesIO(xml.content), format="xml").askAnswer is False
    assert "<strong>Yes</strong>" in server.ask("ASK { ?s a pfocr:Figure }", "text/html").text


def test_a_client_of_rdflib_works(server: Served) -> None:
    graph = rdflib.Graph(SPARQLStore(f"{server.url}/sparql", returnFormat="json"))
    figures = list(graph.subjects(rdflib.RDF.type, rdflib.URIRef(f"{VOCABULARY}#Figure")))
    assert len(figures) == 6
    assert len(list(graph.query("SELECT ?t { ?f <http://purl.org/dc/terms/title> ?t } LIMIT 3"))) == 3


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status", "message"),
    [
        ("GET", "/sparql?query=", {}, b"", 400, "the query is empty"),
        ("GET", "/sparql?query=SELECT+*+%7B+?s+?p", {}, b"", 400, "the query, line 1, column 17: it ends unexpectedly"),
        ("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", {}, b"", 400, "more than one query"),
        ("GET", "/sparql?query=ASK%7B%7D&default-graph-uri=no", {}, b"", 400, "'no' is not the absolute IRI of a graph"),
        ("GET", "/sparql?query=%ff", {}, b"", 400, "not UTF-8"),
        ("GET", "/sparql?query=ASK%7B%7D&format=word", {}, b"", 400, "'word' is not a format"),
        ("GET", "/sparql?query=ASK%7B%7D", {"Accept": "image/png"}, b"", 406, "is not available as image/png"),
        ("GET", "/sparql?query=ASK%7B%7D&format=turtle", {"Accept": "image/png"}, b"", 406, "choose from application/sparql-results+json"),
        ("GET", "/sparql", {"Accept": "image/png"}, b"", 406, "text/turtle"),
        ("GET", "/sparql", {"Host": 'a"><script>'}, b"", 400, "one valid Host"),
        ("GET", "/sparql?update=DROP+ALL", {}, b"", 403, "updates are refused"),
        ("POST", "/sparql", FORM, b"update=DROP+ALL", 403, "updates are refused"),
        ("POST", "/sparql", {"Content-Type": "application/sparql-update"}, b"DROP ALL", 403, "updates are refused"),
        ("POST", "/sparql", DIRECT, b"INSERT DATA { <a:a> <a:a> <a:a> }", 400, "INSERT changes a store"),
        ("POST", "/sparql", DIRECT, b"\xff", 400, "not UTF-8"),
        ("POST", "/sparql", FORM, b"", 400, "no query"),
        ("POST", "/sparql", {}, b"ASK{}", 415, "send application/sparql-query"),
        ("POST", "/sparql", {**DIRECT, "Content-Encoding": "gzip"}, b"ASK{}", 415, "not compressed"),
        ("POST", "/sparql", DIRECT, b"#" * (1 << 20) + b"\nASK{}", 413, "longer than 1,048,576 bytes"),
        ("POST", "/sparql", FORM, b"query=" + b"%23" * (1 << 20) + b"\n", 413, "longer than"),
        ("PUT", "/sparql", {}, b"", 405, "PUT is not allowed here"),
        ("DELETE", "/sparql", {}, b"", 405, "DELETE is not allowed here"),
        ("GET", "/sparql/a", {}, b"", 404, "/sparql"),
        ("GET", "/nothing", {}, b"", 404, "/sparql"),
        ("GET", "/.well-known/void", {"Accept": "text/html"}, b"", 406, "text/turtle"),
    ],
)  # fmt: skip
def test_what_is_refused(method: str, path: str, headers: dict[str, str], body: bytes, status: int, message: str, server: Served) -> None:
    response = httpx.request(method, server.url + path, headers=headers, content=body)
    assert response.status_code == status, response.text
    assert message in response.text
    assert response.text.count("\n") == 1
    assert response.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <{there}> { ?s ?p ?o } }",
        "SELECT * { service silent ?x { ?s ?p ?o } VALUES ?x { <{there}> } }",
        # What looks like a text to those who do not read FILTER as a store does:
        "SELECT * { VALUES ?a { 'a' } FILTER(?a<'>'&&?a!=' ') SERVICE <{there}> { ?s ?p ?o } FILTER(?a!='x') }",
        "SELECT * { \\u0053ERVICE <{there}> { ?s ?p ?o } }",
        "SELECT * { VALUES ?a { 1 } FILTER(?a<2&&'>'='>') FILTER(1<2)#'\n { SELECT * { } } BIND(1 AS ?b) SERVICE <{there}> { ?s ?p ?o } }",
        # The text does not tell; the process that executes it has no network.
        f"PREFIX {'a' * 99}: <{{there}}> SELECT * {{ SERVICE{'a' * 99}: {{ ?s ?p ?o }} }}",
    ],
)
def test_nothing_is_sent_elsewhere(text: str, server: Served) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other_server:
        other_server.settimeout(0.1)
        response = server.ask(text.replace("{there}", f"http://127.0.0.1:{other_server.getsockname()[1]}/"))
        assert response.status_code == 403
        assert "does not allow" in response.text
        with pytest.raises(TimeoutError):
            other_server.accept()


def test_words_that_only_look_like_service_are_no_service(server: Served) -> None:
    assert server.ask("# a service for all\nASK { BIND ('the service is good' AS ?service) }").json()["boolean"] is True


def test_service_can_be_allowed(store: Path, server: Served, tmp_path: Path) -> None:
    with served(store, tmp_path, "--service", "--workers", "1") as own_server:
        rows = own_server.ask(f"SELECT * {{ SERVICE <{server.url}/sparql> {{ {COUNT} }} }}").json()["results"]["bindings"]
        assert int(rows[0]["n"]["value"]) == server.count()
        assert "BasicFederatedQuery" in own_server.get("/sparql").text
    assert "BasicFederatedQuery" not in server.get("/sparql").text


def test_other_origins_may_ask(server: Served) -> None:
    response = httpx.options(f"{server.url}/sparql", headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"})
    assert (response.status_code, response.content) == (204, b"")
    assert "POST" in response.headers["access-control-allow-methods"]
    assert "Content-Type" in response.headers["access-control-allow-headers"]
    for reply in (response, server.get("/nothing"), server.ask(COUNT), server.ask("wrong")):
        assert reply.headers["access-control-allow-origin"] == "*"
        assert reply.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("media_type", [kind for kind in GRAPH_MEDIA_TYPES if kind != "text/html"])
def test_the_service_describes_itself(media_type: str, server: Served) -> None:
    reader = {"application/json": "json-ld", "application/xml": "xml", "application/n-triples": "nt", "application/n-quads": "nquads"}
    response = server.get("/sparql", media_type)
    graph = rdflib.Dataset(default_union=True).parse(data=response.content, format=reader.get(media_type, media_type))
    endpoint = rdflib.URIRef(f"{server.url}/sparql")
    assert graph.value(endpoint, rdflib.URIRef(f"{SD}endpoint")) == endpoint
    assert graph.value(endpoint, rdflib.URIRef(f"{SD}feature")) == rdflib.URIRef(f"{SD}UnionDefaultGraph")
    assert graph.value(endpoint, rdflib.URIRef(f"{SD}defaultDataset")) == rdflib.URIRef(DATASET)
    assert len(list(graph.objects(endpoint, rdflib.URIRef(f"{SD}resultFormat")))) == 10
    assert not list(graph.objects(endpoint, rdflib.URIRef(f"{SD}inputFormat"))), "it takes no data"
    names = set(graph.objects(None, rdflib.URIRef(f"{SD}name")))
    assert names == {rdflib.URIRef(name) for name in (DATASET, f"{DATASET}/description", VOCABULARY, EXAMPLES_GRAPH, HOSTILE)}
    prefixes = rdflib.Graph().parse(data=server.get("/prefixes.ttl").text, format="turtle")
    pairs = {(str(prefix), str(graph.value(node, rdflib.SH.namespace))) for node, prefix in graph.subject_objects(rdflib.SH.prefix)}
    assert pairs == {
        (str(prefix), str(prefixes.value(node, rdflib.SH.namespace))) for node, prefix in prefixes.subject_objects(rdflib.SH.prefix)
    }
    assert pairs >= {pair for example in load_examples() for pair in example.prefixes.items()}
    targets = list(graph.subject_objects(rdflib.URIRef("https://schema.org/target")))
    assert len(targets) == len(load_examples())
    assert {target for _, target in targets} == {endpoint}, "an example is asked where it is served"


def test_the_functions_of_the_description_are_all_that_sparql_has_not(server: Served) -> None:
    """Casts to types of XML Schema; those to the seven types of SPARQL 1.1 (section 17.5) need not be described."""
    graph = rdflib.Graph().parse(data=server.get("/sparql", "text/turtle").text, format="turtle")
    described = set(graph.objects(rdflib.URIRef(f"{server.url}/sparql"), rdflib.URIRef(f"{SD}extensionFunction")))
    values = {
        "date": "2020-01-01", "time": "10:00:00", "duration": "P1D", "yearMonthDuration": "P1Y", "dayTimeDuration": "P1D", "gYear": "2020",
        "gYearMonth": "2020-01", "gMonthDay": "--01-01", "gDay": "---01", "gMonth": "--01", "int": "1", "long": "1", "anyURI": "urn:a",
        "hexBinary": "aa", "nonNegativeInteger": "1", "dateTimeStamp": "2020-01-01T00:00:00Z", "token": "a", "QName": "a",
    }  # fmt: skip
    answers = {name: server.ask(f'SELECT (<{rdflib.XSD}{name}>("{value}") AS ?cast) {{}}') for name, value in values.items()}
    executed = {rdflib.XSD[name] for name, response in answers.items() if response.status_code == 200}
    assert described == executed
    assert all("cast" in response.json()["results"]["bindings"][0] for response in answers.values() if response.status_code == 200)


def test_the_dataset_is_described(server: Served, store: Path) -> None:
    turtle = rdflib.Graph().parse(data=server.get("/.well-known/void").text, format="turtle")
    described = query(store, "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", graphs=[f"{DATASET}/description"])
    assert {tuple(map(str, triple)) for triple in turtle} == {
        (triple.subject.value, triple.predicate.value, getattr(triple.object, "value", str(triple.object))) for triple in described.terms()
    }
    assert len(rdflib.Graph().parse(data=server.get("/.well-known/void", "application/rdf+xml").content, format="xml")) == len(turtle)


def test_the_beginning_and_the_health(server: Served) -> None:
    start = server.get("/")
    assert start.status_code == 200
    assert (server.get("/health").status_code, server.get("/health").text) == (200, "ok\n")


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [("browse/", 200, ""), ("browse", 301, "/browse/"), ("browse/genes/", 200, ""), ("browse/genes", 301, "/browse/genes/"),
     ("browse/nothing/", 404, ""), ("browse/..%2f/", 404, ""), ("browse//", 404, "")],
)  # fmt: skip
def test_directories_of_lists_are_answered_like_a_web_server_of_files_does(path: str, status: int, location: str, server: Served) -> None:
    response = server.get(f"/{path}", BROWSER, follow_redirects=False)
    assert (response.status_code, response.headers.get("location", "")) == (status, location)
    assert status != 200 or response.text == server.get(f"/{path}index.html", BROWSER).text


@pytest.mark.parametrize(
    ("path", "location"),
    [("search?q=STAT3&x", "/search.html?q=STAT3"), ("search", "/search.html"), ("queries", "/queries.html"), ("genes", "/browse/genes/"),
     ("figures/", "/browse/figures/")],
)  # fmt: skip
def test_a_path_that_people_type_leads_to_its_page(path: str, location: str, server: Served) -> None:
    response = server.get(f"/{path}", BROWSER, follow_redirects=False)
    assert (response.status_code, response.headers.get("location")) == (303, location)
    assert server.get(location, BROWSER).status_code == 200


def test_a_browser_that_asks_for_an_unknown_example_gets_the_page_with_all_examples(server: Served) -> None:
    for name in ("nothing", "a/b", "%3Cscript%3E"):
        page = httpx.get(f"{server.url}/queries/{name}", headers={"Accept": BROWSER}, follow_redirects=True)
        assert page.status_code == 404
        assert "there is no example query of this name" in page.text
        assert 'id="examples"' in page.text
    plain = httpx.get(f"{server.url}/queries/nothing")
    assert (plain.status_code, plain.headers["content-type"]) == (404, "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    "path", ["genes/6774", "genes/6774.html", "genes/6774.ttl", "vocab", "dataset.html", "browse/index.html", "search?q=STAT3"]
)
def test_a_slash_at_the_end_leads_to_the_address_without_it(path: str, server: Served) -> None:
    address, _, fields = path.partition("?")
    response = server.get(f"/{address}/?{fields}", BROWSER, follow_redirects=False)
    assert (response.status_code, response.headers.get("location")) == (301, f"/{path}")


@pytest.mark.parametrize("path", ["genes/1/", "nothing/", "/", "//", "genes/6774//", "genes//6774/", "%2F%2Fexample.org/"])
def test_a_slash_at_the_end_leads_nowhere_where_nothing_is(path: str, server: Served) -> None:
    assert server.get(f"/{path}", BROWSER, follow_redirects=False).status_code == 404


class Page(HTMLParser):
    """What a browser would find."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "img", "input"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self._open[-1] if self._open else "", []).append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page_of(response: httpx.Response) -> Page:
    """A page that has nothing of others, and no scripts and styles but those of files."""
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(response.text)
    assert not {"style", "iframe", "object", "base"} & {tag for tag, _ in page.tags}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "style"]
    loaded = [element for element in page.all("script") if element.get("type") != "application/json"]
    files = (*loaded, *page.all("link"), *page.all("img"))
    assert all(str(element.get("src", element.get("href"))).startswith("assets/") for element in files)
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    return page


def examples_of(page: Page) -> list[str]:
    """The links that put an example into the form."""
    return [str(link["href"]) for link in page.all("a") if link.get("class") == "use"] + [
        f"queries.html?example={button['value']}" for button in page.all("button") if button.get("class") == "use"
    ]


def test_a_browser_gets_a_form_that_can_be_sent(server: Served) -> None:
    page = page_of(server.get("/sparql", BROWSER))
    (area,) = page.all("textarea")
    assert area["id"] == area["name"] == "query"
    assert "query" in {label["for"] for label in page.all("label")}
    (form,) = [form for form in page.all("form") if form.get("id") == "ask"]
    assert (form["method"], form["action"]) == ("get", "sparql")
    assert any(element.get("name") == "viewport" for element in page.all("meta"))
    links = examples_of(page)
    assert sorted(link.removeprefix("queries.html?example=") for link in links) == sorted(element.name for element in load_examples())
    example_page = page_of(server.get(f"/sparql?example={LOCAL[3].name}", BROWSER))
    assert "".join(example_page.texts["textarea"]).removeprefix("\n") == LOCAL[3].text
    result_page = page_of(server.get("/sparql", BROWSER, params={"query": LOCAL[3].text, "format": "html"}))
    assert len(result_page.all("tr")) == 1 + len(list(query_rows(server, LOCAL[3].text)))


def query_rows(server: Served, text: str) -> list[Any]:
    return list(server.ask(text).json()["results"]["bindings"])


def test_a_page_says_that_it_does_not_have_all_rows(server: Served) -> None:
    text = "SELECT * { ?s ?p ?o }"
    page = page_of(server.get("/sparql", BROWSER, params={"query": text}))
    assert len(page.all("tr")) == 1001
    assert "The first 1,000 rows. There are more" in "".join(page.texts["p"])
    link = next(str(element["href"]) for element in page.all("a") if "format=csv" in str(element["href"]))
    assert server.get(f"/{link}").text.count("\r\n") > server.count()


@pytest.mark.parametrize(
    "text", [f"SELECT * {{ GRAPH <{HOSTILE}> {{ ?s ?p ?o }} }}", f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{HOSTILE}> {{ ?s ?p ?o }} }}"]
)
def test_words_of_the_data_are_inert_on_a_page(text: str, server: Served) -> None:
    page = page_of(server.get("/sparql", BROWSER, params={"query": f"{text} # {EVIL}"}))
    assert replace_bidi_controls(EVIL) in "".join(page.texts["bdi"])
    links = [str(element["href"]) for element in page.all("a")]
    assert "https://example.org/a'b&c" in links
    assert all(re.match(r"[?#]|https?://|sparql\?query=|queries\.html\?example=|[a-z/]+\.html(#\w+)?$", link) for link in links)


def test_a_wrong_query_is_told_on_the_page_that_keeps_it(server: Served) -> None:
    response = server.get("/sparql", BROWSER, params={"query": f"SELEC {EVIL}"})
    assert response.status_code == 400
    page = page_of(response)
    assert "".join(page.texts["textarea"]).removeprefix("\n") == f"SELEC {EVIL}"
    assert any(element.get("role") == "alert" for element in page.all("div"))
    assert page.texts["mark"] == [f"SELEC {replace_bidi_controls(EVIL)}"]


# -- bounds ----------------------------------------------------------------------------------------------------------------


def test_a_query_that_takes_too_long_is_ended_and_the_next_is_answered(strict: Served) -> None:
    previous = strict.workers()
    began = time.monotonic()
    response = strict.ask(ENDLESS)
    assert response.status_code == 504
    assert response.text.startswith("the query took longer than 2 seconds and was stopped; add LIMIT, ")
    assert response.text.endswith("ask the operator to increase --timeout\n")
    assert time.monotonic() - began < 20
    assert strict.count() > 1000
    assert wait_until(lambda: len(strict.workers()) == 1)
    assert strict.workers() != previous


def test_a_query_that_needs_too_much_memory_is_ended_and_the_next_is_answered(strict: Served) -> None:
    response = strict.ask(GREEDY)
    assert response.status_code == 500
    assert "more memory than this service allows" in response.text
    assert strict.count() > 1000


def test_an_answer_that_is_too_large_is_told_and_not_cut(strict: Served) -> None:
    response = strict.ask(LONG)
    assert (response.status_code, "larger than this service allows" in response.text) == (500, True)
    assert strict.count() > 1000


def test_what_is_nested_too_deeply_ends_no_server(strict: Served) -> None:
    for text in (f"ASK {'{' * 200_000}", f"ASK {{ FILTER ({'(' * 100_000}1{')' * 100_000}) }}", f"ASK {{ ?s {'^' * 300_000}<a:a> ?o }}"):
        assert strict.ask(text).status_code in (400, 500, 504)
    assert strict.count() > 1000


def test_a_request_is_refused_with_retry_after_when_all_workers_are_busy(strict: Served) -> None:
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(strict.ask, ENDLESS)
        time.sleep(0.7)  # which it has the only place for; another query before would take it
        response = strict.ask(COUNT.replace("?n", "?number"))  # which is not in the cache
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")
        assert first.result().status_code == 504
    assert strict.count() > 1000


def test_the_query_of_a_client_that_goes_away_is_ended(store: Path, tmp_path: Path) -> None:
    with served(store, tmp_path, "--workers", "1", "--queue", "0", "--timeout", "60") as server:
        assert server.count()
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{server.url}/sparql", data={"query": ENDLESS}, timeout=0.5)
        assert wait_until(lambda: server.ask(COUNT).status_code == 200)


def test_slow_clients_are_left(server: Served) -> None:
    head = b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\nContent-Length: 100\r\n\r\n"

    def drip(data: bytes) -> bytes:
        """What comes back when the data, if there is any, is followed by a letter now and then."""
        with socket.create_connection(("127.0.0.1", server.port), 10) as line:
            line.sendall(data)
            line.settimeout(0.2)
            received, end = b"", time.monotonic() + 6
            while time.monotonic() < end:
                try:
                    block = line.recv(1000)
                except TimeoutError:
                    with contextlib.suppress(OSError):
                        line.sendall(b"a" if data else b"")
                    continue
                except ConnectionError:
                    return received
                if not block:
                    return received
                received += block
        raise AssertionError("it still listens")

    with ThreadPoolExecutor(3) as pool:
        silent, slow_head, slow_body = pool.map(drip, [b"", b"GET / HTTP/1.1\r\nX-A: ", head])
    assert silent == slow_head == b""
    assert slow_body.startswith(b"HTTP/1.1 408 ")


NAMES = ("query", "update", "default-graph-uri", "named-graph-uri", "format", "example", "\x00", "query[]")

HEADERS = ("Accept", "Host", "Content-Length", "Transfer-Encoding", "Content-Type", "Expect", "X-Forwarded-Proto", "Origin")


def hostile(chance: random.Random) -> tuple[str, bytes]:
    """What kind of request it is, and what is sent."""
    request_type = chance.choice(["path", "bytes", "header", "large head", "query", "query", "query", "query"])
    if request_type == "path":
        return request_type, f"GET {chance.choice(PATHS)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    if request_type == "bytes":
        return request_type, chance.randbytes(chance.randrange(1, 3000)) + b"\r\n\r\n"
    if request_type == "header":
        odd_header = f"{chance.choice(HEADERS)}: {noise(chance, 200)}"
        return request_type, f"POST /sparql HTTP/1.1\r\nHost: localhost\r\n{odd_header}\r\nConnection: close\r\n\r\n".encode()
    if request_type == "large head":
        return request_type, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 200_000 + b"\r\n\r\n"
    text = noise(chance, 2000) if chance.random() < 0.3 else f"SELECT * {{ {' '.join(chance.choices(TOKENS, k=chance.randrange(60)))} }}"
    body = str(httpx.QueryParams([(chance.choice(NAMES) if chance.random() < 0.3 else "query", text)])).encode()
    accept = chance.choice(["*/*", "text/html", noise(chance, 40).replace("\r", "").replace("\n", "")])
    head = f"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM['Content-Type']}\r\nContent-Length: {len(body)}\r\n"
    return request_type, f"{head}Accept: {accept}\r\nConnection: close\r\n\r\n".encode() + body


def test_a_thousand_hostile_requests(server: Served, store: Path) -> None:
    chance = random.Random(7)
    previous = digest(store)

    def send(request: tuple[str, bytes]) -> tuple[str, bytes]:
        request_type, data = request
        received = b""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", server.port), 15) as line:
            line.sendall(data)
            while block := line.recv(1 << 16):
                received += block
        return request_type, received

    endless = [threading.Thread(target=server.ask, args=(text,)) for text in (ENDLESS, GREEDY)]
    for thread in endless:
        thread.start()
    with ThreadPoolExecutor(16) as pool:
        responses = list(pool.map(send, [hostile(chance) for _ in range(1000)]))
    for thread in endless:
        thread.join()
    statuses = {
        request_type: {received.split(b" ")[1] for request, received in responses if request == request_type and received}
        for request_type in ("path", "header", "query")
    }
    assert statuses["path"] == {b"404"}
    assert b"500" not in statuses["header"]
    assert {b"200", b"400"} < statuses["query"]
    assert not [received for _, received in responses if b"root:" in received or b"Traceback" in received]
    assert server.count() > 1000
    assert wait_until(lambda: 2 <= len(server.workers()) <= 4)  # up to two more are for look-ups
    assert digest(store) == previous
    log = server.log.read_text(encoding="utf-8")
    assert "Traceback" not in log
    assert "unexpected" not in log


# -- the process -----------------------------------------------------------------------------------------------------------


def test_a_port_that_is_taken(store: Path, server: Served) -> None:
    command = [sys.executable, "-c", "from pfocr2rdf.cli import main; main()", "serve", str(store), "--port", str(server.port)]
    process = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=30, check=False)
    assert (process.returncode, process.stdout) == (3, "")
    assert process.stderr == (
        f"Error: port {server.port} of 127.0.0.1 is in use; choose another with --port, or any that is free with --port 0\n"
    )


def test_the_examples_of_an_export_are_for_the_port_that_is_found(tmp_path: Path) -> None:
    exported([ROOT / "examples"], tmp_path / "export")
    targets = "SELECT DISTINCT ?target { ?example <https://schema.org/target> ?target }"
    with served(tmp_path / "export", tmp_path) as service:
        rows = service.ask(targets).json()["results"]["bindings"]
        assert [row["target"]["value"] for row in rows] == [f"{service.url}/sparql"]


def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store; run 'pfocr2rdf load EXPORT"):
        application(tmp_path / "store")


@pytest.mark.parametrize(("signal_number", "source"), [(signal.SIGTERM, "out"), (signal.SIGINT, "store"), (signal.SIGHUP, "out")])
def test_it_is_served_until_a_signal_and_nothing_is_left(signal_number: int, source: str, store: Path, tmp_path: Path) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { { SELECT * { ?a ?b ?c } LIMIT 80 } ?d ?e ?f . FILTER(STRLEN(CONCAT(STR(?c), STR(?f))) > 20) }"
    previous = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup ignores it, and the server would inherit that
    with contextlib.ExitStack() as stack:
        stack.callback(signal.signal, signal.SIGHUP, previous)
        server = stack.enter_context(served(store.parent / source, tmp_path, "--workers", "2", "--quiet"))
        assert server.count() > 1000
        workers = server.workers()
        with ThreadPoolExecutor(1) as pool:
            under_way = pool.submit(server.ask, slow)
            time.sleep(0.3)
            server.process.send_signal(signal_number)
            answer = under_way.result()
        assert answer.status_code == 200
        assert int(answer.json()["results"]["bindings"][0]["n"]["value"]) > 1000
        assert server.process.wait(15) == 0
        assert not any(map(alive, workers))
        assert [path.name for path in tmp_path.iterdir()] == ["log"]
        assert server.log.read_text(encoding="utf-8") == ""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills a process with its parent at once")
def test_a_server_that_is_killed_leaves_no_process_and_no_file(store: Path, tmp_path: Path) -> None:
    with served(store, tmp_path, "--workers", "2", "--timeout", "60") as server:
        assert server.count() == server.count()  # each was asked once, so both are there
        assert wait_until(lambda: len(server.workers()) == 2)  # the process that makes the search index has ended
        workers = server.workers()
        with ThreadPoolExecutor(2) as pool:
            under_way = [pool.submit(server.ask, text) for text in (ENDLESS, LONG)]
            time.sleep(0.5)
            server.process.kill()
            assert all(isinstance(answer.exception(), httpx.HTTPError) for answer in under_way)
        assert wait_until(lambda: not any(map(alive, workers)))
    with served(store, tmp_path):
        pass  # it removes the folder of the search index that the other one left
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_no_answer_tells_where_the_store_is(store: Path, tmp_path: Path) -> None:
    load(store.parent / "out", tmp_path / "store")
    with served(tmp_path / "store", tmp_path, "--workers", "1") as server:
        assert server.count()
        shutil.rmtree(tmp_path / "store")
        for response in (server.ask(COUNT), server.get("/genes/3717.html"), server.get("/"), server.get("/.well-known/void")):
            assert response.status_code == 503
            assert response.text == "the store cannot be read at the moment; try again later, or see the log of the service\n"
        assert wait_until(lambda: server.log.read_text(encoding="utf-8").count(f"{tmp_path / 'store'}: ") >= 4)


def test_a_foreign_host_is_answered_with_the_option_that_allows_it(server: Served, store: Path, tmp_path: Path) -> None:
    def status_of(url: str, host: str, path: str) -> int:
        return httpx.get(url + path, headers={"Host": host}).status_code

    for path in ("/", "/health", "/sparql?query=ASK%7B%7D", "/assets/style.css", "/nothing"):
        assert status_of(server.url, "evil.example", path) == 421
    response = httpx.get(server.url, headers={"Host": "data.example.org:80"})
    assert response.text == (
        "data.example.org:80 is not a host name of this service; if it should be, start the service with --host-name data.example.org\n"
    )
    with served(store, tmp_path, "--workers", "1", "--host-name", "data.example.org", "--host-name", "b") as own_server:
        assert [status_of(own_server.url, host, "/health") for host in ("data.example.org", "b:1", "localhost", "c")] == [
            200,
            200,
            200,
            421,
        ]


@pytest.mark.parametrize("name", ["http://a", "a:80", "a/b", ""])
def test_a_host_name_that_is_none_is_refused(name: str, store: Path) -> None:
    with pytest.raises(OptionError, match="is not a host name; write it without scheme and port"):
        application(store, ServerSettings(host_names=(name,)))


def test_a_new_load_is_served_without_a_new_start(store: Path, tmp_path: Path) -> None:
    load(store.parent / "out", tmp_path / "store")
    with served(tmp_path / "store", tmp_path, "--workers", "1") as server:
        new = "ASK { <https://example.org/a> ?p ?o }"
        assert server.ask(new).json()["boolean"] is False
        (tmp_path / "more.nt").write_text("<https://example.org/a> <https://example.org/b> <https://example.org/c> .\n", encoding="utf-8")

        def is_loaded() -> bool:
            with contextlib.suppress(StoreError):  # the server reads, since it has just been started
                load(tmp_path / "more.nt", tmp_path / "store", append=True)
                return True
            return False

        assert wait_until(is_loaded)
        assert server.ask(new).json()["boolean"] is True


def test_the_application_runs_in_any_server(store: Path) -> None:
    from starlette.testclient import TestClient  # here, since it warns in some of its versions when it is imported

    with TestClient(application(store, ServerSettings(worker_count=1, timeout_seconds=10))) as client:
        response = client.get("/sparql", params={"query": COUNT})
        assert response.status_code == 200
        assert client.get("/sparql").headers["content-type"] == "text/turtle; charset=utf-8"
        assert client.get("/health").text == "ok\n"


def test_requests_are_logged_one_to_a_line(server: Served) -> None:
    server.get("/health")
    server.get("/a%0AGET%20/health%201%1b[2J")
    assert wait_until(lambda: "\\n" in server.log.read_text(encoding="utf-8"))
    (line,) = [line for line in server.log.read_text(encoding="utf-8").splitlines() if "/a\\nGET" in line]
    assert re.fullmatch(r"\S+ 127\.0\.0\.1 GET /a\\nGET /health 1\\x1b\[2J 404 \d+ bytes [\d.]+ s", line)
