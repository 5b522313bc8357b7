"""Locks on files and directories."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from pfocr2rdf.errors import OutputError


def exclusive_lock(path: Path, holder: str = "another export") -> int:
    """The folder, open and locked for as long as it is open: two that write into one folder would mix their files.

    Raises:
        OutputError: another one holds it; ``holder`` is what it is called.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise OutputError(f"{path}: {holder} is writing there; wait for it, or name another folder") from None
    return handle
