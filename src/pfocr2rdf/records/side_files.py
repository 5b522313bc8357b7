"""Names of files: records, side tables, and what is named for a figure but is of no kind that is read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

FIGURES_DIR, DATA_DIR = "_figures", "_data"
RECORD_SUFFIXES = (".md", ".yaml", ".yml")
COMPRESSION_SUFFIXES = ("", ".gz", ".zst", ".bz2", ".xz")  # of a record or table that is compressed by itself
_NON_RECORD_STEMS = frozenset(("readme", "changelog", "contributing", "license", "index", "code_of_conduct", "security"))
TABLE_NAMES = ("genes", "chemicals", "diseases")
MAX_TABLE_ENDINGS = 24  # in a folder; more ways of writing them, such as by case, are not looked for
_match_record = re.compile(r"(?!\.)(.+)\.(?:md|yaml|yml)(?:\.(?:gz|zst|bz2|xz))?", re.IGNORECASE | re.ASCII | re.DOTALL).fullmatch
_match_table = re.compile(r"(.+)(-(genes|chemicals|diseases)\.tsv(?:\.(?:gz|zst|bz2|xz))?)", re.IGNORECASE).fullmatch
_PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".svg", ".tif", ".tiff", ".webp")
_find_separators = re.compile(r"[-._~ (]").finditer
_match_record_name = re.compile(r"PMC[1-9][0-9]*__.+").fullmatch


class TableFolder(NamedTuple):
    """A folder with side tables, and the endings of their names behind the figure's id, the usual ones first."""

    path: str
    endings: tuple[str, ...]


class TableName(NamedTuple):
    """The parts of a table's name, as in ``PMC1__f1`` ``-genes.tsv.gz``."""

    figid: str
    ending: str
    kind: str  # one of ``TABLE_NAMES``


def strip_compression(name: str) -> str:
    """The name of a file without the suffix of its compression."""
    return os.path.splitext(name)[0] if name[-4:].lower().endswith(COMPRESSION_SUFFIXES[1:]) else name


def is_record(name: str) -> bool:
    """Whether a file in a folder of records is one."""
    matched = _match_record(name)
    return matched is not None and matched[1].lower() not in _NON_RECORD_STEMS


def parse_table_name(name: str) -> TableName | None:
    """The parts of the name of a side table, also of a compressed one; ``None`` for another file.

    >>> parse_table_name("PMC1__f1-Genes.tsv.gz")
    TableName(figid='PMC1__f1', ending='-Genes.tsv.gz', kind='genes')
    """
    matched = _match_table(name)
    return TableName(matched[1], matched[2], matched[3].lower()) if matched else None


def table_kind(ending: str) -> str:
    """The kind of table that the ending of its name says."""
    return ending[1:].partition(".")[0].lower()


def is_table(name: str) -> bool:
    """Whether a file is a side table, by its name."""
    return _match_table(name) is not None


def sort_endings(endings: set[str]) -> tuple[str, ...]:
    """The endings, those that are written as usual first, as many as are looked for."""
    usual = [f"-{name}.tsv" for name in TABLE_NAMES]
    return (*(ending for ending in usual if ending in endings), *sorted(endings.difference(usual)))[:MAX_TABLE_ENDINGS]


def iter_possible_figids(name: str) -> Iterator[str]:
    """What may be the id of the figure in a file's name, the longest first; nothing for hidden files and pictures.

    >>> list(iter_possible_figids("PMC1__f.1-proteins.tsv"))
    ['PMC1__f.1-proteins', 'PMC1__f.1', 'PMC1__f', 'PMC1_', 'PMC1']
    """
    if may_be_data(name):
        yield from (name[: match.start()] for match in reversed(list(_find_separators(name))) if match.start())


def may_be_data(name: str) -> bool:
    """Whether a file is neither hidden nor a picture, by its name."""
    return not name.startswith(".") and not name.lower().endswith(_PICTURE_SUFFIXES)


def is_named_as_record(name: str) -> bool:
    """Whether the name of a file that may be data begins as the figids of PFOCR do: with the id of a paper and two underscores."""
    return _match_record_name(name) is not None and may_be_data(name)
