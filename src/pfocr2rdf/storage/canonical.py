"""Any RDF file as canonical N-Quads: the same statement is the same line, whatever it was written in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple, cast

import pyoxigraph

from pfocr2rdf.errors import SourceError
from pfocr2rdf.storage.compression import opened
from pfocr2rdf.storage.external_sort import Sorter
from pfocr2rdf.storage.files import Written
from pfocr2rdf.storage.progress import Meter
from pfocr2rdf.storage.rdf_files import rdf_format, reading

_NAMING = (pyoxigraph.RdfFormat.N_QUADS, pyoxigraph.RdfFormat.TRIG, pyoxigraph.RdfFormat.JSON_LD)
_DEFAULT = pyoxigraph.DefaultGraph()
_DIRECTION = "has the direction of a text, which SPARQL 1.1 cannot write"
_REFUSED = (
    (b"_:", re.compile(rb'_:|<[^>]*> <[^>]*> _:|.* _:[^ "]+ \.\n').match,
     "has a blank node, which cannot be compared between files", "give it an IRI"),
    (b"<<(", re.compile(rb"<[^>]*> <[^>]*> <<\(").match, "has a triple term, which SPARQL 1.1 cannot write", "leave it out"),
    (b"--ltr", re.compile(rb'.*"@[a-z0-9-]+--ltr(?: <[^>]*>)? \.\n').match, _DIRECTION, "leave it out"),
    (b"--rtl", re.compile(rb'.*"@[a-z0-9-]+--rtl(?: <[^>]*>)? \.\n').match, _DIRECTION, "leave it out"),
)  # fmt: skip
_SHOWN = 300


class Naming(NamedTuple):
    """What is done with the names of graphs.

    Attributes:
        graph: the graph of statements that name none, or ``""``.
        ignored: names that are there are dropped first.
    """

    graph: str = ""
    ignored: bool = False


def refuse(text: bytes, source: str) -> None:
    """Look for statements that no delta can say.

    Raises:
        SourceError: there is one; it is shown.
    """
    for mark, found, reason, remedy in _REFUSED:
        if mark in text:
            for line in text.splitlines(keepends=True):
                if mark in line and found(line):
                    shown = line.decode().rstrip("\n")
                    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]} ..."
                    raise SourceError(f"{source}: a statement {reason}: {shown}; {remedy}")


class Reader:
    """Reads the files of one graph into a sorter.

    Attributes:
        named: whether a statement names its graph.
        files: what was read, each with its size and digest.
    """

    def __init__(self, into: Sorter, naming: Naming, meter: Meter) -> None:
        self._into = into
        self._naming = naming
        self._meter = meter
        self._graph = pyoxigraph.NamedNode(naming.graph) if naming.graph else _DEFAULT
        self.named = False
        self.files: list[Written] = []

    def read(self, path: Path) -> Written:
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

        with reading(path), opened(path, watch) as file:
            form = rdf_format(path)
            quads = self._renamed(pyoxigraph.parse(file, format=form), form in _NAMING)
            pyoxigraph.serialize(quads, cast("IO[bytes]", self._into), format=pyoxigraph.RdfFormat.N_QUADS)
            while file.read(1 << 16):  # a parser may stop where its document ends
                pass
        self.files.append(Written(path.name, sum(sizes), digest.hexdigest()))
        return self.files[-1]

    def _renamed(self, quads: Iterator[pyoxigraph.Quad], naming: bool) -> Iterator[pyoxigraph.Quad]:
        """The statements in the graphs where they are wanted; ``naming`` is whether their format can name one."""
        if not self._naming.graph and not (self._naming.ignored and naming):
            return self._looked_at(quads) if naming else quads
        self.named = self.named or bool(self._naming.graph)
        if self._naming.ignored:
            return (pyoxigraph.Quad(one.subject, one.predicate, one.object, self._graph) for one in quads)
        return (
            pyoxigraph.Quad(one.subject, one.predicate, one.object, self._graph) if one.graph_name == _DEFAULT else one for one in quads
        )

    def _looked_at(self, quads: Iterator[pyoxigraph.Quad]) -> Iterator[pyoxigraph.Quad]:
        """The statements, looked at until one names its graph."""
        for quad in () if self.named else quads:
            yield quad
            if quad.graph_name != _DEFAULT:
                self.named = True
                break
        yield from quads
