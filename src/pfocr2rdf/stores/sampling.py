"""A few figures of what is loaded, to be read back from the store and compared statement by statement."""

from __future__ import annotations

import hashlib
import heapq
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

import pyoxigraph

from pfocr2rdf.stores.chunks import Chunk
from pfocr2rdf.vocabulary import PREFIXES, SITE

_FIGURE = re.compile(rb"^<(" + re.escape(f"{SITE}figures/".encode()) + rb"[^>]+)> ", re.MULTILINE)
_START = b"\n<" + f"{SITE}figures/".encode()
_LONGEST = 1 << 20
_SUBJECT = re.compile(rb"^<([^>]*)> ", re.MULTILINE)
_XSD = PREFIXES["xsd"]
_NUMBERS = {f"{_XSD}{name}" for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")}


class Sample(NamedTuple):
    """A figure with its mentions.

    Attributes:
        figure: its IRI.
        chunks: the numbers of the pieces that it is in.
        graph: the graph that its statements name, or ``""``.
        subjects: the IRIs that its statements are about.
        statements: its statements, comparable.
    """

    figure: str
    chunks: list[int]
    graph: str
    subjects: list[str]
    statements: set[str]


class Samples:
    """Looks at each piece on its way, and keeps a few figures: the same ones of the same graph in every run.

    Args:
        size: how many.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: list[tuple[int, str, list[int], bytes]] = []
        self._quads = False
        self._begun = b""  # the last figure of the pieces before, as far as it was there
        self._pieces: list[int] = []

    def look(self, chunk: Chunk) -> None:
        """Take a figure that ends in this piece into the sample, perhaps."""
        if not self._size:
            return
        self._quads = chunk.quads
        self._pieces.append(chunk.number)
        lines = self._begun + chunk.lines
        if found := _whole_figure(lines):
            figure, block = found
            rank = -int.from_bytes(hashlib.blake2b(figure.encode(), digest_size=8).digest())
            heapq.heappush(self._kept, (rank, figure, self._pieces, block))
            if len(self._kept) > self._size:
                heapq.heappop(self._kept)
        begun = _last_figure(lines)
        if len(begun) < len(lines):
            self._pieces = [chunk.number]
        self._begun = begun if len(begun) < _LONGEST else b""

    def __iter__(self) -> Iterator[Sample]:
        for _, figure, pieces, lines in sorted(self._kept, reverse=True):
            graph = ""
            if self._quads:
                ((graph, lines),) = Chunk(0, lines, 0, quads=True).graphs().items()
            subjects = list(dict.fromkeys(match[1].decode() for match in _SUBJECT.finditer(lines)))
            yield Sample(figure, pieces, graph, subjects, comparable(lines))


def _whole_figure(lines: bytes) -> tuple[str, bytes] | None:
    """The first figure that surely begins and ends in these lines."""
    first = start = None
    for match in _FIGURE.finditer(lines):
        if start is None and (first is None or match[1] == first):
            first = match[1]
            start = match if match.start() == 0 else None
        elif start is None:
            start = match
        elif match[1] != start[1]:
            return start[1].decode(), lines[start.start() : match.start()]
    return None


def _last_figure(lines: bytes) -> bytes:
    """The lines from where the last figure begins."""
    last = lines.rfind(_START) + 1 if _START in lines else -1
    if last < 0:
        return b""
    subject = lines[last : lines.index(b" ", last) + 1]
    return lines[lines.index(subject) :]


def comparable(lines: bytes) -> set[str]:
    """N-Triples as a set in which equal numbers are equal, since stores may write them in their own way.

    >>> comparable(b'<a:b> <c:d> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal> .') == comparable(
    ...     b'<a:b> <c:d> "1.5"^^<http://www.w3.org/2001/XMLSchema#decimal> .')
    True
    """
    triples = (quad.triple for quad in pyoxigraph.parse(lines, format=pyoxigraph.RdfFormat.N_TRIPLES))
    return {f"{triple.subject} {triple.predicate} {_value(triple.object)}" for triple in triples}


def _value(term: object) -> str:
    if isinstance(term, pyoxigraph.Literal) and term.datatype.value in _NUMBERS:
        try:
            return f"{Decimal(term.value).normalize():f}"
        except InvalidOperation:
            return str(term)
    return str(term)
