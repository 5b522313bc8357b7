"""Records in an object store or on another file system, by URL: what fsspec can open."""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, cast

import fsspec
from fsspec import asyn
from fsspec.core import url_to_fs

from pfocr2rdf.errors import SourceError

_PREFETCHED: dict[str, bytes | None] = {}
"""Files that were fetched ahead, each until it is read; ``None`` where there is none."""

if hasattr(os, "register_at_fork"):  # a forked process has not the thread in which file systems work
    os.register_at_fork(after_in_child=asyn.reset_lock)


def is_url(name: str) -> bool:
    """Whether a name is that of a file system which fsspec opens, and no path.

    >>> is_url("s3://bucket/pfocr"), is_url("records/a.md")
    (True, False)
    """
    return "://" in name


def open_file_system(url: str) -> tuple[fsspec.AbstractFileSystem, str]:
    """The file system of a URL, and the path in it.

    Raises:
        SourceError: there is no such kind, or what it needs is not installed.
    """
    return _open_file_system(url, os.getpid())


@cache
def _open_file_system(url: str, _process: int) -> tuple[fsspec.AbstractFileSystem, str]:
    """The same, once in each process: its connections are of no use in another one."""
    try:
        opened: tuple[fsspec.AbstractFileSystem, str] = url_to_fs(url, use_listings_cache=False)
    except Exception as error:  # each file system has errors of its own
        raise SourceError(f"{redact_url(url)}: cannot be opened: {redact_message(error, url)}") from None
    return opened


def redact_url(url: str) -> str:
    """What messages call it: without user and password, and without the signature that may be in a query.

    >>> redact_url("ftp://me:secret@host/a@b"), redact_url("https://host/a.zip?signature=abc"), redact_url("records/a@b?.md")
    ('ftp://host/a@b', 'https://host/a.zip', 'records/a@b?.md')
    """
    for secret in _secrets(url):
        url = url.replace(secret, "")
    return url


def redact_message(error: Exception, url: str) -> str:
    """What an error says, without the secrets of the URL that it is about."""
    text = str(error)
    for secret in _secrets(url):
        text = text.replace(secret, "").replace(secret.strip("?@"), "...")
    return text


def _secrets(url: str) -> list[str]:
    if not is_url(url):
        return []
    found = [match[1] for match in re.finditer(r"://([^/]*@)", url)]
    query = re.search(r"https?://[^?]*(\?.+)", url)
    return found + ([query[1]] if query else [])


def list_file_names(folder: str, predicate: Callable[[str], object]) -> Iterator[str]:
    """The names of the wanted files in a folder by URL; none where there is no such folder.

    Raises:
        SourceError: it cannot be listed.
    """
    system, path = open_file_system(folder)
    try:
        found = system.ls(path, detail=True)
    except (FileNotFoundError, NotADirectoryError):
        return
    except Exception as error:  # each file system has errors of its own
        raise SourceError(f"{redact_url(folder)}: cannot be listed: {redact_message(error, folder)}") from None
    for entry in found:
        name = os.path.basename(entry["name"])
        if entry["type"] != "directory" and predicate(name):
            yield name


def find_file_name(url: str) -> str:
    """The name of the file that a URL is of, or ``""`` where it is a folder.

    Raises:
        SourceError: there is nothing.
    """
    system, path = open_file_system(url)
    try:
        if not url.endswith("/") and system.isfile(path):
            return os.path.basename(path)
        if system.isdir(path):
            return ""
    except Exception as error:  # each file system has errors of its own
        raise SourceError(f"{redact_url(url)}: cannot be opened: {redact_message(error, url)}") from None
    raise SourceError(f"{redact_url(url)}: there is no such file or folder")


def download(url: str, target: Path) -> None:
    """Fetch a file.

    Raises:
        SourceError: it cannot be fetched.
    """
    system, path = open_file_system(url)
    try:
        system.get_file(path, str(target))
    except Exception as error:  # each file system has errors of its own
        raise SourceError(f"{redact_url(url)}: cannot be fetched: {redact_message(error, url)}") from None


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
    system, path = open_file_system(os.path.dirname(name))
    try:
        with system.open(f"{path}/{os.path.basename(name)}", "rb") as file:
            yield cast("BinaryIO", io.BufferedReader(file))
    except (FileNotFoundError, PermissionError, GeneratorExit):
        raise
    except Exception as error:  # each file system has errors of its own
        raise SourceError(f"{redact_url(name)}: cannot be read: {redact_message(error, name)}") from None


def prefetch_files(urls: Iterable[str]) -> None:
    """Ask for files that will soon be read, all at once: one by one they would wait for each other."""
    _PREFETCHED.clear()
    by_system: dict[int, tuple[fsspec.AbstractFileSystem, dict[str, str]]] = {}
    for url in urls:
        system, path = open_file_system(os.path.dirname(url))
        by_system.setdefault(id(system), (system, {}))[1][f"{path}/{os.path.basename(url)}"] = url
    for system, paths in by_system.values():
        found: dict[str, Any] = {}
        with contextlib.suppress(Exception):  # they are asked for one by one, and that says what is wrong
            found = system.cat(list(paths), on_error="return")
        for path, url in paths.items():
            data = found.get(path)
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
    system, path = open_file_system(os.path.dirname(url))
    try:
        content: bytes = system.cat_file(f"{path}/{os.path.basename(url)}", end=limit)
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as error:  # each file system has errors of its own
        raise SourceError(f"{redact_url(url)}: cannot be read: {redact_message(error, url)}") from None
    return content
