"""The RDF documents of a page: Turtle, JSON-LD and RDF/XML, by the serializers of the export."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache

from pfocr2rdf.pipeline.partitions import DESCRIPTION_PREFIXES
from pfocr2rdf.rdf.serializers.jsonld import JsonLdSerializer, jsonld_context
from pfocr2rdf.rdf.serializers.rdfxml import RdfXmlSerializer
from pfocr2rdf.rdf.serializers.turtle import TurtleSerializer
from pfocr2rdf.rdf.terms import Resource, sort_pairs
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.site.pages.urls import JSONLD, RDF_XML, TURTLE, Representation

_TURTLE_TEXTS = {prefix: f"{prefix}:" for prefix in DESCRIPTION_PREFIXES.namespaces}
_TAIL_CHARS = 9
_CACHED_HEADERS = 1_000


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
    return f"{_turtle_header(_find_used(_TURTLE_TEXTS, body))}\n{body}"


def serialize_jsonld(resources: Iterable[Resource]) -> str:
    """The statements as JSON-LD. The context is inline, so readers need not fetch it, and has the terms that are used."""
    body = _jsonld_serializer().serialize_resources(list(resources), "")
    return f'{{"@context": {_used_context(_find_used(_jsonld_texts(), body))},\n"@graph": [\n{body}\n]}}\n'


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


def _find_used(texts: Mapping[str, str], body: str) -> tuple[str, ...]:
    """The names whose texts are in a document, in their order. Texts end in a colon, so only what is before colons is searched."""
    tails = ":".join({part[-_TAIL_CHARS:] for part in body.split(":")}) + ":"
    return tuple([name for name, text in texts.items() if text[-_TAIL_CHARS - 1 :] in tails and text in body])


@lru_cache(_CACHED_HEADERS)
def _turtle_header(used: tuple[str, ...]) -> str:
    return "".join([f"@prefix {prefix}: <{DESCRIPTION_PREFIXES.namespaces[prefix]}> .\n" for prefix in used])


@lru_cache(_CACHED_HEADERS)
def _used_context(used: tuple[str, ...]) -> str:
    """The part of the context that a document needs: the terms that are keys in it, and the prefixes that these or it use."""
    context = jsonld_context()
    terms = {name: value for name, value in context.items() if name not in PREFIXES and (name[0] == "@" or name in used)}
    text = json.dumps(terms)
    prefixes = {name: value for name, value in context.items() if name in PREFIXES and (name in used or f'"{name}:' in text)}
    return json.dumps({**prefixes, **terms})


@cache
def _jsonld_texts() -> dict[str, str]:
    """The names of the context, as documents have them: prefixes before local names, and terms as keys."""
    return {name: f'"{name}:' if name in PREFIXES else f'"{name}":' for name in jsonld_context()}


@cache
def _turtle_serializer() -> TurtleSerializer:
    return TurtleSerializer(DESCRIPTION_PREFIXES)


@cache
def _jsonld_serializer() -> JsonLdSerializer:
    return JsonLdSerializer()
