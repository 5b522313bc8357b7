"""Folders of files, here or in an object store: what is in them, in a fixed order, without holding all names in memory."""

from __future__ import annotations

import heapq
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import IO, Protocol

from pfocr2rdf.storage.filesystem import list_file_names, map_fs_errors, open_file_system


class RemoteTree:
    """A folder by URL. All of its names are asked for at once.

    Args:
        root: its URL.

    Raises:
        SourceError: it cannot be listed.
    """

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")
        self._files: dict[str, set[str]] = defaultdict(set)
        self._beside: dict[str, set[str]] = {}
        system, top = open_file_system(self.root)
        with map_fs_errors(root, "listed"):
            paths = system.find(top)
        for path in paths:
            folder, _, name = path[len(top.rstrip("/")) :].lstrip("/").rpartition("/")
            if not any(part.startswith(".") for part in folder.split("/")):
                self._files[folder].add(name)

    def _url(self, folder: str) -> str:
        return f"{self.root}/{folder}" if folder else self.root

    def _inside(self, folder: str) -> str:
        return folder[len(self.root) :].lstrip("/")

    def folders(self) -> Iterator[tuple[str, list[str]]]:
        """Every folder with the names of those in it, sorted. Names that are taken from the list are not gone into."""
        below: dict[str, set[str]] = defaultdict(set)
        for folder in self._files:
            parts = folder.split("/") if folder else []
            for depth, part in enumerate(parts):
                below["/".join(parts[:depth])].add(part)
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            names = sorted(below[folder])
            yield self._url(folder), names
            waiting += [f"{folder}/{name}".lstrip("/") for name in reversed(names)]

    def _all(self, folder: str) -> set[str]:
        """The names of the files in a folder, which may also stand beside the root."""
        if folder == self.root or folder.startswith(f"{self.root}/"):
            return self._files.get(self._inside(folder), set())
        if folder not in self._beside:
            self._beside[folder] = set(list_file_names(folder, str))
        return self._beside[folder]

    def names(self, folder: str, predicate: NamePredicate) -> Iterator[str]:
        """The names of the wanted files in a folder."""
        return filter(predicate, self._all(folder))

    def exists(self, folder: str, name: str) -> bool:
        """Whether there is such a file."""
        return name in self._all(folder)


_SORT_CHUNK_NAMES = 50_000
NamePredicate = Callable[[str], bool]


class FileTree(Protocol):
    """A folder and those below it, without hidden ones. A folder is named by its path, or its URL."""

    root: str

    def folders(self) -> Iterator[tuple[str, list[str]]]:
        """Every folder with the names of those in it, sorted. Names that are taken from the list are not gone into."""

    def names(self, folder: str, predicate: NamePredicate) -> Iterator[str]:
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

    def names(self, folder: str, predicate: NamePredicate) -> Iterator[str]:
        """The names of the wanted files in a folder."""
        if os.path.isdir(folder):
            with os.scandir(folder) as entries:
                yield from (entry.name for entry in entries if predicate(entry.name) and not entry.is_dir())

    def exists(self, folder: str, name: str) -> bool:
        """Whether there is such a file."""
        return os.path.exists(os.path.join(folder, name))


def sort_names(names: Iterable[str]) -> Iterator[str]:
    """The names, sorted by code point. Many of them are sorted in pieces, on disk."""
    source = iter(names)
    first = sorted(islice(source, _SORT_CHUNK_NAMES))
    runs: list[Iterator[str]] = []
    while more := sorted(islice(source, _SORT_CHUNK_NAMES)):
        runs.append(_spill_names(more))
    return heapq.merge(first, *runs) if runs else iter(first)


def _spill_names(names: list[str]) -> Iterator[str]:
    """The same names, from a file. A name holds no NUL."""
    file = tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogateescape", newline="")  # noqa: SIM115 - closed by the reader
    file.write("".join(f"{name}\0" for name in names))
    file.seek(0)
    return _read_names(file)


def _read_names(file: IO[str]) -> Iterator[str]:
    with file:
        rest = ""
        while text := file.read(1 << 16):
            *names, rest = (rest + text).split("\0")
            yield from names
