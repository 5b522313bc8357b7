"""The change of the number of distinct objects, when some records and entities change."""

from __future__ import annotations

from collections.abc import Iterable, Set


class DistinctChanges:
    """The keys of the objects of all that changes, before and after. Keys are of 8 bytes: even for IRIs, odd for literals."""

    def __init__(self) -> None:
        self._before: set[int] = set()
        self._after: set[int] = set()

    def add(self, packed_keys: bytes, times: int = 1) -> None:
        """Add the keys of something that is there afterwards; with ``times=-1``, of something that was there before."""
        (self._after if times > 0 else self._before).update(memoryview(packed_keys).cast("Q"))

    def count(self, unchanged: Iterable[bytes]) -> tuple[int, int]:
        """How many more IRIs and literals there are, where these keys are those of all that has not changed."""
        changed = self._before ^ self._after
        for packed_keys in unchanged if changed else ():
            changed.difference_update(memoryview(packed_keys).cast("Q"))
        return _count_parities(changed & self._after, changed & self._before)


def _count_parities(added: Set[int], removed: Set[int]) -> tuple[int, int]:
    odd = sum(key & 1 for key in added) - sum(key & 1 for key in removed)
    return len(added) - len(removed) - odd, odd
