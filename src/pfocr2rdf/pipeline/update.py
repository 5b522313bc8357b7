"""The update of a single-file export in which few records have changed: the rest of its files and of its state is copied.

Counts, words, origins of descriptions and entities are differences to those of the previous export. An update writes the same files
as ``SingleFileExport`` does in its passes through all records.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain, islice

from pfocr2rdf.pipeline.aggregate import Aggregator
from pfocr2rdf.pipeline.distinct_changes import DistinctChanges
from pfocr2rdf.pipeline.entity_update import EntityUpdate
from pfocr2rdf.pipeline.graph_file import GraphFileWriter, split_fragments
from pfocr2rdf.pipeline.origin_changes import OriginChanges
from pfocr2rdf.pipeline.previous_export import PreviousExport
from pfocr2rdf.pipeline.report import ReportWriter
from pfocr2rdf.pipeline.results import (
    DUPLICATE,
    EXPORTED,
    QUARANTINED,
    BatchResult,
    IndexedRecord,
    QuarantinedRecord,
    RecordNotes,
    RecordResult,
)
from pfocr2rdf.pipeline.run import ExportRun
from pfocr2rdf.pipeline.state import AFTER_ALL, BEFORE_ALL, State, StoredRecord
from pfocr2rdf.pipeline.tasks import BATCH_RECORDS, MapBatchTask
from pfocr2rdf.pipeline.update_plan import NotUpdatableError, RecordChange, UpdatePlan
from pfocr2rdf.pipeline.words import list_word_subjects
from pfocr2rdf.rdf.terms import pack_objects
from pfocr2rdf.storage.export_directory import ExportDirectory
from pfocr2rdf.storage.sqlite import copy_sealed_database

_UPDATED_STATE = "updated-state.sqlite"  # a directory without a state of the usual name is no checkpoint
_MAX_SHIFTS = 4096


class ExportUpdate:
    """An update of the previous export in a directory."""

    def __init__(self, run: ExportRun, directory: ExportDirectory, previous: PreviousExport, plan: UpdatePlan) -> None:
        self._run, self._directory, self._previous, self._plan = run, directory, previous, plan

    def open_state(self) -> State:
        """A copy of the previous state, to change it; ``NotUpdatableError`` where that is damaged."""
        path = self._directory.staging / _UPDATED_STATE
        if not copy_sealed_database(self._previous.state.path, path) or len(self._previous.state.shifts) > _MAX_SHIFTS:
            raise NotUpdatableError
        return State.open_copy(path)

    def write(self, state: State) -> Aggregator:
        """Write the files of the graph and the report; ``NotUpdatableError`` where records give way to others of their figure."""
        run, directory = self._run, self._directory
        with ExitStack() as stack:
            report = stack.enter_context(ReportWriter(directory))
            files = [
                GraphFileWriter(directory, run.options.create_serializer(name), run.options.compress, stack) for name in run.options.formats
            ]
            aggregator = run.create_aggregator(directory, report, state, {})
            aggregator.restore_totals(self._previous.state.get_meta("totals"))
            distinct_changes = DistinctChanges()
            distinct_changes.add(pack_objects(aggregator.list_counted_values()), -1)
            records = _RecordUpdate(self._previous, state, aggregator, files, distinct_changes)
            records.forget_figures(self._plan.changes)
            with run.create_executor() as executor:
                for changes, result in executor.map(self._iter_tasks()):
                    records.add_batch(changes, result)
            records.finish()
            aggregator.add_unreadable(self._plan.unreadable)
            aggregator.summary.read += self._plan.read - self._plan.unreadable
            aggregator.report_other_files(run.sources.orphans, run.sources.unread)
            subjects = records.origins.resolve() | records.word_subjects
            entities = EntityUpdate(self._previous, state, aggregator, run.validator.validate, subjects)
            state.set_meta(entity_offsets=entities.write(files, distinct_changes))
            for file in files:
                file.close()
            distinct_changes.add(pack_objects(aggregator.list_counted_values()))
            numbers = {change.number for change in self._plan.changes}
            unchanged_records = (packed_objects for number, packed_objects in state.iter_objects() if number not in numbers)
            aggregator.add_distinct(*distinct_changes.count(chain(unchanged_records, entities.iter_unchanged_objects())))
            aggregator.close()
            run.track_progress()(aggregator.summary.read)
        return aggregator

    def _iter_tasks(self) -> Iterator[tuple[list[RecordChange], MapBatchTask | None]]:
        changes = iter(self._plan.changes)
        while batch := list(islice(changes, BATCH_RECORDS)):
            records = [change.item for change in batch if isinstance(change.item, IndexedRecord)]
            yield batch, MapBatchTask(records, str(self._directory.staging)) if records else None


class _RecordUpdate:
    """The records of an update, which come in the order of their numbers."""

    def __init__(
        self,
        previous: PreviousExport,
        state: State,
        aggregator: Aggregator,
        files: list[GraphFileWriter],
        distinct_changes: DistinctChanges,
    ) -> None:
        self._previous, self._state, self._aggregator, self._files = previous, state, aggregator, files
        self._distinct_changes = distinct_changes
        self.origins = OriginChanges(state.database)
        self.word_subjects: set[str] = set()  # the entities for which other words were read
        self._quarantined: dict[int, QuarantinedRecord] = {}
        self._last = BEFORE_ALL
        self._move = (0,) * len(files)  # how far the fragments have moved towards the end, in each format
        self._moves: list[tuple[int, tuple[int, ...]]] = []

    def forget_figures(self, changes: list[RecordChange]) -> None:
        """Remove figures and aliases of all records that change; ``NotUpdatableError`` where one of a figure has a duplicate."""
        duplicates = self._state.list_duplicate_figids()
        for change in changes:
            if previous := self._previous.state.get_record(change.number):
                if previous.result.figid in duplicates:
                    raise NotUpdatableError
                if previous.result.status in (EXPORTED, QUARANTINED):
                    self._aggregator.duplicate_resolver.forget(previous.result.figid)
                    self._aggregator.alias_table.forget(previous.result)

    def add_batch(self, changes: list[RecordChange], result: BatchResult | list[BatchResult] | None) -> None:
        """Write the changes of a batch: the records that ``result`` has, refusals, and those that have gone."""
        mapped: dict[int, RecordResult] = {}
        fragments: dict[int, list[memoryview]] = {}
        for batch in result if isinstance(result, list) else [result] if result else []:
            self._aggregator.entity_store.add_descriptions(batch.descriptions)
            mapped |= {record.number: record for record in batch.record_results}
            fragments |= split_fragments(batch, self._files)
            self._quarantined |= batch.quarantined
        self._aggregator.entity_store.flush()
        self._aggregator.summary.mapped += len(mapped)
        for number, item in changes:
            record = mapped[number] if isinstance(item, IndexedRecord) else item
            if record and record.status == QUARANTINED and not record.digest:  # a poison record, whose folder may be named by its number
                raise NotUpdatableError
            self._replace(number, record, fragments.get(number, []))

    def _replace(self, number: int, result: RecordResult | None, fragments: list[memoryview]) -> None:
        stored = self._previous.state.get_record(number)
        previous = stored.result if stored else None
        self.origins.replace(previous, result)
        words: dict[str, int] = {}
        for record, times in ((previous, -1), (result, 1)):
            if record and record.status == EXPORTED:
                self._count(record, times, words)
        self.word_subjects |= list_word_subjects(name for name, count in words.items() if count)
        self._copy_until(number)
        if result is None:
            self._state.remove(number)
            return
        if result.figid and result.status in (EXPORTED, QUARANTINED):
            self._aggregator.duplicate_resolver.resolve([result], number)
            if self._aggregator.duplicate_resolver.dropped:
                raise NotUpdatableError
        if result.status != EXPORTED:
            self._state.add([StoredRecord(result._replace(sizes=(), packed_keys=b"", packed_objects=b""), ())])
            return
        if result.aliases:
            self._aggregator.alias_table.add(result)
        offsets = tuple([file.append(fragment) for file, fragment in zip(self._files, fragments, strict=True)])
        moved = self._previous.state.shifts.add_to(self._move, number)
        stored_offsets = tuple([offset - move for offset, move in zip(offsets, moved, strict=True)])
        self._state.add([StoredRecord(result._replace(sizes=tuple(map(len, fragments))), stored_offsets)])

    def _count(self, record: RecordResult, times: int, words: dict[str, int]) -> None:
        """Add a record to all counts, or take it away."""
        notes = RecordNotes.from_json(record.notes_json)
        self._aggregator.add_notes(notes, times)
        self._distinct_changes.add(record.packed_objects, times)
        for name, count in notes.summary_counts.items():
            words[name] = words.get(name, 0) + count * times

    def _copy_until(self, number: int) -> None:
        """Copy the fragments of the records that stand unchanged between the last change and this one."""
        previous = self._previous.state
        if first := previous.find_exported(self._last, number, last=False):
            last = previous.find_exported(self._last, number, last=True) or first
            begins = []
            for index, (file, reader) in enumerate(zip(self._files, self._previous.readers, strict=True)):
                begins.append(file.begin())
                file.copy(reader, first.offsets[index], last.offsets[index] + last.result.sizes[index])
            move = tuple([begin - offset for begin, offset in zip(begins, first.offsets, strict=True)])
            if move != self._move:
                self._move = move
                self._moves.append((first.result.number, move))
        self._last = number

    def finish(self) -> None:
        """Copy the records behind the last change, and report all records that there is something to report of."""
        self._copy_until(AFTER_ALL)
        aggregator, state = self._aggregator, self._state
        state.set_meta(shifts=self._previous.state.shifts.move(self._moves, len(self._files)))
        aggregator.records_digest.update(state.join_digests())
        aggregator.summary.exported = state.count_exported()
        for result in state.iter_noted():
            if result.status == DUPLICATE:
                aggregator.duplicate_resolver.explain_previous(result)
            else:
                aggregator.report_result(result, self._find_quarantined(result) if result.status == QUARANTINED else None)

    def _find_quarantined(self, result: RecordResult) -> QuarantinedRecord:
        if record := self._quarantined.get(result.number):
            return record
        try:
            return self._previous.read_quarantined(result.figid)
        except (OSError, ValueError, KeyError):  # its files were changed
            raise NotUpdatableError from None
