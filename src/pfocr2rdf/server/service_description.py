"""What a service says of itself, in the words of SPARQL 1.1 Service Description."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat, Triple

from pfocr2rdf.rdf.iris import DATASET
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.site.pages.graph_reader import DESCRIPTION

_SPACES = {
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "formats": "http://www.w3.org/ns/formats/",
    "void": "http://rdfs.org/ns/void#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdf": PREFIXES["rdf"],
    "rdfs": PREFIXES["rdfs"],
}
_RESULTS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle", "N-Triples", "JSON-LD",
    "RDF_XML", "TriG", "N-Quads",
)  # fmt: skip
_FORMATS = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}


def service_description(endpoint: str, void: str, *, service: bool) -> list[Triple]:
    """What is said of a service.

    Args:
        endpoint: its URL.
        void: the URL of the description of the dataset.
        service: whether queries may ask other servers.
    """
    return list(_described(NamedNode(endpoint), NamedNode(void), service))


def _described(endpoint: NamedNode, void: NamedNode, service: bool) -> Iterator[Triple]:
    kind, dataset, description = _named("rdf:type"), NamedNode(DATASET), NamedNode(DESCRIPTION)
    yield Triple(endpoint, kind, _named("sd:Service"))
    yield Triple(endpoint, _named("sd:endpoint"), endpoint)
    yield Triple(endpoint, _named("sd:supportedLanguage"), _named("sd:SPARQL11Query"))
    yield Triple(endpoint, _named("sd:feature"), _named("sd:UnionDefaultGraph"))
    if service:
        yield Triple(endpoint, _named("sd:feature"), _named("sd:BasicFederatedQuery"))
    yield from (Triple(endpoint, _named("sd:resultFormat"), _named(f"formats:{name}")) for name in _RESULTS)
    yield Triple(endpoint, _named("sd:defaultDataset"), dataset)
    yield Triple(dataset, kind, _named("sd:Dataset"))
    yield Triple(dataset, kind, _named("void:Dataset"))
    yield Triple(dataset, _named("void:sparqlEndpoint"), endpoint)
    yield Triple(dataset, _named("rdfs:seeAlso"), void)
    yield Triple(description, kind, _named("void:DatasetDescription"))
    yield Triple(description, _named("foaf:primaryTopic"), dataset)


def _named(name: str) -> NamedNode:
    prefix, _, local = name.partition(":")
    return NamedNode(_SPACES[prefix] + local)


def serialized(triples: list[Triple], form: str) -> bytes:
    """Statements in a format for statements that ``negotiation`` names."""
    return pyoxigraph.serialize(triples, format=_FORMATS[form], prefixes=_SPACES) or b""
