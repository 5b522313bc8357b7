"""Random access to the fragments of records in the graph files of a previous export, also in compressed ones."""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress
from functools import cached_property
from pathlib import Path
from typing import IO

from pfocr2rdf.storage.compression import DECOMPRESSION_ERRORS, open_decompressed
from pfocr2rdf.storage.files import BUFFER_BYTES


class _SeekableReader:
    """A file without compression."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self.length = os.fstat(self._file.fileno()).st_size

    def read(self, offset: int, size: int) -> bytes:
        self._file.seek(offset)
        return _check_length(self._file.read(size), size)

    def close(self) -> None:
        self._file.close()


class _SequentialReader:
    """A compressed file is a sequential-access stream: going back costs another reading from the start."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stack = ExitStack()
        self._stream = self._open()
        self._position = 0

    def _open(self) -> IO[bytes]:
        return self._stack.enter_context(open_decompressed(self._path))

    def _rewind(self) -> None:
        self._stack.close()
        self._stream, self._position = self._open(), 0

    @cached_property
    def length(self) -> int:
        """The bytes that can be read, found by reading them; the end of a file that was being written is missing."""
        self._rewind()
        length = 0
        with suppress(*DECOMPRESSION_ERRORS):
            while data := self._stream.read(BUFFER_BYTES):
                length += len(data)
        self._rewind()
        return length

    def read(self, offset: int, size: int) -> bytes:
        if offset < self._position:
            self._rewind()
        while self._position < offset:
            self._position += len(self._stream.read(min(BUFFER_BYTES, offset - self._position)))
        data = self._stream.read(size)
        self._position += len(data)
        return _check_length(data, size)

    def close(self) -> None:
        self._stack.close()


def _check_length(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise OSError("a file of the earlier export changed while it was read")
    return data


FragmentReader = _SeekableReader | _SequentialReader
"""Reads a graph file before compression: ``length`` bytes in all; ``read`` raises ``OSError`` where the file is shorter than it was."""


def open_fragments(path: Path) -> FragmentReader:
    """The fragment reader for a graph file."""
    return _SequentialReader(path) if path.suffix in (".gz", ".zst") else _SeekableReader(path)
