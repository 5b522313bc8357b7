"""The aliases of figures: ``aliases.tsv``, by which the old addresses of figures lead to the new ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from pfocr2rdf.pipeline.results import RecordResult, RecordWarning
from pfocr2rdf.rdf.iris import figure_iri
from pfocr2rdf.storage.export_directory import ExportDirectory
from pfocr2rdf.storage.layout import ALIAS_COLUMNS, ALIASES_FILE
from pfocr2rdf.storage.sqlite import create_database

_TABLE = "CREATE TABLE IF NOT EXISTS aliases (alias TEXT NOT NULL, figid TEXT NOT NULL, source TEXT NOT NULL)"
_SELECT = """
SELECT alias, figid, source FROM aliases WHERE alias {} (SELECT figid FROM figures) ORDER BY alias COLLATE BINARY, figid COLLATE BINARY"""
_MAX_PENDING_ROWS = 1000
_MAX_LISTED_FIGURES = 10


class AliasTable:
    """The aliases of exported figures, in the database that has the table of all figures, too."""

    def __init__(self, database: sqlite3.Connection | None = None) -> None:
        self._database = database or create_database()
        self._database.execute(_TABLE)
        self._pending_rows: list[tuple[str, str, str]] = []

    def add(self, result: RecordResult) -> None:
        """Add the aliases of an exported record."""
        self._pending_rows += [(alias, result.figid, result.source) for alias in result.aliases.split("\n")]
        if len(self._pending_rows) > _MAX_PENDING_ROWS:
            self._flush()

    def forget(self, result: RecordResult) -> None:
        """Remove the aliases of a record."""
        self._flush()
        self._database.execute("DELETE FROM aliases WHERE figid = ? AND source = ?", (result.figid, result.source))

    def _flush(self) -> None:
        self._database.executemany("INSERT INTO aliases VALUES (?, ?, ?)", self._pending_rows)
        self._pending_rows = []

    def warnings(self) -> Iterator[RecordWarning]:
        """Aliases that several figures claim, and those that are the id of another figure, whose own address that is."""
        self._flush()
        for alias, rows in groupby(self._database.execute(_SELECT.format("NOT IN")), itemgetter(0)):
            claims = list(rows)
            if len(claims) > 1:
                yield RecordWarning(claims[0][1], claims[0][2], _describe_conflict(alias, [figid for _, figid, _ in claims]))
        for alias, figid, source in self._database.execute(_SELECT.format("IN")):
            yield RecordWarning(figid, source, f"figid_alias: {alias!r} is the id of another figure, so its URL leads to that figure")

    def write(self, directory: ExportDirectory) -> None:
        """Write the file: alias, figure and its IRI, sorted. An alias that several figures claim has a line for each."""
        self._flush()
        with directory.open(ALIASES_FILE) as file:
            file.write(_line(ALIAS_COLUMNS))
            for alias, figid, _ in self._database.execute(_SELECT.format("NOT IN")):
                file.write(_line((alias, figid, figure_iri(figid))))


def _describe_conflict(alias: str, figids: list[str]) -> str:
    listed = ", ".join(figids[:_MAX_LISTED_FIGURES])
    more = f" and {len(figids) - _MAX_LISTED_FIGURES} more" if len(figids) > _MAX_LISTED_FIGURES else ""
    return f"figid_alias: {alias!r} is claimed by {listed}{more}; it redirects to a page that lists them"


def _line(values: Iterable[str]) -> bytes:
    return "\t".join(values).encode() + b"\n"
