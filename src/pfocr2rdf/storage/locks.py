"""Locks: an exclusive one on a directory that is written, a shared one on a store that is read. Both end with their process."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import IO

from filelock import FileLock, Timeout

from pfocr2rdf.errors import OutputError
from pfocr2rdf.storage.layout import LOCK_FILE


class DirectoryLock:
    """The exclusive lock of a directory, held from construction until ``release``: two writers would mix their files.

    The lock is on a file in the directory (``flock``, or ``LockFileEx`` on Windows), which goes when the lock is released. A process that
    is killed leaves the file, but not the lock.

    Args:
        path: the directory.
        holder: what messages call another process that has the lock.

    Raises:
        OSError: there is no such directory, or the file cannot be made.
        OutputError: another process has the lock.
    """

    def __init__(self, path: Path, holder: str = "another export") -> None:
        # Not of a thread: an export may end in another one than it began in.
        self._lock = FileLock(path / LOCK_FILE, thread_local=False)
        path.stat()  # filelock would make the directory
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            raise OutputError(f"{path}: {holder} is writing there; wait for it, or name another folder") from None

    def release(self) -> None:
        """Remove the file and unlock; twice is the same as once."""
        if self._lock.is_locked:
            with suppress(OSError):  # Windows removes no open file: there, filelock does it afterwards
                # While it is locked: a process that has it open sees that it is gone, and creates another.
                os.unlink(self._lock.lock_file)
            self._lock.release()


def shared_lock(path: Path) -> int:
    """Lock RocksDB's file for reading, by its own means (``fcntl``), for as long as the handle that is returned is open.

    Where there is no ``fcntl``, on Windows, the open file is the lock: RocksDB opens it for itself alone.

    Raises:
        OSError: another process has locked it for writing, or it cannot be opened.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        with suppress(ImportError):
            import fcntl

            fcntl.lockf(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BaseException:
        os.close(handle)
        raise
    return handle


def lock_file(file: IO[bytes]) -> bool:
    """Lock an open file until it is closed; false if another process has it. Without ``fcntl``, an open file is its lock."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
