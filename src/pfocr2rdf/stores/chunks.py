"""The statements of a graph in pieces: whole lines of N-Triples or N-Quads, bounded by bytes and by number, the same each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple, cast

import pyoxigraph

from pfocr2rdf.errors import SourceError
from pfocr2rdf.storage.canonical import reject_unsupported
from pfocr2rdf.storage.compression import open_decompressed
from pfocr2rdf.storage.rdf_files import map_rdf_errors, rdf_format

_BATCH_STATEMENTS = 4096
_LINE_FORMATS = {False: pyoxigraph.RdfFormat.N_TRIPLES, True: pyoxigraph.RdfFormat.N_QUADS}
_DEFAULT_GRAPH = pyoxigraph.DefaultGraph()


class ChunkLimits(NamedTuple):
    """How large a piece may be.

    Attributes:
        max_bytes: bytes; a single statement may be longer.
        max_statements: their number.
    """

    max_bytes: int
    max_statements: int


class Chunk(NamedTuple):
    """A piece of a graph.

    Attributes:
        number: which one it is, from 0.
        lines: N-Triples, or N-Quads.
        statements: how many there are.
        quads: whether they are N-Quads.
    """

    number: int
    lines: bytes
    statements: int
    quads: bool

    def split_in_half(self) -> tuple[Chunk, Chunk]:
        """The same in two pieces of the same number."""
        middle = self.lines.find(b"\n", len(self.lines) // 2) + 1
        if middle in (0, len(self.lines)):
            middle = self.lines.rfind(b"\n", 0, len(self.lines) // 2) + 1
        first, second = self.lines[:middle], self.lines[middle:]
        return self._with(first), self._with(second)

    def split(self, limits: ChunkLimits) -> Iterator[Chunk]:
        """The same in pieces that keep within other bounds."""
        for lines in _cut_into_chunks(iter((self.lines,)), limits):
            yield self._with(lines)

    def group_by_graph(self) -> dict[str, bytes]:
        """The statements of N-Quads by the name of their graph, as N-Triples."""
        found: dict[bytes, list[bytes]] = {}
        for line in self.lines.splitlines(keepends=True):
            end = line.rindex(b"<")
            found.setdefault(line[end + 1 : -4], []).append(line[:end] + b".\n")
        return {name.decode(): b"".join(lines) for name, lines in found.items()}

    def with_graph_suffix(self, suffix: str) -> bytes:
        """N-Quads with something behind the name of each graph."""
        return self.lines.replace(b"> .\n", suffix.encode() + b"> .\n")  # no other place has a line's end behind an IRI

    def _with(self, lines: bytes) -> Chunk:
        return self._replace(lines=lines, statements=lines.count(b"\n"))


def read_chunks(
    paths: list[Path], quads: bool, from_export: bool, limits: ChunkLimits, on_read: Callable[[bytes], object] | None = None
) -> Iterator[Chunk]:
    """The statements of all files, in pieces.

    Args:
        paths: RDF files.
        quads: whether statements keep the names of their graphs; a statement without one is then refused.
        from_export: whether the files are of an export, whose lines can be taken as they are.
        limits: how large a piece may be.
        on_read: called with the bytes of the files as they are read.

    Raises:
        SourceError: a file cannot be read, is no valid RDF, or has what cannot be sent twice: a blank node.
    """
    number = 0
    for path in paths:
        proved = from_export and rdf_format(path) == _LINE_FORMATS[quads]  # an export has no blank nodes
        for lines in _cut_into_chunks(_read_line_blocks(path, quads, proved, on_read), limits):
            if not proved:
                reject_unsupported(lines, str(path))
            yield Chunk(number, lines, lines.count(b"\n"), quads)
            number += 1


def _read_line_blocks(path: Path, quads: bool, proved: bool, watch: Callable[[bytes], object] | None) -> Iterator[bytes]:
    """The statements as lines, some whole lines or a part of one at a time."""
    form = rdf_format(path)
    with map_rdf_errors(path), open_decompressed(path, watch) as file:
        if proved:
            while block := file.read(1 << 20):
                yield block
            return
        parsed = pyoxigraph.parse(file, format=form)
        while some := list(islice(parsed, _BATCH_STATEMENTS)):
            if quads and any(one.graph_name == _DEFAULT_GRAPH for one in some):
                raise SourceError(f"{path}: a statement names no graph; load it with --graphs dataset")
            kept = some if quads else [one.triple for one in some]
            yield cast("bytes", pyoxigraph.serialize(kept, format=_LINE_FORMATS[quads]))


def _cut_into_chunks(blocks: Iterator[bytes], bounds: ChunkLimits) -> Iterator[bytes]:
    """The same lines within bounds; where one piece ends does not depend on the sizes of the blocks."""
    held = b""
    for block in blocks:
        held += block
        while len(held) > bounds.max_bytes and (piece := _take_lines(held, bounds)):
            yield piece
            held = held[len(piece) :]
    while held:
        piece = _take_lines(held, bounds) or held + b"\n"
        yield piece
        held = held[len(piece) :]


def _take_lines(held: bytes, bounds: ChunkLimits) -> bytes:
    """As many whole lines as keep within the bounds, and at least one; nothing where there is none."""
    end = held.rfind(b"\n", 0, bounds.max_bytes) + 1 or held.find(b"\n") + 1
    if held.count(b"\n", 0, end) > bounds.max_statements:
        end = 0
        for _ in range(bounds.max_statements):
            end = held.index(b"\n", end) + 1
    return held[:end]
