"""The tasks that executors run: map a batch, write a partition, isolate a poison record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.pipeline.partition_manifest import PartitionManifest, PartitionResult
from pfocr2rdf.pipeline.results import (
    EXPORTED,
    QUARANTINED,
    BatchResult,
    IndexedRecord,
    QuarantinedRecord,
    RecordNotes,
    RecordResult,
    build_refusal_result,
)
from pfocr2rdf.pipeline.worker import Worker
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.serializers.base import Serializer
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.records.reader import SCHEMA_RANK, parse_record, prefetch, read_raw, record_digest
from pfocr2rdf.records.sources import RecordRef
from pfocr2rdf.storage.compression import suffix_for
from pfocr2rdf.storage.filesystem import PendingFile, Storage

_BATCH_RECORDS = 64


class PoisonRecords(NamedTuple):
    """The records that no worker survives, by number, and how the workers died."""

    reasons: dict[int, str]

    @classmethod
    def combine(cls, parts: Iterable[PoisonRecords]) -> PoisonRecords:
        """All that were found."""
        return cls({number: reason for one in parts for number, reason in one.reasons.items()})


class IsolateRecordTask(NamedTuple):
    """Find out whether a record kills a worker."""

    record: IndexedRecord

    def run(self, worker: Worker) -> PoisonRecords:
        """It does not, if this returns."""
        worker.run([self.record])
        return PoisonRecords({})

    def split(self) -> Sequence[IsolateRecordTask]:
        """It is one record already."""
        return [self]

    def combine(self, results: list[PoisonRecords]) -> PoisonRecords:
        """All that are deadly."""
        return PoisonRecords.combine(results)

    def on_worker_lost(self, reason: str) -> PoisonRecords:
        """This one is."""
        return PoisonRecords({self.record.number: reason})


class PartitionTask(NamedTuple):
    """Make one part.

    Attributes:
        number: its place among the parts.
        records: its records.
        storage: where it goes.
        formats: names of ``SERIALIZERS``.
        compress: a name of ``COMPRESSIONS``, or ``None``.
        fingerprint: that of the mapping and shapes.
        excluded: numbers of records that gave way to another one of their figure; ``None`` where that is not known yet: then none
            are left out, but a part that is there already will do without any.
        poison: numbers of records that no worker survives, and how the workers died.
        fresh: make it again, whatever is there.
    """

    number: int
    records: list[IndexedRecord]
    storage: Storage
    formats: tuple[str, ...]
    compress: str | None
    fingerprint: str
    excluded: frozenset[int] | None = None
    poison: Mapping[int, str] = {}
    fresh: bool = False

    def run(self, worker: Worker) -> PartitionResult:
        """Make it, if it is not there already."""
        return (None if self.fresh else self._find_existing()) or self._write_partition(worker)

    def split(self) -> Sequence[IsolateRecordTask]:
        """Look which record is to blame when workers die."""
        return [IsolateRecordTask(one) for one in self.records]

    def combine(self, results: list[PoisonRecords]) -> PoisonRecords:
        """All records that are deadly."""
        return PoisonRecords.combine(results)

    def on_worker_lost(self, reason: str) -> PoisonRecords:
        """A part of one record."""
        return PoisonRecords({self.records[0].number: reason})

    def file_name(self, serializer: Serializer) -> str:
        """The name of its file in a format."""
        return f"part-{self.number:05}{serializer.suffix}{suffix_for(self.compress)}"

    def _write_partition(self, worker: Worker) -> PartitionResult:
        """Write its files and then their account."""
        worker.reset_descriptions()
        done = PartitionResult([], [], [], {}, self.excluded or frozenset(), len(self.records))
        with ExitStack() as stack:
            writers = {form: SERIALIZERS[form]() for form in self.formats}
            files = {form: stack.enter_context(self.storage.write(self.file_name(writer))) for form, writer in writers.items()}
            self._write_records(worker, writers, files, done)
        done.files.extend(files[form].info for form in self.formats)
        PartitionManifest(self.storage, self.number).write(self._settings(), self.records, done)
        return done

    def _settings(self) -> list[Any]:
        """All that its files depend on, but for the records, and which of them gave way."""
        first = self.records[0].number
        return [self.fingerprint, list(self.formats), self.compress, sorted(number - first for number in self.poison)]

    def _write_records(
        self, worker: Worker, writers: Mapping[str, Serializer], files: Mapping[str, PendingFile], done: PartitionResult
    ) -> None:
        empty, left_out = True, {*done.excluded, *self.poison}
        for form, writer in writers.items():
            files[form].stream.write(writer.header().encode())
        for begin in range(0, len(self.records), _BATCH_RECORDS):
            work = worker.run([one for one in self.records[begin : begin + _BATCH_RECORDS] if one.number not in left_out])
            done.record_results.extend(work.record_results)
            done.descriptions.extend(work.descriptions)
            done.quarantined.update(work.quarantined)
            texts = {form: work.take_fragment(form) for form in self.formats}
            if any(texts.values()):
                for form, writer in writers.items():
                    files[form].stream.write((b"" if empty else writer.separator.encode()) + texts[form])
                empty = False
        for form, writer in writers.items():
            files[form].stream.write(writer.footer().encode())
        self._add_excluded(done)

    def _add_excluded(self, done: PartitionResult) -> None:
        """The records of which there is nothing in the files, in their place among the others."""
        for one in self.records:
            if one.number in self.poison:
                work = MapBatchTask([one]).on_worker_lost(self.poison[one.number])
                done.record_results.extend(work.record_results)
                done.quarantined.update(work.quarantined)
            elif one.number in done.excluded:
                done.record_results.append(_superseded_result(one))
        done.record_results.sort(key=lambda outcome: outcome.number)

    def _find_existing(self) -> PartitionResult | None:
        """What is there already, where it is of these very records."""
        done = PartitionManifest(self.storage, self.number).read(self._settings(), self.records)
        names = [self.file_name(SERIALIZERS[form]()) for form in self.formats]
        if done is None or [file.name for file in done.files] != names or self.excluded not in (None, done.excluded):
            return None
        same = all(self.storage.size(file.name) == file.size for file in done.files) and self._is_unmodified(done.record_results)
        return done if same else None

    def _is_unmodified(self, outcomes: list[RecordResult]) -> bool:
        for begin in range(0, len(self.records), _BATCH_RECORDS):
            batch = self.records[begin : begin + _BATCH_RECORDS]
            prefetch(located for _, located in batch)
            if not all(_is_record_unmodified(located, before) for (_, located), before in zip(batch, outcomes[begin:], strict=False)):
                return False
        return True


def _superseded_result(one: IndexedRecord) -> RecordResult:
    """A record that gave way to another one of its figure: as much of it as shows whether it still does."""
    number, located = one
    try:
        raw, data = read_raw(located)
        rank = SCHEMA_RANK[parse_record(raw, data).schema_version]
    except RecordError as error:
        return build_refusal_result(number, located, error.with_source(located.source))
    return RecordResult(number, located.source, located.line, raw.digest(), raw.figid, rank, EXPORTED, (), b"", "{}")


def _is_record_unmodified(located: RecordRef, before: RecordResult) -> bool:
    """Whether a record is what it was; one that could not be read then must not be readable now, for the same reason."""
    if (located.source, located.line) != (before.source, before.line):
        return False
    try:
        if before.digest:
            return record_digest(located, before.figid) == before.digest
        read_raw(located)
    except RecordError as error:
        return not before.digest and str(error.with_source(located.source)) == str(RecordNotes.from_json(before.notes_json).refusal)
    return False


_MAX_QUARANTINED_BYTES = 1 << 23


class MapBatchTask(NamedTuple):
    """Map a batch.

    Attributes:
        records: the records.
        spill_directory: the folder to leave the texts in, for another process to take; without it they come with the result.
    """

    records: list[IndexedRecord]
    spill_directory: str = ""

    def run(self, worker: Worker) -> BatchResult:
        """What becomes of the batch."""
        work = worker.run(self.records)
        if self.spill_directory:
            work.spill(Path(self.spill_directory), self.records[0].number)
        return work

    def split(self) -> list[MapBatchTask]:
        """A task for each record."""
        return [MapBatchTask([one], self.spill_directory) for one in self.records]

    def combine(self, results: list[BatchResult]) -> list[BatchResult]:
        """The works of the parts."""
        return results

    def on_worker_lost(self, reason: str) -> BatchResult:
        """A record that kills whoever works on it is quarantined."""
        (number, located), *_ = self.records
        why = RecordError(
            f"a worker process died of it twice: {reason}", source=located.source, remedy="look at the record; tell the makers of pfocr2rdf"
        )
        work = BatchResult()
        work.record_results = [build_refusal_result(number, located, why)._replace(status=QUARANTINED)]
        reasons = [{"source": located.source, "reason": why.reason}]
        work.quarantined[number] = QuarantinedRecord(_folder_name(located, number), _quarantined_files(located), reasons)
        return work


def _folder_name(located: RecordRef, number: int) -> str:
    """The name of its file, where that can be the name of a folder."""
    try:
        return iris.check_figid(Path(located.path).stem)
    except RecordError:
        return f"record-{number}"


def _quarantined_files(located: RecordRef) -> dict[str, bytes]:
    if located.document:
        return {"record.yaml": located.document.data}
    with Path(located.path).open("rb") as file:
        return {Path(located.path).name: file.read(_MAX_QUARANTINED_BYTES)}
