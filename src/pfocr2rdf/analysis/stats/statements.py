"""The statements of a graph as lines of N-Triples, those of one subject side by side."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import cast

import pyoxigraph

from pfocr2rdf.errors import SourceError
from pfocr2rdf.pipeline.inputs import Graph
from pfocr2rdf.storage.canonical import Naming, Reader
from pfocr2rdf.storage.compression import opened
from pfocr2rdf.storage.external_sort import Sorter
from pfocr2rdf.storage.layout import MANIFEST
from pfocr2rdf.storage.progress import Meter, Progress
from pfocr2rdf.storage.rdf_files import rdf_format, reading

_N_TRIPLES = pyoxigraph.RdfFormat.N_TRIPLES
_PARSED = 4096


def statements(graph: Graph, scratch: Path, progress: Progress | None) -> Iterator[bytes]:
    """All statements, without the names of their graphs.

    The files of an export have each statement once, and those of one subject side by side: they are read as they are. Nobody
    knows that of other files, whose statements are therefore sorted first, on disk.

    Args:
        graph: the files.
        scratch: an empty folder for temporary files.
        progress: called with the stage, what is done of it, and how much there is to do.

    Raises:
        SourceError: a file cannot be read, is no valid RDF, or is not the one that the manifest lists.
        OutputError: there is no room for temporary files.
    """
    meter = Meter(progress, "reading", sum(path.stat().st_size for path in graph.paths if path.exists()))
    if not graph.digests:
        yield from _sorted(graph.paths, scratch, meter, progress)
        return
    for path in graph.paths:
        yield from _of_export(path, graph.digests[path.name], meter)


def _sorted(paths: list[Path], scratch: Path, meter: Meter, progress: Progress | None) -> Iterator[bytes]:
    sorter = Sorter(scratch, lambda lines: None)  # blank nodes, which a delta must refuse, can be counted
    reader = Reader(sorter, Naming(ignored=True), meter)
    for path in paths:
        reader.read(path)
    sorter.finish()
    yield from sorter.lines(Meter(progress, "counting", sorter.count))


def _of_export(path: Path, wanted: str, meter: Meter) -> Iterator[bytes]:
    digest = hashlib.sha256()

    def watch(data: bytes) -> None:
        digest.update(data)
        meter.add(len(data))

    with reading(path), opened(path, watch) as file:
        form = rdf_format(path)
        if form == _N_TRIPLES:
            yield from file
        else:
            parsed = pyoxigraph.parse(file, format=form)
            while some := [quad.triple for quad in islice(parsed, _PARSED)]:
                yield from cast("bytes", pyoxigraph.serialize(some, format=_N_TRIPLES)).splitlines(keepends=True)
            while file.read(1 << 16):  # a parser may stop where its document ends
                pass
    if digest.hexdigest() != wanted:
        raise SourceError(f"{path}: is not the file that {MANIFEST} lists, its SHA-256 is another; export again, or name the file")
