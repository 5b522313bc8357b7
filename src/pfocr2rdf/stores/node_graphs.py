"""The nodes of any source: an export, an embedded store, a server, an RDF file, or records."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import IO, NamedTuple, TypeVar

from pyoxigraph import DefaultGraph, NamedNode, Quad

from pfocr2rdf.derived.graph import ExportedGraph, GraphPart, NodeGraph, UnorderedGraphError
from pfocr2rdf.derived.sorted_nodes import SortedNodes, Subject, sort_nodes
from pfocr2rdf.errors import StoreError
from pfocr2rdf.pipeline.graph_statements import read_statements
from pfocr2rdf.pipeline.inputs import NODES_FIRST, GraphFiles, resolve_input
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.rdf.ontology import ontology_resources
from pfocr2rdf.rdf.terms import normalize_escapes
from pfocr2rdf.storage.compression import open_decompressed
from pfocr2rdf.storage.external_sort import ExternalSorter
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.progress import Progress, ProgressMeter
from pfocr2rdf.storage.rdf_files import map_rdf_errors, rdf_format
from pfocr2rdf.storage.scratch import scratch_directory
from pfocr2rdf.stores.connect import ConnectionOptions, open_destination
from pfocr2rdf.stores.description import extract_triple_count, fetch_description, find_dataset_graphs
from pfocr2rdf.stores.drivers import GraphStoreDriver
from pfocr2rdf.stores.embedded import EmbeddedStore, is_store
from pfocr2rdf.stores.graph_layout import EXAMPLES_GRAPH, FIGURE_GRAPHS_PREFIX, VOCABULARY_GRAPH
from pfocr2rdf.stores.querying.query import stream_query

_T = TypeVar("_T")
_READS = 2  # of each file of an export: entities come before figures
_BLOCK_BYTES = 1 << 20
_PROGRESS_STATEMENTS = 1 << 14
_METADATA_SUFFIXES = ("/description", "/loading")  # of the graphs that a load writes next to that of the dataset


class SourceReading(NamedTuple):
    """What is known of a source when its nodes are read: the records that were left out, and warnings, as sentences with counts."""

    excluded_records: int
    warnings: dict[str, int]


def read_nodes(
    source: str | os.PathLike[str],
    read: Callable[[NodeGraph], _T],
    connection: ConnectionOptions = ConnectionOptions(),  # noqa: B008 - it is immutable
    progress: Progress | None = None,
) -> tuple[_T, SourceReading]:
    """Read the nodes of a graph: those of an export in the order of its files, those of other sources in the order of their IRIs.

    Args:
        source: an export directory, an embedded store, the URL of a server, an RDF file, or records, which are exported first.
        read: is called with the graph. If it is called a second time, what the first call has done is void: the files of an export were in
            no order that can be read directly.
        connection: how to connect to a server.
        progress: called with the stage, the number of finished items, and the total.

    Raises:
        SourceError: the source is missing, cannot be read, is not valid RDF, or is not the file that the manifest lists.
        StoreError: the store cannot be used, or a server returns only a part of the graph.
        OutputError: there is no disk space for temporary files.
    """
    name = os.fspath(source)
    with scratch_directory() as scratch, open_destination(name, connection) as destination:
        if not isinstance(destination.location, Path):
            sorted_nodes = _sort_server(destination.location, name, connection, scratch, progress)
        elif is_store(destination.location):
            sorted_nodes = _sort_store(destination.location, scratch, progress)
        else:
            return _read_files(name, read, scratch, progress)
        return read(sorted_nodes), SourceReading(0, sorted_nodes.warnings)


def _read_files(name: str, read: Callable[[NodeGraph], _T], scratch: Path, progress: Progress | None) -> tuple[_T, SourceReading]:
    graph = resolve_input(name).prepare(NODES_FIRST, scratch, progress)
    excluded = sum(int(graph.identity.get(key, 0)) for key in ("refused", "quarantined"))
    if graph.digests:
        try:
            return read(_open_exported_graph(graph, progress)), SourceReading(excluded, {})
        except UnorderedGraphError:
            graph = graph._replace(digests={}, identity={})
    sorted_nodes = sort_nodes(_iter_file_subjects(graph, scratch, progress), scratch / "nodes", name, progress)
    return read(sorted_nodes), SourceReading(excluded, sorted_nodes.warnings)


def _open_exported_graph(graph: GraphFiles, progress: Progress | None) -> ExportedGraph:
    """The graph in the files of an export; a loop over it raises ``SourceError`` where a file is not the one that the manifest lists."""
    meter = ProgressMeter(progress, "converting", _READS * sum(path.stat().st_size for path in graph.paths))
    parts = ((path, rdf_format(path)) for path in graph.paths)
    return ExportedGraph(
        [GraphPart(str(path), partial(_open_verified, graph, path, meter), syntax, graph.profile) for path, syntax in parts if syntax]
    )


@contextmanager
def _open_verified(graph: GraphFiles, path: Path, meter: ProgressMeter) -> Iterator[IO[bytes]]:
    digest = hashlib.sha256()

    def watch(data: bytes) -> None:
        digest.update(data)
        meter.add(len(data))

    with map_rdf_errors(path), open_decompressed(path, watch) as file:
        yield file
        while file.read(_BLOCK_BYTES):  # a parser may stop where its document ends
            pass
    graph.verify(path, digest.hexdigest())


def _iter_file_subjects(graph: GraphFiles, scratch: Path, progress: Progress | None) -> Iterator[Subject]:
    """The subjects of files, with default IRIs."""
    subjects = _group_lines(read_statements(graph, _new_folder(scratch, "statements"), progress))
    if graph.profile.is_default:
        return subjects
    unmap = graph.profile.unmap_term
    return ((unmap(subject), {(unmap(predicate), unmap(value)) for predicate, value in pairs}) for subject, pairs in subjects)


def _new_folder(scratch: Path, name: str) -> Path:
    with map_os_errors(scratch / name):
        (scratch / name).mkdir()
    return scratch / name


def _group_lines(lines: Iterable[bytes]) -> Iterator[Subject]:
    """The subjects of N-Triples in which the statements of a subject are side by side."""
    for subject, group in groupby((line.decode().split(" ", 2) for line in lines), lambda parts: parts[0]):
        yield subject, {(predicate, normalize_escapes(rest[: -len(" .\n")])) for _, predicate, rest in group}


def _sort_store(path: Path, scratch: Path, progress: Progress | None) -> SortedNodes:
    with closing(EmbeddedStore(path)) as store:
        graphs = find_dataset_graphs(store)
        total = extract_triple_count(fetch_description(store, f"{DATASET_IRI}/description")) or 0
        meter = ProgressMeter(progress if total else None, "reading", total)
        if len(graphs) == 1 and graphs[0] != FIGURE_GRAPHS_PREFIX:
            quads = store.quads(None, None, None, NamedNode(graphs[0]) if graphs[0] else DefaultGraph())
            subjects = _group_quads(_count_quads(quads, meter))
        else:
            subjects = _group_lines(_sort_quads(_count_quads(_iter_quads(store, graphs), meter), _new_folder(scratch, "quads")))
        return sort_nodes(_without_vocabulary(subjects), scratch / "nodes", str(path), progress)


def _iter_quads(store: EmbeddedStore, graphs: list[str]) -> Iterator[Quad]:
    """The statements of several graphs, which may share subjects; of all graphs but metadata where none is described."""
    names = [name for name in store.graph_names() if _is_data_graph(name, graphs)]
    nodes: list[DefaultGraph | NamedNode] = [*([DefaultGraph()] if not graphs or "" in graphs else []), *map(NamedNode, sorted(names))]
    return (quad for node in nodes for quad in store.quads(None, None, None, node))


def _sort_quads(quads: Iterable[Quad], folder: Path) -> Iterator[bytes]:
    sorter = ExternalSorter(folder)
    for quad in quads:
        sorter.write(f"{quad.triple} .\n".encode())
    return sorter.finish().merge()


def _is_data_graph(name: str, graphs: list[str]) -> bool:
    if graphs:
        return name in graphs or (FIGURE_GRAPHS_PREFIX in graphs and name.startswith(FIGURE_GRAPHS_PREFIX))
    return name not in (VOCABULARY_GRAPH, EXAMPLES_GRAPH) and not name.endswith(_METADATA_SUFFIXES)


def _count_quads(quads: Iterable[Quad], meter: ProgressMeter) -> Iterator[Quad]:
    for number, quad in enumerate(quads, 1):
        if not number % _PROGRESS_STATEMENTS:
            meter.add(_PROGRESS_STATEMENTS)
        yield quad


def _group_quads(quads: Iterable[Quad]) -> Iterator[Subject]:
    for subject, group in groupby(quads, lambda quad: quad.subject):
        yield str(subject), {(str(quad.predicate), normalize_escapes(str(quad.object))) for quad in group}


def _without_vocabulary(subjects: Iterable[Subject]) -> Iterator[Subject]:
    """The subjects without the terms of the vocabulary, which a load into the default graph adds to the graph."""
    terms = {resource.subject for resource in ontology_resources()}
    return (subject for subject in subjects if subject[0] not in terms)


def _sort_server(
    server: GraphStoreDriver, url: str, connection: ConnectionOptions, scratch: Path, progress: Progress | None
) -> SortedNodes:
    """The graph of a server, which is downloaded to a temporary file; ``StoreError`` where the server returns only a part."""
    pattern = _dataset_pattern(find_dataset_graphs(server))
    expected = server.query_number(f"SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT ?s ?p ?o {{ {pattern} }} }}")
    path = scratch / "server.nt"
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}"
    with map_os_errors(path), path.open("wb") as file, stream_query(url, query, connection=connection) as stream:
        stream.write(file, "ntriples")
    count = 0

    def count_statements(subjects: Iterable[Subject]) -> Iterator[Subject]:
        nonlocal count
        for subject in subjects:
            count += len(subject[1])
            yield subject

    subjects = count_statements(_iter_file_subjects(GraphFiles([path], {}, {}), scratch, progress))
    graph = sort_nodes(_without_vocabulary(subjects), scratch / "nodes", url, progress)
    if count != expected:
        raise StoreError(f"{url}: the server returns {count:,} of {expected:,} statements; raise its limit of rows, or convert an export")
    return graph


def _dataset_pattern(graphs: list[str]) -> str:
    """The pattern of all statements of the dataset; of all graphs but metadata where none is described."""
    names = ", ".join(f"<{name}>" for name in graphs if name and name != FIGURE_GRAPHS_PREFIX)
    conditions = [f"?g IN ({names})"] if names else []
    if FIGURE_GRAPHS_PREFIX in graphs:
        conditions.append(f'STRSTARTS(STR(?g), "{FIGURE_GRAPHS_PREFIX}")')
    if not graphs:
        suffixes = " && ".join(f'!STRENDS(STR(?g), "{suffix}")' for suffix in _METADATA_SUFFIXES)
        conditions.append(f"?g NOT IN (<{VOCABULARY_GRAPH}>, <{EXAMPLES_GRAPH}>) && {suffixes}")
    patterns = [f"{{ GRAPH ?g {{ ?s ?p ?o }} FILTER ({' || '.join(conditions)}) }}"] if conditions else []
    if not graphs or "" in graphs:
        patterns.append("{ ?s ?p ?o }")
    if len(graphs) == 1 and names:
        return f"GRAPH {names} {{ ?s ?p ?o }}"
    return " UNION ".join(patterns)
