"""The table of mentions of an export, an embedded store, an RDF file or records."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, NamedNode, Quad

from pfocr2rdf.errors import SourceError, StoreError
from pfocr2rdf.pipeline.graph_statements import read_statements
from pfocr2rdf.pipeline.inputs import GraphFiles, GraphInput, resolve_input
from pfocr2rdf.rdf.terms import RDF_TYPE
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.scratch import scratch_directory
from pfocr2rdf.storage.urls import is_url, redact_text
from pfocr2rdf.stores.embedded import EmbeddedStore, is_store, map_store_errors
from pfocr2rdf.stores.mentions.join import (
    MENTION_CLASS,
    READ_PREDICATES,
    MentionRow,
    ObjectsByPredicate,
    SubjectSummary,
    join_mention,
    summarize_subject,
)
from pfocr2rdf.stores.querying.data_frames import DataColumns, to_pandas, to_polars

if TYPE_CHECKING:
    import pandas
    import polars

_SUMMARY_CACHE_ENTRIES = 100_000
_TYPE_NODE, _MENTION_NODE = NamedNode(RDF_TYPE[1:-1]), NamedNode(MENTION_CLASS[1:-1])


def mentions(source: str | os.PathLike[str]) -> MentionTable:
    """The mentions of a graph as a table: a loop over it streams a ``MentionRow`` for each, and ``to_pandas`` makes a DataFrame.

    The memory of a loop grows with the figures, entities and papers, not with the mentions; that of an embedded store does not grow.

    >>> table = mentions("examples")
    >>> row = next(row for row in table if row.word == "STAT1")
    >>> row.figid, row.kind, row.identifier, row.label, row.evidence, row.paper, row.year
    ('PMC5723907__fimmu-08-01707-g001', 'gene', 'ncbigene:6772', 'STAT1', 'viaSymbol', 'PMC5723907', 2017)

    Args:
        source: an export directory, the folder of an embedded store, an RDF file, or records (a file, a folder, a checkout, an archive),
            which are exported first, to a temporary folder.

    Raises:
        SourceError: the source is missing, or is not one of these. A file that cannot be read, or is no valid RDF, raises it in the loop.
        StoreError: it is the URL of a server. In the loop: the store cannot be used.
    """
    name = os.fspath(source)
    if is_url(name) and name.startswith(("http://", "https://")):
        raise StoreError(f"{redact_text(name)}: mentions reads files and embedded stores; query a server with pfocr2rdf.query")
    path = Path(source)
    return MentionTable(path, None if is_store(path) else resolve_input(path))


class MentionTable:
    """The mentions of a graph, which each loop reads again. Where records were refused, the loop gives a ``UserWarning``."""

    columns = MentionRow._fields

    def __init__(self, path: Path, graph_input: GraphInput | None) -> None:
        self._path = path
        self._graph_input = graph_input

    def __iter__(self) -> Iterator[MentionRow]:
        return _read_store(self._path) if self._graph_input is None else _read_graph(self._path, self._graph_input)

    def __repr__(self) -> str:
        return f"MentionTable({str(self._path)!r}): {', '.join(self.columns)}"

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas DataFrame with a row for each mention. It needs the extra ``pandas``, and memory for all of them."""
        return to_pandas(DataColumns(self.columns, self))

    def to_polars(self) -> polars.DataFrame:
        """A Polars DataFrame with a row for each mention. It needs the extra ``polars``, and memory for all of them."""
        return to_polars(DataColumns(self.columns, self))


def _read_store(path: Path) -> Iterator[MentionRow]:
    """The mentions of an embedded store, joined by look-ups."""
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


def _read_graph(path: Path, graph_input: GraphInput) -> Iterator[MentionRow]:
    """The mentions of files, in two passes: one for what they are joined with, and one for them."""
    with scratch_directory() as scratch:
        graph = graph_input.prepare(False, scratch, None)
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
        raise SourceError(f"{path}: a line of its N-Triples is no statement; export again") from None
