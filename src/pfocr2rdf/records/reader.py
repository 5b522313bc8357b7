"""Deserialisation: from a located record to a ``FigureRecord`` by way of bytes, text, YAML and schema."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, NamedTuple

from pfocr2rdf.errors import RecordError, map_record_errors, unexpected_error
from pfocr2rdf.rdf import iris
from pfocr2rdf.records import pfocr2021, pfocr2023
from pfocr2rdf.records.documents import MAX_RECORD_BYTES, YamlDocument, extract_front_matter, too_large_error
from pfocr2rdf.records.file_types import explain_record, explain_table, find_conflict
from pfocr2rdf.records.member_store import is_member
from pfocr2rdf.records.model import FigureRecord
from pfocr2rdf.records.record_files import file_error, read_record_file
from pfocr2rdf.records.record_ref import RecordRef
from pfocr2rdf.records.side_files import TableFolder, strip_compression, table_kind
from pfocr2rdf.records.sources import RecordSource
from pfocr2rdf.records.tables import SideTable, decode_text
from pfocr2rdf.records.unknown_names import MAX_NAMED, suggest_name
from pfocr2rdf.records.values import get_text
from pfocr2rdf.records.yaml import load_yaml
from pfocr2rdf.storage import filesystem
from pfocr2rdf.storage.compression import DECOMPRESSION_ERRORS
from pfocr2rdf.storage.urls import is_url

SCHEMAS = (pfocr2021.SCHEMA, pfocr2023.SCHEMA)
"""The schemas from the oldest to the newest; the last one matches all records that no other does."""

SCHEMA_RANK = {schema.version: rank for rank, schema in enumerate(SCHEMAS)}
_MAX_EXCERPT_CHARS = 80


class RawRecord(NamedTuple):
    """A record before it is typed: what messages call it, its figure, its bytes, its side tables, and further ones that are ignored."""

    source: str
    figid: str
    document: YamlDocument
    tables: Mapping[str, SideTable]
    tables_passed_over: tuple[SideTable, ...] = ()

    def digest(self) -> bytes:
        """SHA-256 of the bytes of its files, with the names of the tables."""
        digest = hashlib.sha256(self.document.data)
        if self.document.body:
            digest.update(b"\0\0" + self.document.body)
        for table in chain(self.tables.values(), self.tables_passed_over):
            digest.update(b"\0%s\0%d\0" % (table.name.encode(), len(table.data)))
            digest.update(table.data)
        return digest.digest()

    def describe_unread(self) -> tuple[str, ...]:
        """A note of each table that is ignored, and of the body of the page."""
        notes = [f"{table.name}: was ignored because another table of the same type was read" for table in self.tables_passed_over]
        if body := self.document.body.decode("utf-8", "replace"):
            excerpt = " ".join(body[:_MAX_EXCERPT_CHARS].split())
            notes.append(f"the text after the front matter, {len(body)} characters, was ignored; it begins with: {excerpt}")
        return tuple(notes)


def read_raw(ref: RecordRef) -> tuple[RawRecord, Mapping[str, Any]]:
    """The bytes of a record and its side tables, and its keys and values; ``RecordError`` where it cannot be read."""
    raw, data = parse_document(read_document(ref), ref.source)
    return read_tables(raw, ref.table_folders), data


def read_document(ref: RecordRef) -> YamlDocument:
    """The document of a record, from its file unless it came in a stream; ``RecordError`` where it cannot be read."""
    return ref.document or _extract_document(_read_bytes(ref.path, ref.source))


def parse_document(document: YamlDocument, source: str) -> tuple[RawRecord, Mapping[str, Any]]:
    """The record without its tables, and its keys and values; ``RecordError`` where it is no YAML, or has no figure."""
    try:
        if conflict := find_conflict(document.data):
            raise conflict
        data = _parse_mapping(document, source)
        figid = _read_figid(data)
    except RecordError as error:
        error = explain_record(document.data, error)
        if error.line:
            error.line += document.line - 1
        raise error from None
    return RawRecord(source, figid, document, {}), data


def read_tables(raw: RawRecord, folders: tuple[TableFolder, ...]) -> RawRecord:
    """The record with its tables; ``RecordError`` where one cannot be read."""
    return RawRecord(raw.source, raw.figid, raw.document, *_read_tables(raw.figid, folders)) if folders else raw


def _read_figid(data: Mapping[str, Any]) -> str:
    """The figure's id; ``RecordError`` where there is none, with the key that may have been meant for it."""
    figid = get_text(data, "figid")
    if not figid and (key := next((key for key in islice(data, MAX_NAMED) if suggest_name(key, ("figid",)) and key != "figid"), "")):
        raise RecordError("there is no figure id", field="figid", remedy=f"write 'figid' instead of {key!r}")
    return iris.check_figid(figid)


