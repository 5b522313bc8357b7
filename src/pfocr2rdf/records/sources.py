"""Record discovery: files, folders, checkouts, archives and standard input become one sequence of references to records."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from pfocr2rdf.errors import NoRecordsError, RecordError, SourceError, describe_os_error
from pfocr2rdf.records.archive_limits import ArchiveLimitError, ArchiveLimits
from pfocr2rdf.records.archives import is_archive, store_members
from pfocr2rdf.records.documents import iter_documents
from pfocr2rdf.records.file_types import MAX_HEAD_BYTES, RDF_REMEDY, explain_record
from pfocr2rdf.records.folders import absolute_folder, display_path, find_table_folders, iter_record_folders, separator_of, trim_folder
from pfocr2rdf.records.member_store import MemberTree, MemberWriter
from pfocr2rdf.records.record_files import file_error, open_record_file
from pfocr2rdf.records.record_ref import RecordRef
from pfocr2rdf.records.side_files import RECORD_SUFFIXES, TableFolder, is_record, strip_compression
from pfocr2rdf.records.stray_files import NamedFiles, find_stray_files
from pfocr2rdf.records.trees import FileTree, LocalTree, RemoteTree, sort_names
from pfocr2rdf.storage import filesystem
from pfocr2rdf.storage.compression import DECOMPRESSION_ERRORS
from pfocr2rdf.storage.path_kinds import describe_missing_path, folder_kind
from pfocr2rdf.storage.rdf_files import rdf_format
from pfocr2rdf.storage.regular_files import copy_pipe, is_pipe
from pfocr2rdf.storage.scratch import scratch_directory
from pfocr2rdf.storage.urls import is_url, printable_path, redact_url

_STREAM_SUFFIXES = (".yaml", ".yml", ".json")


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
        self.unread: dict[str, list[str]] = {}  # the files named for a figure that nothing reads, likewise
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
            raise SourceError(describe_missing_path(name))
        if os.path.isdir(path):
            return LocalTree(str(path)), label
        return self._store_members(path, label) if is_archive(path) and not _is_rdf_name(name) else path, label

    def _store_members(self, archive: Path, label: str) -> MemberTree:
        if self._portable:
            raise SourceError(f"{label}: an archive is read on this machine only; unpack it to a folder that all workers can read")
        with MemberWriter(self._scratch_path()) as writer:
            for refusal in store_members(archive, label, writer.add, ArchiveLimits.from_environment()):
                writer.refuse(refusal)
        return MemberTree(writer.path)

    def _resolve_url(self, url: str) -> tuple[FileTree | Path | str, str]:
        """A folder or a record is read by URL; another file, which may be an archive, is downloaded first."""
        name, label = filesystem.find_file_name(url), redact_url(url)
        if not name:
            return RemoteTree(url), label
        if name.lower().endswith(RECORD_SUFFIXES):
            return url, label
        path = self._scratch_path() / name.partition("?")[0]
        filesystem.download(url, path)
        return self._store_members(path, label) if is_archive(path) else path, label

    def _spool_stdin(self) -> Path:
        stream = self._stdin or getattr(sys.stdin, "buffer", None)
        if not stream:
            raise SourceError("standard input is closed; name a file, or use a pipe")
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
        self.orphans, self.unread = {}, {}
        named_files = NamedFiles()
        for tree, label in self._trees:
            if isinstance(tree, Path | str):
                folder, name = os.path.split(absolute_folder(str(tree)))
                yield from _file_record_refs(folder, name, label, named_files.add(folder, name, isinstance(tree, str)))
                continue
            empty = True
            record_folders: set[str] = set()
            table_endings: dict[str, tuple[str, ...]] = {}
            for folder in iter_record_folders(tree.folders()):
                path, tables = display_path(label, tree.root, folder), find_table_folders(tree.names, folder)
                record_folders.add(trim_folder(folder))
                table_endings.update(tables)
                prefix = f"{path}{separator_of(path)}"
                try:
                    record_names = sort_names(tree.names(folder, is_record))
                except OSError as error:
                    if trim_folder(folder) == trim_folder(tree.root):
                        raise SourceError(f"{label}: cannot be listed: {describe_os_error(error)}") from None
                    empty = False
                    yield file_error(error, printable_path(path), "listed")
                    continue
                absolute_path = absolute_folder(folder)
                for name in record_names:
                    empty = False
                    yield from _file_record_refs(absolute_path, name, prefix + name, tables)
            if empty:
                raise NoRecordsError(_describe_empty_tree(label, tree))
            self._note_stray_files(tree, label, record_folders, table_endings)
        for stray in named_files.find_stray_files():
            self.unread.setdefault(stray.figid, []).append(printable_path(f"{stray.folder}/{stray.name}"))

    def _note_stray_files(self, tree: FileTree, label: str, record_folders: set[str], table_endings: dict[str, tuple[str, ...]]) -> None:
        for stray in find_stray_files(tree, record_folders, table_endings):
            folder = display_path(label, tree.root, stray.folder)
            path = printable_path(f"{folder}{separator_of(folder)}{stray.name}")
            if stray.is_orphan:
                self.orphans.setdefault(stray.figid, []).append(path)
            if stray.is_unread:
                self.unread.setdefault(stray.figid, []).append(path)


def _is_rdf_name(name: str) -> bool:
    """Whether a file is named as RDF is; JSON may be a record."""
    return rdf_format(name) is not None and not name.lower().endswith(".json")


def _describe_empty_tree(label: str, tree: FileTree) -> str:
    if kind := folder_kind(tree.root):
        return f"{label}: is {kind}, not a folder of records; name the records that it was created from"
    container = "archive" if isinstance(tree, MemberTree) else "folder"
    if isinstance(tree, MemberTree) and (refusal := next(tree.refusals(), None)):
        return f"{label}: the archive contains no records that can be read; the first refusal: {refusal}"
    return f"{label}: the {container} contains no records; name a folder, file or archive with records (.md, .yaml)"


def _count_records(tree: FileTree) -> int:
    count = 0
    for folder in iter_record_folders(tree.folders()):
        with contextlib.suppress(OSError):
            count += sum(1 for _ in tree.names(folder, is_record))
    return count


def _file_record_refs(folder: str, name: str, label: str, tables: tuple[TableFolder, ...]) -> Iterator[RecordRef | RecordError]:
    path, label = f"{folder}{separator_of(folder)}{name}", printable_path(label)
    if _is_rdf_name(name):
        yield RecordError("has the file name of an RDF file, not of a record", source=label, remedy=RDF_REMEDY)
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
        if not count:
            with open_record_file(path) as file:
                error = explain_record(file.read(MAX_HEAD_BYTES), RecordError("the file is empty", remedy="fetch it again"))
            yield error.with_source(label)
    except ArchiveLimitError as limit_error:
        yield RecordError(str(limit_error), source=label)
    except (OSError, *DECOMPRESSION_ERRORS) as read_error:
        yield file_error(read_error, label)


@contextlib.contextmanager
def _map_source_errors(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceError(f"{redact_url(name)}: cannot be read: {describe_os_error(error)}") from None
