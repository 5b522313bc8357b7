"""Regular files and pipes: reading from other file types, such as a device, could block forever."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

PIPE_TIMEOUT_SECONDS = 10.0  # how long a pipe may have no writer
_NON_BLOCKING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_FILE_TYPES = {
    stat.S_IFIFO: "a named pipe (FIFO)",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
    stat.S_IFDIR: "a folder",
}


def open_regular(path: str | os.PathLike[str], buffering: int = -1) -> BinaryIO:
    """A regular file to read, never a wait.

    Raises:
        OSError: it cannot be opened, or is not a regular file; its ``strerror`` names the type of the file.
    """
    handle = _open_descriptor(path)
    try:
        _require_regular(os.fstat(handle), path)
        return open(handle, "rb", buffering=buffering)
    except BaseException:
        os.close(handle)
        raise


def _open_descriptor(path: str | os.PathLike[str]) -> int:
    """The descriptor of what was a regular file a moment ago."""
    try:
        _require_regular(os.stat(path), path)
        return os.open(path, os.O_RDONLY | _NON_BLOCKING)
    except FileNotFoundError as error:
        if os.path.islink(path):
            raise FileNotFoundError(errno.ENOENT, "it is a broken symbolic link", path) from None
        raise error


def _require_regular(status: os.stat_result, path: str | os.PathLike[str]) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, f"it is not a regular file but {_FILE_TYPES.get(stat.S_IFMT(status.st_mode), 'something else')}", path)


def read_regular(path: str | os.PathLike[str], limit: int) -> bytes:
    """At most ``limit`` bytes of a regular file, and all of them as they were at one moment.

    Raises:
        OSError: it cannot be read, is not a regular file, or is changed while it is read.
    """
    handle = _open_descriptor(path)
    try:
        initial = os.fstat(handle)
        _require_regular(initial, path)
        data = os.read(handle, min(initial.st_size, limit - 1) + 1)
        _require_same(os.fstat(handle), initial, path)
    finally:
        os.close(handle)
    if len(data) != min(initial.st_size, limit):
        raise _changed_error(path)
    return data


def require_unchanged(file: BinaryIO, initial: os.stat_result) -> None:
    """Raise ``OSError`` where a file has changed since ``os.fstat`` returned ``initial``, before it was read."""
    _require_same(os.fstat(file.fileno()), initial, file.name)


def _require_same(after: os.stat_result, initial: os.stat_result, path: str | os.PathLike[str]) -> None:
    if (after.st_size, after.st_mtime_ns) != (initial.st_size, initial.st_mtime_ns):
        raise _changed_error(path)


def _changed_error(path: str | os.PathLike[str]) -> OSError:
    return OSError(errno.EIO, "it was changed while it was read, or its size is not known", path)


def is_pipe(path: str | os.PathLike[str]) -> bool:
    """Whether it is a pipe, such as what a shell's ``<(command)`` stands for: its bytes can be read once."""
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def copy_pipe(path: str | os.PathLike[str], target: Path) -> None:
    """Copy all that comes out of a pipe to a file.

    Raises:
        TimeoutError: no process writes to it.
        OSError: it cannot be read.
    """
    with _open_pipe(path) as (begin, pipe), target.open("wb") as file:
        file.write(begin)
        shutil.copyfileobj(pipe, file)


def read_file_or_pipe(path: str | os.PathLike[str], limit: int = -1) -> bytes:
    """The bytes of a regular file or a pipe, at most ``limit`` where that is given.

    Raises:
        TimeoutError: it is a pipe, and no process writes to it.
        OSError: it cannot be read, or is neither.
    """
    if not is_pipe(path):
        with open_regular(path) as file:
            return file.read(limit)
    with _open_pipe(path) as (begin, pipe):
        return begin + pipe.read(limit if limit < 0 else limit - len(begin))


@contextlib.contextmanager
def _open_pipe(path: str | os.PathLike[str]) -> Iterator[tuple[bytes, BinaryIO]]:
    """The first byte of a pipe, if it was read to check for a writer, and the stream of the remaining bytes."""
    handle = os.open(path, os.O_RDONLY | _NON_BLOCKING)
    with open(handle, "rb") as pipe:
        poll = select.poll()
        poll.register(pipe, select.POLLIN | select.POLLHUP)
        begin: bytes | None = b""
        if not poll.poll(PIPE_TIMEOUT_SECONDS * 1000):
            begin = pipe.raw.read(1)
            if begin == b"":  # a writer that is slow makes it None
                raise TimeoutError(errno.ETIMEDOUT, f"no process has written to it for {PIPE_TIMEOUT_SECONDS:.0f} seconds", path)
        os.set_blocking(handle, True)
        yield begin or b"", pipe
