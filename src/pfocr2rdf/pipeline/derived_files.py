"""Files in derived formats, which an export writes from its finished graph files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import partial
from typing import IO

import pyoxigraph

from pfocr2rdf.derived.derive import derive
from pfocr2rdf.derived.graph import SYNTAXES_BY_COST, ExportedGraph, GraphPart
from pfocr2rdf.pipeline.aggregate import Aggregator
from pfocr2rdf.pipeline.options import ExportOptions
from pfocr2rdf.storage.files import FileInfo
from pfocr2rdf.storage.rdf_files import rdf_format
from pfocr2rdf.storage.staging import StagedDirectory


def write_derived_files(
    directory: StagedDirectory,
    options: ExportOptions,
    aggregator: Aggregator,
    graph_files: Iterable[FileInfo],
    open_graph_file: Callable[[str], AbstractContextManager[IO[bytes]]],
) -> list[FileInfo]:
    """Write derived formats from the graph files of an export; those of the syntax that is cheapest to read are used.

    Args:
        directory: the output.
        options: the formats, and the profile of the IRIs in the graph files.
        aggregator: its summary gets what the formats cannot represent.
        graph_files: the graph files.
        open_graph_file: opens a graph file, decompressed.
    """
    if not options.derived:
        return []
    aggregator.count_distinct_objects()  # which frees the keys
    by_syntax: dict[pyoxigraph.RdfFormat | None, list[str]] = {}
    for file in sorted(graph_files):
        by_syntax.setdefault(rdf_format(file.name), []).append(file.name)
    syntax = next(syntax for syntax in SYNTAXES_BY_COST if syntax in by_syntax)
    parts = [GraphPart(name, partial(open_graph_file, name), syntax, options.iri_profile, is_own=True) for name in by_syntax[syntax]]
    graph = ExportedGraph(parts)
    count = len(directory.written_files)
    aggregator.summary.format_warnings = derive(graph, options.derived, directory.open).warnings
    return sorted(directory.written_files[count:])
