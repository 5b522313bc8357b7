"""The documents of a page: its statements as Turtle and JSON-LD, by the writers of the export."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pfocr2rdf.pipeline.dataset_description import DESCRIPTION_PREFIXES
from pfocr2rdf.rdf.ordering import sort_pairs
from pfocr2rdf.rdf.serializers.jsonld import JsonLdSerializer, jsonld_context
from pfocr2rdf.rdf.serializers.turtle import TurtleSerializer
from pfocr2rdf.rdf.terms import Resource
from pfocr2rdf.rdf.vocabulary import PREFIXES


def merge_resources(resources: Iterable[Resource]) -> list[Resource]:
    """Nodes with each subject once, in the order in which it came first."""
    found: dict[str, Resource] = {}
    for node in resources:
        known = found.get(node.subject)
        found[node.subject] = node if known is None else Resource(node.subject, sort_pairs({*known.pairs, *node.pairs}))
    return list(found.values())


def serialize_turtle(resources: Iterable[Resource]) -> str:
    """The statements as Turtle, with no more prefixes than are used."""
    writer = _turtle_serializer()
    body = writer.serialize_resources(list(resources), "")
    used = (f"@prefix {prefix}: <{space}> .\n" for prefix, space in DESCRIPTION_PREFIXES.namespaces.items() if f"{prefix}:" in body)
    return f"{''.join(used)}\n{body}"


def serialize_jsonld(resources: Iterable[Resource]) -> str:
    """The same as JSON-LD. Its context has the terms that are used and is in it, so that nothing need be fetched to read it."""
    body = _jsonld_serializer().serialize_resources(list(resources), "")
    return f'{{"@context": {json.dumps(_used_context(jsonld_context(), body))},\n"@graph": [\n{body}\n]}}\n'


def _used_context(terms: Mapping[str, Any], body: str) -> dict[str, Any]:
    """The part of a context that a text needs: the terms that are keys in it, and all prefixes that these or it use."""
    kept = {name: value for name, value in terms.items() if name not in PREFIXES and (name[0] == "@" or f'"{name}":' in body)}
    text = body + json.dumps(kept)
    prefixes = {name: value for name, value in terms.items() if name in PREFIXES and f'"{name}:' in text}
    return {**prefixes, **kept}


@cache
def _turtle_serializer() -> TurtleSerializer:
    return TurtleSerializer(DESCRIPTION_PREFIXES)


@cache
def _jsonld_serializer() -> JsonLdSerializer:
    return JsonLdSerializer()
