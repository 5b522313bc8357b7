"""What two sorted sequences of lines do not share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pfocr2rdf.storage.external_sort import SortedRun


class StatementDifference(NamedTuple):
    """Two graphs, compared.

    Attributes:
        removed: the lines of the old one that the new one has not, sorted.
        added: the lines of the new one that the old one has not, sorted.
        unchanged: how many lines both have.
    """

    removed: SortedRun
    added: SortedRun
    unchanged: int


def compare(old: Iterator[bytes], new: Iterator[bytes], folder: Path) -> StatementDifference:
    """Compare sorted lines, each there once, in one pass.

    Returns:
        The difference, in temporary files of the folder.

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
