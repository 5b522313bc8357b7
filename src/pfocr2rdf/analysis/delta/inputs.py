"""One side of a comparison, read and sorted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

from pfocr2rdf.pipeline.inputs import GraphInput
from pfocr2rdf.storage.canonical import CanonicalFile, GraphNaming, read_canonical, reject_unsupported
from pfocr2rdf.storage.external_sort import ExternalSorter, HashingReader, SortedLines
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.progress import Progress, ProgressMeter


class ReadOptions(NamedTuple):
    """How both sides are read.

    Attributes:
        scratch: a folder for temporary files.
        naming: what is done with the names of graphs.
        prefer_quads: whether files that name graphs are wanted, where there is a choice.
        sort_bytes: how many bytes of statements are sorted in memory.
        progress: told how far it is.
    """

    scratch: Path
    naming: GraphNaming
    prefer_quads: bool
    sort_bytes: int
    progress: Progress | None


class SortedGraph(NamedTuple):
    """A graph, ready to be compared.

    Attributes:
        source: as it was named.
        lines: its statements.
        has_graph_names: whether a statement names its graph.
        metadata: what is known of the graph, with the files that were read.
    """

    source: str
    lines: SortedLines
    has_graph_names: bool
    metadata: dict[str, Any]

    def identity(self, reader: HashingReader) -> dict[str, Any]:
        """What the graph is; ``reader`` has read all of its statements."""
        return {"source": self.source, "statements": reader.count, "sha256": reader.hexdigest(), **self.metadata}


def sort_graph(graph_input: GraphInput, source: str | os.PathLike[str], role: str, options: ReadOptions) -> SortedGraph:
    """Read all files of a side; ``role`` is ``old`` or ``new``.

    Raises:
        SourceError: a file cannot be read, is no valid RDF, is not the one that the manifest lists, or has a blank node.
        OutputError: there is no room for temporary files.
    """
    source, folder = os.fspath(source), options.scratch / role
    with map_os_errors(folder):
        folder.mkdir()
    graph = graph_input.prepare(options.prefer_quads, folder, options.progress)
    sorter = ExternalSorter(folder, lambda text: reject_unsupported(text, source), options.sort_bytes)
    total = sum(path.stat().st_size for path in graph.paths if path.exists())
    meter = ProgressMeter(options.progress, f"reading {role}", total)
    files: list[CanonicalFile] = []
    for path in graph.paths:
        files.append(read_canonical(path, sorter, options.naming, meter))
        graph.verify(path, files[-1].info.sha256)
    metadata = {**graph.identity, "files": [file.info._asdict() for file in files]}
    return SortedGraph(source, sorter.finish(), any(file.names_graphs for file in files), metadata)
