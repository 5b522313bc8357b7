"""Scratch directories: temporary ones, which the next run removes where their owner was killed."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pfocr2rdf.errors import OutputError
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.locks import DirectoryLock

# With the name of the machine: where several share the folder for temporary files, not every lock is seen by the others. A change
# of how owners lock must change the prefix, too: else processes of one version take the directories of another one for left behind.
_PREFIX = f"pfocr2rdf-temporary-{re.sub(r'[^A-Za-z0-9]+', '-', platform.node())}-"


@contextlib.contextmanager
def scratch_directory() -> Iterator[Path]:
    """A new directory in the system's folder for temporary files, which is removed at the end.

    Its owner holds a lock on it, so that other processes can detect that it was left behind. Such directories are removed first.

    Raises:
        OutputError: it cannot be made.
    """
    remove_abandoned()
    with map_os_errors("the folder for temporary files (TMPDIR)"):
        path, lock = _create()
    try:
        yield path
    finally:
        _remove(path, lock)


def _create() -> tuple[Path, DirectoryLock | None]:
    """A directory and its lock; without one where the file system has no locks, and then it is never removed as left behind."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        with contextlib.suppress(OutputError, FileNotFoundError):  # another process was quicker, and removes it
            try:
                lock = DirectoryLock(path)
            except FileNotFoundError:
                raise
            except OSError:
                return path, None
            if path.exists():
                return path, lock
            lock.release()


def remove_abandoned() -> None:
    """Remove the scratch directories of this user's processes on this machine that were killed; not those of other users, and no links."""
    with contextlib.suppress(OSError):
        folder = tempfile.gettempdir()
        for name in os.listdir(folder):
            if name.startswith(_PREFIX):
                _remove_if_abandoned(Path(folder, name))


def _remove_if_abandoned(path: Path) -> None:
    with contextlib.suppress(OSError, OutputError):  # it is gone, in use, or there are no locks
        if not _is_own_directory(path.lstat()):
            return
        _remove(path, DirectoryLock(path))


def _remove(path: Path, lock: DirectoryLock | None) -> None:
    shutil.rmtree(path, ignore_errors=True)  # which follows no links
    if lock:
        lock.release()
        with contextlib.suppress(OSError):  # Windows leaves the lock's file until then
            path.rmdir()


def _is_own_directory(status: os.stat_result) -> bool:
    return stat.S_ISDIR(status.st_mode) and (not hasattr(os, "geteuid") or status.st_uid == os.geteuid())
