"""Conversion of one record to an ``rdflib.Graph`` or to JSON-LD, for people who work in Python."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pfocr2rdf.errors import map_record_errors
from pfocr2rdf.mapping.figure_graph import build_figure_graph
from pfocr2rdf.mapping.names import name_entities
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.rdf.serializers.jsonld import jsonld_context
from pfocr2rdf.rdf.terms import Resource
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.records.model import FigureRecord

if TYPE_CHECKING:
    import rdflib


def _named_resources(record: FigureRecord) -> list[Resource]:
    return list(name_entities(build_figure_graph(record).resources(), record.mentions))


def to_graph(record: FigureRecord) -> rdflib.Graph:
    """Map a record to an RDF graph with the figure, its mentions, and its genes, families, paper and other entities.

    Returns:
        A new graph, with the project's prefixes bound.

    Raises:
        RecordError: an identifier is invalid, the JSON-LD is refused, or a field has a value of the wrong type.
    """
    import rdflib  # here, since it takes as long to import as hundreds of records take to export

    graph = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    with map_record_errors(record.source, record.figid):
        return graph.parse(data=SERIALIZERS["ntriples"]().serialize_resources(_named_resources(record), ""), format="nt")


def to_jsonld(record: FigureRecord) -> dict[str, Any]:
    """Map a record to a JSON-LD document: the project's context, and one ``@graph``.

    Raises:
        RecordError: as ``to_graph``.
    """
    with map_record_errors(record.source, record.figid):
        node_objects = SERIALIZERS["jsonld"]().serialize_resources(_named_resources(record), "")
        return {"@context": jsonld_context(), "@graph": json.loads(f"[{node_objects}]")}
