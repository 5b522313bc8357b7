"""The RDF documents of a page: Turtle, JSON-LD and RDF/XML, by the serializers of the export."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from pfocr2rdf.pipeline.partitions import DESCRIPTION_PREFIXES
from pfocr2rdf.rdf.serializers.jsonld import JsonLdSerializer, jsonld_context
from pfocr2rdf.rdf.serializers.rdfxml import RdfXmlSerializer
from pfocr2rdf.rdf.serializers.turtle import TurtleSerializer
from pfocr2rdf.rdf.terms import Resource, sort_pairs
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.site.pages.urls import JSONLD, RDF_XML, TURTLE, Representation


def merge_resources(resources: Iterable[Resource]) -> list[Resource]:
    """The resources with each subject once, in the order in which they came first."""
    merged: dict[str, Resource] = {}
    for resource in resources:
        if first := merged.get(resource.subject):
            resource = Resource(resource.subject, sort_pairs({*first.pairs, *resource.pairs}))
        merged[resource.subject] = resource
    return list(merged.values())


def serialize_turtle(resources: Iterable[Resource]) -> str:
    """The statements as Turtle, with the prefixes that are used."""
    body = _turtle_serializer().serialize_resources(list(resources), "")
    namespaces = DESCRIPTION_PREFIXES.namespaces.items()
    header = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in namespaces if f"{prefix}:" in body)
    return f"{header}\n{body}"


def serialize_jsonld(resources: Iterable[Resource]) -> str:
    """The statements as JSON-LD. The context is inline, so readers need not fetch it, and has the terms that are used."""
    body = _jsonld_serializer().serialize_resources(list(resources), "")
    return f'{{"@context": {json.dumps(_used_context(jsonld_context(), body))},\n"@graph": [\n{body}\n]}}\n'


def serialize_rdfxml(resources: Iterable[Resource]) -> str:
    """The statements as RDF/XML."""
    serializer = RdfXmlSerializer()
    return serializer.header() + serializer.serialize_resources(list(resources), "") + serializer.footer()


SERIALIZERS: dict[Representation, Callable[[Iterable[Resource]], str]] = {
    TURTLE: serialize_turtle,
    JSONLD: serialize_jsonld,
    RDF_XML: serialize_rdfxml,
}
"""The function that writes the document of each representation that is RDF."""


def _used_context(context: Mapping[str, Any], body: str) -> dict[str, Any]:
    """The part of a context that a document needs: the terms that are keys in it, and the prefixes that these or it use."""
    terms = {name: value for name, value in context.items() if name not in PREFIXES and (name[0] == "@" or f'"{name}":' in body)}
    text = body + json.dumps(terms)
    prefixes = {name: value for name, value in context.items() if name in PREFIXES and f'"{name}:' in text}
    return {**prefixes, **terms}


@cache
def _turtle_serializer() -> TurtleSerializer:
    return TurtleSerializer(DESCRIPTION_PREFIXES)


@cache
def _jsonld_serializer() -> JsonLdSerializer:
    return JsonLdSerializer()
