"""Streaming JSON-LD: compact JSON-LD 1.1, the context inlined, one ``@graph`` with a node object a line.

The order of keys is that of the W3C note "Streaming JSON-LD", section 3.1: in a node object ``@type`` precedes ``@id``, and both
before the properties, since a type may change what the other keys mean. ``rdf:type`` comes first among the statements of a resource.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from pfocr2rdf.rdf.cache import ROW_CACHE_ENTRIES, LruCache
from pfocr2rdf.rdf.iri_profiles import DEFAULT_PROFILE, IriProfile
from pfocr2rdf.rdf.serializers.base import Serializer
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

_encode_text = json.JSONEncoder(ensure_ascii=False).encode
_GEN_DELIMS = ":/?#[]@"  # a JSON-LD processor takes a term whose namespace does not end in one for a prefix only if told to


@cache
def jsonld_context(profile: IriProfile = DEFAULT_PROFILE) -> dict[str, Any]:
    """The project's JSON-LD context: the prefixes, and a term with the type of its values for each property."""
    terms: dict[str, Any] = {"@version": 1.1, "id": "@id", "type": "@type"}
    for prefix, namespace in profile.map_namespaces(PREFIXES).items():
        terms[prefix] = namespace if namespace[-1] in _GEN_DELIMS else {"@id": namespace, "@prefix": True}
    for row in PROPERTIES:
        value_type = "@id" if row.is_object else row.range if row.range != "xsd:string" else ""
        terms[row.jsonld_key] = {"@id": row.name, "@type": value_type} if value_type else row.name
    return terms


class _Key(NamedTuple):
    """The key of a property."""

    text: str  # the key, as JSON
    datatype: str  # the datatype that the context gives its values; none for text
    is_object: bool  # whether its values are IRIs
    plain: bool  # whether a string literal is written as its text alone


def _key_of(row: Property) -> _Key:
    is_text = row.range == "xsd:string"
    return _Key(_encode_text(row.jsonld_key), "" if row.is_object or is_text else expand_curie(row.range), row.is_object, is_text)