def record_digest(ref: RecordRef, figid: str) -> bytes:
    """The digest of a record of which an earlier run knows the figure, without parsing; ``RecordError`` where it cannot be read."""
    with map_record_errors(ref.source):
        raw = RawRecord(ref.source, figid, read_document(ref), {})
        return (read_tables(raw, ref.table_folders) if figid else raw).digest()


def parse_record(raw: RawRecord, data: Mapping[str, Any]) -> FigureRecord:
    """The typed record, by the schema that matches; ``RecordError`` where a field has the wrong form."""
    schema = next(schema for schema in SCHEMAS if schema.matches(data))
    if raw.tables and schema is pfocr2021.SCHEMA:
        names = ", ".join(table.name for table in raw.tables.values())
        raise RecordError(f"has both lists and side tables ({names})", field="genes", remedy="keep the lists or the tables")
    record = schema.parse(data, raw.tables, raw.source)
    unread = raw.describe_unread()
    return record._replace(notes=record.notes + unread) if unread else record


def read_records(*sources: str | os.PathLike[str], refusals: list[RecordError] | None = None) -> Iterator[FigureRecord]:
    """The records of all sources, in order.

    Args:
        sources: record files, folders, PFOCR checkouts, archives, or ``-`` for standard input.
        refusals: a list to which errors are appended; without it, the first error is raised.

    Yields:
        One ``FigureRecord`` per record, including duplicates with the same figid.

    Raises:
        SourceError: a source cannot be read.
        RecordError: a record cannot be read, and ``refusals`` is not given.
    """
    with RecordSource(sources) as source:
        for item in chain(source.refusals(), source):
            try:
                if isinstance(item, RecordError):
                    raise item
                yield read_record(item)
            except RecordError as error:
                if refusals is None:
                    raise
                refusals.append(error)


def read_record(ref: RecordRef) -> FigureRecord:
    """Read a located record; ``RecordError`` where it cannot be read."""
    try:
        with map_record_errors(ref.source):
            return parse_record(*read_raw(ref))
    except MemoryError as error:
        raise unexpected_error(error).with_source(ref.source) from error


def _read_bytes(path: str, source: str, explain: Callable[[bytes, RecordError], RecordError] = explain_record) -> bytes:
    """The bytes of a file; ``RecordError`` where it cannot be opened, or is too large, which ``explain`` may know more of."""
    try:
        data = read_record_file(path, MAX_RECORD_BYTES + 1)
    except (OSError, *DECOMPRESSION_ERRORS) as error:
        raise file_error(error, source) from error
    if len(data) > MAX_RECORD_BYTES:
        raise explain(data, too_large_error()).with_source(source)
    return data


def _extract_document(data: bytes) -> YamlDocument:
    try:
        return extract_front_matter(data)
    except RecordError as error:
        raise explain_record(data, error) from None


def _parse_mapping(document: YamlDocument, source: str) -> Mapping[str, Any]:
    data = load_yaml(decode_text(document.data, source), pfocr2021.LIST_FIELDS)
    if data is None:
        raise RecordError("the record is empty", remedy="fetch it again")
    if type(data) is not dict:
        is_list = type(data) is list
        remedy = "write each record as a separate document, after a line '---'" if is_list else "write 'key: value' lines"
        raise RecordError(f"the record is a {'list' if is_list else 'text'}, not a mapping", remedy=remedy)
    return data


def _read_tables(figid: str, folders: tuple[TableFolder, ...]) -> tuple[dict[str, SideTable], tuple[SideTable, ...]]:
    """The side tables of a figure by their kind, and those that are ignored: of two that differ, the first one is read."""
    tables: dict[str, SideTable] = {}
    passed_over: list[SideTable] = []
    for folder in folders:
        for ending in folder.endings:
            name = f"{figid}{ending}"
            path = f"{folder.path}/{name}"
            if not is_url(path) and not _is_in_folder(path):
                continue
            try:
                table = SideTable(name, _read_bytes(path, name, explain_table))
            except RecordError as error:
                if not (is_url(path) and isinstance(error.__cause__, FileNotFoundError)):
                    raise
                continue
            first = tables.setdefault(table_kind(ending), table)
            if first.data != table.data:
                passed_over.append(table if first.name != name else table._replace(name=f"{os.path.basename(folder.path)}/{name}"))
    return tables, tuple(passed_over)


def _is_in_folder(path: str) -> bool:
    """Whether there is something of this name, be it a link that leads nowhere, or may be: the folder cannot be searched."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def prefetch(batch: Iterable[RecordRef]) -> None:
    """Fetch the files of records by URL that will soon be read, all at once. A record's file is named for its figure."""
    urls = []
    for ref in batch:
        if is_url(ref.path) and not is_member(ref.path):
            stem = strip_compression(ref.path.rpartition("/")[2]).rpartition(".")[0]
            urls += [ref.path, *(f"{folder.path}/{stem}{ending}" for folder in ref.table_folders for ending in folder.endings)]
    if urls:
        filesystem.prefetch_files(urls)
