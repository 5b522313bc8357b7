"""A store that is asked again and again: opened once, and opened anew where somebody has changed it between two questions."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, TypeVar

import pyoxigraph

from pfocr2rdf.errors import StoreError
from pfocr2rdf.stores.local import MARK, mapped, refuse_no_store, shared

T = TypeVar("T")


class Kept(Generic[T]):
    """What was made of a store, for as long as the store is the same. Writers are kept away only while somebody reads.

    Args:
        path: the folder of the store.
        made: makes it of the folder. It takes no lock of its own: a process that lets go of one has lost them all.
    """

    def __init__(self, path: Path, made: Callable[[Path], T]) -> None:
        self._path = path
        self._made = made
        self._guard = threading.Lock()
        self._kept: tuple[tuple[int, int], T] | None = None
        self._readers = 0
        self._lock = -1

    @contextmanager
    def borrowed(self) -> Iterator[T]:
        """What was made, of the store as it is now. Many threads may have it at once.

        Raises:
            StoreError: there is no store, or somebody writes to it.
        """
        with self._guard:
            if not self._readers:
                self._begin()
            self._readers += 1
            assert self._kept is not None  # it was made just now, or before  # noqa: S101
            found = self._kept[1]
        try:
            yield found
        finally:
            with self._guard:
                self._readers -= 1
                if not self._readers:
                    os.close(self._lock)

    def _begin(self) -> None:
        refuse_no_store(self._path)
        self._lock = shared(self._path)
        try:
            mark = _mark(self._path)
            if self._kept is None or self._kept[0] != mark:
                self._kept = None  # two at once are not needed
                self._kept = mark, self._made(self._path)
        except BaseException:
            os.close(self._lock)
            raise


def opened(path: Path) -> pyoxigraph.Store:
    """The store in a folder, to be read."""
    with mapped(path):
        return pyoxigraph.Store.read_only(str(path))


def _mark(path: Path) -> tuple[int, int]:
    """What is another one for another store, and after each time that somebody had it open to write."""
    try:
        found = (path / MARK).stat()
    except OSError as error:
        raise StoreError(f"{path}: the store cannot be used: {error.strerror or error}") from None
    return found.st_ino, found.st_mtime_ns
