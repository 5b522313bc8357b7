"""Folders of files, here or in an object store: what is in them, in a fixed order, without holding all names in memory."""

from __future__ import annotations

import heapq
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import IO, Protocol

_NAMES_AT_ONCE = 50_000

Wanted = Callable[[str], bool]


class Tree(Protocol):
    """A folder and those below it, without hidden ones. A folder is named by its path, or its URL."""

    root: str

    def folders(self) -> Iterator[tuple[str, list[str]]]:
        """Every folder with the names of those in it, sorted. Names that are taken from the list are not gone into."""

    def names(self, folder: str, wanted: Wanted) -> Iterator[str]:
        """The names of the wanted files in a folder."""

    def exists(self, folder: str, name: str) -> bool:
        """Whether there is such a file."""


class LocalTree:
    """A folder of this machine.

    Args:
        root: its path.
    """

    def __init__(self, root: str) -> None:
        self.root = root

    def folders(self) -> Iterator[tuple[str, list[str]]]:
        """Every folder with the names of those in it, sorted. Names that are taken from the list are not gone into."""
        waiting = [self.root]
        while waiting:
            folder = waiting.pop()
            with os.scandir(folder) as entries:
                below = sorted(entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir())
            yield folder, below
            waiting += [os.path.join(folder, name) for name in reversed(below) if not os.path.islink(os.path.join(folder, name))]

    def names(self, folder: str, wanted: Wanted) -> Iterator[str]:
        """The names of the wanted files in a folder."""
        if os.path.isdir(folder):
            with os.scandir(folder) as entries:
                yield from (entry.name for entry in entries if wanted(entry.name) and not entry.is_dir())

    def exists(self, folder: str, name: str) -> bool:
        """Whether there is such a file."""
        return os.path.exists(os.path.join(folder, name))


def in_order(names: Iterable[str]) -> Iterator[str]:
    """The names, sorted by code point. Many of them are sorted in pieces, on disk."""
    source = iter(names)
    first = sorted(islice(source, _NAMES_AT_ONCE))
    runs: list[Iterator[str]] = []
    while more := sorted(islice(source, _NAMES_AT_ONCE)):
        runs.append(_kept(more))
    return heapq.merge(first, *runs) if runs else iter(first)


def _kept(names: list[str]) -> Iterator[str]:
    """The same names, from a file. A name holds no NUL."""
    file = tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogateescape", newline="")  # noqa: SIM115 - closed by the reader
    file.write("".join(f"{name}\0" for name in names))
    file.seek(0)
    return _read(file)


def _read(file: IO[str]) -> Iterator[str]:
    with file:
        rest = ""
        while text := file.read(1 << 16):
            *names, rest = (rest + text).split("\0")
            yield from names
