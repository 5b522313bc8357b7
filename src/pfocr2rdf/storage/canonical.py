"""RDF files as canonical N-Quads: the same statement is the same line in every syntax."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple, cast

import pyoxigraph

from pfocr2rdf.errors import SourceError
from pfocr2rdf.storage.compression import open_decompressed
from pfocr2rdf.storage.external_sort import ExternalSorter
from pfocr2rdf.storage.files import FileInfo
from pfocr2rdf.storage.progress import ProgressMeter
from pfocr2rdf.storage.rdf_files import map_rdf_errors, parse_rdf, rdf_format

_QUAD_FORMATS = (pyoxigraph.RdfFormat.N_QUADS, pyoxigraph.RdfFormat.TRIG, pyoxigraph.RdfFormat.JSON_LD)
_DEFAULT_GRAPH = pyoxigraph.DefaultGraph()
_DIRECTION = "has the direction of a text, which SPARQL 1.1 cannot write"
_UNSUPPORTED = (
    (b"_:", re.compile(rb'_:|<[^>]*> <[^>]*> _:|.* _:[^ "]+ \.\n').match,
     "has a blank node, which cannot be compared between files", "give it an IRI"),
    (b"<<(", re.compile(rb"<[^>]*> <[^>]*> <<\(").match, "has a triple term, which SPARQL 1.1 cannot write", "leave it out"),
    (b"--ltr", re.compile(rb'.*"@[a-z0-9-]+--ltr(?: <[^>]*>)? \.\n').match, _DIRECTION, "leave it out"),
    (b"--rtl", re.compile(rb'.*"@[a-z0-9-]+--rtl(?: <[^>]*>)? \.\n').match, _DIRECTION, "leave it out"),
)  # fmt: skip
_MAX_SHOWN_CHARS = 300


class GraphNaming(NamedTuple):
    """The treatment of graph names."""

    graph: str = ""  # of statements that name none; empty for the default graph
    ignore_names: bool = False  # the names in the file are dropped first


class CanonicalFile(NamedTuple):
    """A file that was read: its name, size and digest, and whether one of its statements names its graph."""

    info: FileInfo
    names_graphs: bool


def reject_unsupported(text: bytes, source: str) -> None:
    """Look for statements that no delta can have; one is shown in a ``SourceError``."""
    for mark, is_unsupported, reason, remedy in _UNSUPPORTED:
        if mark in text:
            for line in text.splitlines(keepends=True):
                if mark in line and is_unsupported(line):
                    shown = line.decode().rstrip("\n")
                    shown = shown if len(shown) <= _MAX_SHOWN_CHARS else f"{shown[:_MAX_SHOWN_CHARS]} ..."
                    raise SourceError(f"{source}: a statement {reason}: {shown}; {remedy}")


def read_canonical(path: Path, sorter: ExternalSorter, naming: GraphNaming, meter: ProgressMeter) -> CanonicalFile:
    """Write the statements of an RDF file to a sorter.

    Raises:
        SourceError: it cannot be read, or is not valid RDF.
        OutputError: there is no disk space for temporary files.
    """
    digest, sizes = hashlib.sha256(), [0]

    def watch(data: bytes) -> None:
        digest.update(data)
        sizes.append(len(data))
        meter.add(len(data))

    with map_rdf_errors(path), open_decompressed(path, watch) as file:
        syntax = rdf_format(path)
        renamer = _GraphRenamer(naming)
        quads = renamer.rename(parse_rdf(file, syntax), syntax in _QUAD_FORMATS)
        pyoxigraph.serialize(quads, cast("IO[bytes]", sorter), format=pyoxigraph.RdfFormat.N_QUADS)
        while file.read(1 << 16):  # a parser may stop where its document ends
            pass
    return CanonicalFile(FileInfo(path.name, sum(sizes), digest.hexdigest()), renamer.names_graphs)


class _GraphRenamer:
    """Puts statements into their graphs; ``names_graphs`` is whether one of those so far names its graph."""

    def __init__(self, naming: GraphNaming) -> None:
        self._naming = naming
        self._graph = pyoxigraph.NamedNode(naming.graph) if naming.graph else _DEFAULT_GRAPH
        self.names_graphs = bool(naming.graph)

    def rename(self, quads: Iterator[pyoxigraph.Quad], can_name_graphs: bool) -> Iterator[pyoxigraph.Quad]:
        if not self._naming.graph and not (self._naming.ignore_names and can_name_graphs):
            return self._watch(quads) if can_name_graphs else quads
        if self._naming.ignore_names:
            return (pyoxigraph.Quad(quad.subject, quad.predicate, quad.object, self._graph) for quad in quads)
        return (
            pyoxigraph.Quad(quad.subject, quad.predicate, quad.object, self._graph) if quad.graph_name == _DEFAULT_GRAPH else quad
            for quad in quads
        )

    def _watch(self, quads: Iterator[pyoxigraph.Quad]) -> Iterator[pyoxigraph.Quad]:
        """The statements, looked at until one names its graph."""
        for quad in quads:
            yield quad
            if quad.graph_name != _DEFAULT_GRAPH:
                self.names_graphs = True
                break
        yield from quads
