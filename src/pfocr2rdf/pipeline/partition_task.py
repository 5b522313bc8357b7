"""The task that writes one partition, or finds that it is there already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

from pfocr2rdf.errors import RecordError, map_record_errors
from pfocr2rdf.pipeline.partition_manifest import PartitionManifest, PartitionResult
from pfocr2rdf.pipeline.results import EXPORTED, IndexedRecord, RecordNotes, RecordResult, build_refusal_result
from pfocr2rdf.pipeline.tasks import BATCH_RECORDS, IsolateRecordTask, MapBatchTask, PoisonRecords
from pfocr2rdf.pipeline.worker import Worker
from pfocr2rdf.rdf.iri_profiles import IRI_PROFILES
from pfocr2rdf.rdf.serializers.base import Serializer
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.records.reader import SCHEMA_RANK, parse_record, prefetch, read_raw, record_digest
from pfocr2rdf.records.record_ref import RecordRef
from pfocr2rdf.storage.compression import suffix_for
from pfocr2rdf.storage.output_storage import PendingFile, Storage


class PartitionSettings(NamedTuple):
    """The settings that all partitions of an export share; with ``fresh``, those that are there already are written again."""

    storage: Storage
    formats: tuple[str, ...]
    compress: str | None
    fingerprint: str
    fresh: bool
    iris: str


class PartitionTask(NamedTuple):
    """Write one partition, unless it is there already.

    ``excluded`` is ``None`` where duplicates are not known yet: then none are left out, but a partition that is there already will do
    without any.
    """

    number: int  # its place among the partitions
    records: list[IndexedRecord]
    settings: PartitionSettings
    excluded: frozenset[int] | None = None  # numbers of records that gave way to another one of their figure
    poison: Mapping[int, str] = {}  # numbers of records that no worker survives, and how the workers died

    def run(self, worker: Worker) -> PartitionResult:
        """The result of the partition, which is there then."""
        return (None if self.settings.fresh else self._find_existing()) or self._write_partition(worker)

    def split(self) -> Sequence[IsolateRecordTask]:
        """A task for each record, to find the one that workers die of."""
        return [IsolateRecordTask(record) for record in self.records]

    def combine(self, results: list[PoisonRecords]) -> PoisonRecords:
        """The poison records, without which the partition can be written."""
        return PoisonRecords({number: reason for result in results for number, reason in result.reasons.items()})

    def on_worker_lost(self, reason: str) -> PoisonRecords:
        """The only record of the partition is poison."""
        return PoisonRecords({self.records[0].number: reason})

    def _file_name(self, serializer: Serializer) -> str:
        return f"part-{self.number:05}{serializer.suffix}{suffix_for(self.settings.compress)}"

    def _batches(self) -> Iterator[list[IndexedRecord]]:
        for begin in range(0, len(self.records), BATCH_RECORDS):
            yield self.records[begin : begin + BATCH_RECORDS]

    def _write_partition(self, worker: Worker) -> PartitionResult:
        """Write its files and then their manifest."""
        worker.reset_descriptions()
        storage, formats = self.settings.storage, self.settings.formats
        result = PartitionResult([], [], [], {}, self.excluded or frozenset(), len(self.records))
        with ExitStack() as stack:
            serializers = {name: SERIALIZERS[name](profile=IRI_PROFILES[self.settings.iris]) for name in formats}
            files = {name: stack.enter_context(storage.write(self._file_name(serializers[name]))) for name in formats}
            self._write_records(worker, serializers, files, result)
            self._add_excluded(result)
        result.files.extend(files[name].info for name in formats)
        PartitionManifest(storage, self.number).write(self._manifest_settings(), self.records, result)
        return result

    def _manifest_settings(self) -> list[Any]:
        """All that its files depend on, but for the records, and which of them gave way."""
        first = self.records[0].number
        settings = self.settings
        return [settings.fingerprint, list(settings.formats), settings.compress, sorted(number - first for number in self.poison)]

    def _write_records(
        self, worker: Worker, serializers: Mapping[str, Serializer], files: Mapping[str, PendingFile], result: PartitionResult
    ) -> None:
        is_empty = True
        for name, serializer in serializers.items():
            files[name].stream.write(serializer.header().encode())
        for records in self._batches():
            batch = worker.run([record for record in records if record.number not in result.excluded and record.number not in self.poison])
            result.record_results.extend(batch.record_results)
            result.descriptions.extend(batch.descriptions)
            result.quarantined.update(batch.quarantined)
            fragments = {name: batch.take_fragment(name) for name in serializers}
            if any(fragments.values()):
                for name, serializer in serializers.items():
                    files[name].stream.write((b"" if is_empty else serializer.separator.encode()) + fragments[name])
                is_empty = False
        for name, serializer in serializers.items():
            files[name].stream.write(serializer.footer().encode())

    def _add_excluded(self, result: PartitionResult) -> None:
        """Add the results of records of which there is nothing in the files."""
        for record in self.records:
            if record.number in self.poison:
                batch = MapBatchTask([record]).on_worker_lost(self.poison[record.number])
                result.record_results.extend(batch.record_results)
                result.quarantined.update(batch.quarantined)
            elif record.number in result.excluded:
                result.record_results.append(_superseded_result(record))
        result.record_results.sort(key=lambda record_result: record_result.number)

    def _find_existing(self) -> PartitionResult | None:
        """The result of the partition that is there already, where it is of these very records."""
        storage = self.settings.storage
        result = PartitionManifest(storage, self.number).read(self._manifest_settings(), self.records)
        names = [self._file_name(SERIALIZERS[name]()) for name in self.settings.formats]
        if result is None or [file.name for file in result.files] != names or self.excluded not in (None, result.excluded):
            return None
        are_files_there = all(storage.size(file.name) == file.size for file in result.files)
        return result if are_files_there and self._are_records_unmodified(result.record_results) else None

    def _are_records_unmodified(self, record_results: list[RecordResult]) -> bool:
        results = iter(record_results)
        for records in self._batches():
            prefetch(ref for _, ref in records)
            if not all(_is_record_unmodified(ref, next(results)) for _, ref in records):
                return False
        return True


def _superseded_result(record: IndexedRecord) -> RecordResult:
    """The result of a record that gave way to another one of its figure: as much of it as shows whether it still does."""
    number, ref = record
    try:
        with map_record_errors(ref.source):
            raw, data = read_raw(ref)
            rank = SCHEMA_RANK[parse_record(raw, data).schema_version]
    except RecordError as error:
        return build_refusal_result(number, ref, error.with_source(ref.source))
    return RecordResult(
        number=number,
        source=ref.source,
        line=ref.line,
        digest=raw.digest(),
        figid=raw.figid,
        schema_rank=rank,
        status=EXPORTED,
        sizes=(),
        packed_keys=b"",
        packed_objects=b"",
        notes_json="{}",
    )


def _is_record_unmodified(ref: RecordRef, previous: RecordResult) -> bool:
    """Whether a record is what it was; one that could not be read then must not be readable now, for the same reason."""
    if (ref.source, ref.line) != (previous.source, previous.line):
        return False
    try:
        if previous.digest:
            return record_digest(ref, previous.figid) == previous.digest
        with map_record_errors(ref.source):
            read_raw(ref)
    except RecordError as error:
        return not previous.digest and str(error.with_source(ref.source)) == str(RecordNotes.from_json(previous.notes_json).refusal)
    return False
