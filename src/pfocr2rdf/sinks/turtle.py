"""Turtle and TriG: grouped by subject, prefixes at the top, the same bytes in every run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from pfocr2rdf.remembered import Remembered, RememberedOf
from pfocr2rdf.sinks.names import SHORT, Shortener
from pfocr2rdf.terms import TYPE, Node, Pair, parse, ref
from pfocr2rdf.vocabulary import PREFIXES, expand

_LINE = 110
_LONG = 200
_BLOCKS = 30_000
_NEXT = " ;\n    "
# Numbers that are written without quotes: those that every parser gives back digit for digit.
_BARE = {
    expand("xsd:integer"): re.compile(r"0|-?[1-9][0-9]*").fullmatch,
    expand("xsd:decimal"): re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+").fullmatch,
}


class TurtleWriter:
    """Writes nodes as Turtle.

    Args:
        prefixes: name space by prefix, in the order in which they are written.
    """

    name = "turtle"
    suffix = ".ttl"
    media_type = "text/turtle"
    separator = "\n"

    def __init__(self, prefixes: Mapping[str, str] = PREFIXES) -> None:
        self._prefixes = dict(prefixes)
        self._short = SHORT if prefixes is PREFIXES else Shortener(prefixes)
        self._verbs: Remembered[str, str] = Remembered(1_000)
        self._terms: Remembered[str, str] = Remembered(50_000)
        self._blocks: RememberedOf[tuple[Pair, ...], str] = RememberedOf(_BLOCKS)
        self._last: tuple[tuple[Pair, ...], str] = ((), "")

    def head(self) -> str:
        """The prefixes."""
        return "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in self._prefixes.items()) + "\n"

    def nodes(self, nodes: Sequence[Node], graph: str) -> str:
        """One paragraph a node. Turtle has one graph, so the name goes nowhere."""
        return "\n".join([self.paragraph(node) for node in nodes])

    def tail(self) -> str:
        """Nothing."""
        return ""

    def paragraph(self, node: Node) -> str:
        """All statements of one subject."""
        subject, own, shared = node
        if not shared:
            return f"{self._name(subject)} {self._statements(own)} .\n"
        known = self._blocks.made.get(id(shared))
        text = known[1] if known else self._blocks.keep(shared, self._statements(shared))
        if own:
            if self._last[0] is not own:  # the mentions of a figure come one after the other, with the same statement on it
                self._last = (own, self._statements(own))
            return f"{self._name(subject)} {self._last[1]}{_NEXT}{text} .\n"
        return f"{self._name(subject)} {text} .\n"

    def _statements(self, pairs: tuple[Pair, ...]) -> str:
        verbs, terms = self._verbs, self._terms
        previous = ""
        parts = []
        for predicate, value in pairs:
            if predicate == previous:
                return self._grouped(pairs)
            previous = predicate
            verb = verbs.get(predicate) or self._verb(predicate)
            text = value if value[-1] == '"' else terms.get(value) or self._term(value)
            parts.append(f"{verb} {text}")
        return _NEXT.join(parts)

    def _grouped(self, pairs: tuple[Pair, ...]) -> str:
        """The same where a predicate has several values: on one line, or on several where that is long."""
        parts = []
        known = self._terms
        for predicate, group in groupby(pairs, key=itemgetter(0)):
            values = [value if value[-1] == '"' else known.get(value) or self._term(value) for _, value in group]
            line = f"{self._verb(predicate)} {' , '.join(values)}"
            if len(line) > _LINE and len(values) > 1:
                line = f"{self._verb(predicate)}\n        {self._wrapped(values)}"
            parts.append(line)
        return _NEXT.join(parts)

    def _wrapped(self, values: list[str]) -> str:
        lines, line = [], ""
        for value in values:
            if line and len(line) + len(value) + 3 > _LINE - 8:
                lines.append(line)
                line = value
            else:
                line = f"{line} , {value}" if line else value
        return " ,\n        ".join([*lines, line])

    def _verb(self, predicate: str) -> str:
        return self._verbs.keep(predicate, "a" if predicate == TYPE else self._name(predicate))

    def _term(self, term: str) -> str:
        text = self._name(term) if term.startswith("<") else self._literal(term)
        return text if len(text) > _LONG else self._terms.keep(term, text)

    def _name(self, term: str) -> str:
        return self._short(term[1:-1]) or term

    def _literal(self, term: str) -> str:
        if term.endswith('"'):
            return term
        value, end = parse(term), term.rindex('"') + 1
        if value.language:
            return term
        if (bare := _BARE.get(value.datatype)) and bare(value.value):
            return value.value
        return f"{term[:end]}^^{self._name(ref(value.datatype))}"


class TrigWriter(TurtleWriter):
    """Writes nodes as TriG: Turtle, in named graphs."""

    name = "trig"
    suffix = ".trig"
    media_type = "application/trig"

    def nodes(self, nodes: Sequence[Node], graph: str) -> str:
        """One block of a named graph."""
        return f"<{graph}> {{\n{super().nodes(nodes, graph)}}}\n"
