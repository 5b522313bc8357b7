"""A sample of the figures that are loaded, to be read back from the store and compared statement by statement."""

from __future__ import annotations

import hashlib
import heapq
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import groupby, pairwise
from typing import NamedTuple

import pyoxigraph

from pfocr2rdf.rdf.vocabulary import PREFIXES, SITE_URL
from pfocr2rdf.stores.chunks import Chunk

_FIND_FIGURES = re.compile(rb"^<(" + re.escape(f"{SITE_URL}figures/".encode()) + rb"[^>\n]+)> ", re.MULTILINE)
_MAX_FIGURE_BYTES = 1 << 20
_FIND_SUBJECTS = re.compile(rb"^<([^>\n]*)> ", re.MULTILINE)
_XSD = PREFIXES["xsd"]
_NUMERIC_DATATYPES = {f"{_XSD}{name}" for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")}


class FigureSample(NamedTuple):
    """A figure with its mentions."""

    figure: str  # its IRI
    chunk_numbers: list[int]  # of the chunks that it is in
    graph: str  # that its statements name, or empty
    subjects: list[str]  # the IRIs of the figure and its mentions
    statements: set[str]  # normalized


class FigureSampler:
    """A random sample by hash: the figures with the lowest hashes of their IRIs, so the same ones in every run."""

    def __init__(self, sample_figures: int) -> None:
        self._size = sample_figures
        self._heap: list[tuple[int, str, list[int], bytes]] = []
        self._quads = False
        self._open_figure = b""  # the beginning of a figure that continues in the next chunk
        self._open_numbers: list[int] = []

    def observe(self, chunk: Chunk) -> None:
        """Offer the figures that end in a chunk. Chunks come in their order."""
        if not self._size:
            return
        self._quads = chunk.quads
        lines = self._open_figure + chunk.lines
        starts = list(_figure_starts(lines))
        chunk_numbers = [*self._open_numbers, chunk.number]
        for (start, figure), (end, _) in pairwise(starts):
            self._offer(figure, chunk_numbers, lines, start, end)
            chunk_numbers = [chunk.number]
        open_figure = lines[starts[-1][0] :] if starts else b""
        self._open_figure = open_figure if len(open_figure) < _MAX_FIGURE_BYTES else b""
        self._open_numbers = chunk_numbers if self._open_figure else []

    def _offer(self, figure: str, chunk_numbers: list[int], lines: bytes, start: int, end: int) -> None:
        rank = -int.from_bytes(hashlib.blake2b(figure.encode(), digest_size=8).digest())
        if len(self._heap) < self._size or rank > self._heap[0][0]:
            heapq.heappush(self._heap, (rank, figure, chunk_numbers, lines[start:end]))
        if len(self._heap) > self._size:
            heapq.heappop(self._heap)

    def __iter__(self) -> Iterator[FigureSample]:
        for _, figure, chunk_numbers, lines in sorted(self._heap, reverse=True):
            graph = ""
            if self._quads:
                ((graph, lines),) = Chunk(0, lines, 0, quads=True).group_by_graph().items()
            subjects = list(dict.fromkeys(match[1].decode() for match in _FIND_SUBJECTS.finditer(lines)))
            yield FigureSample(figure, chunk_numbers, graph, subjects, normalize_ntriples(lines))


def _figure_starts(lines: bytes) -> Iterator[tuple[int, str]]:
    """The position and the IRI of each figure; the statements of one are together."""
    for figure, matches in groupby(_FIND_FIGURES.finditer(lines), key=lambda match: match[1]):
        yield next(matches).start(), figure.decode()


def normalize_ntriples(lines: bytes) -> set[str]:
    """N-Triples as a set in which equal numbers are equal: stores may canonicalize them.

    >>> normalize_ntriples(b'<a:b> <c:d> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal> .') == normalize_ntriples(
    ...     b'<a:b> <c:d> "1.5"^^<http://www.w3.org/2001/XMLSchema#decimal> .')
    True
    """
    triples = (quad.triple for quad in pyoxigraph.parse(lines, format=pyoxigraph.RdfFormat.N_TRIPLES))
    return {f"{triple.subject} {triple.predicate} {_object_text(triple.object)}" for triple in triples}


def _object_text(term: object) -> str:
    if isinstance(term, pyoxigraph.Literal) and term.datatype.value in _NUMERIC_DATATYPES:
        try:
            return f"{Decimal(term.value).normalize():f}"
        except InvalidOperation:
            return str(term)
    return str(term)
