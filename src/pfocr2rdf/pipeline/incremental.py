"""Incremental export: change detection, and the records that need not be mapped again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.pipeline.executors.base import Executor
from pfocr2rdf.pipeline.previous_export import PreviousExport
from pfocr2rdf.pipeline.results import IndexedRecord, RecordResult
from pfocr2rdf.pipeline.state import StoredRecord
from pfocr2rdf.records.reader import record_digest
from pfocr2rdf.records.record_ref import RecordRef
from pfocr2rdf.records.sources import RecordSource

_BATCH_RECORDS = 256


class ReusedRecord(NamedTuple):
    """A record that is taken from a previous export, with the number that it has now."""

    result: RecordResult
    stored: StoredRecord
    previous: PreviousExport


class ReusableRecords(NamedTuple):
    """Previous exports, and for each record, by its number, the export (from 1) that has it as it is now, or 0."""

    exports: list[PreviousExport]
    export_numbers: bytes = b""

    def find(self, record: IndexedRecord) -> ReusedRecord | None:
        """The record, where it can be reused."""
        number, ref = record
        export_number = self.export_numbers[number] if number < len(self.export_numbers) else 0
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


def detect_changes(sources: RecordSource, exports: list[PreviousExport], executor: Executor, limit: int | None) -> bytes:
    """For each record, by number, the previous export (from 1) that has it as it is now; 0 where none has, or there is no record."""
    export_numbers = bytearray()
    for numbers, matches in executor.map(_iter_tasks(sources, exports, limit)):
        export_numbers.extend(bytes(numbers[-1] + 1 - len(export_numbers)))
        for number, match in zip(numbers, matches, strict=True):
            export_numbers[number] = match
    return bytes(export_numbers)


def _iter_tasks(sources: RecordSource, exports: list[PreviousExport], limit: int | None) -> Iterator[tuple[list[int], DetectChangesTask]]:
    numbers: list[int] = []
    records: list[RecordFingerprint] = []
    for number, item in enumerate(islice(sources, limit)):
        if isinstance(item, RecordError):
            continue
        numbers.append(number)
        records.append(RecordFingerprint(item, tuple(export.get_fingerprint(item) for export in exports)))
        if len(records) == _BATCH_RECORDS:
            yield numbers, DetectChangesTask(records)
            numbers, records = [], []
    if records:
        yield numbers, DetectChangesTask(records)
