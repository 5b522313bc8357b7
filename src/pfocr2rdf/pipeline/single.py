"""The incremental single-file export: one file in each format, and a state by which the next run maps only what has changed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from typing import Any, NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.pipeline.aggregate import Aggregator
from pfocr2rdf.pipeline.executors.base import Executor
from pfocr2rdf.pipeline.fingerprint import export_fingerprint
from pfocr2rdf.pipeline.graph_file import GraphFileWriter
from pfocr2rdf.pipeline.incremental import ReusableRecords, ReusedRecord, detect_changes, is_intact, open_previous_export
from pfocr2rdf.pipeline.options import ExecutorOptions, ExportOptions, RecordProgress, Release
from pfocr2rdf.pipeline.report import ReportWriter
from pfocr2rdf.pipeline.results import (
    DUPLICATE,
    EXPORTED,
    QUARANTINED,
    BatchResult,
    IndexedRecord,
    QuarantinedRecord,
    RecordResult,
    RecordWarning,
    index_record,
)
from pfocr2rdf.pipeline.sidecars import write_sidecars
from pfocr2rdf.pipeline.state import State, StoredRecord
from pfocr2rdf.pipeline.summary import ExportSummary
from pfocr2rdf.pipeline.tasks import MapBatchTask
from pfocr2rdf.pipeline.worker import create_executor
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.records.sources import RecordSource
from pfocr2rdf.storage.export_directory import ExportDirectory
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.layout import STATE_FILE
from pfocr2rdf.storage.sqlite import DATABASE_ERRORS
from pfocr2rdf.validation.shapes import Shapes
from pfocr2rdf.validation.validator import Validator, get_validator


class WholeRun(NamedTuple):
    """An export to a directory, with one file in each format."""

    sources: RecordSource
    names: list[str]
    shapes: Shapes
    directory: ExportDirectory
    options: ExportOptions
    release: Release
    fresh: bool
    dry_run: bool
    executor_options: ExecutorOptions
    progress: RecordProgress | None

    def run(self) -> ExportSummary:
        """Make the files and put them in their place, if they are not there already."""
        losers: dict[int, RecordError | RecordWarning] = {}
        version, mapped = export_fingerprint(self.shapes, self.options.on_violation), 0
        if self.fresh:
            self.directory.drop_checkpoint()
        while True:
            with ExitStack() as stack:
                before = stack.enter_context(self._reusable_records(version))
                if not losers and (summary := self._unchanged_summary(before)):
                    return summary
                stack.enter_context(map_os_errors(self.directory.path))
                state = State.create(self.directory.staging / STATE_FILE)
                stack.callback(state.discard)
                state.set_meta(version=version, settings=self._settings())
                done = self._export_once(losers, before, state)
                mapped = max(mapped, done.mapped_records)  # another pass takes what the first one mapped
                if not done.aggregator.duplicate_resolver.already_written:
                    done.aggregator.summary.mapped = mapped
                    return self._publish(done, state)
                losers = done.aggregator.duplicate_resolver.dropped
            self.directory.save_checkpoint(force=True)  # what was written is taken from there, but for the records that lost
            self.directory.reset()

    def _create_executor(self) -> contextlib.closing[Executor]:
        get_validator(self.shapes)  # made before there are processes, which then share it
        return contextlib.closing(create_executor(self.executor_options, self.options.formats, self.shapes, self.options.on_violation))

    def _export_once(self, losers: dict[int, RecordError | RecordWarning], before: ReusableRecords, state: State) -> Pass:
        with self._create_executor() as workers:
            one = Pass(self.sources, workers, get_validator(self.shapes), self.directory, self.options, state, before)
            one.run(losers, self.progress)
        return one

    @contextlib.contextmanager
    def _reusable_records(self, version: str) -> Iterator[ReusableRecords]:
        """What is known of the records from before."""
        roots = ([] if self.fresh else [self.directory.path]) + [self.directory.checkpoint]
        places = [place for root in roots if (place := open_previous_export(root, version, self.options.formats))]
        found = b""
        try:
            if places:
                with self._create_executor() as workers:
                    found = detect_changes(self.sources, places, workers, self.options.limit)
            yield ReusableRecords(places, found)
        finally:
            for place in places:
                place.close()

    def _settings(self) -> dict[str, Any]:
        """All that the files of an export depend on, but for the records, the mapping and the shapes."""
        options = self.options
        settings = {"sources": self.names, "release": list(self.release), "formats": list(options.formats)}
        return settings | {"compress": options.compress, "limit": options.limit}

    def _unchanged_summary(self, before: ReusableRecords) -> ExportSummary | None:
        """The numbers of the export that is there already, where it is what this one would be."""
        place = before.exports[0] if before.exports else None
        if not place or place.root != self.directory.path or self.sources.refusals:
            return None
        state = place.state
        with contextlib.suppress(*DATABASE_ERRORS, TypeError, KeyError):
            if (
                before.export_numbers.strip(b"\x01")
                or len(before.export_numbers) != len(state)
                or state.get_meta("settings") != self._settings()
            ):
                return None
            if state.get_meta("orphans") == self.sources.orphans and is_intact(place.root, state):
                return ExportSummary.from_dict(state.get_meta("summary"))
        return None

    def _publish(self, done: Pass, state: State) -> ExportSummary:
        summary, directory = done.aggregator.summary, self.directory
        if self.dry_run:
            return summary
        graph = [file for file in directory.written_files if file.name.startswith("figures.")]
        write_sidecars(directory, graph, done.aggregator, self.shapes, self.release, self.names)
        summary.files = sorted(file.name for file in directory.written_files)
        state.set_meta(summary=summary.as_dict(), written=directory.file_stamps())
        state.close()
        directory.publish()
        return summary


BATCH_RECORDS = 64
_MAX_BATCH_ITEMS = 512
_COMMIT_INTERVAL_SECONDS = 1.0
ExportItem = IndexedRecord | ReusedRecord | RecordResult


class Pass:
    """One pass, which leaves its files in the staging folder of a directory.

    Args:
        sources: the records.
        executor: where they are worked on.
        validator: for entities.
        directory: the output.
        options: what a user chose.
        state: takes what is to be remembered.
        reusable: what need not be done again.

    Attributes:
        aggregator: what came together from all records. Where ``gathering.duplicates.late`` has any, the files are not right: a
            record was written that one after it superseded, and another pass must leave out ``gathering.duplicates.losers``.
    """

    def __init__(
        self,
        sources: RecordSource,
        executor: Executor,
        validator: Validator,
        directory: ExportDirectory,
        options: ExportOptions,
        state: State,
        reusable: ReusableRecords,
    ) -> None:
        self.sources, self._executor, self._validator = sources, executor, validator
        self.directory, self.options, self._state, self._reusable = directory, options, state, reusable
        self.read_records = self.mapped_records = 0
        self._committed_at = time.monotonic()

    def run(self, dropped: dict[int, RecordError | RecordWarning], progress: RecordProgress | None) -> None:
        """Go through all records. Those that are known to lose to another record of their figure are left out.

        Raises:
            StoppedError: a refusal or a violation was to stop the run.
        """
        expected = self.sources.count_files() if progress else 0
        with map_os_errors(self.directory.path), ExitStack() as stack:
            report = stack.enter_context(ReportWriter(self.directory))
            self._graph_files = [GraphFileWriter(self.directory, form, self.options.compress, stack) for form in self.options.formats]
            self._state.set_meta(formats=self.options.formats, files={file.format_name: file.name for file in self._graph_files})
            self.aggregator = Aggregator(self.directory, report, self._state, dropped, self.options.fatal_statuses)
            for error in self.sources.refusals:
                self.aggregator.add_refusal(error)
            for portion, work in self._executor.map(self._iter_batches()):
                self._add_batch(portion, work)
                if progress:
                    progress(self.read_records, expected)
            if self.aggregator.duplicate_resolver.already_written:
                self._commit()
            else:
                self._finish()

    def _finish(self) -> None:
        gathering = self.aggregator
        gathering.report_duplicates_and_orphans(self.sources.orphans)
        for nodes in gathering.iter_entity_batches(self._validator):
            for file in self._graph_files:
                file.append(file.serializer.serialize_resources(nodes, DATASET_IRI).encode())
        for file in self._graph_files:
            file.close()
        gathering.summary.read, gathering.summary.mapped = self.read_records, self.mapped_records
        gathering.close()
        self._state.set_meta(orphans=self.sources.orphans)

    def _iter_batches(self) -> Iterator[tuple[list[ExportItem], MapBatchTask | None]]:
        """The records in portions, each with what is to be mapped of it."""
        entries: list[ExportItem] = []
        batch: list[IndexedRecord] = []
        for number, item in enumerate(islice(self.sources, self.options.limit)):
            entry: ExportItem = index_record(number, item)
            if isinstance(entry, IndexedRecord):
                entry = self._reusable.find(entry) or entry
            if isinstance(entry, IndexedRecord):
                batch.append(entry)
            entries.append(entry)
            if len(batch) == BATCH_RECORDS or len(entries) == _MAX_BATCH_ITEMS:
                yield entries, self._task(batch)
                entries, batch = [], []
        if entries:
            yield entries, self._task(batch)

    def _task(self, batch: list[IndexedRecord]) -> MapBatchTask | None:
        return MapBatchTask(batch, str(self.directory.staging)) if batch else None

    def _add_batch(self, entries: list[ExportItem], result: BatchResult | list[BatchResult] | None) -> None:
        """Take what became of a portion."""
        texts: dict[int, list[memoryview]] = {}
        quarantined: dict[int, QuarantinedRecord] = {}
        fresh: dict[int, RecordResult] = {}
        for work in result if isinstance(result, list) else [result] if result else []:
            self.aggregator.add_batch(work)
            quarantined |= work.quarantined
            fresh |= {one.number: one for one in work.record_results}
            texts |= self._split_fragments(work)
        outcomes = [fresh[entry.number] if isinstance(entry, IndexedRecord) else _previous_result(entry) for entry in entries]
        rows = []
        for entry, before, outcome in zip(entries, outcomes, self.aggregator.resolve_duplicates(outcomes), strict=True):
            if isinstance(entry, ReusedRecord):
                rows.append(self._reuse(entry, outcome))
                continue
            if outcome.status == DUPLICATE and before.status == EXPORTED:
                self.aggregator.subtract(outcome)
            self.aggregator.add_result(outcome, quarantined.get(outcome.number))
            rows.append(self._write_record(outcome, texts.get(outcome.number, [])))
        self._state.add(rows)
        self.read_records += len(entries)
        self.mapped_records += len(fresh)
        if time.monotonic() - self._committed_at > _COMMIT_INTERVAL_SECONDS:
            self._commit()

    def _split_fragments(self, work: BatchResult) -> dict[int, list[memoryview]]:
        """The text of each exported record of a batch, in each format."""
        exported = [one for one in work.record_results if one.status == EXPORTED]
        cut: dict[int, list[memoryview]] = {one.number: [] for one in exported}
        for at, file in enumerate(self._graph_files):
            text, begin = memoryview(work.take_fragment(file.format_name)), 0
            for one in exported:
                cut[one.number].append(text[begin : begin + one.sizes[at]])
                begin += one.sizes[at] + len(file.separator)
        return cut

    def _reuse(self, entry: ReusedRecord, outcome: RecordResult) -> StoredRecord:
        """Take a record from before."""
        earlier, quarantined = entry.previous, None
        if outcome.status == EXPORTED:
            self.aggregator.add_reused(outcome)
            self.aggregator.entity_store.add_descriptions(
                earlier.state.get_description(key)
                for key in outcome.description_keys
                if not self.aggregator.entity_store.has_description(key)
            )
        elif outcome.status == QUARANTINED:
            quarantined = earlier.read_quarantined(outcome.figid)
        self.aggregator.add_result(outcome, quarantined)
        return self._write_record(outcome, earlier.read_fragments(entry.stored) if outcome.status == EXPORTED else [])

    def _write_record(self, outcome: RecordResult, texts: Sequence[bytes | memoryview]) -> StoredRecord:
        """Write a record's texts; what is to be remembered of it."""
        if outcome.status != EXPORTED:
            return StoredRecord(outcome._replace(sizes=(), packed_keys=b""), ())
        offsets = tuple(file.append(text) for file, text in zip(self._graph_files, texts, strict=True))
        return StoredRecord(outcome._replace(sizes=tuple(map(len, texts))), offsets)

    def _commit(self) -> None:
        """Make what was done so far outlive this process."""
        for file in self._graph_files:
            file.flush()
        self.aggregator.entity_store.flush()
        self._state.commit()
        self._committed_at = time.monotonic()
        self.directory.is_resumable = True


def _previous_result(entry: ReusedRecord | RecordResult) -> RecordResult:
    return entry.result if isinstance(entry, ReusedRecord) else entry
