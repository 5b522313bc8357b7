"""Single files: their digests, and one mapping of operating system errors."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import resource
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from pfocr2rdf.errors import OutputError

BUFFER_BYTES = 1 << 20


class FileInfo(NamedTuple):
    """A file that was written: its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


class HashingWriter(io.RawIOBase):
    """Passes bytes on to a file, and keeps their number and digest."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = 0
        self.digest = hashlib.sha256()

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Pass bytes on."""
        self._file.write(data)
        self.size += len(data)
        self.digest.update(data)
        return len(data)

    def flush(self) -> None:
        """Pass on what the file still holds."""
        self._file.flush()


@contextlib.contextmanager
def map_os_errors(path: Path) -> Iterator[None]:
    """The one place that turns the operating system's complaints about an output into ours."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error
    except sqlite3.Error as error:
        raise OutputError(f"{path}: cannot be written: {_sqlite_reason(error)}") from error


def _sqlite_reason(error: sqlite3.Error) -> str:
    """What the operating system would say: SQLite keeps its words to itself."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return os.strerror(errno.ENOSPC)
    if code == sqlite3.SQLITE_IOERR and resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY:
        return os.strerror(errno.EFBIG)
    return str(error)
