"""A folder that is made beside the one that is there, and then takes its place: nothing is ever changed in place."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.locks import exclusive_lock

EntriesToKeep = Callable[[Path], list[str]]
"""Tells which entries of a folder outlive it: they are moved to the one that takes its place."""


def _keep_nothing(_: Path) -> list[str]:
    return []


class DirectorySwap:
    """A folder in the making, in a hidden one beside its place.

    Who is killed leaves the folder of before; between the two renames of the end it is in the hidden folder, from where the next
    one takes it back.

    Args:
        path: the place; it need not be there.
        suffix: what the name of the hidden folder ends in.
        holder: what another one that holds it is called, such as ``another load``.
        keep: tells which entries of the folder of before are kept.

    Attributes:
        folder: the hidden folder.
        new: the folder in the making; it is not made here.

    Raises:
        OutputError: another one is under way, or there is no room.
    """

    def __init__(self, path: Path, suffix: str, holder: str, keep: EntriesToKeep = _keep_nothing) -> None:
        self.path = path
        self.folder = path.parent / f".{path.name}.{suffix}"
        self.new = self.folder / "data"
        self._previous = self.folder / "previous"
        self._keep = keep
        with map_os_errors(path):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = exclusive_lock(self.folder, holder)
        try:
            self.recover()
        except BaseException:
            self.close()
            raise

    def recover(self) -> None:
        """Put right what a run left that was killed between two renames."""
        with map_os_errors(self.path):
            if self._previous.exists() and not self.path.exists():
                os.replace(self._previous, self.path)
            self._end()

    def replace(self) -> None:
        """Take the place. The folder of before is gone then, but for what is kept."""
        with map_os_errors(self.path):
            if self.path.exists():
                os.replace(self.path, self._previous)
            try:
                os.replace(self.new, self.path)
            except BaseException:
                self.recover()
                raise
            self._end()

    def _end(self) -> None:
        """Move what is kept to the place, where it is not yet, and remove the rest of the folder of before."""
        if self._previous.is_dir():
            for name in self._keep(self._previous):
                if not os.path.lexists(self.path / name):
                    os.replace(self._previous / name, self.path / name)
            shutil.rmtree(self._previous, ignore_errors=True)

    def close(self, *, completed: bool = False) -> None:
        """End it. The hidden folder stays where it is not done and something is in it that the next run may go on with."""
        try:
            if completed:
                shutil.rmtree(self.folder, ignore_errors=True)
            else:
                with suppress(OSError):
                    self.folder.rmdir()
        finally:
            os.close(self._lock)
