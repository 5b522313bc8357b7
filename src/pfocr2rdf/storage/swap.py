"""Atomic directory swap: a new directory is made next to the old one, and then replaces it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.late_interrupts import defer_interrupts
from pfocr2rdf.storage.layout import LOCK_FILE
from pfocr2rdf.storage.locks import DirectoryLock


class DirectorySwap:
    """Replaces a directory, which need not exist, by a new one, which the caller makes in a hidden directory next to it.

    A process that is killed leaves the old directory. Between the two renames at the end it is in the hidden directory, and
    the next swap recovers it.

    Args:
        path: the directory to replace.
        suffix: the suffix of the hidden directory's name.
        holder: what messages call another process that swaps it, such as ``another load``.
        keep: returns the entries of the old directory that are moved to the new one.

    Raises:
        OutputError: another process swaps it, or there is no room.
    """

    def __init__(self, path: Path, suffix: str, holder: str, keep: Callable[[Path], list[str]] = lambda _: []) -> None:
        self.path = path
        self.folder = path.parent / f".{path.name}.{suffix}"  # the hidden directory
        self.new = self.folder / "data"
        self._previous = self.folder / "previous"
        self._keep = keep
        with map_os_errors(path):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = DirectoryLock(self.folder, holder)
        try:
            self.recover()
        except BaseException:
            self.close()
            raise

    def recover(self) -> None:
        """Restore what a process left that was killed between the two renames."""
        with map_os_errors(self.path):
            if self._previous.exists() and not self.path.exists():
                os.replace(self._previous, self.path)
            self._remove_previous()

    def replace(self) -> None:
        """Swap the directories; the old one is removed, but for the entries to keep."""
        with map_os_errors(self.path), defer_interrupts():
            if self.path.exists():
                os.replace(self.path, self._previous)
            try:
                os.replace(self.new, self.path)
            except BaseException:
                self.recover()
                raise
            self._remove_previous()

    def _remove_previous(self) -> None:
        """Move the entries to keep, unless they exist, and remove the rest of the old directory."""
        if self._previous.is_dir():
            for name in self._keep(self._previous):
                if not os.path.lexists(self.path / name):
                    os.replace(self._previous / name, self.path / name)
            shutil.rmtree(self._previous, ignore_errors=True)

    def close(self, *, completed: bool = False) -> None:
        """Unlock. Without ``completed``, the hidden directory stays if it has anything that the next run can resume."""
        try:
            if completed:
                self._empty()
        finally:
            self._lock.release()
            with suppress(OSError):
                self.folder.rmdir()

    def _empty(self) -> None:
        with suppress(OSError):
            for path in self.folder.iterdir():
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                elif path.name != LOCK_FILE:  # which goes with the lock
                    path.unlink()
