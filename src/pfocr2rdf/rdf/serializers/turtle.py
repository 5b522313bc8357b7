"""Turtle and TriG: grouped by subject, prefixes at the top, the same bytes in every run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pfocr2rdf.rdf.cache import ROWS, Remembered
from pfocr2rdf.rdf.prefixes import SHORT, Shortener
from pfocr2rdf.rdf.terms import TYPE, Alike, Grouped, Node, Pair, Shared, grouped, ref
from pfocr2rdf.rdf.vocabulary import PREFIXES, expand

_LINE = 110
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
        self._verbs: Remembered[str, str] = Remembered(1_000, lambda predicate: "a" if predicate == TYPE else self._name(predicate))
        self._terms: Remembered[str, str] = Remembered(20_000, self._term)
        self._blocks: Remembered[Shared, str] = Remembered(ROWS, lambda shared: self._statements(shared.pairs))

    def head(self) -> str:
        """The prefixes."""
        return "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in self._prefixes.items()) + "\n"

    def nodes(self, nodes: Sequence[Node], graph: str) -> str:
        """One paragraph a node. Turtle has one graph, so the name goes nowhere."""
        return "\n".join([self.paragraph(node) for node in nodes])

    def figure(self, figure: Grouped, mentions: Alike, graph: str) -> str:
        """The same for a figure and its mentions, whose blocks were mostly written before."""
        begin, end = self._around(mentions.space)
        first = f"{end} {self._statements(mentions.first)}{_NEXT}"
        said = map(self._blocks.__getitem__, mentions.said)
        last = map(self._blocks.__getitem__, mentions.last)
        alike = [f"{begin}{name}{first}{block}{_NEXT}{ending} .\n" for name, block, ending in zip(mentions.names, said, last, strict=True)]
        return "\n".join([f"{self._name(figure.subject)} {self._grouped(figure.values)} .\n", *alike])

    def tail(self) -> str:
        """Nothing."""
        return ""

    def paragraph(self, node: Node) -> str:
        """All statements of one subject."""
        return f"{self._name(node.subject)} {self._statements(node.pairs)} .\n"

    def _around(self, space: str) -> tuple[str, str]:
        """What stands before and behind a name of letters and digits in this name space."""
        short = self._name(f"<{space}0>")
        return (short[:-1], "") if short[0] != "<" else (f"<{space}", ">")

    def _statements(self, pairs: tuple[Pair, ...]) -> str:
        verbs, terms = self._verbs, self._terms
        previous = ""
        parts = []
        for predicate, value in pairs:
            if predicate == previous:
                return self._grouped(grouped(pairs))
            previous = predicate
            text = value if value[-1] == '"' else terms[value]
            parts.append(f"{verbs[predicate]} {text}")
        return _NEXT.join(parts)

    def _grouped(self, values_of: Mapping[str, list[str]]) -> str:
        """The same where a predicate has several values: on one line, or on several where that is long."""
        parts = []
        verbs, terms = self._verbs, self._terms
        for predicate, said in values_of.items():
            values = [value if value[-1] == '"' else terms[value] for value in said]
            line = f"{verbs[predicate]} {' , '.join(values)}"
            if len(line) > _LINE and len(values) > 1:
                line = f"{verbs[predicate]}\n        {self._wrapped(values)}"
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

    def _term(self, term: str) -> str:
        return self._name(term) if term.startswith("<") else self._literal(term)

    def _name(self, term: str) -> str:
        return self._short(term[1:-1]) or term

    def _literal(self, term: str) -> str:
        if term[-1] != ">":  # it has no datatype
            return term
        text, _, datatype = term[1:-1].rpartition('"^^<')
        if (bare := _BARE.get(datatype)) and bare(text):
            return text
        return f'"{text}"^^{self._name(ref(datatype))}'


class TrigWriter(TurtleWriter):
    """Writes nodes as TriG: Turtle, in named graphs."""

    name = "trig"
    suffix = ".trig"
    media_type = "application/trig"

    def nodes(self, nodes: Sequence[Node], graph: str) -> str:
        """One block of a named graph."""
        return f"<{graph}> {{\n{super().nodes(nodes, graph)}}}\n"

    def figure(self, figure: Grouped, mentions: Alike, graph: str) -> str:
        """One block of a named graph."""
        return f"<{graph}> {{\n{super().figure(figure, mentions, graph)}}}\n"
