"""The comparison of two graphs, from what the user names to a folder with a delta."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from pfocr2rdf.analysis.delta.compare import compare, unite_graphs
from pfocr2rdf.analysis.delta.figures import find_figure_changes
from pfocr2rdf.analysis.delta.inputs import ReadOptions, SortedGraph, sort_graph
from pfocr2rdf.analysis.delta.model import DiffSummary
from pfocr2rdf.analysis.delta.writers import DELTA_FORMATS, DeltaContent, DeltaFile, restated_files
from pfocr2rdf.errors import OptionError, OutputError, SourceError
from pfocr2rdf.pipeline.inputs import GraphInput, is_export, resolve_input
from pfocr2rdf.rdf.iri_profiles import DEFAULT_PROFILE
from pfocr2rdf.rdf.iris import is_absolute_iri
from pfocr2rdf.storage.canonical import GraphNaming
from pfocr2rdf.storage.compression import COMPRESSION_SUFFIXES, suffix_for
from pfocr2rdf.storage.delta_format import UPDATE_STATEMENTS
from pfocr2rdf.storage.external_sort import SORT_MEMORY_BYTES, HashingReader
from pfocr2rdf.storage.layout import DELTA_FILE, TOOL
from pfocr2rdf.storage.progress import Progress, ProgressMeter
from pfocr2rdf.storage.scratch import scratch_directory
from pfocr2rdf.storage.staging import StagedDirectory, listed_names

_WRITE_BATCH_LINES = 4096

_is_delta_name = re.compile(r"(?:(?:removed|added)\.(?:nt|nq)|restated\.nt|delta\.(?:ru|rdfp))(?:\.gz|\.zst)?").fullmatch
_owns = listed_names(DELTA_FILE, lambda manifest: [file["name"] for file in manifest["files"]], _is_delta_name)


def diff(
    old: str | os.PathLike[str],
    new: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    *,
    formats: Iterable[str] = tuple(DELTA_FORMATS),
    compress: str | None = None,
    chunk: int = UPDATE_STATEMENTS,
    graph: str = "",
    ignore_graphs: bool = False,
    sort_bytes: int = SORT_MEMORY_BYTES,
    progress: Progress | None = None,
) -> DiffSummary:
    """Compare two graphs and write the delta, in constant memory.

    Args:
        old: an export directory, an RDF file, or records (a file, a folder, a checkout, an archive), which are exported first.
        new: the same.
        output: the folder to write the delta to; ``None`` to write none. Its files appear at the end, atomically.
        formats: ``statements`` (``removed`` and ``added``, as N-Triples or N-Quads), ``sparql`` (SPARQL Update), ``patch`` (RDF Patch).
        compress: ``gz`` or ``zst``, for all of these.
        chunk: the number of statements in one SPARQL Update operation.
        graph: the IRI of the graph for statements without a named graph.
        ignore_graphs: ignore named graphs.
        sort_bytes: the size of the statements to sort in memory.
        progress: called with the stage, the number of finished items, and the total.

    Returns:
        The numbers, what was compared, and the files.

    Raises:
        SourceError: a side is missing, is no graph, has blank nodes, or differs from the other one in naming graphs or in the IRI profile.
        OutputError: the output cannot be written; nothing was published.
        ValueError: an unknown format or compression, no chunk, or a graph that is not an absolute IRI.
    """
    names = tuple(dict.fromkeys(formats))
    _check_arguments(names, compress, chunk, graph)
    sides = resolve_input(old), resolve_input(new)
    with ExitStack() as stack:
        directory = None
        if output is not None:
            _check_output(Path(output), [path for side in sides for path in side.input_files])
            directory = stack.enter_context(StagedDirectory(output, DELTA_FILE, _owns))
        scratch = stack.enter_context(scratch_directory())
        read_options = ReadOptions(
            scratch, GraphNaming(graph, ignore_graphs), not ignore_graphs and _prefer_quads(*sides), sort_bytes, progress
        )
        graphs = sort_graph(sides[0], old, "old", read_options), sort_graph(sides[1], new, "new", read_options)
        _check_profiles(*graphs)
        summary, content = _compare_graphs(*graphs, read_options, chunk)
        if directory is None:
            return summary
        for make_files in (*(DELTA_FORMATS[name] for name in names), restated_files):
            _write(make_files(content), directory, suffix_for(compress))
        summary = summary._replace(files=sorted(directory.written_files))
        directory.write_json(DELTA_FILE, {"tool": TOOL, "graph": graph or None, "ignore_graphs": ignore_graphs, **summary.as_dict()})
        directory.publish()
    return summary


def _check_profiles(old: SortedGraph, new: SortedGraph) -> None:
    first, second = (graph.metadata.get("iris", DEFAULT_PROFILE.name) for graph in (old, new))
    if first != second and "tool" in old.metadata and "tool" in new.metadata:
        raise SourceError(
            f"{old.source} has the IRIs of the profile {first}, {new.source} those of {second}; export both with the same --iris"
        )


def _check_arguments(formats: Iterable[str], compress: str | None, chunk: int, graph: str) -> None:
    for name in formats:
        if name not in DELTA_FORMATS:
            raise OptionError(f"{name!r} is not a delta format; choose from {', '.join(DELTA_FORMATS)}")
    if compress is not None and compress not in COMPRESSION_SUFFIXES:
        raise OptionError(f"{compress!r} is not a compression format; choose from {', '.join(COMPRESSION_SUFFIXES)}")
    if chunk < 1:
        raise OptionError(f"{chunk} is not a valid number of statements; choose 1 or more")
    if graph and not is_absolute_iri(graph):
        raise OptionError(f"{graph!r} is not an absolute IRI")


def _check_output(folder: Path, input_files: Iterable[Path]) -> None:
    if is_export(folder):
        raise OutputError(f"{folder}: contains an export, which a delta would damage; name another folder with --output")
    for file in input_files:
        if _is_delta_name(file.name) and file.parent.resolve() == folder.resolve():
            raise OutputError(f"{file}: would be read and overwritten; name another folder")


def _prefer_quads(old: GraphInput, new: GraphInput) -> bool:
    """Whether both can name graphs. Records can do either, and follow the other side."""
    abilities = (old.can_name_graphs, new.can_name_graphs)
    return True in abilities and False not in abilities


def _compare_graphs(old: SortedGraph, new: SortedGraph, options: ReadOptions, chunk: int) -> tuple[DiffSummary, DeltaContent]:
    """Compare sorted graphs: the summary, and what there is to write.

    Raises:
        SourceError: only one of the two names graphs.
    """
    if old.has_graph_names != new.has_graph_names and old.lines.written_count and new.lines.written_count:
        named, other = (old, new) if old.has_graph_names else (new, old)
        raise SourceError(
            f"{named.source} has named graphs and {other.source} does not; name the graph of its statements with --graph,"
            " or ignore named graphs with --ignore-graphs"
        )
    scratch = options.scratch
    meter = ProgressMeter(options.progress, "comparing", old.lines.written_count + new.lines.written_count)
    old_reader, new_reader = HashingReader(old.lines, meter), HashingReader(new.lines, meter)
    difference = compare(iter(old_reader), iter(new_reader), scratch)
    old_identity, new_identity = old.identity(old_reader), new.identity(new_reader)
    has_graph_names = old.has_graph_names or new.has_graph_names
    union = unite_graphs(difference.removed, new.lines.merge(), scratch) if has_graph_names else None
    summary = DiffSummary(
        removed=old_reader.count - difference.unchanged,
        added=new_reader.count - difference.unchanged,
        unchanged=difference.unchanged,
        has_graph_names=has_graph_names,
        old=old_identity,
        new=new_identity,
        files=[],
        triples=union.triples if union else new_reader.count,
        figures=find_figure_changes(difference, new.lines.merge, scratch, options.sort_bytes),
    )
    return summary, DeltaContent(difference, union, chunk, old_identity["sha256"], new_identity["sha256"])


def _write(files: Iterator[DeltaFile], directory: StagedDirectory, suffix: str) -> None:
    for name, lines in files:
        with directory.open(name + suffix) as file:
            while batch := b"".join(islice(lines, _WRITE_BATCH_LINES)):
                file.write(batch)
