"""Turtle and TriG: grouped by subject, prefixes at the top, the same bytes in every run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pfocr2rdf.rdf.cache import ROW_CACHE_ENTRIES, LruCache
from pfocr2rdf.rdf.iri_profiles import DEFAULT_PROFILE, IriProfile
from pfocr2rdf.rdf.prefixes import PrefixMap
from pfocr2rdf.rdf.serializers.base import Serializer
from pfocr2rdf.rdf.terms import (
    RDF_TYPE,
    GroupedResource,
    PredicateObject,
    PredicateObjectList,
    Resource,
    ResourceColumns,
    group_by_predicate,
    iri_term,
)
from pfocr2rdf.rdf.vocabulary import DEFAULT_PREFIXES, expand_curie

_MAX_LINE_CHARS = 110
_PREDICATE_SEPARATOR = " ;\n    "
# Numbers that are written without quotes: those that every parser gives back digit for digit.
_UNQUOTED_NUMBERS = {
    expand_curie("xsd:integer"): re.compile(r"0|-?[1-9][0-9]*").fullmatch,
    expand_curie("xsd:decimal"): re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+").fullmatch,
}


class TurtleSerializer(Serializer):
    """Serializer of Turtle, which declares all ``prefixes``."""

    name = "turtle"
    suffix = ".ttl"
    media_type = "text/turtle"
    separator = "\n"
    resource_separator = "\n"

    def __init__(self, prefixes: PrefixMap = DEFAULT_PREFIXES, *, profile: IriProfile = DEFAULT_PROFILE) -> None:
        super().__init__(profile=profile)
        self._prefixes = prefixes
        self._verbs: LruCache[str, str] = LruCache(1_000, lambda predicate: "a" if predicate == RDF_TYPE else self._iri(predicate))
        self._terms: LruCache[str, str] = LruCache(20_000, self._term)
        self._interned: LruCache[tuple[PredicateObject, ...], str] = LruCache(ROW_CACHE_ENTRIES, self._predicate_object_list)
        self._lists: LruCache[PredicateObjectList, str] = LruCache(
            ROW_CACHE_ENTRIES, lambda shared: self._predicate_object_list(shared.pairs)
        )

    def header(self) -> str:
        """The declarations of the prefixes."""
        namespaces = self._profile.map_namespaces(self._prefixes.namespaces)
        return "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in namespaces.items()) + "\n"

    def serialize_resources(self, resources: Sequence[Resource], graph: str) -> str:
        """One paragraph a subject; Turtle has no named graphs."""
        return "\n".join([f"{self._iri(resource.subject)} {self._resource_list(resource)} .\n" for resource in resources])

    def _resource_list(self, resource: Resource) -> str:
        if not resource.pairs_interned:
            return self._predicate_object_list(resource.pairs_own)
        # then many resources have their first statements in common, too: the target of mentions, or none
        lists = [self._interned[resource.pairs_own]] if resource.pairs_own else []
        return _PREDICATE_SEPARATOR.join([*lists, self._interned[resource.pairs_interned]])

    def serialize_figure(self, figure: GroupedResource, mentions: ResourceColumns, graph: str) -> str:
        """The same for a figure and its mentions, whose predicate-object lists are mostly in the cache."""
        begin, end = self._name_delimiters(mentions.namespace)
        start = f"{end} {self._predicate_object_list(mentions.common)}{_PREDICATE_SEPARATOR}"
        bodies = map(self._lists.__getitem__, mentions.bodies)
        trailers = map(self._lists.__getitem__, mentions.trailers)
        paragraphs = [
            f"{begin}{name}{start}{body}{_PREDICATE_SEPARATOR}{trailer} .\n"
            for name, body, trailer in zip(mentions.local_names, bodies, trailers, strict=True)
        ]
        return "\n".join([f"{self._iri(figure.subject)} {self._grouped_list(figure.values_by_predicate)} .\n", *paragraphs])

    def _name_delimiters(self, namespace: str) -> tuple[str, str]:
        """The text before and after a name of letters and digits in this namespace."""
        name = self._iri(f"<{namespace}0>")
        return (name[:-1], "") if name[0] != "<" else (f"<{namespace}", ">")

    def _predicate_object_list(self, pairs: tuple[PredicateObject, ...]) -> str:
        verbs, terms = self._verbs, self._terms
        previous = ""
        parts = []
        for predicate, value in pairs:
            if predicate == previous:
                return self._grouped_list(group_by_predicate(pairs))
            previous = predicate
            text = value if value[-1] == '"' else terms[value]
            parts.append(f"{verbs[predicate]} {text}")
        return _PREDICATE_SEPARATOR.join(parts)

    def _grouped_list(self, values_by_predicate: Mapping[str, list[str]]) -> str:
        """The same where a predicate has several values: on one line, or on several where that is long."""
        parts = []
        verbs, terms = self._verbs, self._terms
        for predicate, values in values_by_predicate.items():
            if len(values) == 1:
                text = values[0] if values[0][-1] == '"' else terms[values[0]]
                parts.append(f"{verbs[predicate]} {text}")
                continue
            texts = [value if value[-1] == '"' else terms[value] for value in values]
            line = f"{verbs[predicate]} {' , '.join(texts)}"
            if len(line) > _MAX_LINE_CHARS:
                line = f"{verbs[predicate]}\n        {_wrap(texts)}"
            parts.append(line)
        return _PREDICATE_SEPARATOR.join(parts)

    def _term(self, term: str) -> str:
        return self._iri(term) if term.startswith("<") else self._literal(term)

    def _iri(self, term: str) -> str:
        return self._prefixes.compress(term[1:-1]) or term

    def _literal(self, term: str) -> str:
        if term[-1] != ">":  # it has no datatype
            return term
        text, _, datatype = term[1:-1].rpartition('"^^<')
        if (is_unquoted := _UNQUOTED_NUMBERS.get(datatype)) and is_unquoted(text):
            return text
        return f'"{text}"^^{self._iri(iri_term(datatype))}'


def _wrap(texts: list[str]) -> str:
    """An object list on lines of bounded length."""
    lines, line = [], ""
    for text in texts:
        if line and len(line) + len(text) + 3 > _MAX_LINE_CHARS - 8:
            lines.append(line)
            line = text
        else:
            line = f"{line} , {text}" if line else text
    return " ,\n        ".join([*lines, line])


class TrigSerializer(TurtleSerializer):
    """Serializer of TriG: Turtle, in named graphs."""

    name = "trig"
    suffix = ".trig"
    media_type = "application/trig"

    def batch_delimiters(self, graph: str) -> tuple[str, str]:
        """The braces of a named graph."""
        return f"<{graph}> {{\n", "}\n"

    def serialize_resources(self, resources: Sequence[Resource], graph: str) -> str:
        """One block of a named graph."""
        return f"<{graph}> {{\n{super().serialize_resources(resources, graph)}}}\n"

    def serialize_figure(self, figure: GroupedResource, mentions: ResourceColumns, graph: str) -> str:
        """One block of a named graph."""
        return f"<{graph}> {{\n{super().serialize_figure(figure, mentions, graph)}}}\n"
