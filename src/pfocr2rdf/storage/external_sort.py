"""External merge sort: any number of lines, sorted and each of them once, in a bounded amount of memory."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import zstandard

from pfocr2rdf.storage.compression import open_decompressed
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.progress import ProgressMeter

SORT_MEMORY_BYTES = 32 << 20
"""How many bytes of lines are sorted in memory."""

MAX_MERGED_RUNS = 64
"""How many runs are merged at once: each of them is an open file with a buffer."""

_BATCH_LINES = 4096
_PROGRESS_LINES = 1 << 16
# The quickest level, and a small window, of which each run that is merged needs one in memory.
_ZSTD_PARAMETERS = zstandard.ZstdCompressionParameters.from_level(1, window_log=17)


def _open_zstd_writer(file: BinaryIO) -> zstandard.ZstdCompressionWriter:
    return zstandard.ZstdCompressor(compression_params=_ZSTD_PARAMETERS).stream_writer(file)


class SortedRun:
    """Lines in a temporary file.

    Raises:
        OutputError: on writing, that the disk is full, say.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def open_writer(self) -> Iterator[Callable[[bytes], None]]:
        """A function that writes a line, in the place of what the file holds."""
        some: list[bytes] = []
        with map_os_errors(self.path), self.path.open("wb") as file, _open_zstd_writer(file) as packed:

            def put(line: bytes) -> None:
                some.append(line)
                if len(some) == _BATCH_LINES:
                    packed.write(b"".join(some))
                    some.clear()

            yield put
            packed.write(b"".join(some))

    def write(self, lines: Iterable[bytes]) -> SortedRun:
        """Write these lines, and no others; returns the run itself."""
        left = iter(lines)
        with map_os_errors(self.path), self.path.open("wb") as file, _open_zstd_writer(file) as packed:
            while some := list(islice(left, _BATCH_LINES)):
                packed.write(b"".join(some))
        return self

    def __iter__(self) -> Iterator[bytes]:
        """The lines, each with its end."""
        with open_decompressed(self.path) as file:
            yield from file


class ExternalSorter:
    """A binary file to write lines to, which gives them back sorted, each once.

    Args:
        folder: an empty folder for temporary files.
        check: called with the lines of each run, all in one text; what it raises ends the run.
        memory_bytes: how many bytes to sort in memory.
    """

    def __init__(self, folder: Path, check: Callable[[bytes], object], memory_bytes: int = SORT_MEMORY_BYTES) -> None:
        self._folder = folder
        self._check = check
        self._memory_bytes = memory_bytes
        self._pieces: list[bytes] = []
        self._size = 0
        self._runs: list[SortedRun] = []
        self._run_count = 0
        self.count = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Take bytes; a line may come in pieces."""
        self._pieces.append(bytes(data))
        self._size += len(data)
        if self._size >= self._memory_bytes and b"\n" in data:
            self._spill()
        return len(data)

    def flush(self) -> None:
        """Nothing: a file has this."""

    def finish(self) -> None:
        """All lines were written: merge runs until there are few enough to be merged at once."""
        self._spill()
        while len(self._runs) > MAX_MERGED_RUNS:
            some, self._runs = self._runs[:MAX_MERGED_RUNS], self._runs[MAX_MERGED_RUNS:]
            self._runs.append(self._run(_drop_repeats(heapq.merge(*some))))
            for run in some:
                run.path.unlink()

    def lines(self, meter: ProgressMeter) -> Iterator[bytes]:
        """The lines in the order of their bytes, each once; at their end ``count`` is their number, and ``digest`` that of them all."""
        count, update = 0, self.digest.update
        for line in _drop_repeats(heapq.merge(*self._runs)):
            count += 1
            update(line)
            if not count % _PROGRESS_LINES:
                meter.add(_PROGRESS_LINES)
            yield line
        self.count = count

    def _spill(self) -> None:
        """Sort what is in memory, and write it to a run; the beginning of a line stays."""
        text = b"".join(self._pieces)
        end = text.rfind(b"\n") + 1
        self._pieces, self._size = [text[end:]], len(text) - end
        text = text[:end]
        if text:
            self._check(text)
            lines = text.splitlines(keepends=True)
            del text
            lines.sort()
            self.count += len(lines)
            self._runs.append(self._run(lines))

    def _run(self, lines: Iterable[bytes]) -> SortedRun:
        self._run_count += 1
        return SortedRun(self._folder / f"{self._run_count}.zst").write(lines)


def _drop_repeats(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Sorted lines without repeats."""
    last = b""
    for line in lines:
        if line != last:
            yield line
            last = line
