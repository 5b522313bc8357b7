"""The partitioned export: part files, as Spark and dask write them, merged on request."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from pfocr2rdf.errors import OutputError
from pfocr2rdf.pipeline.aggregate import Aggregator, DroppedRecords
from pfocr2rdf.pipeline.derived_files import write_derived_files
from pfocr2rdf.pipeline.executors.base import Executor
from pfocr2rdf.pipeline.options import DEFAULT_PARTITION_RECORDS
from pfocr2rdf.pipeline.partition_manifest import PartitionResult
from pfocr2rdf.pipeline.partition_task import PartitionSettings, PartitionTask
from pfocr2rdf.pipeline.report import ReportWriter
from pfocr2rdf.pipeline.results import EXPORTED, IndexedRecord, RecordResult
from pfocr2rdf.pipeline.run import ExportRun
from pfocr2rdf.pipeline.sidecars import write_sidecars
from pfocr2rdf.pipeline.state import State
from pfocr2rdf.pipeline.summary import ExportSummary
from pfocr2rdf.pipeline.tasks import PoisonRecords
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.rdf.serializers.base import Serializer
from pfocr2rdf.storage.compression import suffix_for
from pfocr2rdf.storage.export_directory import ExportDirectory
from pfocr2rdf.storage.files import BUFFER_BYTES, FileInfo, map_os_errors
from pfocr2rdf.storage.layout import MANIFEST_FILE, QUARANTINE_DIR, STATE_FILE, is_partition_file
from pfocr2rdf.storage.locks import DirectoryLock
from pfocr2rdf.storage.output_storage import Storage
from pfocr2rdf.storage.prune import StaleFiles
from pfocr2rdf.storage.scratch import scratch_directory

_EMPTY_RESULT = PartitionResult([], [], [], {}, frozenset(), 0)
PartitionItem = IndexedRecord | RecordResult


class PartitionedExport:
    """An export to a folder, by path or URL, with part files and a file of entities in each format.

    The parts are written in passes, until none of them has a record that gave way to another one of its figure. The first pass does
    not know these duplicates, so it uses the existing parts, regardless of what they leave out.
    """

    def __init__(self, run: ExportRun, storage: Storage) -> None:
        self._run, self._storage = run, storage

    def execute(self) -> ExportSummary:
        """Write the parts and the sidecars. There is no manifest until the end.

        Raises:
            OutputError: the storage cannot be written to, or other processes cannot see it.
            ExecutorError: the executor cannot be used.
            StoppedError: a refusal or a violation was to stop the run.
        """
        with ExitStack() as stack:
            if path := self._storage.path:
                stack.enter_context(_locked_folder(path))
            next(iter(self._run.sources), None)  # where there is nothing to read, an earlier export stays
            executor = stack.enter_context(self._run.create_executor())
            stale_files = StaleFiles(self._storage, self._planned_files())
            scratch = stack.enter_context(scratch_directory())
            stack.enter_context(map_os_errors(scratch))
            directory = stack.enter_context(ExportDirectory(scratch / "out"))
            aggregator, graph_files = self._write_graph_files(executor, directory)
            derived_files = write_derived_files(directory, self._run.options, aggregator, graph_files, self._storage.read_decompressed)
            write_sidecars(directory, self._run, aggregator, graph_files, derived_files)
            aggregator.summary.removed = publish_partitions(directory, self._storage, stale_files, graph_files)
            aggregator.summary.files = sorted(file.name for file in (*directory.written_files, *graph_files))
            return aggregator.summary

    def _planned_files(self) -> list[str]:
        """The files of the graph, besides the parts."""
        options = self._run.options
        suffixes = [f"{options.create_serializer(name).suffix}{suffix_for(options.compress)}" for name in options.formats]
        return [f"{name}{suffix}" for suffix in suffixes for name in ("figures", "entities")]

    def _write_graph_files(self, executor: Executor, directory: ExportDirectory) -> tuple[Aggregator, list[FileInfo]]:
        """Pass over all records until the parts are right; the aggregator of the last pass, and the files."""
        dropped: DroppedRecords | None = None
        mapped_by_partition: dict[int, int] = {}
        while True:
            with ExitStack() as stack:
                state = State.create(directory.staging / STATE_FILE)
                stack.callback(state.discard)  # nothing reads it later
                report = stack.enter_context(ReportWriter(directory))
                aggregator = self._run.create_aggregator(directory, report, state, dropped or {})
                files, excluded = self._write_partitions(executor, aggregator, dropped, mapped_by_partition)
                if not aggregator.duplicate_resolver.dropped and excluded == set(dropped or {}):
                    return aggregator, self._finish(aggregator, files, sum(mapped_by_partition.values()))
                dropped = (dropped or {}) | aggregator.duplicate_resolver.dropped
            directory.reset()

    def _write_partitions(
        self, executor: Executor, aggregator: Aggregator, dropped: DroppedRecords | None, mapped_by_partition: dict[int, int]
    ) -> tuple[list[FileInfo], set[int]]:
        """One pass: the files of the parts, and the numbers of the records that they leave out."""
        files: list[FileInfo] = []
        excluded: set[int] = set()
        report_progress = self._run.track_progress()
        for (items, task), outcome in executor.map(self._iter_tasks(dropped)):
            result = _exclude_poison(executor, task, outcome)
            self._check_visible(result)
            _aggregate(aggregator, items, result)
            files += result.files
            excluded |= result.excluded
            if task and result.mapped_records:
                mapped_by_partition[task.number] = result.mapped_records
            report_progress(aggregator.summary.read)
        return files, excluded

    def _iter_tasks(
        self, dropped: DroppedRecords | None
    ) -> Iterator[tuple[tuple[list[PartitionItem], PartitionTask | None], PartitionTask | None]]:
        """The records in portions, each with the task that makes a part of it; a portion of refusals alone has none."""
        options, number = self._run.options, 0
        settings = PartitionSettings(
            self._storage, options.formats, options.compress, self._run.fingerprint, options.fresh and dropped is None, options.iris
        )
        records = self._run.iter_records()
        while items := list(islice(records, options.partition_records or DEFAULT_PARTITION_RECORDS)):
            batch = [item for item in items if isinstance(item, IndexedRecord)]
            excluded = None if dropped is None else frozenset(dropped).intersection(record.number for record in batch)
            task = PartitionTask(number, batch, settings, excluded) if batch else None
            number += 1 if batch else 0
            yield (items, task), task

    def _check_visible(self, result: PartitionResult) -> None:
        """Workers on other machines must write to where we can read."""
        for file in result.files if self._storage.path else []:
            if self._storage.size(file.name) < 0:
                raise OutputError(
                    f"{self._storage.display_url}: a worker wrote {file.name}, but not here; name a folder that all machines share"
                )

    def _finish(self, aggregator: Aggregator, files: list[FileInfo], mapped_records: int) -> list[FileInfo]:
        """Write the entities, merge the parts where that is wanted, and end the report; the files of the graph."""
        aggregator.report_other_files(self._run.sources.orphans, self._run.sources.unread)
        files = files + self._write_entities(aggregator)
        options = self._run.options
        if options.merge:
            files = [merge_partitions(self._storage, files, options.create_serializer(name), options.compress) for name in options.formats]
        aggregator.summary.mapped = mapped_records
        aggregator.close()
        return files

    def _write_entities(self, aggregator: Aggregator) -> list[FileInfo]:
        serializers = [self._run.options.create_serializer(name) for name in self._run.options.formats]
        compression = suffix_for(self._run.options.compress)
        with ExitStack() as stack:
            files = [stack.enter_context(self._storage.write(f"entities{serializer.suffix}{compression}")) for serializer in serializers]
            outputs = list(zip(files, serializers, strict=True))
            for file, serializer in outputs:
                file.stream.write(serializer.header().encode())
            for number, entities in enumerate(aggregator.iter_entity_batches(self._run.validator.validate)):
                resources = [entity.resource for entity in entities]
                for file, serializer in outputs:
                    text = serializer.serialize_resources(resources, DATASET_IRI)
                    file.stream.write(((serializer.separator if number else "") + text).encode())
            for file, serializer in outputs:
                file.stream.write(serializer.footer().encode())
        return [file.info for file in files]


def _exclude_poison(executor: Executor, task: PartitionTask | None, outcome: PartitionResult | PoisonRecords | None) -> PartitionResult:
    """The result of a task, which is run again without its poison records."""
    if task is None or outcome is None:
        return _EMPTY_RESULT
    if isinstance(outcome, PoisonRecords):
        [(_, outcome)] = executor.map([(None, task._replace(poison=outcome.reasons))])
    if isinstance(outcome, PoisonRecords):
        raise RuntimeError("worker processes die while they process this partition, but not because of a single record")
    return outcome


def _aggregate(aggregator: Aggregator, items: list[PartitionItem], result: PartitionResult) -> None:
    aggregator.entity_store.add_descriptions(result.descriptions)
    by_number = {record.number: record for record in result.record_results}
    record_results = [by_number[item.number] if isinstance(item, IndexedRecord) else item for item in items]
    for record in aggregator.resolve_duplicates(record_results):
        if record.status == EXPORTED:
            aggregator.add_reused(record)
        aggregator.add_result(record, result.quarantined.get(record.number))
    aggregator.add_read(items)


@contextlib.contextmanager
def _locked_folder(folder: Path) -> Iterator[None]:
    """Hold the exclusive lock of a folder, which is made if it is missing, and removed again if it stays empty."""
    with map_os_errors(folder):
        is_new = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        lock = DirectoryLock(folder)
    try:
        yield
    finally:
        lock.release()
        if is_new:
            with contextlib.suppress(OSError):
                folder.rmdir()


def publish_partitions(directory: ExportDirectory, storage: Storage, stale_files: StaleFiles, graph_files: list[FileInfo]) -> list[str]:
    """Write quarantined records and sidecars to the storage, the manifest last; the files of the previous export that were removed."""
    names = {file.name for file in (*directory.written_files, *graph_files)}
    stale_files.check_targets(file.name for file in directory.written_files if file.name not in (MANIFEST_FILE, STATE_FILE))
    stale_files.add(names, directory.quarantined)
    for name in sorted(directory.quarantined):
        for path in sorted((directory.staging / QUARANTINE_DIR / name).iterdir()):
            storage.write_file(f"{QUARANTINE_DIR}/{name}/{path.name}", path)
    removed: list[str] = []
    for file in sorted(directory.written_files, key=lambda file: file.name == MANIFEST_FILE):
        if file.name == MANIFEST_FILE:
            removed = stale_files.remove(names, directory.quarantined)
        storage.write_file(file.name, directory.staging / file.name)
    stale_files.remove_temporary(partition_manifests=not any(map(is_partition_file, names)))
    return removed


def merge_partitions(storage: Storage, files: Iterable[FileInfo], serializer: Serializer, compress: str | None) -> FileInfo:
    """Merge the parts of one format among all graph files, and the entities behind them, to one file, which is compressed as they are."""
    suffix = serializer.suffix + suffix_for(compress)
    names = [file.name for file in files if file.name[file.name.index(".") :] == suffix]
    header, footer, separator = (text.encode() for text in (serializer.header(), serializer.footer(), serializer.separator))
    with storage.write(f"figures{suffix}") as merged:
        merged.stream.write(header)
        is_empty = True
        for name in sorted(names, key=lambda name: (not name.startswith("part-"), name)):
            for index, chunk in enumerate(_read_body(storage, name, len(header), len(footer))):
                merged.stream.write(chunk if index or is_empty else separator + chunk)
                is_empty = False
        merged.stream.write(footer)
    return merged.info


def _read_body(storage: Storage, name: str, header_bytes: int, footer_bytes: int) -> Iterator[bytes]:
    """The bytes between header and footer of a part, in chunks that are not empty."""
    with storage.read_decompressed(name) as stream:
        stream.read(header_bytes)
        pending = b""
        while data := stream.read(BUFFER_BYTES):
            pending += data
            if len(pending) > footer_bytes:
                yield pending[: len(pending) - footer_bytes]
                pending = pending[len(pending) - footer_bytes :]
