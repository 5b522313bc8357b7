"""External merge sort: any number of lines, sorted and each of them once, in a bounded amount of memory."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby, islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

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
    """A temporary file of lines, compressed; ``OutputError`` if the disk is full, say."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def open_writer(self) -> Iterator[Callable[[bytes], None]]:
        """A function that writes a line; what the file holds is replaced."""
        batch: list[bytes] = []
        with map_os_errors(self.path), self.path.open("wb") as file, _open_zstd_writer(file) as writer:

            def put(line: bytes) -> None:
                batch.append(line)
                if len(batch) == _BATCH_LINES:
                    writer.write(b"".join(batch))
                    batch.clear()

            yield put
            writer.write(b"".join(batch))

    def write(self, lines: Iterable[bytes]) -> SortedRun:
        """Write these lines, and no others; returns the run itself."""
        remaining = iter(lines)
        with map_os_errors(self.path), self.path.open("wb") as file, _open_zstd_writer(file) as writer:
            while batch := list(islice(remaining, _BATCH_LINES)):
                writer.write(b"".join(batch))
        return self

    def __iter__(self) -> Iterator[bytes]:
        """The lines, each with its end."""
        with open_decompressed(self.path) as file:
            yield from file


class SortedLines(NamedTuple):
    """The result of an external sort: the lines in the order of their bytes, each once, merged from the runs when they are iterated."""

    runs: list[SortedRun]
    written_count: int  # lines that were written to the sorter, with repeats

    def merge(self) -> Iterator[bytes]:
        """The lines, each with its end."""
        return _drop_repeats(heapq.merge(*self.runs))


class HashingReader:
    """Iterates sorted lines, counts and hashes them, and reports progress."""

    def __init__(self, lines: SortedLines, meter: ProgressMeter) -> None:
        self._lines = lines
        self._meter = meter
        self._digest = hashlib.sha256()
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        update = self._digest.update
        for count, line in enumerate(self._lines.merge(), 1):
            self.count = count
            update(line)
            if not count % _PROGRESS_LINES:
                self._meter.add(_PROGRESS_LINES)
            yield line

    def hexdigest(self) -> str:
        """The SHA-256 of the lines so far."""
        return self._digest.hexdigest()


class ExternalSorter:
    """External merge sort: a binary file to write lines to, with its runs in an empty directory.

    ``check`` is called with the lines of each run, all in one text; what it raises ends the run.
    """

    def __init__(self, folder: Path, check: Callable[[bytes], object] = len, memory_bytes: int = SORT_MEMORY_BYTES) -> None:
        self._folder = folder
        self._check = check
        self._memory_bytes = memory_bytes
        self._pieces: list[bytes] = []
        self._size = 0
        self._runs: list[SortedRun] = []
        self._run_count = 0
        self._written_count = 0

    def write(self, data: bytes) -> int:
        """Take bytes; a line may come in pieces."""
        self._pieces.append(bytes(data))
        self._size += len(data)
        if self._size >= self._memory_bytes and b"\n" in data:
            self._spill()
        return len(data)

    def flush(self) -> None:
        """Do nothing; required by the file interface."""

    def finish(self) -> SortedLines:
        """The result, when all lines were written: runs are merged until there are few enough to be merged at once."""
        self._spill()
        while len(self._runs) > MAX_MERGED_RUNS:
            merged, self._runs = self._runs[:MAX_MERGED_RUNS], self._runs[MAX_MERGED_RUNS:]
            self._add_run(_drop_repeats(heapq.merge(*merged)))
            for run in merged:
                run.path.unlink()
        return SortedLines(self._runs, self._written_count)

    def _spill(self) -> None:
        """Sort the lines in memory, and write them to a run; the beginning of a line stays."""
        text = b"".join(self._pieces)
        end = text.rfind(b"\n") + 1
        self._pieces, self._size = [text[end:]], len(text) - end
        text = text[:end]
        if text:
            self._check(text)
            lines = text.splitlines(keepends=True)
            del text
            lines.sort()
            self._written_count += len(lines)
            self._add_run(lines)

    def _add_run(self, lines: Iterable[bytes]) -> None:
        self._run_count += 1
        self._runs.append(SortedRun(self._folder / f"{self._run_count}.zst").write(lines))


def _drop_repeats(lines: Iterable[bytes]) -> Iterator[bytes]:
    return (line for line, _ in groupby(lines))
