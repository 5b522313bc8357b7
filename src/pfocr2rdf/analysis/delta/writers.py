"""Serializers of a delta: statements, SPARQL Update, RDF Patch; removals come first in each."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from pfocr2rdf.analysis.delta.compare import GraphUnion, StatementDifference
from pfocr2rdf.storage.delta_format import RESTATED_FILE, match_quad


class DeltaContent(NamedTuple):
    """What is written; ``operation_statements`` is the number of statements in one operation of SPARQL Update."""

    difference: StatementDifference
    union: GraphUnion | None  # where statements name their graphs
    operation_statements: int
    old_digest: str
    new_digest: str

    @property
    def has_graph_names(self) -> bool:
        """Whether statements name their graphs."""
        return self.union is not None


DeltaFile = tuple[str, Iterator[bytes]]
"""A name, and the lines of that file."""


def restated_files(content: DeltaContent) -> Iterator[DeltaFile]:
    """The statements that stay in a store with one graph, for each format; empty if none do."""
    if content.union and content.union.restated:
        yield RESTATED_FILE, iter(content.union.restated)


def _statement_files(content: DeltaContent) -> Iterator[DeltaFile]:
    suffix = ".nq" if content.has_graph_names else ".nt"
    yield f"removed{suffix}", iter(content.difference.removed)
    yield f"added{suffix}", iter(content.difference.added)


def _sparql_update_files(content: DeltaContent) -> Iterator[DeltaFile]:
    """SPARQL Update, in operations of a bounded size: a line of one semicolon stands between two."""
    operations = chain(
        _iter_operations(b"DELETE DATA {\n", iter(content.difference.removed), content),
        _iter_operations(b"INSERT DATA {\n", iter(content.difference.added), content),
    )
    first = next(operations, b"")
    yield "delta.ru", chain((first,), (b";\n" + operation for operation in operations))


def _iter_operations(head: bytes, lines: Iterator[bytes], content: DeltaContent) -> Iterator[bytes]:
    while batch := list(islice(lines, content.operation_statements)):
        yield head + (_group_by_graph(batch) if content.has_graph_names else b"".join(batch)) + b"}\n"


def _group_by_graph(lines: list[bytes]) -> bytes:
    """Quads as SPARQL writes them: one block for each graph, in the order in which they come up."""
    blocks: dict[bytes, list[bytes]] = {}
    for line in lines:
        match = match_quad(line)
        assert match  # the lines are canonical  # noqa: S101
        blocks.setdefault(match["graph"] or b"", []).append(match["triple"] + b" .\n")
    return b"".join(b"GRAPH " + graph + b" {\n" + b"".join(block) + b"}\n" if graph else b"".join(block) for graph, block in blocks.items())


def _rdf_patch_files(content: DeltaContent) -> Iterator[DeltaFile]:
    """RDF Patch, in the text form of Apache Jena. The patch that leads to a graph has the id of that graph, so patches chain."""
    head = f"H id <uuid:{_graph_uuid(content.new_digest)}> .\nH prev <uuid:{_graph_uuid(content.old_digest)}> .\nTX .\n"
    removed = (b"D " + line for line in content.difference.removed)
    added = (b"A " + line for line in content.difference.added)
    yield "delta.rdfp", chain((head.encode(),), removed, added, (b"TC .\n",))


def _graph_uuid(digest: str) -> uuid.UUID:
    """An id that the same graph has always and everywhere."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"urn:sha256:{digest}")


DELTA_FORMATS: dict[str, Callable[[DeltaContent], Iterator[DeltaFile]]] = {
    "statements": _statement_files,
    "sparql": _sparql_update_files,
    "patch": _rdf_patch_files,
}
"""The formats by name: each makes its files."""
