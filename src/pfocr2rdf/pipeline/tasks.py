"""The tasks that executors run on batches and on single records: map a batch, isolate a poison record."""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing import parent_process
from pathlib import Path
from typing import NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.pipeline.results import NUMBER_STEP, QUARANTINED, BatchResult, IndexedRecord, QuarantinedRecord, build_refusal_result
from pfocr2rdf.pipeline.worker import Worker
from pfocr2rdf.rdf import iris
from pfocr2rdf.records.documents import MAX_RECORD_BYTES
from pfocr2rdf.records.record_files import read_record_file
from pfocr2rdf.records.record_ref import RecordRef
from pfocr2rdf.records.side_files import strip_compression
from pfocr2rdf.storage.compression import DECOMPRESSION_ERRORS

BATCH_RECORDS = 64  # records that a worker maps at once


class MapBatchTask(NamedTuple):
    """Map a batch. With a ``spill_directory``, a worker process leaves the fragments there; else they come with the result."""

    records: list[IndexedRecord]
    spill_directory: str = ""

    def run(self, worker: Worker) -> BatchResult:
        """The result of the batch."""
        result = worker.run(self.records)
        if self.spill_directory and parent_process():
            result.spill(Path(self.spill_directory), self.records[0].number)
        return result

    def split(self) -> list[MapBatchTask]:
        """A task for each record."""
        return [MapBatchTask([record], self.spill_directory) for record in self.records]

    def combine(self, results: list[BatchResult]) -> list[BatchResult]:
        """The results of the smaller tasks."""
        return results

    def on_worker_lost(self, reason: str) -> BatchResult:
        """A poison record, which is quarantined."""
        (number, ref), *_ = self.records
        error = RecordError(
            f"a worker process died twice while it processed the record: {reason}",
            source=ref.source,
            remedy="check the record, and report this error to the developers of pfocr2rdf",
        )
        result = BatchResult()
        result.record_results = [build_refusal_result(number, ref, error)._replace(status=QUARANTINED)]
        reasons = [{"source": ref.source, "reason": error.reason}]
        result.quarantined[number] = QuarantinedRecord(_quarantine_folder_name(ref, number), _read_unparsed(ref), reasons)
        return result


def _quarantine_folder_name(ref: RecordRef, number: int) -> str:
    """The name of the record's file, where that can be the name of a folder."""
    try:
        return iris.check_figid(Path(strip_compression(ref.path)).stem)
    except RecordError:
        return f"record-{number // NUMBER_STEP}"


def _read_unparsed(ref: RecordRef) -> dict[str, bytes]:
    """The record's file, which is not parsed here: that may be what kills a process."""
    if ref.document:
        return {"record.yaml": ref.document.data}
    try:
        return {Path(ref.path).name: read_record_file(ref.path, MAX_RECORD_BYTES)}
    except (OSError, *DECOMPRESSION_ERRORS):  # it is gone, or has changed
        return {}


class PoisonRecords(NamedTuple):
    """Poison records, by number: no worker survives them. The values describe how the workers died."""

    reasons: dict[int, str]


class IsolateRecordTask(NamedTuple):
    """Find out whether a record is poison."""

    record: IndexedRecord

    def run(self, worker: Worker) -> PoisonRecords:
        """Return normally if the record is not poison."""
        worker.run([self.record])
        return PoisonRecords({})

    def split(self) -> Sequence[IsolateRecordTask]:
        """A single record is not split."""
        return [self]

    def combine(self, results: list[PoisonRecords]) -> PoisonRecords:
        """The result of the single record."""
        return results[0]

    def on_worker_lost(self, reason: str) -> PoisonRecords:
        """Report the record as poison."""
        return PoisonRecords({self.record.number: reason})
