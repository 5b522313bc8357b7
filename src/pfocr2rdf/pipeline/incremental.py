"""Incremental export: change detection, and the records that need not be mapped again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.pipeline.executors.base import Executor
from pfocr2rdf.pipeline.previous_export import PreviousExport
from pfocr2rdf.pipeline.results import NUMBER_STEP, IndexedRecord, RecordResult
from pfocr2rdf.pipeline.state import StoredRecord
from pfocr2rdf.pipeline.update_plan import ChangeLog, ItemPosition
from pfocr2rdf.records.reader import record_digest
from pfocr2rdf.records.record_ref import RecordRef

_BATCH_RECORDS = 256


class ReusedRecord(NamedTuple):
    """A record that is taken from a previous export, with the number that it has now."""

    result: RecordResult
    stored: StoredRecord
    previous: PreviousExport


class ReusableRecords(NamedTuple):
    """Previous exports, and for each record, by its place, the export (from 1) that has it as it is now, or 0.

    The ``change_log`` is that of the export in the output, where nothing else can be reused.
    """

    exports: list[PreviousExport]
    export_numbers: bytes = b""
    change_log: ChangeLog | None = None

    def find(self, record: IndexedRecord) -> ReusedRecord | None:
        """The record, where it can be reused."""
        number, ref = record
        index = number // NUMBER_STEP
        export_number = self.export_numbers[index] if index < len(self.export_numbers) else 0
        if not export_number:
            return None
        previous = self.exports[export_number - 1]
        stored = previous.find_reusable(ref)
        return ReusedRecord(stored.result._replace(number=number), stored, previous) if stored else None


class RecordFingerprint(NamedTuple):
    """A record, with its digest and figure in each previous export."""

    ref: RecordRef
    fingerprints: tuple[tuple[bytes, str] | None, ...]


class DetectChangesTask(NamedTuple):
    """Compare records with their fingerprints."""

    records: list[RecordFingerprint]

    def run(self, _worker: Any) -> bytes:
        """For each record the previous export (from 1) that has it as it is now, or 0."""
        return bytes(_matching_export(record) for record in self.records)

    def split(self) -> list[DetectChangesTask]:
        """A task for each record."""
        return [DetectChangesTask([record]) for record in self.records]

    def combine(self, results: list[bytes]) -> bytes:
        """The numbers of all records."""
        return b"".join(results)

    def on_worker_lost(self, _reason: str) -> bytes:
        """A record that cannot be compared is mapped."""
        return bytes(len(self.records))


def _matching_export(record: RecordFingerprint) -> int:
    digests: dict[str, bytes] = {}
    for export_number, fingerprint in enumerate(record.fingerprints, 1):
        if not fingerprint or not fingerprint[0]:
            continue
        digest, figid = fingerprint
        try:
            if figid not in digests:
                digests[figid] = record_digest(record.ref, figid)
        except RecordError:
            return 0
        if digests[figid] == digest:
            return export_number
    return 0


def detect_changes(
    sources: Iterable[RecordRef | RecordError], exports: list[PreviousExport], executor: Executor, change_log: ChangeLog | None = None
) -> bytes:
    """For each record, by its place, the previous export (from 1) that has it as it is now; 0 where none has, or there is no record.

    The ``change_log`` is that of the first export.
    """
    export_numbers = bytearray()
    for items, matches in executor.map(_iter_tasks(sources, exports, change_log)):
        export_numbers.extend(bytes(items[-1].ordinal + 1 - len(export_numbers)))
        for item, match in zip(items, matches, strict=True):
            export_numbers[item.ordinal] = match
            if change_log and item.position and match != 1:
                change_log.add(item.position, item.ref)
    return bytes(export_numbers)


class _ComparedRecord(NamedTuple):
    """A record that is compared: its place among all items of the sources, and in the log of changes, where there is one."""

    ordinal: int
    ref: RecordRef
    position: ItemPosition | None


def _iter_tasks(
    sources: Iterable[RecordRef | RecordError], exports: list[PreviousExport], change_log: ChangeLog | None
) -> Iterator[tuple[list[_ComparedRecord], DetectChangesTask]]:
    items: list[_ComparedRecord] = []
    records: list[RecordFingerprint] = []
    for index, item in enumerate(sources):
        if isinstance(item, RecordError):
            if change_log:
                change_log.follow_error(item, exports[0].find_fingerprint(RecordRef(item.source)))
            continue
        stored = [export.find_fingerprint(item) for export in exports]
        items.append(_ComparedRecord(index, item, change_log.follow(stored[0]) if change_log else None))
        records.append(RecordFingerprint(item, tuple([row and (row.digest, row.figid) for row in stored])))
        if len(records) == _BATCH_RECORDS:
            yield items, DetectChangesTask(records)
            items, records = [], []
    if records:
        yield items, DetectChangesTask(records)
