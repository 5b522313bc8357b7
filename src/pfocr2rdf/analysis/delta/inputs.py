"""The two inputs of a comparison, read and sorted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

from pfocr2rdf.pipeline.inputs import QUADS_FIRST, TRIPLES_FIRST, GraphInput
from pfocr2rdf.storage.canonical import CanonicalFile, GraphNaming, read_canonical, reject_unsupported
from pfocr2rdf.storage.external_sort import ExternalSorter, HashingReader, SortedLines
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.progress import Progress, ProgressMeter
from pfocr2rdf.storage.urls import redact_url


class ReadOptions(NamedTuple):
    """How both inputs are read; ``prefer_quads`` is whether files that name graphs are wanted, where there is a choice."""

    scratch: Path
    naming: GraphNaming
    prefer_quads: bool
    sort_bytes: int
    progress: Progress | None


class SortedGraph(NamedTuple):
    """A graph, ready to be compared; ``metadata`` is what is known of it, with the files that were read."""

    source: str
    lines: SortedLines
    has_graph_names: bool
    metadata: dict[str, Any]

    def identity(self, reader: HashingReader) -> dict[str, Any]:
        """The description of the graph; ``reader`` has read all of its statements."""
        return {"source": redact_url(self.source), "statements": reader.count, "sha256": reader.hexdigest(), **self.metadata}


def sort_graph(graph_input: GraphInput, source: str | os.PathLike[str], role: str, options: ReadOptions) -> SortedGraph:
    """Read and sort all files of an input; ``role`` is ``old`` or ``new``.

    Raises:
        SourceError: a file cannot be read, is not valid RDF, is not the one that the manifest lists, or has a blank node.
        OutputError: there is no disk space for temporary files.
    """
    source, folder = os.fspath(source), options.scratch / role
    with map_os_errors(folder):
        folder.mkdir()
    graph = graph_input.prepare(QUADS_FIRST if options.prefer_quads else TRIPLES_FIRST, folder, options.progress)
    sorter = ExternalSorter(folder, lambda text: reject_unsupported(text, source), options.sort_bytes)
    total = sum(path.stat().st_size for path in graph.paths if path.exists())
    meter = ProgressMeter(options.progress, f"reading {role}", total)
    files: list[CanonicalFile] = []
    for path in graph.paths:
        files.append(read_canonical(path, sorter, options.naming, meter))
        graph.verify(path, files[-1].info.sha256)
    metadata = {**graph.identity, "files": [file.info._asdict() for file in files]}
    return SortedGraph(source, sorter.finish(), any(file.names_graphs for file in files), metadata)
