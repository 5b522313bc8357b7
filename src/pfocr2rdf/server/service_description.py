"""The SPARQL 1.1 Service Description of the endpoint, with its prefixes and the target of the example queries, for SPARQL editors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat, Triple

from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.rdf.prefixes import PrefixMap
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.site.pages.graph_reader import DESCRIPTION_GRAPH
from pfocr2rdf.stores.querying.examples import declare_prefixes, declare_targets

_PREFIXES = PrefixMap({
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "formats": "http://www.w3.org/ns/formats/",
    "void": "http://rdfs.org/ns/void#",
    "sh": "http://www.w3.org/ns/shacl#",
    "schema": "https://schema.org/",  # with https, as SPARQL editors have it
    "entailment": "http://www.w3.org/ns/entailment/",
    **{prefix: PREFIXES[prefix] for prefix in ("foaf", "rdf", "rdfs", "xsd")},
})  # fmt: skip
_RESULT_FORMATS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle", "N-Triples", "JSON-LD",
    "RDF_XML", "TriG", "N-Quads",
)  # fmt: skip
_EXTENSION_FUNCTIONS = (
    "date", "time", "duration", "yearMonthDuration", "dayTimeDuration", "gYear", "gYearMonth", "gMonthDay", "gDay", "gMonth",
)  # fmt: skip
"""The datatypes of XML Schema that values can be cast to, in addition to those that SPARQL 1.1 names (section 17.5)."""

_RDF_FORMATS = {"turtle": RdfFormat.TURTLE, "ntriples": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD, "rdfxml": RdfFormat.RDF_XML}


def describe_service(endpoint_url: str, void_url: str, graph_names: Iterable[str], *, allow_service: bool) -> Iterator[Triple]:
    """Describe the endpoint of a store with these named graphs, but for those of figures."""
    endpoint, dataset, description = map(NamedNode, (endpoint_url, DATASET_IRI, DESCRIPTION_GRAPH))
    default_graph = NamedNode(f"{endpoint_url}#default-graph")
    kind = _node("rdf:type")
    yield Triple(endpoint, kind, _node("sd:Service"))
    yield Triple(endpoint, _node("sd:endpoint"), endpoint)
    yield Triple(endpoint, _node("sd:supportedLanguage"), _node("sd:SPARQL11Query"))
    yield Triple(endpoint, _node("sd:feature"), _node("sd:UnionDefaultGraph"))
    if allow_service:
        yield Triple(endpoint, _node("sd:feature"), _node("sd:BasicFederatedQuery"))
    yield from (Triple(endpoint, _node("sd:resultFormat"), _node(f"formats:{name}")) for name in _RESULT_FORMATS)
    yield Triple(endpoint, _node("sd:defaultEntailmentRegime"), _node("entailment:Simple"))
    yield from (Triple(endpoint, _node("sd:extensionFunction"), _node(f"xsd:{name}")) for name in _EXTENSION_FUNCTIONS)
    yield Triple(endpoint, _node("sd:defaultDataset"), dataset)
    yield Triple(dataset, kind, _node("sd:Dataset"))
    yield Triple(dataset, kind, _node("void:Dataset"))
    yield Triple(dataset, _node("sd:defaultGraph"), default_graph)
    yield Triple(default_graph, kind, _node("sd:Graph"))
    yield from (Triple(_node(f"xsd:{name}"), kind, _node("sd:Function")) for name in _EXTENSION_FUNCTIONS)
    yield from declare_prefixes(endpoint)
    yield from declare_targets(endpoint_url)  # a store does not know where it is served
    for name in graph_names:
        named_graph = NamedNode(f"{endpoint_url}#{quote(name, safe='')}")
        yield Triple(dataset, _node("sd:namedGraph"), named_graph)
        yield Triple(named_graph, kind, _node("sd:NamedGraph"))
        yield Triple(named_graph, _node("sd:name"), NamedNode(name))
    yield Triple(dataset, _node("void:sparqlEndpoint"), endpoint)
    yield Triple(dataset, _node("rdfs:seeAlso"), NamedNode(void_url))
    yield Triple(description, kind, _node("void:DatasetDescription"))
    yield Triple(description, _node("foaf:primaryTopic"), dataset)


def _node(curie: str) -> NamedNode:
    return NamedNode(_PREFIXES.expand(curie))


def serialize_triples(triples: Iterable[Triple], format_name: str) -> bytes:
    """Serialize triples in a format of ``GRAPH_MEDIA_TYPES``."""
    return pyoxigraph.serialize(triples, format=_RDF_FORMATS[format_name], prefixes=_PREFIXES.namespaces) or b""
