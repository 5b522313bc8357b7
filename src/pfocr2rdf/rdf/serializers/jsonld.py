"""JSON-LD 1.1: compact, the context inlined, one ``@graph`` with a node a line, so that it can be read as a stream."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from pfocr2rdf.rdf.cache import ROW_CACHE_ENTRIES, LruCache
from pfocr2rdf.rdf.terms import (
    RDF_TYPE,
    GroupedResource,
    PredicateObject,
    PredicateObjectList,
    Resource,
    ResourceColumns,
    expand_term,
    group_by_predicate,
)
from pfocr2rdf.rdf.vocabulary import DEFAULT_PREFIXES, PREFIXES, PROPERTIES, Property, expand_curie

_ENCODER = json.JSONEncoder(ensure_ascii=False)
_NOT_GEN_DELIM = {prefix for prefix, space in PREFIXES.items() if space[-1] not in ":/?#[]@"}


@cache
def jsonld_context() -> dict[str, Any]:
    """The context of the project: prefixes, and for each property its key, with the type of its values."""
    terms: dict[str, Any] = {"@version": 1.1, "id": "@id", "type": "@type"}
    for prefix, space in PREFIXES.items():
        terms[prefix] = {"@id": space, "@prefix": True} if prefix in _NOT_GEN_DELIM else space
    for row in PROPERTIES:
        typed = "@id" if row.is_object else row.range if row.range != "xsd:string" else ""
        terms[row.jsonld_key] = {"@id": row.name, "@type": typed} if typed else row.name
    return terms


def encode_json_text(text: str) -> str:
    """A JSON string, with the letters as they are."""
    return _ENCODER.encode(text)


class _Key(NamedTuple):
    """How a property is written.

    Attributes:
        text: its key, as JSON.
        datatype: the datatype that the context gives its values; none for text.
        is_object: whether its values are IRIs.
        plain: whether a string literal needs no more than its text.
    """

    text: str
    datatype: str
    is_object: bool
    plain: bool


def _key_of(row: Property) -> _Key:
    is_text = row.range == "xsd:string"
    return _Key(encode_json_text(row.jsonld_key), "" if row.is_object or is_text else expand_curie(row.range), row.is_object, is_text)


class JsonLdSerializer:
    """Writes nodes as JSON-LD.

    The text of a literal is taken over as it stands: what ``terms.literal`` escapes, and how, is the same in JSON.
    """

    name = "jsonld"
    suffix = ".jsonld"
    media_type = "application/ld+json"
    separator = ",\n"

    def __init__(self) -> None:
        self._keys = {expand_term(row.name): _key_of(row) for row in PROPERTIES}
        self._keys[RDF_TYPE] = _Key('"type"', "", is_object=True, plain=False)
        self._other_keys: LruCache[str, _Key] = LruCache(1_000)
        self._values: LruCache[PredicateObject, str] = LruCache(20_000, self._value)
        self._blocks: LruCache[PredicateObjectList, str] = LruCache(ROW_CACHE_ENTRIES, lambda shared: self._members(shared.pairs))

    def header(self) -> str:
        """The context, and the begin of the graph."""
        return f'{{"@context": {json.dumps(jsonld_context(), indent=1)},\n"@graph": [\n'

    def serialize_resources(self, resources: Sequence[Resource], graph: str) -> str:
        """An object a line. The document has one graph, so the name goes nowhere."""
        return ",\n".join([self.node_object(node) for node in resources])

    def serialize_figure(self, figure: GroupedResource, mentions: ResourceColumns, graph: str) -> str:
        """The same for a figure and its mentions, whose members were mostly written before."""
        begin = self._iri(f"{mentions.namespace}0")[:-2]
        first = self._members(mentions.common)
        said = map(self._blocks.__getitem__, mentions.bodies)
        last = map(self._blocks.__getitem__, mentions.trailers)
        columns = zip(mentions.local_names, said, last, strict=True)
        return ",\n".join(
            [
                self._object(figure.subject, self._grouped_members(figure.values_by_predicate)),
                *[f'{{"id": {begin}{name}", {first}, {block}, {end}}}' for name, block, end in columns],
            ]
        )

    def footer(self) -> str:
        """The ends of the graph and the document."""
        return "\n]}\n"

    def node_object(self, resource: Resource) -> str:
        """The JSON object of a node."""
        return self._object(resource.subject, self._members(resource.pairs))

    def _object(self, subject: str, members: str) -> str:
        return f'{{"id": {self._iri(subject[1:-1])}, {members}}}'

    def _members(self, pairs: tuple[PredicateObject, ...]) -> str:
        keys, values = self._keys, self._values
        previous = ""
        parts = []
        for pair in pairs:
            predicate, value = pair
            if predicate == previous:
                return self._grouped_members(group_by_predicate(pairs))
            previous = predicate
            key = keys.get(predicate) or self._key(predicate)
            shown = value if key.plain and value[-1] == '"' else values[pair]
            parts.append(f"{key.text}: {shown}")
        return ", ".join(parts)

    def _grouped_members(self, values_of: Mapping[str, list[str]]) -> str:
        """The same where a predicate has several values."""
        parts = []
        known = self._values
        for predicate, said in values_of.items():
            key = self._key(predicate)
            values = [value if key.plain and value[-1] == '"' else known[predicate, value] for value in said]
            shown = values[0] if len(values) == 1 else f"[{', '.join(values)}]"
            parts.append(f"{key.text}: {shown}")
        return ", ".join(parts)

    def _key(self, predicate: str) -> _Key:
        """The key of a property, also of one that the context has no term for."""
        key = self._keys.get(predicate) or self._other_keys.get(predicate)
        return key or self._other_keys.put(predicate, _Key(self._iri(predicate[1:-1]), "", is_object=False, plain=True))

    def _value(self, pair: PredicateObject) -> str:
        text, key = pair[1], self._key(pair[0])
        if text.startswith("<"):
            return self._iri(text[1:-1]) if key.is_object else f'{{"id": {self._iri(text[1:-1])}}}'
        end = text.rindex('"') + 1
        plain, tail = text[:end], text[end:]
        if tail.startswith("@"):
            return f'{{"@value": {plain}, "@language": {encode_json_text(tail[1:])}}}'
        datatype = tail[3:-1]
        if datatype == key.datatype and not key.is_object:
            return plain
        return f'{{"@value": {plain}, "@type": {self._iri(datatype)}}}' if datatype else f'{{"@value": {plain}}}'

    def _iri(self, iri: str) -> str:
        short = DEFAULT_PREFIXES.compress(iri)
        if not short and iri.partition(":")[0] in PREFIXES:
            raise ValueError(f"JSON-LD cannot write {iri!r}, whose scheme is one of the prefixes")
        return f'"{short}"' if short else encode_json_text(iri)
