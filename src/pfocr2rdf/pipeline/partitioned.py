"""The partitioned export: part files, as Spark and dask write them, merged on request."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pfocr2rdf.errors import OutputError, RecordError
from pfocr2rdf.pipeline.aggregate import Aggregator
from pfocr2rdf.pipeline.executors.base import Executor
from pfocr2rdf.pipeline.fingerprint import export_fingerprint
from pfocr2rdf.pipeline.options import ExecutorOptions, ExportOptions, PartitionOptions, RecordProgress, Release
from pfocr2rdf.pipeline.partition_manifest import PartitionResult
from pfocr2rdf.pipeline.report import ReportWriter
from pfocr2rdf.pipeline.results import EXPORTED, IndexedRecord, RecordResult, RecordWarning, index_record
from pfocr2rdf.pipeline.sidecars import write_sidecars
from pfocr2rdf.pipeline.state import State
from pfocr2rdf.pipeline.summary import ExportSummary
from pfocr2rdf.pipeline.tasks import PartitionTask, PoisonRecords
from pfocr2rdf.pipeline.worker import create_executor
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.rdf.serializers.base import Serializer
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.records.sources import RecordSource
from pfocr2rdf.storage import compression as packed
from pfocr2rdf.storage.compression import suffix_for
from pfocr2rdf.storage.export_directory import ExportDirectory
from pfocr2rdf.storage.files import FileInfo, map_os_errors
from pfocr2rdf.storage.filesystem import Storage
from pfocr2rdf.storage.layout import MANIFEST_FILE, QUARANTINE_DIR, STATE_FILE, is_partition_file
from pfocr2rdf.storage.locks import exclusive_lock
from pfocr2rdf.storage.prune import StaleFiles
from pfocr2rdf.validation.shapes import Shapes
from pfocr2rdf.validation.validator import Validator, get_validator


class PartedRun(NamedTuple):
    """An export to a folder, by path or URL, with several files in each format."""

    sources: RecordSource
    names: list[str]
    shapes: Shapes
    storage: Storage
    options: ExportOptions
    partition_options: PartitionOptions
    release: Release
    fresh: bool
    executor_options: ExecutorOptions
    progress: RecordProgress | None

    def run(self) -> ExportSummary:
        """Make the parts, and what stands beside them. While they are made there is no manifest.

        Raises:
            OutputError: the storage cannot be written to, or other processes cannot see it.
            EngineError: the engine cannot be used.
        """
        with ExitStack() as stack:
            if path := self.storage.path:
                stack.enter_context(_locked_folder(path))
            next(iter(self.sources), None)  # where there is nothing to read, an earlier export stays
            get_validator(self.shapes)  # made before there are processes, which then share it
            workers = stack.enter_context(
                contextlib.closing(create_executor(self.executor_options, self.options.formats, self.shapes, self.options.on_violation))
            )
            leftovers = StaleFiles(self.storage, self._planned_files())
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pfocr2rdf-")))
            directory = stack.enter_context(ExportDirectory(scratch / "out"))
            one = self._export_partitions(workers, directory)
            write_sidecars(directory, one.graph_files, one.aggregator, self.shapes, self.release, self.names)
            publish_partitions(directory, self.storage, leftovers, one.graph_files)
            one.aggregator.summary.files = sorted(file.name for file in (*directory.written_files, *one.graph_files))
            return one.aggregator.summary

    def _planned_files(self) -> list[str]:
        """Files of the graph, besides the parts."""
        packing = suffix_for(self.options.compress)
        return [f"{name}{SERIALIZERS[form]().suffix}{packing}" for form in self.options.formats for name in ("figures", "entities")]

    def _export_partitions(self, workers: Executor, directory: ExportDirectory) -> PartitionedPass:
        """As many passes as it takes until no part has a record that lost to another one of its figure."""
        version = export_fingerprint(self.shapes, self.options.on_violation)
        losers: dict[int, RecordError | RecordWarning] | None = None
        made: dict[int, int] = {}
        while True:
            with contextlib.closing(State.create(directory.staging / STATE_FILE)) as state:
                one = PartitionedPass(
                    self.sources,
                    workers,
                    get_validator(self.shapes),
                    self.storage,
                    directory,
                    self.options,
                    self.partition_options,
                    version,
                    made,
                )
                if one.run(state, losers, self.fresh and losers is None, self.progress):
                    return one
                losers = (losers or {}) | one.aggregator.duplicate_resolver.dropped
            directory.reset()


@contextlib.contextmanager
def _locked_folder(folder: Path) -> Iterator[None]:
    """The folder, which no other export can write to meanwhile; one that was made for nothing goes."""
    with map_os_errors(folder):
        is_new = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        handle = exclusive_lock(folder)
    try:
        yield
    finally:
        if is_new:
            with contextlib.suppress(OSError):
                folder.rmdir()
        os.close(handle)


_EMPTY_RESULT = PartitionResult([], [], [], {}, frozenset(), 0)
PartitionItem = IndexedRecord | RecordResult


class PartitionedPass:
    """One pass, which leaves parts and entities in the storage, and all that stands beside them in a local directory.

    Args:
        sources: the records.
        executor: where they are worked on.
        validator: for entities.
        storage: where the parts go.
        directory: takes the report and what is quarantined.
        options: what a user chose.
        partition_options: how it is laid out.
        fingerprint: that of the mapping and shapes.
        mapped_by_partition: takes the numbers of the parts that were made, each with the number of records that were mapped for it.
    """

    def __init__(
        self,
        sources: RecordSource,
        executor: Executor,
        validator: Validator,
        storage: Storage,
        directory: ExportDirectory,
        options: ExportOptions,
        partition_options: PartitionOptions,
        fingerprint: str,
        mapped_by_partition: dict[int, int],
    ) -> None:
        self.sources, self._executor, self._validator, self._storage = sources, executor, validator, storage
        self.directory, self.options, self._partition_options, self._fingerprint, self._mapped_by_partition = (
            directory,
            options,
            partition_options,
            fingerprint,
            mapped_by_partition,
        )
        self.graph_files: list[FileInfo] = []
        self.read_records = 0
        self._excluded: set[int] = set()

    def run(
        self, state: State, dropped: dict[int, RecordError | RecordWarning] | None, fresh: bool, progress: RecordProgress | None
    ) -> bool:
        """Go through all records.

        Args:
            state: keeps entities and figures.
            dropped: what is to be said of the records that lost to others, which an earlier pass has found.
            fresh: make parts again that are there already.
            progress: called after each part.

        Returns:
            Whether the parts are right. Where they are not, records that lost to others are in them, or others are not; another
            pass must leave out ``gathering.duplicates.losers`` as well.
        """
        known, without = dropped or {}, None if dropped is None else frozenset(dropped)
        expected = self.sources.count_files() if progress else 0
        with ReportWriter(self.directory) as report:
            self.aggregator = Aggregator(self.directory, report, state, known, self.options.fatal_statuses)
            for error in self.sources.refusals:
                self.aggregator.add_refusal(error)
            for (entries, part), result in self._executor.map(self._iter_tasks(without, fresh)):
                self._add_partition(entries, part, self._exclude_poison(part, result))
                if progress:
                    progress(self.read_records, expected)
            if self.aggregator.duplicate_resolver.dropped or self._excluded != set(known):
                return False
            self._finish()
        return True

    def _iter_tasks(
        self, excluded: frozenset[int] | None, fresh: bool
    ) -> Iterator[tuple[tuple[list[PartitionItem], PartitionTask | None], PartitionTask | None]]:
        """The records in portions, each with the part that is to be made of it; of refusals alone there is none."""
        items, number = enumerate(islice(self.sources, self.options.limit)), 0
        while portion := list(islice(items, self._partition_options.partition_records)):
            entries: list[PartitionItem] = [index_record(place, item) for place, item in portion]
            batch = [one for one in entries if isinstance(one, IndexedRecord)]
            part = self._create_task(number, batch, excluded, fresh) if batch else None
            number += 1 if batch else 0
            yield (entries, part), part

    def _create_task(self, number: int, records: list[IndexedRecord], excluded: frozenset[int] | None, fresh: bool) -> PartitionTask:
        losers = None if excluded is None else excluded.intersection(one.number for one in records)
        options = self.options
        return PartitionTask(number, records, self._storage, options.formats, options.compress, self._fingerprint, losers, {}, fresh)

    def _exclude_poison(self, part: PartitionTask | None, result: PartitionResult | PoisonRecords | None) -> PartitionResult:
        """The part, made again without the records that kill workers."""
        if part is None or result is None:
            return _EMPTY_RESULT
        if isinstance(result, PoisonRecords):
            [(_, result)] = self._executor.map([(None, part._replace(poison=result.reasons))])
        if isinstance(result, PoisonRecords):
            raise RuntimeError("workers die of a part, but of none of its records")
        return result

    def _add_partition(self, entries: list[PartitionItem], part: PartitionTask | None, result: PartitionResult) -> None:
        self._check_visible(result)
        self.aggregator.entity_store.add_descriptions(result.descriptions)
        fresh = {one.number: one for one in result.record_results}
        outcomes = [fresh[entry.number] if isinstance(entry, IndexedRecord) else entry for entry in entries]
        for outcome in self.aggregator.resolve_duplicates(outcomes):
            if outcome.status == EXPORTED:
                self.aggregator.add_reused(outcome)
            self.aggregator.add_result(outcome, result.quarantined.get(outcome.number))
        self.graph_files += result.files
        self.read_records += len(entries)
        self._excluded |= result.excluded
        if part and result.mapped_records:
            self._mapped_by_partition[part.number] = result.mapped_records

    def _check_visible(self, result: PartitionResult) -> None:
        """Workers on other machines must write to where we can read."""
        for file in result.files if self._storage.path else []:
            if self._storage.size(file.name) < 0:
                raise OutputError(
                    f"{self._storage.display_url}: a worker wrote {file.name}, but not here; name a folder that all machines share"
                )

    def _finish(self) -> None:
        self.aggregator.report_duplicates_and_orphans(self.sources.orphans)
        self._write_entities()
        if self._partition_options.merge:
            self._merge()
        self.aggregator.summary.read, self.aggregator.summary.mapped = self.read_records, sum(self._mapped_by_partition.values())
        self.aggregator.close()

    def _write_entities(self) -> None:
        """The entities, a file in each format."""
        writers = [SERIALIZERS[form]() for form in self.options.formats]
        packing = suffix_for(self.options.compress)
        with contextlib.ExitStack() as stack:
            files = [stack.enter_context(self._storage.write(f"entities{writer.suffix}{packing}")) for writer in writers]
            for file, writer in zip(files, writers, strict=True):
                file.stream.write(writer.header().encode())
            for number, nodes in enumerate(self.aggregator.iter_entity_batches(self._validator)):
                for file, writer in zip(files, writers, strict=True):
                    file.stream.write(((writer.separator if number else "") + writer.serialize_resources(nodes, DATASET_IRI)).encode())
            for file, writer in zip(files, writers, strict=True):
                file.stream.write(writer.footer().encode())
        self.graph_files += [file.info for file in files]

    def _merge(self) -> None:
        """One file in each format in the place of the parts."""
        self.graph_files = [
            merge_partitions(self._storage, self.graph_files, SERIALIZERS[form](), self.options.compress) for form in self.options.formats
        ]


def publish_partitions(directory: ExportDirectory, storage: Storage, stale_files: StaleFiles, graph_files: list[FileInfo]) -> None:
    """Put what stands beside the graph into the storage, the manifest last, and remove what earlier exports left."""
    names = {file.name for file in (*directory.written_files, *graph_files)}
    stale_files.add(names, directory.quarantined)
    for name in sorted(directory.quarantined):
        for path in sorted((directory.staging / QUARANTINE_DIR / name).iterdir()):
            storage.write_file(f"{QUARANTINE_DIR}/{name}/{path.name}", path)
    for file in sorted(directory.written_files, key=lambda file: file.name == MANIFEST_FILE):
        if file.name == MANIFEST_FILE:
            stale_files.remove(names, directory.quarantined)
        storage.write_file(file.name, directory.staging / file.name)
    stale_files.remove_temporary(partition_manifests=not any(map(is_partition_file, names)))


_CHUNK_BYTES = 1 << 20


def merge_partitions(storage: Storage, files: Iterable[FileInfo], serializer: Serializer, compress: str | None) -> FileInfo:
    """Merge parts of one format, and the entities behind them.

    Args:
        storage: where they are, and where the new file goes.
        files: all files of the export; those of other formats are passed over.
        serializer: that of the format.
        compress: how the parts are compressed, and the new file will be.

    Returns:
        The new file.
    """
    suffix = serializer.suffix + suffix_for(compress)
    parts = [file.name for file in files if file.name[file.name.index(".") :] == suffix]
    head, tail, separator = (text.encode() for text in (serializer.header(), serializer.footer(), serializer.separator))
    with storage.write(f"figures{suffix}") as merged:
        merged.stream.write(head)
        before, written = b"", False
        for name in sorted(parts, key=lambda name: (not name.startswith("part-"), name)):
            for piece in _read_body(storage, name, len(head), len(tail)):
                merged.stream.write(before + piece)
                before = b""
                written = True
            before = separator if written else b""
        merged.stream.write(tail)
    return merged.info


def _read_body(storage: Storage, name: str, header_bytes: int, footer_bytes: int) -> Iterator[bytes]:
    """What stands between the head and the tail of a part, in pieces that are not empty."""
    with storage.open(name) as file:
        stream = packed.decompress(f".{name.rpartition('.')[2]}", file)
        stream.read(header_bytes)
        held = b""
        while data := stream.read(_CHUNK_BYTES):
            held += data
            if len(held) > footer_bytes:
                yield held[: len(held) - footer_bytes]
                held = held[len(held) - footer_bytes :]
