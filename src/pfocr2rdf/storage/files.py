"""Single files: digests, atomic replacement, and one mapping of operating system errors."""

from __future__ import annotations

import contextlib
import errno
import glob
import hashlib
import io
import os
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from pfocr2rdf.errors import OutputError, describe_os_error
from pfocr2rdf.storage.urls import restore_url

BUFFER_BYTES = 1 << 20


class FileInfo(NamedTuple):
    """A file that was written: its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


class HashingWriter(io.RawIOBase):
    """A binary file that passes bytes on to another one, and counts and hashes them."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = 0
        self._digest = hashlib.sha256()

    def writable(self) -> bool:
        """True."""
        return True

    def write(self, data: Any) -> int:
        """Pass bytes on."""
        self._file.write(data)
        self._size += len(data)
        self._digest.update(data)
        return len(data)

    def flush(self) -> None:
        """Flush the other file."""
        self._file.flush()

    def file_info(self, name: str) -> FileInfo:
        """Size and digest of what was written so far."""
        return FileInfo(name, self._size, self._digest.hexdigest())


@contextlib.contextmanager
def atomic_write(path: Path, directory: Path | None = None) -> Iterator[Path]:
    """Atomic replacement of a file: the path of a partial file to create, which takes the other's place by one rename.

    If anything is raised, the file stays as it is. The partial file is in ``directory``, on the same disk; by default next to the file.
    """
    partial = (directory or path.parent) / f".{path.name}.{uuid.uuid4().hex[:8]}-partial"
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def partial_pattern(path: Path) -> str:
    """The glob pattern of the names of a file's partial files."""
    return f".{glob.escape(path.name)}.{'[0-9a-f]' * 8}-partial"


@contextlib.contextmanager
def map_os_errors(path: Path | str) -> Iterator[None]:
    """The one place that turns the operating system's errors about an output into ours.

    A path that was made of a URL is refused: it would be a folder ``s3:`` on disk.
    """
    if isinstance(path, Path) and (url := restore_url(path)):
        raise OutputError(f"{url}: is a URL, and this is written on disk; name a path, or use 'pfocr2rdf export' to write to a URL")
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {describe_os_error(error)}") from error
    except sqlite3.Error as error:
        raise OutputError(f"{path}: cannot be written: {_sqlite_reason(error)}") from error


def _sqlite_reason(error: sqlite3.Error) -> str:
    """The reason in the operating system's words, which SQLite keeps to itself."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return describe_os_error(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    if code == sqlite3.SQLITE_IOERR and _is_file_size_limited():
        return os.strerror(errno.EFBIG)
    return str(error)


def _is_file_size_limited() -> bool:
    try:
        import resource
    except ImportError:  # there is none on Windows
        return False
    return resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY
