"""JSON-LD 1.1: compact, the context inlined, one ``@graph`` with a node a line, so that it can be read as a stream."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from pfocr2rdf.remembered import Remembered, RememberedOf
from pfocr2rdf.sinks.names import SHORT
from pfocr2rdf.terms import TYPE, Node, Pair, parse, term
from pfocr2rdf.vocabulary import PREFIXES, PROPERTIES, expand

_LONG = 200
_BLOCKS, _OWNED = 30_000, 100
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_NOT_GEN_DELIM = {prefix for prefix, space in PREFIXES.items() if space[-1] not in ":/?#[]@"}


@cache
def context() -> dict[str, Any]:
    """The context of the project: prefixes, and for each property its key, with the type of its values."""
    terms: dict[str, Any] = {"@version": 1.1, "id": "@id", "type": "@type"}
    for prefix, space in PREFIXES.items():
        terms[prefix] = {"@id": space, "@prefix": True} if prefix in _NOT_GEN_DELIM else space
    for row in PROPERTIES:
        typed = "@id" if row.is_object else row.range if row.range != "xsd:string" else ""
        terms[row.key] = {"@id": row.name, "@type": typed} if typed else row.name
    return terms


def dumps(text: str) -> str:
    """A JSON string, with the letters as they are."""
    return _ENCODER.encode(text)


class JsonLdWriter:
    """Writes nodes as JSON-LD."""

    name = "jsonld"
    suffix = ".jsonld"
    media_type = "application/ld+json"
    separator = ",\n"

    def __init__(self) -> None:
        self._short = SHORT
        self._keys = {term(row.name): (row.key, "" if row.is_object else expand(row.range), row.is_object) for row in PROPERTIES}
        self._keys[TYPE] = ("type", "", True)
        self._pairs: Remembered[Pair, str] = Remembered()
        self._values: Remembered[Pair, str] = Remembered()
        self._blocks: RememberedOf[tuple[Pair, ...], str] = RememberedOf(_BLOCKS)
        self._owned: RememberedOf[tuple[Pair, ...], str] = RememberedOf(_OWNED)

    def head(self) -> str:
        """The context, and the begin of the graph."""
        return f'{{"@context": {json.dumps(context(), indent=1)},\n"@graph": [\n'

    def nodes(self, nodes: Sequence[Node], graph: str) -> str:
        """An object a line. The document has one graph, so the name goes nowhere."""
        return ",\n".join([self.object(node) for node in nodes])

    def tail(self) -> str:
        """The ends of the graph and the document."""
        return "\n]}\n"

    def object(self, node: Node) -> str:
        """The JSON object of a node."""
        subject, own, shared = node
        if not shared:
            members = self._members(own)
        else:
            members = self._blocks.get(shared) or self._blocks.keep(shared, self._members(shared))
            if own:
                first = self._owned.get(own) or self._owned.keep(own, self._members(own))
                members = f"{first}, {members}"
        return f'{{"id": {self._iri(subject[1:-1])}, {members}}}'

    def _members(self, pairs: tuple[Pair, ...]) -> str:
        known = self._pairs
        parts = []
        previous = ""
        for pair in pairs:
            if pair[0] == previous:
                return self._grouped(pairs)
            previous = pair[0]
            parts.append(known.get(pair) or self._pair(pair))
        return ", ".join(parts)

    def _grouped(self, pairs: tuple[Pair, ...]) -> str:
        """The same where a predicate has several values."""
        parts = []
        known = self._values
        for predicate, group in groupby(pairs, key=itemgetter(0)):
            values = [known.get(pair) or self._value(pair) for pair in group]
            shown = values[0] if len(values) == 1 else f"[{', '.join(values)}]"
            parts.append(f"{self._key(predicate)}: {shown}")
        return ", ".join(parts)

    def _pair(self, pair: Pair) -> str:
        text = f"{self._key(pair[0])}: {self._value(pair)}"
        return text if len(text) > _LONG else self._pairs.keep(pair, text)

    def _key(self, predicate: str) -> str:
        known = self._keys.get(predicate)
        return dumps(known[0]) if known else self._iri(predicate[1:-1])

    def _value(self, pair: Pair) -> str:
        _, datatype, is_object = self._keys.get(pair[0], ("", "", False))
        shown = self._shown(pair[1], datatype, is_object)
        return shown if len(shown) > _LONG else self._values.keep(pair, shown)

    def _iri(self, iri: str) -> str:
        short = self._short(iri)
        if not short and iri.partition(":")[0] in PREFIXES:
            raise ValueError(f"JSON-LD cannot write {iri!r}, whose scheme is one of the prefixes")
        return f'"{short}"' if short else dumps(iri)

    def _shown(self, text: str, datatype: str, is_object: bool) -> str:
        value = parse(text)
        if value.kind == "iri":
            return self._iri(value.value) if is_object else f'{{"id": {self._iri(value.value)}}}'
        plain = dumps(value.value)
        if value.language:
            return f'{{"@value": {plain}, "@language": {dumps(value.language)}}}'
        wanted = "" if datatype == expand("xsd:string") or is_object else datatype
        if value.datatype == wanted and not is_object:
            return plain
        return f'{{"@value": {plain}, "@type": {self._iri(value.datatype)}}}' if value.datatype else f'{{"@value": {plain}}}'
