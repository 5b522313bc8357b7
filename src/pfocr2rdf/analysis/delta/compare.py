"""The comparison of two sorted sequences of lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

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
