"""Chunks of a graph: whole lines of N-Triples or N-Quads, limited in bytes and number, and the same ones in every run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple, cast

import pyoxigraph

from pfocr2rdf.errors import SourceError
from pfocr2rdf.storage.canonical import reject_unsupported
from pfocr2rdf.storage.compression import open_decompressed
from pfocr2rdf.storage.rdf_files import map_rdf_errors, parse_rdf, rdf_format

_BATCH_STATEMENTS = 4096
_BLOCK_BYTES = 1 << 20
_LINE_FORMATS = {False: pyoxigraph.RdfFormat.N_TRIPLES, True: pyoxigraph.RdfFormat.N_QUADS}
_DEFAULT_GRAPH = pyoxigraph.DefaultGraph()


class ChunkLimits(NamedTuple):
    """The limits of a chunk, but a single statement may be longer."""

    max_bytes: int
    max_statements: int


class Chunk(NamedTuple):
    """A chunk of a graph: its number from 0, its lines of N-Triples or, with ``quads``, N-Quads, and their number."""

    number: int
    lines: bytes
    statements: int
    quads: bool

    def split_in_half(self) -> tuple[Chunk, Chunk]:
        """Two chunks with the same number."""
        middle = self.lines.find(b"\n", len(self.lines) // 2) + 1
        if middle in (0, len(self.lines)):
            middle = self.lines.rfind(b"\n", 0, len(self.lines) // 2) + 1
        return self.with_lines(self.lines[:middle]), self.with_lines(self.lines[middle:])

    def split(self, limits: ChunkLimits) -> Iterator[Chunk]:
        """Chunks with the same number within other limits."""
        return map(self.with_lines, cut_blocks(iter((self.lines,)), limits))

    def group_by_graph(self) -> dict[str, bytes]:
        """The statements of N-Quads by graph name, as N-Triples."""
        lines_by_graph: dict[bytes, list[bytes]] = {}
        for line in self.lines.splitlines(keepends=True):
            start = line.rindex(b"<")
            lines_by_graph.setdefault(line[start + 1 : -4], []).append(line[:start] + b".\n")
        return {graph.decode(): b"".join(lines) for graph, lines in lines_by_graph.items()}

    def with_graph_suffix(self, suffix: str) -> bytes:
        """N-Quads with a suffix to each graph name."""
        return self.lines.replace(b"> .\n", suffix.encode() + b"> .\n")  # only a graph name precedes the end of a line

    def with_lines(self, lines: bytes) -> Chunk:
        """A chunk with the same number and other lines."""
        return self._replace(lines=lines, statements=lines.count(b"\n"))


def read_chunks(
    paths: list[Path],
    quads: bool,
    from_export: bool,
    limits: ChunkLimits,
    on_read: Callable[[bytes], object] | None = None,
    unnamed_graph: str = "",
) -> Iterator[Chunk]:
    """Read RDF files in chunks.

    With ``quads``, statements keep their graph names; one without goes into the unnamed graph, and is refused where that is ``""``. The
    lines of an export need no parser.
    ``on_read`` is called with the bytes of the files as they are read.

    Raises:
        SourceError: a file cannot be read, is not valid RDF, or has a blank node, which cannot be sent twice.
    """
    number = 0
    for path in paths:
        is_canonical = from_export and rdf_format(path) == _LINE_FORMATS[quads]
        blocks = _read_blocks(path, on_read) if is_canonical else _parse_blocks(path, quads, on_read, unnamed_graph)
        for lines in cut_blocks(blocks, limits):
            if not is_canonical:  # an export has no blank nodes
                reject_unsupported(lines, str(path))
            yield Chunk(number, lines, lines.count(b"\n"), quads)
            number += 1


def _read_blocks(path: Path, on_read: Callable[[bytes], object] | None) -> Iterator[bytes]:
    """The file in blocks of a fixed size, which may end within a line."""
    with map_rdf_errors(path), open_decompressed(path, on_read) as file:
        while block := file.read(_BLOCK_BYTES):
            yield block


def _parse_blocks(path: Path, quads: bool, on_read: Callable[[bytes], object] | None, unnamed_graph: str) -> Iterator[bytes]:
    """The statements of the file as N-Triples or N-Quads, in batches."""
    rdf_syntax = rdf_format(path)
    with map_rdf_errors(path), open_decompressed(path, on_read) as file:
        statements = parse_rdf(file, rdf_syntax)
        if not (quads or rdf_syntax is None or rdf_syntax.supports_datasets):
            # N-Quads without graph names are N-Triples, so nothing has to be converted.
            while lines := cast("bytes", pyoxigraph.serialize(islice(statements, _BATCH_STATEMENTS), format=_LINE_FORMATS[True])):
                yield lines
        while batch := list(islice(statements, _BATCH_STATEMENTS)):
            if quads and any(quad.graph_name == _DEFAULT_GRAPH for quad in batch):
                if not unnamed_graph:
                    raise SourceError(f"{path}: a statement has no named graph; load the file with --graphs dataset")
                batch = [_name_graph(quad, unnamed_graph) for quad in batch]
            yield cast("bytes", pyoxigraph.serialize(batch if quads else [quad.triple for quad in batch], format=_LINE_FORMATS[quads]))


def _name_graph(quad: pyoxigraph.Quad, name: str) -> pyoxigraph.Quad:
    """The same statement in this graph, if it names none."""
    if quad.graph_name != _DEFAULT_GRAPH:
        return quad
    return pyoxigraph.Quad(quad.subject, quad.predicate, quad.object, pyoxigraph.NamedNode(name))


def cut_blocks(blocks: Iterator[bytes], limits: ChunkLimits) -> Iterator[bytes]:
    """The same lines within limits. Where a piece ends does not depend on the sizes of the blocks."""
    buffer = b""
    for block in blocks:
        buffer += block
        while len(buffer) > limits.max_bytes and (piece := _first_lines(buffer, limits)):
            yield piece
            buffer = buffer[len(piece) :]
    while buffer:
        piece = _first_lines(buffer, limits) or buffer + b"\n"
        yield piece
        buffer = buffer[len(piece) :]


def _first_lines(buffer: bytes, limits: ChunkLimits) -> bytes:
    """As many whole lines as the limits allow, and at least one; ``b""`` where no line is complete."""
    end = buffer.rfind(b"\n", 0, limits.max_bytes) + 1 or buffer.find(b"\n") + 1
    if buffer.count(b"\n", 0, end) > limits.max_statements:
        end = 0
        for _ in range(limits.max_statements):
            end = buffer.index(b"\n", end) + 1
    return buffer[:end]
