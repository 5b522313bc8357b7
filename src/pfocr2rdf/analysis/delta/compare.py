"""The comparison of two sorted sequences of lines."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from pfocr2rdf.storage.delta_format import quad_triple
from pfocr2rdf.storage.external_sort import SortedRun


class StatementDifference(NamedTuple):
    """The lines that only the old graph has, those that only the new one has, both sorted, and the number of those in both."""

    removed: SortedRun
    added: SortedRun
    unchanged: int


def compare(old: Iterator[bytes], new: Iterator[bytes], folder: Path) -> StatementDifference:
    """Compare sorted lines without repeats in one pass; the difference is in temporary files of the folder.

    Raises:
        OutputError: there is no room for them.
    """
    removed, added = SortedRun(folder / "removed.zst"), SortedRun(folder / "added.zst")
    unchanged = 0
    with removed.open_writer() as remove, added.open_writer() as add:
        left, right = next(old, None), next(new, None)
        while left is not None and right is not None:
            if left == right:
                unchanged += 1
                left, right = next(old, None), next(new, None)
            elif left < right:
                remove(left)
                left = next(old, None)
            else:
                add(right)
                right = next(new, None)
        while left is not None:
            remove(left)
            left = next(old, None)
        while right is not None:
            add(right)
            right = next(new, None)
    return StatementDifference(removed, added, unchanged)


class GraphUnion(NamedTuple):
    """The new graph without the names of its graphs: the number of its triples, and those that it has though a quad of theirs is gone."""

    triples: int
    restated: SortedRun | None  # where there are any


def unite_graphs(removed: SortedRun, new: Iterator[bytes], folder: Path) -> GraphUnion:
    """What a store needs to know that has all statements in one graph; ``new`` are the sorted quads of the new graph.

    All quads of a triple stand together, since its text is the beginning of their lines.

    Raises:
        OutputError: there is no room for a temporary file.
    """
    restated, triples, restated_triples = SortedRun(folder / "restated.zst"), 0, 0
    gone = (triple for triple, _ in groupby(removed, key=quad_triple))
    with restated.open_writer() as put:
        candidate = next(gone, None)
        for triple, _ in groupby(new, key=quad_triple):
            triples += 1
            while candidate is not None and candidate + b" " < triple + b" ":
                candidate = next(gone, None)
            if candidate == triple:
                restated_triples += 1
                put(triple + b" .\n")
    return GraphUnion(triples, restated if restated_triples else None)
