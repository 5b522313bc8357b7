"""Advisory locks on files and directories."""

from __future__ import annotations

import os
from pathlib import Path

from pfocr2rdf.errors import OutputError

# fcntl is imported where a lock is taken: there is none on Windows, where everything else works.


def exclusive_lock(path: Path, holder: str = "another export") -> int:
    """Lock a directory (``flock``) for as long as the handle that is returned is open: two writers would mix their files.

    Raises:
        OutputError: another process has the lock; ``holder`` is what messages call it.
    """
    import fcntl

    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise OutputError(f"{path}: {holder} is writing there; wait for it, or name another folder") from None
    return handle


def shared_lock(path: Path) -> int:
    """Lock a file for reading (``fcntl``, which RocksDB uses) for as long as the handle that is returned is open.

    Raises:
        OSError: another process has locked it for writing, or it cannot be opened.
    """
    import fcntl

    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.lockf(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BaseException:
        os.close(handle)
        raise
    return handle
