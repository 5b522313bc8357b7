"""Lines of many files in a temporary file, so that no more than a single file of the output is open at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self

_CHUNK_BYTES = 4096  # for each file, as there may be thousands


class LineSpool:
    r"""Collects lines by the name of a file, and returns those of each file in the order in which they came.

    >>> with LineSpool() as spool:
    ...     for name, line in (("b", b"1\n"), ("a", b"2\n"), ("b", b"3\n")):
    ...         spool.add(name, line)
    ...     [(name, b"".join(spool.iter_chunks(name))) for name in spool.names()]
    [('a', b'2\n'), ('b', b'1\n3\n')]
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="pfocr2rdf-")  # noqa: SIM115 - __exit__ closes it
        self._pending: dict[str, bytearray] = {}
        self._chunks: dict[str, list[tuple[int, int]]] = {}
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None) -> None:
        self._file.close()

    def add(self, name: str, line: bytes) -> None:
        """Add a line to a file."""
        pending = self._pending.setdefault(name, bytearray())
        pending += line
        if len(pending) >= _CHUNK_BYTES:
            self._chunks.setdefault(name, []).append((self._size, len(pending)))
            self._size += self._file.write(pending)
            pending.clear()

    def names(self) -> list[str]:
        """The names of the files, sorted."""
        return sorted(self._pending)

    def iter_chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a file; after the last line was added."""
        for start, size in self._chunks.get(name, ()):
            self._file.seek(start)
            yield self._file.read(size)
        yield bytes(self._pending[name])