class JsonLdSerializer(Serializer):
    """Serializer of JSON-LD. The text of a literal is written unchanged: ``terms.literal`` escapes the same characters in the same way."""

    name = "jsonld"
    suffix = ".jsonld"
    media_type = "application/ld+json"
    separator = ",\n"
    resource_separator = ",\n"

    def __init__(self, *, profile: IriProfile = DEFAULT_PROFILE) -> None:
        super().__init__(profile=profile)
        self._keys = {expand_term(row.name): _key_of(row) for row in PROPERTIES}
        self._keys[RDF_TYPE] = _Key('"type"', "", is_object=True, plain=False)
        self._other_keys: LruCache[str, _Key] = LruCache(1_000)
        self._values: LruCache[PredicateObject, str] = LruCache(20_000, self._value)
        self._interned: LruCache[tuple[PredicateObject, ...], tuple[str, str]] = LruCache(
            ROW_CACHE_ENTRIES, lambda pairs: self._split_at_id(self._members(pairs))
        )
        self._members_of_list: LruCache[PredicateObjectList, str] = LruCache(
            ROW_CACHE_ENTRIES, lambda shared: ", ".join(self._members(shared.pairs))
        )

    def header(self) -> str:
        """The context, and the start of the graph."""
        return f'{{"@context": {json.dumps(jsonld_context(self._profile), indent=1)},\n"@graph": [\n'

    def serialize_resources(self, resources: Sequence[Resource], graph: str) -> str:
        """A node object a line; the document has one graph, without a name."""
        return ",\n".join([self._resource_object(resource) for resource in resources])

    def _resource_object(self, resource: Resource) -> str:
        if not resource.pairs_interned:
            return self._object(resource.subject, self._members(resource.pairs_own))
        # then many resources have their first statements in common, too: the target of mentions, or none
        start, end = self._interned[resource.pairs_own or resource.pairs_interned]
        if resource.pairs_own:
            end += "".join(self._interned[resource.pairs_interned])
        return f'{{{start}"id": {self._iri(resource.subject[1:-1])}{end}}}'

    def serialize_figure(self, figure: GroupedResource, mentions: ResourceColumns, graph: str) -> str:
        """The same for a figure and its mentions, whose members are mostly in the cache."""
        id_start = self._iri(f"{mentions.namespace}0")[:-2]
        start, end = self._split_at_id(self._members(mentions.common))
        bodies = map(self._members_of_list.__getitem__, mentions.bodies)
        trailers = map(self._members_of_list.__getitem__, mentions.trailers)
        columns = zip(mentions.local_names, bodies, trailers, strict=True)
        return ",\n".join(
            [
                self._object(figure.subject, self._grouped_members(figure.values_by_predicate)),
                *[f'{{{start}"id": {id_start}{name}"{end}, {body}, {trailer}}}' for name, body, trailer in columns],
            ]
        )

    def footer(self) -> str:
        """The ends of the graph and the document."""
        return "\n]}\n"

    def _object(self, subject: str, members: list[str]) -> str:
        """A JSON-LD node object."""
        start, end = self._split_at_id(members)
        return f'{{{start}"id": {self._iri(subject[1:-1])}{end}}}'

    @staticmethod
    def _split_at_id(members: list[str]) -> tuple[str, str]:
        """The text before the ``id`` and the text after it, with the commas; the ``type`` is the first member, if any."""
        if members and members[0].startswith('"type": '):
            return f"{members[0]}, ", ", ".join(["", *members[1:]])
        return "", ", ".join(["", *members])

    def _members(self, pairs: tuple[PredicateObject, ...]) -> list[str]:
        keys, values = self._keys, self._values
        previous = ""
        members = []
        for pair in pairs:
            predicate, value = pair
            if predicate == previous:
                return self._grouped_members(group_by_predicate(pairs))
            previous = predicate
            key = keys.get(predicate) or self._key(predicate)
            text = value if key.plain and value[-1] == '"' else values[pair]
            members.append(f"{key.text}: {text}")
        return members

    def _grouped_members(self, values_by_predicate: Mapping[str, list[str]]) -> list[str]:
        """The same where a predicate has several values."""
        members = []
        keys, values = self._keys, self._values
        for predicate, terms in values_by_predicate.items():
            key = keys.get(predicate) or self._key(predicate)
            if len(terms) == 1:
                term = terms[0]
                text = term if key.plain and term[-1] == '"' else values[predicate, term]
            else:
                texts = [term if key.plain and term[-1] == '"' else values[predicate, term] for term in terms]
                text = f"[{', '.join(texts)}]"
            members.append(f"{key.text}: {text}")
        return members

    def _key(self, predicate: str) -> _Key:
        """The key of a property, also of one that the context has no term for."""
        key = self._keys.get(predicate) or self._other_keys.get(predicate)
        return key or self._other_keys.put(predicate, _Key(self._iri(predicate[1:-1]), "", is_object=False, plain=True))

    def _value(self, pair: PredicateObject) -> str:
        term, key = pair[1], self._key(pair[0])
        if term.startswith("<"):
            return self._iri(term[1:-1]) if key.is_object else f'{{"id": {self._iri(term[1:-1])}}}'
        end = term.rindex('"') + 1
        text, suffix = term[:end], term[end:]
        if suffix.startswith("@"):
            return f'{{"@value": {text}, "@language": {_encode_text(suffix[1:])}}}'
        datatype = suffix[3:-1]
        if datatype == key.datatype and not key.is_object:
            return text
        return f'{{"@value": {text}, "@type": {self._iri(datatype)}}}' if datatype else f'{{"@value": {text}}}'

    def _iri(self, iri: str) -> str:
        curie = DEFAULT_PREFIXES.compress(iri)
        if not curie and iri.partition(":")[0] in PREFIXES:
            raise ValueError(f"JSON-LD cannot write {iri!r}, whose scheme is one of the prefixes")
        return f'"{curie}"' if curie else _encode_text(iri)
