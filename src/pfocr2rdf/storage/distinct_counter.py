"""The number of distinct 64-bit keys, exact and in bounded memory."""

from __future__ import annotations

import mmap
from array import array
from bisect import bisect_left
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryFile

from pfocr2rdf.storage.files import map_os_errors

MAX_KEYS_IN_MEMORY = 1 << 19
"""How many keys are in memory before they are sorted into a temporary file."""

_MAX_PENDING_KEYS = 1 << 15  # few enough to stay in the cache of a processor

_MERGE_RANGES = 64  # the keys of all files are merged range by range, each of them in memory
_RANGE_STARTS = [(index << 64) // _MERGE_RANGES for index in range(_MERGE_RANGES + 1)]


class DistinctCounter:
    """Counts the distinct keys among those that are added. ``close`` removes its temporary files."""

    def __init__(self, folder: Path, max_keys_in_memory: int = MAX_KEYS_IN_MEMORY) -> None:
        self._folder, self._max_keys_in_memory = folder, max_keys_in_memory
        self._keys: set[int] = set()
        self._pending = bytearray()
        self._max_pending_bytes = 8 * min(_MAX_PENDING_KEYS, max_keys_in_memory)
        self._runs: list[mmap.mmap] = []

    def add(self, packed_keys: bytes) -> None:
        """Add keys, of 8 bytes each."""
        self._pending += packed_keys
        if len(self._pending) >= self._max_pending_bytes:
            self._add_pending()
            if len(self._keys) >= self._max_keys_in_memory:
                self._spill()

    def _add_pending(self) -> None:
        self._keys.update(memoryview(self._pending).cast("Q"))
        self._pending = bytearray()

    def _spill(self) -> None:
        if not self._keys:
            return
        with map_os_errors(self._folder), TemporaryFile(dir=self._folder) as file:
            file.write(array("Q", sorted(self._keys)))
            file.flush()
            self._runs.append(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        self._keys = set()

    def count(self) -> tuple[int, int]:
        """The number of distinct even keys and of distinct odd ones."""
        self._add_pending()
        if not self._runs:
            odd = sum(key & 1 for key in self._keys)
            return len(self._keys) - odd, odd
        self._spill()
        total = odd = 0
        with ExitStack() as stack:
            runs = [stack.enter_context(stack.enter_context(memoryview(run)).cast("Q")) for run in self._runs]
            for begin, end in pairwise(_RANGE_STARTS):
                keys = {key for run in runs for key in run[bisect_left(run, begin) : bisect_left(run, end)]}
                total += len(keys)
                odd += sum(key & 1 for key in keys)
        return total - odd, odd

    def close(self) -> None:
        """Remove the temporary files, and free the memory."""
        for run in self._runs:
            run.close()
        self._runs, self._keys = [], set()
