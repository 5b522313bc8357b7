"""Any RDF file as canonical N-Quads: the same statement is the same line, whatever it was written in."""

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
from pfocr2rdf.storage.rdf_files import map_rdf_errors, rdf_format

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
    """What is done with the names of graphs.

    Attributes:
        graph: the graph of statements that name none, or ``""``.
        ignore_names: names that are there are dropped first.
    """

    graph: str = ""
    ignore_names: bool = False


def reject_unsupported(text: bytes, source: str) -> None:
    """Look for statements that no delta can say.

    Raises:
        SourceError: there is one; it is shown.
    """
    for mark, found, reason, remedy in _UNSUPPORTED:
        if mark in text:
            for line in text.splitlines(keepends=True):
                if mark in line and found(line):
                    shown = line.decode().rstrip("\n")
                    shown = shown if len(shown) <= _MAX_SHOWN_CHARS else f"{shown[:_MAX_SHOWN_CHARS]} ..."
                    raise SourceError(f"{source}: a statement {reason}: {shown}; {remedy}")


class CanonicalReader:
    """Reads the files of one graph into a sorter.

    Attributes:
        names_graphs: whether a statement names its graph.
        files: what was read, each with its size and digest.
    """

    def __init__(self, sorter: ExternalSorter, naming: GraphNaming, meter: ProgressMeter) -> None:
        self._into = sorter
        self._naming = naming
        self._meter = meter
        self._graph = pyoxigraph.NamedNode(naming.graph) if naming.graph else _DEFAULT_GRAPH
        self.names_graphs = False
        self.files: list[FileInfo] = []

    def read(self, path: Path) -> FileInfo:
        """Read a file to its end; returns its name, size and digest.

        Raises:
            SourceError: it cannot be read, or is no valid RDF.
            OutputError: there is no room for temporary files.
        """
        digest, sizes = hashlib.sha256(), [0]

        def watch(data: bytes) -> None:
            digest.update(data)
            sizes.append(len(data))
            self._meter.add(len(data))

        with map_rdf_errors(path), open_decompressed(path, watch) as file:
            form = rdf_format(path)
            quads = self._rename_graphs(pyoxigraph.parse(file, format=form), form in _QUAD_FORMATS)
            pyoxigraph.serialize(quads, cast("IO[bytes]", self._into), format=pyoxigraph.RdfFormat.N_QUADS)
            while file.read(1 << 16):  # a parser may stop where its document ends
                pass
        self.files.append(FileInfo(path.name, sum(sizes), digest.hexdigest()))
        return self.files[-1]

    def _rename_graphs(self, quads: Iterator[pyoxigraph.Quad], naming: bool) -> Iterator[pyoxigraph.Quad]:
        """The statements in the graphs where they are wanted; ``naming`` is whether their format can name one."""
        if not self._naming.graph and not (self._naming.ignore_names and naming):
            return self._watch_graph_names(quads) if naming else quads
        self.names_graphs = self.names_graphs or bool(self._naming.graph)
        if self._naming.ignore_names:
            return (pyoxigraph.Quad(one.subject, one.predicate, one.object, self._graph) for one in quads)
        return (
            pyoxigraph.Quad(one.subject, one.predicate, one.object, self._graph) if one.graph_name == _DEFAULT_GRAPH else one
            for one in quads
        )

    def _watch_graph_names(self, quads: Iterator[pyoxigraph.Quad]) -> Iterator[pyoxigraph.Quad]:
        """The statements, looked at until one names its graph."""
        for quad in () if self.names_graphs else quads:
            yield quad
            if quad.graph_name != _DEFAULT_GRAPH:
                self.names_graphs = True
                break
        yield from quads
