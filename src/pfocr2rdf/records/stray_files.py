"""Stray files: files next to records that are named for a figure but that no record reads, and links to folders."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from pfocr2rdf.records.folders import absolute_folder, figure_folders, find_table_folders, side_folders, trim_folder
from pfocr2rdf.records.side_files import (
    COMPRESSION_SUFFIXES,
    RECORD_SUFFIXES,
    TableFolder,
    is_named_as_record,
    is_record,
    iter_possible_figids,
    parse_table_name,
    strip_compression,
)
from pfocr2rdf.records.trees import FileTree, LocalTree, sort_names
from pfocr2rdf.storage import filesystem


class StrayFile(NamedTuple):
    """A file that no record reads."""

    figid: str  # that of the figure it is named for, ``""`` where there is none of its name
    folder: str
    name: str  # of a link to a folder, with a slash at its end
    is_orphan: bool = False  # whether it is a table whose figure is in no file of its name
    is_unread: bool = True  # whether nothing reads it, though its figure may be in a file of another name


def find_stray_files(tree: FileTree, record_folders: Collection[str], table_endings: Mapping[str, Collection[str]]) -> Iterator[StrayFile]:
    """The stray files of a tree, of which records are read in these folders, and tables in those with endings, if they have one of them."""
    for folder, subfolders in tree.folders():
        for name in subfolders:
            if tree.is_link(folder, name):
                yield StrayFile("", folder, f"{name}/")
        survey = _FolderSurvey(tree, folder, record_folders, table_endings.get(trim_folder(absolute_folder(folder)), ()))
        with contextlib.suppress(OSError):  # a folder of records is refused, and of a folder of tables each record that may have some
            for name in sort_names(tree.names(folder, survey.is_stray)):
                if stray := survey.find(name):
                    yield stray


class _FolderSurvey:
    """Distinguishes the stray files of a folder from others."""

    def __init__(self, tree: FileTree, folder: str, record_folders: Collection[str], endings: Collection[str]) -> None:
        self._tree, self._folder, self._endings = tree, folder, endings
        self._has_records = trim_folder(folder) in record_folders
        self._figure_folders = [name for name in figure_folders(folder) if trim_folder(name) in record_folders]

    def is_stray(self, name: str) -> bool:
        """Whether a file is a stray one."""
        return self.find(name) is not None

    def find(self, name: str) -> StrayFile | None:
        """The stray file of this name, if it is one."""
        if table := parse_table_name(name):
            is_orphan, is_unread = not self._has_figure(table.figid), table.ending not in self._endings
            return StrayFile(table.figid, self._folder, name, is_orphan, is_unread) if is_orphan or is_unread else None
        if self._has_records and is_record(name):
            return None
        figid = next(filter(self._has_figure, iter_possible_figids(name)), "")
        return StrayFile(figid, self._folder, name) if figid or is_named_as_record(name) else None

    def _has_figure(self, stem: str) -> bool:
        """Whether there is a record file of this name; a README is none."""
        if not is_record(stem + RECORD_SUFFIXES[0]):
            return False
        suffixes = (suffix + compression for compression in COMPRESSION_SUFFIXES for suffix in RECORD_SUFFIXES)
        return any(self._tree.exists(folder, stem + suffix) for suffix in suffixes for folder in self._figure_folders)


class NamedFiles:
    """The record files that a user named one by one, by folder; each folder is listed once for all of them."""

    def __init__(self) -> None:
        self._stems: dict[tuple[str, bool], set[str]] = {}
        self._names: set[str] = set()
        self._table_folders: dict[str, tuple[TableFolder, ...]] = {}

    def add(self, folder: str, name: str, is_remote: bool) -> tuple[TableFolder, ...]:
        """Add a file; the folders of its tables."""
        self._names.add(name)
        self._stems.setdefault((folder, is_remote), set()).add(os.path.splitext(strip_compression(name))[0])
        if folder not in self._table_folders:
            self._table_folders[folder] = find_table_folders(filesystem.list_file_names if is_remote else LocalTree(folder).names, folder)
        return self._table_folders[folder]

    def find_stray_files(self) -> Iterator[StrayFile]:
        """The files next to them that are named for one of them, and are neither a record nor a table."""
        for (folder, is_remote), stems in self._stems.items():
            list_names = filesystem.list_file_names if is_remote else LocalTree(folder).names
            for side_folder in side_folders(folder):
                with contextlib.suppress(OSError):
                    for name in sorted(list_names(side_folder, lambda name: bool(_find_stem(name, stems)))):  # noqa: B023 - called here
                        if name not in self._names:  # such as JSON that is no record, which is refused
                            yield StrayFile(_find_stem(name, stems), os.path.basename(trim_folder(side_folder)), name)


def _find_stem(name: str, stems: Collection[str]) -> str:
    """The file that another file is named for, ``""`` where it is for none, or is read."""
    if is_record(name) or parse_table_name(name):
        return ""
    return next((stem for stem in iter_possible_figids(name) if stem in stems), "")
