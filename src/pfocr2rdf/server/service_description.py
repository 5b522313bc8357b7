"""The SPARQL 1.1 Service Description of the endpoint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat, Triple

from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.rdf.prefixes import PrefixMap
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.site.pages.graph_reader import DESCRIPTION_GRAPH

_PREFIXES = PrefixMap({
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "formats": "http://www.w3.org/ns/formats/",
    "void": "http://rdfs.org/ns/void#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdf": PREFIXES["rdf"],
    "rdfs": PREFIXES["rdfs"],
})  # fmt: skip
_RESULT_FORMATS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle", "N-Triples", "JSON-LD",
    "RDF_XML", "TriG", "N-Quads",
)  # fmt: skip
_RDF_FORMATS = {"turtle": RdfFormat.TURTLE, "ntriples": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD, "rdfxml": RdfFormat.RDF_XML}


def describe_service(endpoint_url: str, void_url: str, *, allow_service: bool) -> Iterator[Triple]:
    """Describe the endpoint."""
    endpoint, dataset, description = map(NamedNode, (endpoint_url, DATASET_IRI, DESCRIPTION_GRAPH))
    kind = _node("rdf:type")
    yield Triple(endpoint, kind, _node("sd:Service"))
    yield Triple(endpoint, _node("sd:endpoint"), endpoint)
    yield Triple(endpoint, _node("sd:supportedLanguage"), _node("sd:SPARQL11Query"))
    yield Triple(endpoint, _node("sd:feature"), _node("sd:UnionDefaultGraph"))
    if allow_service:
        yield Triple(endpoint, _node("sd:feature"), _node("sd:BasicFederatedQuery"))
    yield from (Triple(endpoint, _node("sd:resultFormat"), _node(f"formats:{name}")) for name in _RESULT_FORMATS)
    yield Triple(endpoint, _node("sd:defaultDataset"), dataset)
    yield Triple(dataset, kind, _node("sd:Dataset"))
    yield Triple(dataset, kind, _node("void:Dataset"))
    yield Triple(dataset, _node("void:sparqlEndpoint"), endpoint)
    yield Triple(dataset, _node("rdfs:seeAlso"), NamedNode(void_url))
    yield Triple(description, kind, _node("void:DatasetDescription"))
    yield Triple(description, _node("foaf:primaryTopic"), dataset)


def _node(curie: str) -> NamedNode:
    return NamedNode(_PREFIXES.expand(curie))


def serialize_triples(triples: Iterable[Triple], format_name: str) -> bytes:
    """Serialize triples in a format of ``GRAPH_MEDIA_TYPES``."""
    return pyoxigraph.serialize(triples, format=_RDF_FORMATS[format_name], prefixes=_PREFIXES.namespaces) or b""
