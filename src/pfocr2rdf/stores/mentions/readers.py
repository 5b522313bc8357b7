"""The mentions of embedded stores, servers and files, each with what it is joined with."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad

from pfocr2rdf.errors import SourceError, StoreError
from pfocr2rdf.pipeline.graph_statements import read_statements
from pfocr2rdf.pipeline.inputs import TRIPLES_FIRST, GraphFiles, GraphInput
from pfocr2rdf.rdf.terms import RDF_TYPE
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.scratch import scratch_directory
from pfocr2rdf.stores.connect import ConnectionOptions
from pfocr2rdf.stores.embedded import EmbeddedStore, map_store_errors
from pfocr2rdf.stores.mentions.join import (
    JOINED_CLASSES,
    MENTION_CLASS,
    READ_PREDICATES,
    MentionRow,
    ObjectsByPredicate,
    SubjectSummary,
    join_mention,
    summarize_subject,
)
from pfocr2rdf.stores.querying.query import query, stream_query

_SUMMARY_CACHE_ENTRIES = 100_000
_TYPE_NODE, _MENTION_NODE = NamedNode(RDF_TYPE[1:-1]), NamedNode(MENTION_CLASS[1:-1])


def read_store(path: Path) -> Iterator[MentionRow]:
    """The mentions of an embedded store, joined by lookups."""
    with map_store_errors(path), closing(EmbeddedStore(path)) as store:

        @lru_cache(_SUMMARY_CACHE_ENTRIES)
        def summarize(term: str) -> SubjectSummary | None:
            if not term.startswith("<"):
                return None
            return summarize_subject(term, _group_quads(store.match(NamedNode(term[1:-1]), None, None)))

        previous = None
        for quad in store.match(None, _TYPE_NODE, _MENTION_NODE):
            if quad.subject == previous:  # another graph states it as well
                continue
            previous = quad.subject
            statements = list(store.match(quad.subject, None, None))  # type: ignore[arg-type] # a subject is no triple here
            if not (quad.graph_name == DefaultGraph() and _is_in_named_graph(statements)):
                yield from join_mention(_group_quads(statements), summarize)


def _is_in_named_graph(statements: Iterable[Quad]) -> bool:
    """Whether a named graph states that this is a mention: the mentions of named graphs are read before those of the default graph."""
    return any(quad.object == _MENTION_NODE and quad.graph_name != DefaultGraph() for quad in statements)


def _group_quads(quads: Iterable[Quad]) -> ObjectsByPredicate:
    objects: dict[str, dict[str, None]] = {}  # distinct: several graphs may have a statement
    for quad in quads:
        if (predicate := str(quad.predicate)) in READ_PREDICATES:
            objects.setdefault(predicate, {})[str(quad.object)] = None
    return {predicate: list(values) for predicate, values in objects.items()}


def read_graph(path: Path, graph_input: GraphInput) -> Iterator[MentionRow]:
    """The mentions of files, in two passes: one for what they are joined with, and one for them."""
    with scratch_directory() as scratch:
        graph = graph_input.prepare(TRIPLES_FIRST, scratch, None)
        graph.require_default_iris()
        refused, quarantined = (int(graph.identity.get(name, 0)) for name in ("refused", "quarantined"))
        if refused or quarantined:
            counts = f"{refused:,} records were refused and {quarantined:,} quarantined"
            warnings.warn(f"{path}: {counts}; the table does not have their mentions; export the records to see why", stacklevel=2)
        summaries = {
            subject: summary
            for subject, objects in _read_subjects(path, graph, scratch / "first")
            if MENTION_CLASS not in objects.get(RDF_TYPE, ()) and (summary := summarize_subject(subject, objects)) != SubjectSummary()
        }
        for _, objects in _read_subjects(path, graph, scratch / "second"):
            if MENTION_CLASS in objects.get(RDF_TYPE, ()):
                yield from join_mention(objects, summaries.get)


def _read_subjects(path: Path, graph: GraphFiles, folder: Path) -> Iterator[tuple[str, ObjectsByPredicate]]:
    """The statements of each subject that the join uses."""
    with map_os_errors(folder):
        folder.mkdir()
    try:
        for subject, lines in groupby((line.decode().split(" ", 2) for line in read_statements(graph, folder, None)), lambda line: line[0]):
            objects: dict[str, list[str]] = {}
            for _, predicate, rest in lines:
                if predicate in READ_PREDICATES:
                    objects.setdefault(predicate, []).append(rest[: -len(" .\n")])
            yield subject, objects
    except ValueError:
        raise SourceError(f"{path}: a line of its N-Triples is not a statement; export again") from None


def read_server(url: str, connection: ConnectionOptions) -> Iterator[MentionRow]:
    """The mentions of a server. Its results are downloaded to temporary files; ``StoreError`` where it cuts them."""
    summaries: dict[str, SubjectSummary] = {}
    for subject, objects in _download_subjects(url, JOINED_CLASSES, connection):
        summaries[subject] = summarize_subject(subject, objects)
    for _, objects in _download_subjects(url, (MENTION_CLASS,), connection):
        yield from join_mention(objects, summaries.get)


def _download_subjects(url: str, classes: Iterable[str], connection: ConnectionOptions) -> Iterator[tuple[str, ObjectsByPredicate]]:
    """The statements of the members of these classes that the join uses."""
    pattern = f"VALUES ?class {{ {' '.join(classes)} }} ?s a ?class . VALUES ?p {{ {' '.join(sorted(READ_PREDICATES))} }} ?s ?p ?o"
    (count,) = query(url, f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}", connection=connection)
    rows = 0
    with stream_query(url, f"SELECT ?s ?p ?o {{ {pattern} }} ORDER BY ?s", connection=connection) as stream:
        for subject, solutions in groupby(stream.terms(), lambda row: row["s"]):
            objects: dict[str, dict[str, None]] = {}
            for row in solutions:
                rows += 1
                objects.setdefault(str(row["p"]), {})[str(row["o"])] = None
            yield str(subject), {predicate: list(values) for predicate, values in objects.items()}
    if rows != count["n"]:
        raise StoreError(f"{url}: the server gives {rows:,} of {count['n']:,} rows; raise its limit of rows, or read an export")
