"""File systems by URL, as fsspec opens them: records are read from them, and partitioned exports are written to them."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import fsspec
from fsspec import asyn
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from pfocr2rdf.errors import OutputError, PfocrError, SourceError
from pfocr2rdf.storage.compression import open_compressed
from pfocr2rdf.storage.files import BUFFER_BYTES, FileInfo, HashingWriter, atomic_write, map_os_errors
from pfocr2rdf.storage.layout import PARTITION_MANIFESTS_DIR
from pfocr2rdf.storage.urls import is_url, redact_message, redact_url

PARTIAL_DIR = f"{PARTITION_MANIFESTS_DIR}/partial"
"""The directory of files that are being written, if the storage is a directory of this machine."""

_PREFETCHED: dict[str, bytes | None] = {}
"""Files that were fetched ahead, each until it is read; ``None`` for a file that does not exist."""

if hasattr(os, "register_at_fork"):  # a forked process has not the thread in which file systems work
    os.register_at_fork(after_in_child=asyn.reset_lock)


@contextlib.contextmanager
def map_fs_errors(
    url: str,
    action: str,
    error_type: type[PfocrError] = SourceError,
    *,
    passed: tuple[type[Exception], ...] = (),
    label: str = "",
    describe: Callable[[Exception, str], str] = redact_message,
) -> Iterator[None]:
    """The one place that turns errors of file systems into ours: each file system has errors of its own.

    Args:
        url: the file or directory, whose secrets no message may show.
        action: what could not be done, as a participle.
        error_type: the error to raise.
        passed: errors that the caller handles.
        label: what messages call it; without it, the URL without its secrets.
        describe: returns the reason.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, (PfocrError, *passed)):
            raise
        raise error_type(f"{label or redact_url(url)}: cannot be {action}: {describe(error, url)}") from None  # it may show secrets


def open_file_system(url: str) -> tuple[fsspec.AbstractFileSystem, str]:
    """The file system of a URL, and the path in it; ``SourceError`` if there is no such system, or what it needs is not installed."""
    with map_fs_errors(url, "opened"):
        return _open_file_system(url, os.getpid())


@cache
def _open_file_system(url: str, _process: int) -> tuple[fsspec.AbstractFileSystem, str]:
    """The file system, once in each process: its connections are of no use in another one."""
    system, path = url_to_fs(url, use_listings_cache=False)
    return system, path


def list_file_names(folder: str, predicate: Callable[[str], object]) -> Iterator[str]:
    """The names of the wanted files in a directory by URL, none if there is no such directory; ``SourceError`` if it cannot be listed."""
    system, path = open_file_system(folder)
    with map_fs_errors(folder, "listed"):
        try:
            entries = system.ls(path, detail=True)
        except (FileNotFoundError, NotADirectoryError):
            return
    for entry in entries:
        name = os.path.basename(entry["name"])
        if entry["type"] != "directory" and predicate(name):
            yield name


def find_file_name(url: str) -> str:
    """The name of the file at a URL, or ``""`` for a directory; ``SourceError`` if there is nothing."""
    system, path = open_file_system(url)
    with map_fs_errors(url, "opened"):
        if not url.endswith("/") and system.isfile(path):
            return os.path.basename(path)
        if system.isdir(path):
            return ""
    raise SourceError(f"{redact_url(url)}: there is no such file or folder")


def download(url: str, target: Path) -> None:
    """Fetch a file; ``SourceError`` if it cannot be fetched."""
    system, path = open_file_system(url)
    with map_fs_errors(url, "fetched"):
        system.get_file(path, str(target))


@contextlib.contextmanager
def open_file(name: str) -> Iterator[BinaryIO]:
    """A file to read, by path or URL.

    Raises:
        OSError: it cannot be opened.
        SourceError: the file system cannot be reached.
    """
    if not is_url(name):
        with open(name, "rb") as file:
            yield file
        return
    system, path = _open_parent(name)
    with map_fs_errors(name, "read", passed=(FileNotFoundError, PermissionError)), system.open(path, "rb") as file:
        yield cast("BinaryIO", io.BufferedReader(file))


def prefetch_files(urls: Iterable[str]) -> None:
    """Fetch files that will soon be read, all at once: one by one they would wait for each other."""
    _PREFETCHED.clear()
    by_system: dict[int, tuple[fsspec.AbstractFileSystem, dict[str, str]]] = {}
    for url in urls:
        system, path = _open_parent(url)
        by_system.setdefault(id(system), (system, {}))[1][path] = url
    for system, paths in by_system.values():
        contents: dict[str, Any] = {}
        with contextlib.suppress(Exception):  # they are then fetched one by one, and that says what is wrong
            contents = system.cat(list(paths), on_error="return")
        for path, url in paths.items():
            data = contents.get(path)
            if isinstance(data, bytes):
                _PREFETCHED[url] = data
            elif isinstance(data, FileNotFoundError):
                _PREFETCHED[url] = None


def read_file(url: str, limit: int) -> bytes:
    """The first bytes of a file.

    Raises:
        FileNotFoundError: there is none.
        PermissionError: it may not be read.
        SourceError: the file system cannot be reached.
    """
    if url in _PREFETCHED:
        data = _PREFETCHED.pop(url)
        if data is None:
            raise FileNotFoundError(2, os.strerror(2), url)
        return data[:limit]
    system, path = _open_parent(url)
    with map_fs_errors(url, "read", passed=(FileNotFoundError, PermissionError)):
        return cast("bytes", system.cat_file(path, end=limit))


