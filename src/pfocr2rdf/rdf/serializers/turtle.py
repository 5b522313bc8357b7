"""Turtle and TriG: grouped by subject, prefixes at the top, the same bytes in every run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pfocr2rdf.rdf.cache import ROW_CACHE_ENTRIES, LruCache
from pfocr2rdf.rdf.prefixes import PrefixMap
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


class TurtleSerializer:
    """Writes nodes as Turtle.

    Args:
        prefixes: what IRIs are compressed with; all of them are declared.
    """

    name = "turtle"
    suffix = ".ttl"
    media_type = "text/turtle"
    separator = "\n"

    def __init__(self, prefixes: PrefixMap = DEFAULT_PREFIXES) -> None:
        self._prefixes = prefixes
        self._verbs: LruCache[str, str] = LruCache(1_000, lambda predicate: "a" if predicate == RDF_TYPE else self._name(predicate))
        self._terms: LruCache[str, str] = LruCache(20_000, self._term)
        self._blocks: LruCache[PredicateObjectList, str] = LruCache(ROW_CACHE_ENTRIES, lambda shared: self._statements(shared.pairs))

    def header(self) -> str:
        """The prefixes."""
        return "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in self._prefixes.namespaces.items()) + "\n"

    def serialize_resources(self, resources: Sequence[Resource], graph: str) -> str:
        """One paragraph a node. Turtle has one graph, so the name goes nowhere."""
        return "\n".join([self.serialize_resource(node) for node in resources])

    def serialize_figure(self, figure: GroupedResource, mentions: ResourceColumns, graph: str) -> str:
        """The same for a figure and its mentions, whose blocks were mostly written before."""
        begin, end = self._name_delimiters(mentions.namespace)
        first = f"{end} {self._statements(mentions.common)}{_PREDICATE_SEPARATOR}"
        said = map(self._blocks.__getitem__, mentions.bodies)
        last = map(self._blocks.__getitem__, mentions.trailers)
        alike = [
            f"{begin}{name}{first}{block}{_PREDICATE_SEPARATOR}{ending} .\n"
            for name, block, ending in zip(mentions.local_names, said, last, strict=True)
        ]
        return "\n".join([f"{self._name(figure.subject)} {self._grouped_statements(figure.values_by_predicate)} .\n", *alike])

    def footer(self) -> str:
        """Nothing."""
        return ""

    def serialize_resource(self, node: Resource) -> str:
        """All statements of one subject."""
        return f"{self._name(node.subject)} {self._statements(node.pairs)} .\n"

    def _name_delimiters(self, space: str) -> tuple[str, str]:
        """What stands before and behind a name of letters and digits in this name space."""
        short = self._name(f"<{space}0>")
        return (short[:-1], "") if short[0] != "<" else (f"<{space}", ">")

    def _statements(self, pairs: tuple[PredicateObject, ...]) -> str:
        verbs, terms = self._verbs, self._terms
        previous = ""
        parts = []
        for predicate, value in pairs:
            if predicate == previous:
                return self._grouped_statements(group_by_predicate(pairs))
            previous = predicate
            text = value if value[-1] == '"' else terms[value]
            parts.append(f"{verbs[predicate]} {text}")
        return _PREDICATE_SEPARATOR.join(parts)

    def _grouped_statements(self, values_of: Mapping[str, list[str]]) -> str:
        """The same where a predicate has several values: on one line, or on several where that is long."""
        parts = []
        verbs, terms = self._verbs, self._terms
        for predicate, said in values_of.items():
            values = [value if value[-1] == '"' else terms[value] for value in said]
            line = f"{verbs[predicate]} {' , '.join(values)}"
            if len(line) > _MAX_LINE_CHARS and len(values) > 1:
                line = f"{verbs[predicate]}\n        {self._wrap(values)}"
            parts.append(line)
        return _PREDICATE_SEPARATOR.join(parts)

    def _wrap(self, values: list[str]) -> str:
        lines, line = [], ""
        for value in values:
            if line and len(line) + len(value) + 3 > _MAX_LINE_CHARS - 8:
                lines.append(line)
                line = value
            else:
                line = f"{line} , {value}" if line else value
        return " ,\n        ".join([*lines, line])

    def _term(self, term: str) -> str:
        return self._name(term) if term.startswith("<") else self._literal(term)

    def _name(self, term: str) -> str:
        return self._prefixes.compress(term[1:-1]) or term

    def _literal(self, term: str) -> str:
        if term[-1] != ">":  # it has no datatype
            return term
        text, _, datatype = term[1:-1].rpartition('"^^<')
        if (bare := _UNQUOTED_NUMBERS.get(datatype)) and bare(text):
            return text
        return f'"{text}"^^{self._name(iri_term(datatype))}'


class TrigSerializer(TurtleSerializer):
    """Writes nodes as TriG: Turtle, in named graphs."""

    name = "trig"
    suffix = ".trig"
    media_type = "application/trig"

    def serialize_resources(self, resources: Sequence[Resource], graph: str) -> str:
        """One block of a named graph."""
        return f"<{graph}> {{\n{super().serialize_resources(resources, graph)}}}\n"

    def serialize_figure(self, figure: GroupedResource, mentions: ResourceColumns, graph: str) -> str:
        """One block of a named graph."""
        return f"<{graph}> {{\n{super().serialize_figure(figure, mentions, graph)}}}\n"
