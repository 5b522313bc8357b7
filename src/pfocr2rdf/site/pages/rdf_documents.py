"""The documents of a page: its statements as Turtle and JSON-LD, by the writers of the export."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pfocr2rdf.pipeline.dataset_description import DESCRIBING
from pfocr2rdf.rdf.ordering import ordered
from pfocr2rdf.rdf.serializers.jsonld import JsonLdWriter, context
from pfocr2rdf.rdf.serializers.turtle import TurtleWriter
from pfocr2rdf.rdf.terms import Node
from pfocr2rdf.rdf.vocabulary import PREFIXES


def merged(nodes: Iterable[Node]) -> list[Node]:
    """Nodes with each subject once, in the order in which it came first."""
    found: dict[str, Node] = {}
    for node in nodes:
        known = found.get(node.subject)
        found[node.subject] = node if known is None else Node(node.subject, ordered({*known.pairs, *node.pairs}))
    return list(found.values())


def turtle(nodes: Iterable[Node]) -> str:
    """The statements as Turtle, with no more prefixes than are used."""
    writer = _turtle()
    body = writer.nodes(list(nodes), "")
    used = (f"@prefix {prefix}: <{space}> .\n" for prefix, space in _PREFIXES.items() if f"{prefix}:" in body)
    return f"{''.join(used)}\n{body}"


def jsonld(nodes: Iterable[Node]) -> str:
    """The same as JSON-LD. Its context has the terms that are used and is in it, so that nothing need be fetched to read it."""
    body = _jsonld().nodes(list(nodes), "")
    return f'{{"@context": {json.dumps(_used(context(), body))},\n"@graph": [\n{body}\n]}}\n'


def _used(terms: Mapping[str, Any], body: str) -> dict[str, Any]:
    """The part of a context that a text needs: the terms that are keys in it, and all prefixes that these or it use."""
    kept = {name: value for name, value in terms.items() if name not in PREFIXES and (name[0] == "@" or f'"{name}":' in body)}
    text = body + json.dumps(kept)
    prefixes = {name: value for name, value in terms.items() if name in PREFIXES and f'"{name}:' in text}
    return {**prefixes, **kept}


_PREFIXES = {**PREFIXES, **DESCRIBING}


@cache
def _turtle() -> TurtleWriter:
    return TurtleWriter(_PREFIXES)


@cache
def _jsonld() -> JsonLdWriter:
    return JsonLdWriter()
