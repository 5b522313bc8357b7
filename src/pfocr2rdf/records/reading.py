"""From a located record to a ``FigureRecord``: bytes, text, YAML, generation."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple, Protocol

from pfocr2rdf import iris
from pfocr2rdf.errors import RecordError
from pfocr2rdf.records import generation2021, generation2023
from pfocr2rdf.records.documents import MAX_BYTES, Document, front_matter, too_large
from pfocr2rdf.records.model import FigureRecord
from pfocr2rdf.records.sources import Located, Sources
from pfocr2rdf.records.tables import Table, decode
from pfocr2rdf.records.values import text
from pfocr2rdf.records.yamltext import read as read_yaml


class Generation(Protocol):
    """The module of one generation."""

    NAME: str

    def recognises(self, data: Mapping[str, Any], /) -> bool:
        """Whether the record is of this generation."""

    def read(self, data: Mapping[str, Any], tables: Mapping[str, Table], where: str, /) -> FigureRecord:
        """The typed record."""


GENERATIONS: tuple[Generation, ...] = (generation2021, generation2023)
"""The readers, each of which says whether a record is one of its own; the last recognises all that is left. Later is newer."""

RANK = {generation.NAME: rank for rank, generation in enumerate(GENERATIONS)}

TABLES = ("genes", "chemicals", "diseases")


class Raw(NamedTuple):
    """A record as it came: what messages call it, its bytes, its side tables."""

    where: str
    document: Document
    tables: Mapping[str, Table]


def load(located: Located) -> tuple[Raw, Mapping[str, Any]]:
    """The bytes of a record and its side tables, and its keys and values.

    Raises:
        RecordError: it cannot be read.
    """
    document = located.document
    if document is None:
        document = front_matter(_bytes(located.path, located.where))
    try:
        data = _mapping(document, located.where)
    except RecordError as error:
        if error.line:
            error.line += document.line - 1
        raise
    return Raw(located.where, document, _tables(data, located.table_dirs)), data


def interpret(raw: Raw, data: Mapping[str, Any]) -> FigureRecord:
    """The typed record, by the reader of its generation.

    Raises:
        RecordError: a field has the wrong form.
    """
    generation = next(one for one in GENERATIONS if one.recognises(data))
    if raw.tables and generation is generation2021:
        shown = ", ".join(table.name for table in raw.tables.values())
        raise RecordError(f"has lists of its own and side tables ({shown})", field="genes", remedy="keep the lists or the tables")
    return generation.read(data, raw.tables, raw.where)


def read_records(*sources: str | os.PathLike[str], refusals: list[RecordError] | None = None) -> Iterator[FigureRecord]:
    """The records of all sources, in order.

    Args:
        sources: record files, folders, PFOCR checkouts, archives, or ``-`` for standard input.
        refusals: a list that takes the records which cannot be read; without it the first one is raised.

    Yields:
        One ``FigureRecord`` a figure. Nothing is resolved between records: two of one figid both come.

    Raises:
        SourceError: a source as a whole cannot be read.
        RecordError: a record cannot be read, and no list was given for refusals.
    """
    with Sources(sources) as found:
        for item in chain(found.refusals, found):
            try:
                if isinstance(item, RecordError):
                    raise item
                yield read_one(item)
            except RecordError as error:
                if refusals is None:
                    raise
                refusals.append(error)


def read_one(located: Located) -> FigureRecord:
    """The record that was located.

    Raises:
        RecordError: it cannot be read; the error says where.
    """
    try:
        return interpret(*load(located))
    except RecordError as error:
        raise error.at(located.where) from None


def _bytes(path: str, where: str) -> bytes:
    """A file's bytes.

    Raises:
        RecordError: it cannot be opened, or is too large.
    """
    try:
        with open(path, "rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            data = file.read(min(size, MAX_BYTES) + 1)
    except OSError as error:
        reason = f"cannot be opened: {error.strerror}"
        raise RecordError(reason, where=where, remedy="look at the file and its permissions") from error
    if len(data) > MAX_BYTES:
        raise too_large().at(where)
    return data


def _mapping(document: Document, where: str) -> Mapping[str, Any]:
    data = read_yaml(decode(document.data, where))
    if data is None:
        raise RecordError("the record is empty", remedy="fetch it again")
    if type(data) is not dict:
        raise RecordError(f"the record is a {'list' if type(data) is list else 'text'}, not a mapping", remedy="write 'key: value' lines")
    return data


def _tables(data: Mapping[str, Any], folders: tuple[str, ...]) -> dict[str, Table]:
    """The side tables of a figure that are there."""
    figid = iris.figid(text(data, "figid"))
    found: dict[str, Table] = {}
    for folder in folders:
        for name in TABLES:
            shown = f"{figid}-{name}.tsv"
            path = f"{folder}{os.sep}{shown}"
            if name not in found and os.path.exists(path):
                found[name] = Table(shown, _bytes(path, shown))
    return found
