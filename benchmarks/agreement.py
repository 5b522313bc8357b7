"""Whether the plain pipeline and the package say the same of a record, statement by statement.

Both sides become plain tuples of text, so no library's idea of equal numbers or of a canonical form comes between.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyoxigraph
from rdflib import Graph, Literal

from benchmarks.plain import plain_graph
from benchmarks.plain_rows import Loader, TextLoader
from pfocr2rdf.mapping.figure_graph import build_figure_graph
from pfocr2rdf.records.reader import read_record
from pfocr2rdf.records.sources import RecordSource

STRING = "http://www.w3.org/2001/XMLSchema#string"
Statement = tuple[str, str, str]


class Difference(NamedTuple):
    """What only one of the two says of a record."""

    record: str
    only_plain: list[Statement]
    only_package: list[Statement]

    def __str__(self) -> str:
        """The difference as lines to read: ``-`` for the plain pipeline, ``+`` for the package."""
        sides = ("-", self.only_plain), ("+", self.only_package)
        lines = [f"{sign} {' '.join(statement)}" for sign, statements in sides for statement in statements]
        return "\n".join((f"{self.record}: {len(lines)} statements differ", *lines[:40]))


def shown(value: str, datatype: str, language: str | None) -> str:
    """A literal as text that differs where literals do."""
    return f"{value!r}@{language}" if language else f"{value!r}^^{datatype or STRING}"


def plain_statements(graph: Graph) -> set[Statement]:
    """The statements of a graph of rdflib's."""
    return {(str(s), str(p), shown(str(o), str(o.datatype or ""), o.language) if isinstance(o, Literal) else f"<{o}>") for s, p, o in graph}


def package_statements(ntriples: str) -> set[Statement]:
    """The statements of N-Triples text; a blank node in it is an error."""
    statements: set[Statement] = set()
    for quad in pyoxigraph.parse(ntriples.encode(), format=pyoxigraph.RdfFormat.N_TRIPLES):
        subject, predicate, value = quad.subject, quad.predicate, quad.object
        if not isinstance(subject, pyoxigraph.NamedNode):
            raise ValueError(f"{subject} is no IRI")
        if isinstance(value, pyoxigraph.Literal):
            statements.add((subject.value, predicate.value, shown(value.value, value.datatype.value, value.language)))
        else:
            statements.add((subject.value, predicate.value, str(value)))
    return statements


def differences(sources: Iterable[str | os.PathLike[str]], loader: Loader = TextLoader) -> Iterator[Difference]:
    """Go through all records of the sources, and say for each of them what differs: nothing, where the two agree.

    Raises:
        RecordError: the package refuses a record.
    """
    with RecordSource(sources) as source:
        for located in source:
            if isinstance(located, Exception):
                raise located
            graph = build_figure_graph(read_record(located))
            text = "".join(f"{node.subject} {predicate} {value} .\n" for node in graph.resources() for predicate, value in node.pairs)
            package, plain = package_statements(text), plain_statements(plain_graph(Path(located.path), loader=loader))
            yield Difference(graph.figid, sorted(plain - package), sorted(package - plain))
