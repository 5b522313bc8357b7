"""The forms of a delta: statements, SPARQL Update, RDF Patch. All say the same, removals first."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from pfocr2rdf.analysis.delta.compare import Difference
from pfocr2rdf.storage.delta_format import QUAD


class Told(NamedTuple):
    """What is written, and how.

    Attributes:
        difference: what was removed and added.
        quads: whether a statement can name its graph.
        chunk: statements in one operation of SPARQL Update.
        old: the digest of the old graph's statements.
        new: the same of the new one.
    """

    difference: Difference
    quads: bool
    chunk: int
    old: str
    new: str


File = tuple[str, Iterator[bytes]]
"""A name, and the lines of that file."""


def _statements(told: Told) -> Iterator[File]:
    """``removed`` and ``added`` as N-Triples, or N-Quads."""
    suffix = ".nq" if told.quads else ".nt"
    yield f"removed{suffix}", iter(told.difference.removed)
    yield f"added{suffix}", iter(told.difference.added)


def _sparql(told: Told) -> Iterator[File]:
    """SPARQL Update, in operations of a bounded size: a line of one semicolon stands between two."""
    operations = chain(
        _operations(b"DELETE DATA {\n", iter(told.difference.removed), told),
        _operations(b"INSERT DATA {\n", iter(told.difference.added), told),
    )
    first = next(operations, b"")
    yield "delta.ru", chain((first,), (b";\n" + one for one in operations))


def _operations(head: bytes, lines: Iterator[bytes], told: Told) -> Iterator[bytes]:
    while some := list(islice(lines, told.chunk)):
        yield head + (_in_graphs(some) if told.quads else b"".join(some)) + b"}\n"


def _in_graphs(lines: list[bytes]) -> bytes:
    """Quads as SPARQL writes them: one block for each graph, in the order in which they come up."""
    blocks: dict[bytes, list[bytes]] = {}
    for line in lines:
        match = QUAD(line)
        assert match  # the lines are canonical  # noqa: S101
        blocks.setdefault(match["graph"] or b"", []).append(match["triple"] + b" .\n")
    return b"".join(b"GRAPH " + graph + b" {\n" + b"".join(block) + b"}\n" if graph else b"".join(block) for graph, block in blocks.items())


def _patch(told: Told) -> Iterator[File]:
    """RDF Patch, in the text form of Apache Jena. The patch that leads to a graph has the id of that graph, so patches chain."""
    head = f"H id <uuid:{_id(told.new)}> .\nH prev <uuid:{_id(told.old)}> .\nTX .\n"
    removed = (b"D " + line for line in told.difference.removed)
    added = (b"A " + line for line in told.difference.added)
    yield "delta.rdfp", chain((head.encode(),), removed, added, (b"TC .\n",))


def _id(digest: str) -> uuid.UUID:
    """An id that the same graph has always and everywhere."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"urn:sha256:{digest}")


FORMS: dict[str, Callable[[Told], Iterator[File]]] = {"statements": _statements, "sparql": _sparql, "patch": _patch}
"""The forms by name: each makes the files that belong to it."""
