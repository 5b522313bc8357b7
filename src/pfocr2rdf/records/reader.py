"""From a located record to a ``FigureRecord``: bytes, text, YAML, generation."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple, Protocol

from pfocr2rdf.errors import RecordError
from pfocr2rdf.rdf import iris
from pfocr2rdf.records import pfocr2021 as generation2021
from pfocr2rdf.records import pfocr2023 as generation2023
from pfocr2rdf.records.documents import MAX_BYTES, Document, front_matter, too_large
from pfocr2rdf.records.model import FigureRecord
from pfocr2rdf.records.sources import Located, Sources
from pfocr2rdf.records.tables import Table, decode
from pfocr2rdf.records.values import text
from pfocr2rdf.records.yaml import read as read_yaml
from pfocr2rdf.storage import remote


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
    """A record as it came: what messages call it, its figure, its bytes, its side tables."""

    where: str
    figid: str
    document: Document
    tables: Mapping[str, Table]

    def digest(self) -> bytes:
        """SHA-256 of the bytes of its files, with the names of the tables."""
        digest = hashlib.sha256(self.document.data)
        for table in self.tables.values():
            digest.update(b"\0%s\0%d\0" % (table.name.encode(), len(table.data)))
            digest.update(table.data)
        return digest.digest()


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
    figid = iris.figid(text(data, "figid"))
    return Raw(located.where, figid, document, _tables(figid, located.table_dirs)), data


def digest_of(located: Located, figid: str) -> bytes:
    """The digest of a record that was read before and found to be of this figure; nothing is parsed.

    Raises:
        RecordError: it cannot be read.
    """
    document = located.document or front_matter(_bytes(located.path, located.where))
    return Raw(located.where, figid, document, _tables(figid, located.table_dirs) if figid else {}).digest()


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
        if remote.is_url(path):
            data = remote.read(path, MAX_BYTES + 1)
        else:
            with open(path, "rb", buffering=0) as file:
                size = os.fstat(file.fileno()).st_size
                data = file.read(min(size, MAX_BYTES) + 1)
    except OSError as error:
        reason = f"cannot be opened: {error.strerror or error}"
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


def _tables(figid: str, folders: tuple[str, ...]) -> dict[str, Table]:
    """The side tables of a figure that are there."""
    found: dict[str, Table] = {}
    for folder in folders:
        for name in TABLES:
            shown = table_name(figid, name)
            path = f"{folder}/{shown}"
            if name not in found and (remote.is_url(path) or os.path.exists(path)):
                try:
                    found[name] = Table(shown, _bytes(path, shown))
                except RecordError as error:
                    if not isinstance(error.__cause__, FileNotFoundError):
                        raise
    return found


def table_name(figid: str, name: str) -> str:
    """The file name of a figure's table."""
    return f"{figid}-{name}.tsv"


def fetch(batch: Iterable[Located]) -> None:
    """Ask for the files of records that will soon be read, as far as they are elsewhere. A record's file is named for its figure."""
    urls = []
    for located in batch:
        if remote.is_url(located.path):
            stem = located.path.rpartition("/")[2].rpartition(".")[0]
            urls += [located.path, *(f"{folder}/{table_name(stem, name)}" for folder in located.table_dirs for name in TABLES)]
    if urls:
        remote.fetch(urls)
