"""The statements of a graph as lines of N-Triples, those of one subject side by side."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import cast

import pyoxigraph

from pfocr2rdf.pipeline.inputs import GraphFiles
from pfocr2rdf.storage.canonical import GraphNaming, read_canonical
from pfocr2rdf.storage.compression import open_decompressed
from pfocr2rdf.storage.external_sort import ExternalSorter, HashingReader
from pfocr2rdf.storage.progress import Progress, ProgressMeter
from pfocr2rdf.storage.rdf_files import map_rdf_errors, parse_rdf, rdf_format

_N_TRIPLES = pyoxigraph.RdfFormat.N_TRIPLES
_PARSE_BATCH_STATEMENTS = 4096


def read_statements(graph: GraphFiles, scratch: Path, progress: Progress | None) -> Iterator[bytes]:
    """All statements without the names of their graphs; ``scratch`` is an empty folder for temporary files.

    The files of an export have each statement once, and those of one subject side by side, so they are read in this order. Other files
    may have any order and duplicates, so their statements are sorted first, on disk.

    Raises:
        SourceError: a file cannot be read, is not valid RDF, or is not the one that the manifest lists.
        OutputError: there is no disk space for temporary files.
    """
    meter = ProgressMeter(progress, "reading", sum(path.stat().st_size for path in graph.paths if path.exists()))
    if not graph.digests:
        yield from _read_sorted(graph.paths, scratch, meter, progress)
        return
    for path in graph.paths:
        yield from _read_export_file(graph, path, meter)


def _read_sorted(paths: list[Path], scratch: Path, meter: ProgressMeter, progress: Progress | None) -> Iterator[bytes]:
    sorter = ExternalSorter(scratch)  # blank nodes, which a delta must refuse, can be counted
    for path in paths:
        read_canonical(path, sorter, GraphNaming(ignore_names=True), meter)
    lines = sorter.finish()
    yield from HashingReader(lines, ProgressMeter(progress, "counting", lines.written_count))


def _read_export_file(graph: GraphFiles, path: Path, meter: ProgressMeter) -> Iterator[bytes]:
    digest = hashlib.sha256()

    def watch(data: bytes) -> None:
        digest.update(data)
        meter.add(len(data))

    with map_rdf_errors(path), open_decompressed(path, watch) as file:
        syntax = rdf_format(path)
        if syntax == _N_TRIPLES:
            yield from file
        else:
            parsed = parse_rdf(file, syntax)
            while batch := [quad.triple for quad in islice(parsed, _PARSE_BATCH_STATEMENTS)]:
                yield from cast("bytes", pyoxigraph.serialize(batch, format=_N_TRIPLES)).splitlines(keepends=True)
            while file.read(1 << 16):  # a parser may stop where its document ends
                pass
    graph.verify(path, digest.hexdigest())
