"""The folders of a source: which of them hold records, and which hold the side tables of these."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from pfocr2rdf.records.side_files import DATA_DIR, FIGURES_DIR, TABLE_NAMES, TableFolder, parse_table_name, sort_endings
from pfocr2rdf.storage.urls import is_url

ListNames = Callable[[str, Callable[[str], bool]], Iterator[str]]
"""Lists the names of the wanted files in a folder."""


def separator_of(folder: str) -> str:
    """What separates the parts of a path or URL."""
    return "/" if is_url(folder) else os.sep


def trim_folder(folder: str) -> str:
    """A folder without a separator at its end."""
    return folder.rstrip(separator_of(folder))


def absolute_folder(folder: str) -> str:
    """A folder by its absolute path, or its URL."""
    return folder if is_url(folder) else os.path.abspath(folder)


def display_path(label: str, root: str, folder: str) -> str:
    """The name of a folder below a source in messages."""
    separator = separator_of(root)
    below = folder[len(root) :].strip(separator)
    return f"{label.rstrip(separator)}{separator}{below}" if below else label.rstrip(separator)


def iter_record_folders(folders: Iterable[tuple[str, list[str]]]) -> Iterator[str]:
    """Every folder of a tree that may hold record files. In a checkout, figures are only below ``_figures``."""
    for folder, below in folders:
        if FIGURES_DIR in below:
            below[:] = [FIGURES_DIR]
        else:
            yield folder


def side_folders(folder: str) -> tuple[str, str]:
    """The folders that may have tables of the figures in this folder: ``_data`` next to it or in it, and itself."""
    separator = separator_of(folder)
    folder = trim_folder(absolute_folder(folder))
    above, _, name = folder.rpartition(separator)
    return f"{above if name == FIGURES_DIR else folder}{separator}{DATA_DIR}", folder


def figure_folders(folder: str) -> tuple[str, ...]:
    """The folders that may have the figures of the tables in this folder."""
    separator = separator_of(folder)
    above, _, name = folder.rpartition(separator)
    return (f"{above}{separator}{FIGURES_DIR}", above) if name == DATA_DIR else (folder,)


def find_table_folders(list_names: ListNames, folder: str) -> tuple[TableFolder, ...]:
    """The folders that have tables of the figures in this folder."""
    folders = (TableFolder(side_folder, _find_endings(list_names, side_folder)) for side_folder in side_folders(folder))
    return tuple(table_folder for table_folder in folders if table_folder.endings)


def _find_endings(list_names: ListNames, folder: str) -> tuple[str, ...]:
    endings: set[str] = set()

    def is_new(name: str) -> bool:
        table = parse_table_name(name)
        return table is not None and table.ending not in endings

    try:
        for name in list_names(folder, is_new):
            if table := parse_table_name(name):
                endings.add(table.ending)
    except OSError:  # no record of it is read as if it had no tables
        endings.update(f"-{name}.tsv" for name in TABLE_NAMES)
    return sort_endings(endings)