def _open_parent(url: str) -> tuple[fsspec.AbstractFileSystem, str]:
    """The file system of a file, and its path; there are fewer directories to open than files."""
    system, path = open_file_system(os.path.dirname(url))
    return system, f"{path}/{os.path.basename(url)}"


class PendingFile(NamedTuple):
    """A file that is being written: ``stream`` takes its bytes, ``writer`` counts those that are written, compressed if the file is."""

    name: str
    stream: BinaryIO
    writer: HashingWriter

    @property
    def info(self) -> FileInfo:
        """Size and digest of what was written so far."""
        return self.writer.file_info(self.name)


class Storage(NamedTuple):
    """A directory by path or URL, in which a file appears whole or not at all; small, so that it can travel to other machines."""

    url: str

    @property
    def display_url(self) -> str:
        """The URL for messages."""
        return redact_url(self.url)

    @property
    def path(self) -> Path | None:
        """The directory on this machine, if it is one; ``OutputError`` if its file system cannot be opened."""
        system, path = self._resolve("")
        return Path(path) if isinstance(system, LocalFileSystem) else None

    def _resolve(self, name: str) -> tuple[fsspec.AbstractFileSystem, str]:
        with map_fs_errors(self.url, "opened", OutputError):
            system, path = url_to_fs(self.url, use_listings_cache=False)  # other processes write to it, too
        return system, f"{path.rstrip('/')}/{name}".rstrip("/")

    def _label(self, name: str) -> str:
        return f"{self.display_url}/{name}".rstrip("/")

    def _map_errors(self, name: str, action: str) -> contextlib.AbstractContextManager[None]:
        return map_fs_errors(self.url, action, OutputError, label=self._label(name), describe=_describe_briefly)

    @contextlib.contextmanager
    def write(self, name: str) -> Iterator[PendingFile]:
        """A new file, which takes the place of one of the same name when it is closed; compressed as its name says.

        Raises:
            OutputError: it cannot be written; the file that it was to replace stays.
        """
        with self._atomic_target(name) as partial, partial.open("wb", buffering=BUFFER_BYTES) as file:
            writer = HashingWriter(file)
            with open_compressed(name, writer) as stream:
                yield PendingFile(name, stream, writer)

    def write_file(self, name: str, source: Path) -> None:
        """Write a file that is ready, as it is."""
        with self._atomic_target(name) as partial:
            shutil.copyfile(source, partial)

    def write_json(self, name: str, value: Any) -> None:
        """Write a small file of our own."""
        with self.write(name) as file:
            file.stream.write(json.dumps(value, separators=(",", ":")).encode())

    @contextlib.contextmanager
    def _atomic_target(self, name: str) -> Iterator[Path]:
        """A file of this machine to write, which takes its place in the storage at the end."""
        system, path = self._resolve(name)
        with map_os_errors(self._label(name)):
            if isinstance(system, LocalFileSystem):
                partial_dir = Path(self._resolve(PARTIAL_DIR)[1])
                for directory in (partial_dir, Path(path).parent):
                    directory.mkdir(parents=True, exist_ok=True)
                with atomic_write(Path(path), partial_dir) as partial:
                    yield partial
            else:
                with tempfile.TemporaryDirectory(prefix="pfocr2rdf-") as scratch:
                    partial = Path(scratch) / os.path.basename(path)
                    yield partial
                    with self._map_errors(name, "written"):
                        system.put_file(str(partial), path)

    def read(self, name: str) -> bytes | None:
        """A file's bytes, or ``None`` if there is none; ``OutputError`` if it cannot be read."""
        system, path = self._resolve(name)
        with self._map_errors(name, "read"):
            try:
                return cast("bytes", system.cat_file(path))
            except (FileNotFoundError, IsADirectoryError):
                return None

    def read_json(self, name: str) -> Any:
        """What a JSON file holds, or ``None`` if there is none, or it is damaged."""
        data = self.read(name)
        try:
            return None if data is None else json.loads(data)
        except (ValueError, RecursionError):
            return None

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """A file to read bytes from, as they are."""
        system, path = self._resolve(name)
        with self._map_errors(name, "read"), system.open(path, "rb") as file:
            yield file

    def size(self, name: str) -> int:
        """A file's size in bytes; -1 if there is none."""
        system, path = self._resolve(name)
        with self._map_errors(name, "read"):
            try:
                return int(system.size(path))
            except FileNotFoundError:
                return -1

    def names(self) -> list[str]:
        """The names of the files and directories in it."""
        system, path = self._resolve("")
        with self._map_errors("", "listed"):
            try:
                return [os.path.basename(entry.rstrip("/")) for entry in system.ls(path, detail=False)]
            except FileNotFoundError:
                return []

    def remove(self, names: Iterable[str]) -> None:
        """Remove files and directories, if they exist."""
        for name in names:
            system, path = self._resolve(name)
            with self._map_errors(name, "removed"):
                if system.exists(path):
                    system.rm(path, recursive=True)


def _describe_briefly(error: Exception, url: str) -> str:
    return getattr(error, "strerror", None) or redact_message(error, url) or type(error).__name__
