"""Derived formats of small graphs that are made as nodes, and of files of an export."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from pfocr2rdf.derived.derive import derive
from pfocr2rdf.derived.nodes import FigureNodes, Node

EVIDENCE = {"symbol": "pfocr:viaSymbol", "synonym": "pfocr:viaSynonym", "previous": "pfocr:viaPreviousSymbol", "family": "pfocr:viaFamily"}


class NodesInMemory(NamedTuple):
    """A graph of nodes."""

    entities: list[Node]
    figures: list[FigureNodes]

    def iter_entities(self) -> Iterator[Node]:
        return iter(self.entities)

    def iter_figures(self) -> Iterator[FigureNodes]:
        return iter(self.figures)


class Files:
    """Files in memory, as ``OpenFile``.

    Attributes:
        contents: the bytes of the files that were closed, by name.
        most_open: how many were open at the same time.
    """

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.most_open = self._open = 0

    @contextmanager
    def open(self, name: str) -> Iterator[io.BytesIO]:
        assert name not in self.contents, f"{name} is written twice"
        file = io.BytesIO()
        self._open += 1
        self.most_open = max(self.most_open, self._open)
        yield file
        self._open -= 1
        self.contents[name] = file.getvalue()


def derive_in_memory(entities: list[Node], figures: list[FigureNodes], *formats: str) -> tuple[Files, dict[str, int]]:
    """The files and warnings of formats."""
    files = Files()
    return files, derive(NodesInMemory(entities, figures), formats, files.open).warnings


def gene(number: int | str, symbol: str = "", organism: str = "taxon:9606") -> Node:
    """A gene; without a symbol or organism for ``""``."""
    node = {"type": ["pfocr:Gene", "wp:GeneProduct"], "id": f"ncbigene:{number}", "label": symbol, "organism": organism}
    return {term: content for term, content in node.items() if content}


def organism(taxon: str, label: str = "") -> Node:
    """An organism."""
    return {"type": "pfocr:Organism", "id": taxon, **({"label": label} if label else {})}


HUMAN = organism("taxon:9606", "Homo sapiens")


def mention(body: str, evidence: str = "symbol", **terms: Any) -> Node:
    """A mention of an entity, with a key of ``EVIDENCE`` or ``""`` for no evidence."""
    return {"type": "pfocr:Mention", "hasBody": body, **({"evidence": EVIDENCE[evidence]} if evidence else {}), **terms}


def figure(figid: str, title: str, mentions: Iterable[Node], **terms: Any) -> FigureNodes:
    """A figure; without a title for ``""``."""
    node = {"type": "pfocr:Figure", "id": f"figure:{figid}.html", **({"title": title} if title else {}), **terms}
    return FigureNodes(node, list(mentions))
