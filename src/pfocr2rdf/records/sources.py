"""Record discovery: files, folders, checkouts, archives and standard input become one sequence of references to records."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple

from pfocr2rdf.errors import RecordError, SourceError
from pfocr2rdf.records.archive_limits import ArchiveLimitError, ArchiveLimits
from pfocr2rdf.records.archives import is_archive, store_members
from pfocr2rdf.records.documents import YamlDocument, iter_documents
from pfocr2rdf.records.file_types import RDF_REMEDY
from pfocr2rdf.records.member_store import MemberTree, MemberWriter
from pfocr2rdf.records.record_files import file_error, open_record_file
from pfocr2rdf.records.trees import FileTree, LocalTree, NamePredicate, RemoteTree, sort_names
from pfocr2rdf.records.values import printable_path
from pfocr2rdf.storage import filesystem
from pfocr2rdf.storage.compression import DECOMPRESSION_ERRORS
from pfocr2rdf.storage.rdf_files import rdf_format
from pfocr2rdf.storage.regular_files import copy_pipe, is_pipe
from pfocr2rdf.storage.scratch import scratch_directory
from pfocr2rdf.storage.urls import is_url, redact_url

FIGURES_DIR, DATA_DIR = "_figures", "_data"
match_table_name = re.compile(r"(.+)-(genes|chemicals|diseases)\.tsv").fullmatch
_RECORD_SUFFIXES = (".md", ".yaml", ".yml")
_STREAM_SUFFIXES = (".yaml", ".yml", ".json")
_COMPRESSION_SUFFIXES = ("", ".gz", ".zst", ".bz2", ".xz")  # a record may be compressed by itself
_NON_RECORD_STEMS = frozenset(("readme", "changelog", "contributing", "license", "index", "code_of_conduct", "security"))


class RecordRef(NamedTuple):
    """A reference to a record that is not yet read. Small, and the same in another process."""

    source: str  # what messages call it
    path: str = ""  # the file with its front matter, if it has one to itself
    document: YamlDocument | None = None  # the document itself, if it came in a stream
    table_dirs: tuple[str, ...] = ()  # the folders that may have its side tables

    @property
    def line(self) -> int:
        """The line of a stream on which the document begins; 0 for a file with one record."""
        return self.document.line if self.document else 0


class RecordSource:
    """All records of the sources that a user named, in a fixed order.

    Use it as a context manager: the records of archives are in a temporary database, which is removed at the end.

    Args:
        names: files, folders, archives, by path or by URL (``s3://bucket/folder/``); ``-`` is standard input.
        stdin: what to read for ``-``.
        portable: whether other machines must be able to read the records; then archives, which are read here, are refused.

    Raises:
        SourceError: a source does not exist, or is a damaged archive.
    """

    def __init__(self, names: Iterable[str | os.PathLike[str]], stdin: BinaryIO | None = None, *, portable: bool = False) -> None:
        self._portable = portable
        self.names = [os.fspath(name) for name in names]
        self.orphans: dict[str, list[str]] = {}  # the tables that the last iteration found without a figure, by the figure's id
        self._stdin = stdin
        self._stack = ExitStack()
        self._scratch: Path | None = None
        self._trees: list[tuple[FileTree | Path | str, str]] = []
        try:
            for name in self.names:
                with _map_source_errors(name):
                    self._trees.append(self._resolve(name))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> RecordSource:
        return self

    def __exit__(self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Remove the temporary files."""
        for tree, _ in self._trees:
            if isinstance(tree, MemberTree):
                tree.close()
        self._stack.close()
        self._scratch = None

    def _scratch_path(self) -> Path:
        self._scratch = self._scratch or self._stack.enter_context(scratch_directory())
        return Path(tempfile.mkdtemp(dir=self._scratch))

    def _resolve(self, name: str) -> tuple[FileTree | Path | str, str]:
        """The folder or file to read (a ``str`` is the URL of a record), and its name in messages."""
        if is_url(name):
            return self._resolve_url(name)
        label = "<stdin>" if name == "-" else name
        path = Path(name)
        if name == "-":
            path = self._spool_stdin()
        elif is_pipe(path):
            path = self._spool_pipe(path)
        elif not os.path.lexists(path):
            raise SourceError(f"{name}: there is no such file or folder")
        if os.path.isdir(path):
            return LocalTree(str(path)), label
        return self._store_members(path, label) if is_archive(path) and not _is_rdf_name(name) else path, label

    def _store_members(self, archive: Path, label: str) -> MemberTree:
        if self._portable:
            raise SourceError(
                f"{label}: an archive is read into a place that no other machine sees; unpack it to where all workers can read"
            )
        with MemberWriter(self._scratch_path()) as writer:
            for refusal in store_members(archive, label, writer.add, ArchiveLimits.from_environment()):
                writer.refuse(refusal)
        return MemberTree(writer.path)

    def _resolve_url(self, url: str) -> tuple[FileTree | Path | str, str]:
        """A folder or a record is read by URL; another file, which may be an archive, is downloaded first."""
        name, label = filesystem.find_file_name(url), redact_url(url)
        if not name:
            return RemoteTree(url), label
        if name.lower().endswith(_RECORD_SUFFIXES):
            return url, label
        path = self._scratch_path() / name.partition("?")[0]
        filesystem.download(url, path)
        return self._store_members(path, label) if is_archive(path) else path, label

    def _spool_stdin(self) -> Path:
        stream = self._stdin or getattr(sys.stdin, "buffer", None)
        if not stream:
            raise SourceError("standard input is closed; name a file, or feed it by a pipe")
        path = self._scratch_path() / "stdin.yaml"
        with path.open("wb") as file:
            shutil.copyfileobj(stream, file)
        return path

    def _spool_pipe(self, pipe: Path) -> Path:
        """A copy of what comes out of a pipe, since records are read more than once; of a pipe that cannot be read, itself."""
        path = self._scratch_path() / "pipe.yaml"
        try:
            copy_pipe(pipe, path)
        except (TimeoutError, PermissionError):  # it is refused as what is no file
            return pipe
        return path

    def refusals(self) -> Iterator[RecordError]:
        """The members of archives that cannot be used; the same ones each time."""
        return (error for tree, _ in self._trees if isinstance(tree, MemberTree) for error in tree.refusals())

    def count_files(self) -> int:
        """The number of files to read; a stream counts as one."""
        return sum(1 if isinstance(tree, Path | str) else _count_records(tree) for tree, _ in self._trees)

    def __iter__(self) -> Iterator[RecordRef | RecordError]:
        """The records, or errors for documents of a stream that are none; the same ones, in the same order, each time."""
        self.orphans = {}
        for tree, label in self._trees:
            if isinstance(tree, Path | str):
                folder, name = os.path.split(_absolute_folder(str(tree)))
                names = filesystem.list_file_names if isinstance(tree, str) else LocalTree(folder).names
                yield from _file_record_refs(folder, name, label, _table_dirs(names, folder))
                continue
            empty = True
            for folder in _record_folders(tree):
                display_path, tables = _display_path(label, tree, folder), _table_dirs(tree.names, folder)
                prefix = f"{display_path}{_separator(display_path)}"
                try:
                    record_names = sort_names(tree.names(folder, _is_record))
                except OSError as error:
                    empty = False
                    yield file_error(error, printable_path(display_path), "listed")
                    continue
                for name in record_names:
                    empty = False
                    yield from _file_record_refs(_absolute_folder(folder), name, prefix + name, tables)
            if empty:
                raise SourceError(f"{label}: the folder holds no records (.md, .yaml)")
            self._find_orphans(tree, label)

    def _find_orphans(self, tree: FileTree, label: str) -> None:
        """Note the tables without a figure of their name."""
        for folder, _ in tree.folders():
            figure_dirs, display_path = _figure_dirs(folder), _display_path(label, tree, folder)
            try:
                tables = sorted(tree.names(folder, _is_table))
            except OSError:  # a folder of records is refused, and of a folder of tables each record that may have some
                continue
            for name in tables:
                if _has_figure(tree, figure_dirs, _table_figid(name)):
                    continue
                path = printable_path(f"{display_path}{_separator(display_path)}{name}")
                self.orphans.setdefault(_table_figid(name), []).append(path)


def _is_rdf_name(name: str) -> bool:
    """Whether a file is named as RDF is; JSON may be a record."""
    return rdf_format(name) is not None and not name.lower().endswith(".json")


def _is_table(name: str) -> bool:
    return match_table_name(name) is not None


def _table_figid(table: str) -> str:
    """The figure that a table is named for."""
    return table.rpartition("-")[0]


def _has_figure(tree: FileTree, folders: tuple[str, ...], stem: str) -> bool:
    """Whether one of the folders has a record file of this name."""
    suffixes = [suffix + compression for compression in _COMPRESSION_SUFFIXES for suffix in _RECORD_SUFFIXES]
    return any(tree.exists(folder, stem + suffix) for suffix in suffixes for folder in folders)


def _separator(folder: str) -> str:
    return "/" if is_url(folder) else os.sep


def _absolute_folder(folder: str) -> str:
    return folder if is_url(folder) else os.path.abspath(folder)


def _display_path(label: str, tree: FileTree, folder: str) -> str:
    """The name of a folder below a source in messages."""
    separator = _separator(tree.root)
    below = folder[len(tree.root) :].strip(separator)
    return f"{label.rstrip(separator)}{separator}{below}" if below else label.rstrip(separator)


def _record_folders(tree: FileTree) -> Iterator[str]:
    """Every folder that may hold record files. In a checkout, figures are only below ``_figures``."""
    for folder, below in tree.folders():
        if FIGURES_DIR in below:
            below[:] = [FIGURES_DIR]
        else:
            yield folder


def _count_records(tree: FileTree) -> int:
    count = 0
    for folder in _record_folders(tree):
        with contextlib.suppress(OSError):
            count += sum(1 for _ in tree.names(folder, _is_record))
    return count


def _is_record(name: str) -> bool:
    stem, suffix = os.path.splitext(strip_compression(name))
    return suffix.lower() in _RECORD_SUFFIXES and not name.startswith(".") and stem.lower() not in _NON_RECORD_STEMS


def strip_compression(name: str) -> str:
    """The name of a file without the suffix of its compression."""
    stem, suffix = os.path.splitext(name)
    return stem if suffix.lower() in _COMPRESSION_SUFFIXES else name


def _table_dirs(names: Callable[[str, NamePredicate], Iterator[str]], folder: str) -> tuple[str, ...]:
    """The folders that have tables of the figures in this folder."""
    separator = _separator(folder)
    folder = _absolute_folder(folder).rstrip(separator)
    above, _, name = folder.rpartition(separator)
    data_dir = f"{above}{separator}{DATA_DIR}" if name == FIGURES_DIR else f"{folder}{separator}{DATA_DIR}"
    return tuple(directory for directory in (data_dir, folder) if _may_have_tables(names, directory))


def _may_have_tables(names: Callable[[str, NamePredicate], Iterator[str]], folder: str) -> bool:
    try:
        return any(True for _ in names(folder, _is_table))
    except OSError:  # no record of it is read as if it had no tables
        return True


def _figure_dirs(folder: str) -> tuple[str, ...]:
    """The folders that may have the figures of the tables in this folder."""
    if os.path.basename(folder) != DATA_DIR:
        return (folder,)
    above = os.path.dirname(folder)
    return (f"{above}{_separator(folder)}{FIGURES_DIR}", above)


def _file_record_refs(folder: str, name: str, label: str, tables: tuple[str, ...]) -> Iterator[RecordRef | RecordError]:
    path, label = f"{folder}{_separator(folder)}{name}", printable_path(label)
    if _is_rdf_name(name):
        yield RecordError("is RDF by its name, not a record", source=label, remedy=RDF_REMEDY)
        return
    if not strip_compression(name).lower().endswith(_STREAM_SUFFIXES):
        yield RecordRef(label, path, None, tables)
        return
    count = 0
    try:
        with open_record_file(path) as file:
            for document in iter_documents(file):
                count += 1
                yield document.with_source(label) if isinstance(document, RecordError) else RecordRef(label, "", document, tables)
    except ArchiveLimitError as error:
        yield RecordError(str(error), source=label)
        return
    except (OSError, *DECOMPRESSION_ERRORS) as error:
        yield file_error(error, label)
        return
    if not count:
        yield RecordError("the file is empty", source=label, remedy="fetch it again")


@contextlib.contextmanager
def _map_source_errors(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceError(f"{redact_url(name)}: cannot be read: {error.strerror or error}") from None
