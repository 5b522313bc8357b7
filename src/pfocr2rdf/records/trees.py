"""Directory trees, on this machine or by URL, listed in a fixed order without holding all names in memory."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Protocol

from pfocr2rdf.storage.external_sort import ExternalSorter
from pfocr2rdf.storage.filesystem import list_file_names, map_fs_errors, open_file_system
from pfocr2rdf.storage.scratch import scratch_directory

_MAX_NAMES_IN_MEMORY = 50_000
_ESCAPE_MARK, _ESCAPE_OFFSET = "\x0e", 16
_ESCAPES = {code: f"{_ESCAPE_MARK}{chr(code + _ESCAPE_OFFSET)}" for code in range(ord(_ESCAPE_MARK) + 1)}
"""Of line ends and all else up to the mark of an escape, so that the end of a line is less than any character of a name."""

_replace_escapes = re.compile(f"{_ESCAPE_MARK}(.)").sub
NamePredicate = Callable[[str], bool]


class FileTree(Protocol):
    """A folder and those below it, without hidden ones. A folder is named by its path, or its URL."""

    root: str

    def folders(self) -> Iterator[tuple[str, list[str]]]:
        """Each folder with the names of those in it, sorted. Names that are removed from the list are not descended into."""

    def names(self, folder: str, predicate: NamePredicate) -> Iterator[str]:
        """The names of the wanted files in a folder, none if there is no such folder; ``OSError`` if it cannot be listed."""

    def exists(self, folder: str, name: str) -> bool:
        """Whether there is such a file."""

    def is_link(self, folder: str, name: str) -> bool:
        """Whether a folder in a folder is a link, which is not followed."""


class LocalTree:
    """A folder of this machine, by path."""

    def __init__(self, root: str) -> None:
        self.root = root

    def folders(self) -> Iterator[tuple[str, list[str]]]:
        """Each folder with the names of those in it, sorted."""
        stack = [self.root]
        while stack:
            folder = stack.pop()
            try:
                with os.scandir(folder) as entries:
                    subfolders = sorted(entry.name for entry in entries if not entry.name.startswith(".") and _is_folder(entry))
            except OSError:  # listing its files reports that
                subfolders = []
            yield folder, subfolders
            stack += [os.path.join(folder, name) for name in reversed(subfolders) if not self.is_link(folder, name)]

    def names(self, folder: str, predicate: NamePredicate) -> Iterator[str]:
        """The names of the wanted files in a folder, and of all else that has such a name."""
        try:
            with os.scandir(folder) as entries:
                yield from (entry.name for entry in entries if predicate(entry.name))
        except FileNotFoundError:
            if os.path.lexists(folder):  # a link that leads nowhere
                raise

    def exists(self, folder: str, name: str) -> bool:
        """Whether there is such a file."""
        return os.path.lexists(os.path.join(folder, name))

    def is_link(self, folder: str, name: str) -> bool:
        """Whether a folder in a folder is a link."""
        return os.path.islink(os.path.join(folder, name))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder, or a link to one; not a link that leads in a circle, or to an unreadable folder."""
    try:
        return entry.is_dir()
    except OSError:
        return False


class RemoteTree:
    """A folder by URL, whose names are all listed at once: a request a folder would be slow. ``SourceError`` where it cannot be listed."""

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")
        self._files: dict[str, set[str]] = defaultdict(set)
        self._outside: dict[str, set[str]] = {}
        system, top = open_file_system(self.root)
        with map_fs_errors(root, "listed"):
            paths = system.find(top)
        for path in paths:
            folder, _, name = path[len(top.rstrip("/")) :].lstrip("/").rpartition("/")
            if not any(part.startswith(".") for part in folder.split("/")):
                self._files[folder].add(name)

    def _url(self, folder: str) -> str:
        return f"{self.root}/{folder}" if folder else self.root

    def _relative_path(self, folder: str) -> str:
        return folder[len(self.root) :].lstrip("/")

    def folders(self) -> Iterator[tuple[str, list[str]]]:
        """Each folder with the names of those in it, sorted."""
        subfolders: dict[str, set[str]] = defaultdict(set)
        for folder in self._files:
            parts = folder.split("/") if folder else []
            for depth, part in enumerate(parts):
                subfolders["/".join(parts[:depth])].add(part)
        stack = [""]
        while stack:
            folder = stack.pop()
            names = sorted(subfolders[folder])
            yield self._url(folder), names
            stack += [f"{folder}/{name}".lstrip("/") for name in reversed(names)]

    def _file_names(self, folder: str) -> set[str]:
        """The names of the files in a folder, which may also be outside the root."""
        if folder == self.root or folder.startswith(f"{self.root}/"):
            return self._files.get(self._relative_path(folder), set())
        if folder not in self._outside:
            self._outside[folder] = set(list_file_names(folder, str))
        return self._outside[folder]

    def names(self, folder: str, predicate: NamePredicate) -> Iterator[str]:
        """The names of the wanted files in a folder."""
        return filter(predicate, self._file_names(folder))

    def exists(self, folder: str, name: str) -> bool:
        """Whether there is such a file."""
        return name in self._file_names(folder)

    def is_link(self, folder: str, name: str) -> bool:
        """False: there are none."""
        return False


def sort_names(names: Iterable[str]) -> Iterator[str]:
    """The names, sorted by code point; on disk if there are many."""
    remaining = iter(names)
    first = list(islice(remaining, _MAX_NAMES_IN_MEMORY))
    return iter(sorted(first)) if len(first) < _MAX_NAMES_IN_MEMORY else _sort_on_disk(chain(first, remaining))


def _sort_on_disk(names: Iterable[str]) -> Iterator[str]:
    with scratch_directory() as folder:
        sorter = ExternalSorter(folder)
        for name in names:
            sorter.write(_name_to_line(name))
        yield from map(_line_to_name, sorter.finish().merge())


def _name_to_line(name: str) -> bytes:
    """A line that sorts as the name does. A name may hold line ends, which are escaped, and lone surrogates."""
    return name.translate(_ESCAPES).encode("utf-8", "surrogatepass") + b"\n"


def _line_to_name(line: bytes) -> str:
    name = line[:-1].decode("utf-8", "surrogatepass")
    return _replace_escapes(lambda match: chr(ord(match[1]) - _ESCAPE_OFFSET), name) if _ESCAPE_MARK in name else name
