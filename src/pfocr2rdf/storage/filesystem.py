"""File systems by URL, as fsspec opens them: files to read from them, and one mapping of their errors."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, cast

import fsspec
from fsspec import asyn
from fsspec.core import url_to_fs

from pfocr2rdf.errors import PfocrError, SourceError
from pfocr2rdf.storage.regular_files import open_regular, require_unchanged
from pfocr2rdf.storage.urls import is_url, redact_message, redact_url

_PREFETCHED: dict[str, bytes | None] = {}
"""Files that were fetched ahead, each until it is read; ``None`` for a file that does not exist."""

_EXTRAS = {"s3": ("s3fs", "s3"), "s3a": ("s3fs", "s3"), "gs": ("gcsfs", "gcs"), "gcs": ("gcsfs", "gcs")}
"""By the scheme of a URL, the library that its file system needs, and the extra that installs it."""

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
    """The module that translates errors of file systems into those of the package: each file system has its own errors.

    The action is a participle: what cannot be done with the file or directory. Messages call that by its label, by default the URL without
    its secrets, which ``describe`` keeps out of the reason, too. Errors in ``passed`` are left to the caller.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, (PfocrError, *passed)):
            raise
        if isinstance(error, ImportError):
            raise error_type(_describe_missing_library(url, error)) from None
        raise error_type(f"{label or redact_url(url)}: cannot be {action}: {describe(error, url)}") from None  # it may show secrets


def open_file_system(url: str) -> tuple[fsspec.AbstractFileSystem, str]:
    """The file system of a URL, and the path in it; ``SourceError`` if there is no such system, or what it needs is not installed."""
    with map_fs_errors(url, "opened"):
        return _open_file_system(url, os.getpid())


def _describe_missing_library(url: str, error: ImportError) -> str:
    library, extra = _EXTRAS.get(url.partition("://")[0].lower(), ("", ""))
    if not library:
        return f"{redact_url(url)}: needs a library that is not installed: {error}"
    return f"{redact_url(url)}: needs {library}, which is not installed; run: pip install 'pfocr2rdf[{extra}]'"


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
        OSError: it cannot be read, is not a regular file, or is changed while it is read.
        SourceError: its file system cannot be reached.
    """
    if not is_url(name):
        with open_regular(name) as file:
            initial = os.fstat(file.fileno())
            yield file
            require_unchanged(file, initial)
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
        with contextlib.suppress(Exception):  # they are then fetched one by one, which reports the error
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
