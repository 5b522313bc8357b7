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
from pfocr2rdf.records.documents import MAX_RECORD_BYTES, YamlDocument, extract_front_matter, too_large_error
from pfocr2rdf.records.model import FigureRecord
from pfocr2rdf.records.sources import RecordRef, RecordSource
from pfocr2rdf.records.tables import SideTable, decode_text
from pfocr2rdf.records.values import get_text
from pfocr2rdf.records.yaml import load_yaml as read_yaml
from pfocr2rdf.storage import filesystem


class RecordSchema(Protocol):
    """The module of one generation."""

    VERSION: str

    def matches(self, data: Mapping[str, Any], /) -> bool:
        """Whether the record is of this generation."""

    def parse(self, data: Mapping[str, Any], tables: Mapping[str, SideTable], source: str, /) -> FigureRecord:
        """The typed record."""


SCHEMAS: tuple[RecordSchema, ...] = (generation2021, generation2023)
"""The readers, each of which says whether a record is one of its own; the last recognises all that is left. Later is newer."""

SCHEMA_RANK = {generation.VERSION: rank for rank, generation in enumerate(SCHEMAS)}
TABLE_NAMES = ("genes", "chemicals", "diseases")


class RawRecord(NamedTuple):
    """A record as it came: what messages call it, its figure, its bytes, its side tables."""

    source: str
    figid: str
    document: YamlDocument
    tables: Mapping[str, SideTable]

    def digest(self) -> bytes:
        """SHA-256 of the bytes of its files, with the names of the tables."""
        digest = hashlib.sha256(self.document.data)
        for table in self.tables.values():
            digest.update(b"\0%s\0%d\0" % (table.name.encode(), len(table.data)))
            digest.update(table.data)
        return digest.digest()


def read_raw(ref: RecordRef) -> tuple[RawRecord, Mapping[str, Any]]:
    """The bytes of a record and its side tables, and its keys and values.

    Raises:
        RecordError: it cannot be read.
    """
    document = ref.document
    if document is None:
        document = extract_front_matter(_read_bytes(ref.path, ref.source))
    try:
        data = _parse_mapping(document, ref.source)
    except RecordError as error:
        if error.line:
            error.line += document.line - 1
        raise
    figid = iris.check_figid(get_text(data, "figid"))
    return RawRecord(ref.source, figid, document, _read_tables(figid, ref.table_dirs)), data


def record_digest(ref: RecordRef, figid: str) -> bytes:
    """The digest of a record that was read before and found to be of this figure; nothing is parsed.

    Raises:
        RecordError: it cannot be read.
    """
    document = ref.document or extract_front_matter(_read_bytes(ref.path, ref.source))
    return RawRecord(ref.source, figid, document, _read_tables(figid, ref.table_dirs) if figid else {}).digest()


def parse_record(raw: RawRecord, data: Mapping[str, Any]) -> FigureRecord:
    """The typed record, by the reader of its generation.

    Raises:
        RecordError: a field has the wrong form.
    """
    generation = next(one for one in SCHEMAS if one.matches(data))
    if raw.tables and generation is generation2021:
        shown = ", ".join(table.name for table in raw.tables.values())
        raise RecordError(f"has lists of its own and side tables ({shown})", field="genes", remedy="keep the lists or the tables")
    return generation.parse(data, raw.tables, raw.source)


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
    with RecordSource(sources) as found:
        for item in chain(found.refusals, found):
            try:
                if isinstance(item, RecordError):
                    raise item
                yield read_record(item)
            except RecordError as error:
                if refusals is None:
                    raise
                refusals.append(error)


def read_record(ref: RecordRef) -> FigureRecord:
    """The record that was located.

    Raises:
        RecordError: it cannot be read; the error says where.
    """
    try:
        return parse_record(*read_raw(ref))
    except RecordError as error:
        raise error.with_source(ref.source) from None


def _read_bytes(path: str, source: str) -> bytes:
    """A file's bytes.

    Raises:
        RecordError: it cannot be opened, or is too large.
    """
    try:
        if filesystem.is_url(path):
            data = filesystem.read_file(path, MAX_RECORD_BYTES + 1)
        else:
            with open(path, "rb", buffering=0) as file:
                size = os.fstat(file.fileno()).st_size
                data = file.read(min(size, MAX_RECORD_BYTES) + 1)
    except OSError as error:
        reason = f"cannot be opened: {error.strerror or error}"
        raise RecordError(reason, source=source, remedy="look at the file and its permissions") from error
    if len(data) > MAX_RECORD_BYTES:
        raise too_large_error().with_source(source)
    return data


def _parse_mapping(document: YamlDocument, source: str) -> Mapping[str, Any]:
    data = read_yaml(decode_text(document.data, source))
    if data is None:
        raise RecordError("the record is empty", remedy="fetch it again")
    if type(data) is not dict:
        raise RecordError(f"the record is a {'list' if type(data) is list else 'text'}, not a mapping", remedy="write 'key: value' lines")
    return data


def _read_tables(figid: str, folders: tuple[str, ...]) -> dict[str, SideTable]:
    """The side tables of a figure that are there."""
    found: dict[str, SideTable] = {}
    for folder in folders:
        for name in TABLE_NAMES:
            shown = table_file_name(figid, name)
            path = f"{folder}/{shown}"
            if name not in found and (filesystem.is_url(path) or os.path.exists(path)):
                try:
                    found[name] = SideTable(shown, _read_bytes(path, shown))
                except RecordError as error:
                    if not isinstance(error.__cause__, FileNotFoundError):
                        raise
    return found


def table_file_name(figid: str, name: str) -> str:
    """The file name of a figure's table."""
    return f"{figid}-{name}.tsv"


def prefetch(batch: Iterable[RecordRef]) -> None:
    """Ask for the files of records that will soon be read, as far as they are elsewhere. A record's file is named for its figure."""
    urls = []
    for located in batch:
        if filesystem.is_url(located.path):
            stem = located.path.rpartition("/")[2].rpartition(".")[0]
            urls += [located.path, *(f"{folder}/{table_file_name(stem, name)}" for folder in located.table_dirs for name in TABLE_NAMES)]
    if urls:
        filesystem.prefetch_files(urls)
