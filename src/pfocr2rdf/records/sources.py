"""Where records are: files, folders, checkouts, archives and standard input become one sequence of located records."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple

from pfocr2rdf.errors import RecordError, SourceError
from pfocr2rdf.records.archives import is_archive, unpack
from pfocr2rdf.records.documents import Document, stream
from pfocr2rdf.records.values import readable

FIGURES, DATA = "_figures", "_data"
TABLE_NAME = re.compile(r"(.+)-(genes|chemicals|diseases)\.tsv").fullmatch
_RECORD_SUFFIXES = (".md", ".yaml", ".yml")
_STREAM_SUFFIXES = (".yaml", ".yml")
_NO_RECORDS = frozenset(("readme", "changelog", "contributing", "license", "index", "code_of_conduct", "security"))


class Located(NamedTuple):
    """One record, found and not yet read. Small, and the same in another process.

    Attributes:
        where: what messages call it.
        path: the file with its front matter, where it is one to itself.
        document: the document itself, where it came in a stream.
        table_dirs: the folders in which its side tables may be.
    """

    where: str
    path: str = ""
    document: Document | None = None
    table_dirs: tuple[str, ...] = ()


class Sources:
    """All records of the sources that a user named, in a fixed order.

    Use it as a context manager: archives are unpacked to a temporary folder, which goes at the end.

    Args:
        names: files, folders, archives; ``-`` is standard input.
        stdin: what to read for ``-``.

    Raises:
        SourceError: a source is not there, or is a broken archive.
    """

    def __init__(self, names: Iterable[str | os.PathLike[str]], stdin: BinaryIO | None = None) -> None:
        self.names = [os.fspath(name) for name in names]
        self.refusals: list[RecordError] = []
        self.orphans: dict[str, list[str]] = {}
        self._stdin = stdin
        self._scratch: str | None = None
        self._found: list[tuple[Path, str]] = []
        try:
            self._found = [self._resolve(name) for name in self.names]
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Sources:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Remove what was unpacked."""
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    def _scratch_path(self) -> Path:
        self._scratch = self._scratch or tempfile.mkdtemp(prefix="pfocr2rdf-")
        return Path(tempfile.mkdtemp(dir=self._scratch))

    def _resolve(self, name: str) -> tuple[Path, str]:
        """The path to read, and what messages call it."""
        path = self._spool() if name == "-" else Path(name)
        label = "<stdin>" if name == "-" else name
        if not path.exists():
            raise SourceError(f"{name}: there is no such file or folder")
        if path.is_dir() or not is_archive(path):
            return path, label
        target = self._scratch_path()
        self.refusals.extend(unpack(path, label, target))
        return target, label

    def _spool(self) -> Path:
        path = self._scratch_path() / "stdin.yaml"
        with path.open("wb") as file:
            shutil.copyfileobj(self._stdin or sys.stdin.buffer, file)
        return path

    def count(self) -> int:
        """How many files there are to read; a stream counts as one."""
        return sum(sum(len(names) for _, names in _folders(path)) if path.is_dir() else 1 for path, _ in self._found)

    def __iter__(self) -> Iterator[Located | RecordError]:
        """The records, or why one of a stream is none; the same ones, in the same order, each time."""
        self.orphans = {}
        for path, label in self._found:
            if not path.is_dir():
                folder, name = os.path.split(os.path.abspath(path))
                yield from _file(folder, name, label, _table_dirs(folder))
                continue
            empty = True
            for folder, names in _folders(path):
                empty = False
                shown, tables = _shown(label, path, folder), _table_dirs(os.path.abspath(folder))
                for name in names:
                    yield from _file(folder, name, f"{shown}{os.sep}{name}", tables)
            if empty:
                raise SourceError(f"{label}: the folder holds no records (.md, .yaml)")
            self._find_orphans(path, label)

    def _find_orphans(self, path: Path, label: str) -> None:
        """Note the tables beside which there is no figure of their name."""
        for folder, _, names in _walk(path):
            for name in names:
                if (match := TABLE_NAME(name)) and not _has_figure(folder, match[1]):
                    self.orphans.setdefault(match[1], []).append(readable(os.path.join(_shown(label, path, folder), name)))


def _has_figure(folder: str, stem: str) -> bool:
    """Whether a record file of this name stands where one belongs that has tables in this folder."""
    places = (os.path.join(beside, stem) for beside in _figure_dirs(folder))
    return any(os.path.exists(place + suffix) for place in places for suffix in _RECORD_SUFFIXES)


def _walk(path: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """A folder and those below it, sorted, without hidden ones."""
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield folder, folders, sorted(names)


def _shown(label: str, path: Path, folder: str) -> str:
    """What messages call a folder below a source."""
    below = os.path.relpath(folder, path)
    return label.rstrip(os.sep) if below == "." else os.path.join(label, below)


def _folders(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Every folder that holds record files, with their names. In a checkout, figures are only below ``_figures``."""
    for folder, folders, names in _walk(path):
        if FIGURES in folders:
            folders[:] = [FIGURES]
        elif records := [name for name in names if _is_record(name)]:
            yield folder, records


def _is_record(name: str) -> bool:
    stem, suffix = os.path.splitext(name)
    return suffix.lower() in _RECORD_SUFFIXES and not name.startswith(".") and stem.lower() not in _NO_RECORDS


def _table_dirs(folder: str) -> tuple[str, ...]:
    """The folders in which tables of the figures in this folder are, as far as they hold any."""
    beside = os.path.join(os.path.dirname(folder), DATA) if os.path.basename(folder) == FIGURES else os.path.join(folder, DATA)
    return tuple(place for place in (beside, folder) if _holds_tables(place))


def _holds_tables(folder: str) -> bool:
    if not os.path.isdir(folder):
        return False
    with os.scandir(folder) as entries:
        return any(TABLE_NAME(entry.name) for entry in entries)


def _figure_dirs(folder: str) -> tuple[str, ...]:
    if os.path.basename(folder) == DATA:
        parent = os.path.dirname(folder)
        return (os.path.join(parent, FIGURES), parent)
    return (folder,)


def _file(folder: str, name: str, label: str, tables: tuple[str, ...]) -> Iterator[Located | RecordError]:
    path, label = f"{folder}{os.sep}{name}", readable(label)
    if not name.lower().endswith(_STREAM_SUFFIXES):
        yield Located(label, path, None, tables)
        return
    seen = 0
    try:
        with open(path, "rb") as file:
            for document in stream(file):
                seen += 1
                yield document.at(label) if isinstance(document, RecordError) else Located(label, "", document, tables)
    except OSError as error:
        reason = f"cannot be opened: {error.strerror}"
        yield RecordError(reason, where=label, remedy="look at the file and its permissions")
        return
    if not seen:
        yield RecordError("the file is empty", where=label, remedy="fetch it again")
