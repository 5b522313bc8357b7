"""The aggregator: combines the results of all records into report, counts, entities and duplicates."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Any

from pfocr2rdf.errors import RecordError, StoppedError
from pfocr2rdf.pipeline.aliases import AliasTable
from pfocr2rdf.pipeline.counts import TripleCounts
from pfocr2rdf.pipeline.duplicates import DuplicateResolver
from pfocr2rdf.pipeline.entities import ENTITY_BATCH_SIZE, EntityStore, Origin
from pfocr2rdf.pipeline.merged_entities import EntityNotes, MergedEntities, MergedEntity, Validate
from pfocr2rdf.pipeline.report import ReportWriter
from pfocr2rdf.pipeline.results import (
    DUPLICATE,
    EXPORTED,
    QUARANTINED,
    REFUSED,
    BatchResult,
    QuarantinedRecord,
    RecordNotes,
    RecordResult,
    RecordWarning,
)
from pfocr2rdf.pipeline.state import State
from pfocr2rdf.pipeline.summary import ExportSummary
from pfocr2rdf.pipeline.words import WordCounts
from pfocr2rdf.rdf.cache import clear_row_caches
from pfocr2rdf.rdf.terms import expand_term, lexical_form, pack_objects
from pfocr2rdf.storage.distinct_counter import DistinctCounter
from pfocr2rdf.storage.export_directory import ExportDirectory

_UNREAD_LINK = "is a link to a folder, and links to folders are not followed; name that folder as a separate source"
_UNREAD_FILE = "is named for a figure, but nothing reads it; tables are named FIGID-genes.tsv, FIGID-chemicals.tsv, FIGID-diseases.tsv"

_ISSUED = expand_term("dcterms:issued")

DroppedRecords = dict[int, RecordError | RecordWarning]
"""Records that gave way to another one of their figure, by number, each with what the report says of it."""


class Aggregator:
    """Aggregates the results of all records, which come in order.

    Entities and figures are tables in the database of ``state``. ``dropped`` are the duplicates that an earlier pass has found.
    """

    def __init__(
        self,
        directory: ExportDirectory,
        report: ReportWriter,
        state: State,
        dropped: DroppedRecords,
        fatal_statuses: frozenset[str] = frozenset(),
    ) -> None:
        self.directory, self.report, self._known_dropped, self._fatal_statuses = directory, report, dropped, fatal_statuses
        self.summary, self.triple_counts = ExportSummary(), TripleCounts()
        self.entity_store, self.duplicate_resolver = EntityStore(state.database), DuplicateResolver(state.database)
        self.alias_table = AliasTable(state.database)
        self.word_counts = WordCounts(state.database)
        self.distinct_objects = DistinctCounter(directory.staging)
        self.distinct_counts: tuple[int, int] | None = None  # of objects: IRIs and literals
        self.years: Counter[str] = Counter()  # of the papers
        self.records_digest = hashlib.sha256()
        self.example_figid = ""  # a figure that is exported; known when all are
        self._refused_figids: set[str] = set()

    def resolve_duplicates(self, results: list[RecordResult]) -> list[RecordResult]:
        """The same results, where those that give way to another record of their figure have the status ``DUPLICATE``."""
        dropped = self._known_dropped
        read = [result for result in results if result.figid and result.status in (EXPORTED, QUARANTINED) and result.number not in dropped]
        duplicates = self.duplicate_resolver.resolve(read, results[0].number) if read else set()
        return [
            result._replace(status=DUPLICATE) if result.number in duplicates or result.number in dropped else result for result in results
        ]

    def add_batch(self, batch_result: BatchResult) -> None:
        """Add the descriptions and counts of a batch. ``subtract`` takes away again what duplicates counted."""
        self.entity_store.add_descriptions(batch_result.descriptions)
        self.triple_counts.merge(batch_result.counts)
        self._add_counts(batch_result.summary_counts)

    def _add_counts(self, counts: Counter[str], times: int = 1) -> None:
        self.summary.add_counts(counts, times)
        self.word_counts.add(counts, times)

    def add_notes(self, notes: RecordNotes, times: int = 1) -> None:
        """Add the counts of a record that comes without its batch; take them away with ``times=-1``."""
        if times > 0:
            self.triple_counts.merge(notes.counts)
        else:
            self.triple_counts.subtract(notes.counts)
        self._add_counts(notes.summary_counts, times)

    def subtract(self, record_result: RecordResult) -> None:
        """Take away what a batch counted for a record that is not exported after all."""
        self.add_notes(RecordNotes.from_json(record_result.notes_json), -1)

    def add_reused(self, record_result: RecordResult) -> None:
        """Add the counts of a record that comes without its batch."""
        self.add_notes(RecordNotes.from_json(record_result.notes_json))

    def add_result(self, record_result: RecordResult, quarantined: QuarantinedRecord | None) -> None:
        """Add one record's result to the numbers and the report."""
        if record_result.status == DUPLICATE:
            return
        self.records_digest.update(record_result.digest)
        if record_result.status == EXPORTED:
            self.summary.exported += 1
            if record_result.aliases:
                self.alias_table.add(record_result)
            self.distinct_objects.add(record_result.packed_objects)
            self.entity_store.assert_given_by(
                record_result.description_keys, Origin(record_result.schema_rank, record_result.figid, record_result.number)
            )
        if record_result.status != EXPORTED or '"results":' in record_result.notes_json or '"warnings":' in record_result.notes_json:
            self.report_result(record_result, quarantined)

    def report_result(self, record_result: RecordResult, quarantined: QuarantinedRecord | None) -> None:
        """Report one record's result."""
        notes = RecordNotes.from_json(record_result.notes_json)
        if record_result.status == REFUSED and notes.refusal:
            self.add_refusal(notes.refusal)
        for result in notes.validation_results:
            self.report.add_result(result)
        for warning in notes.warnings:
            self.report.add_warning(RecordWarning(record_result.figid, record_result.source, warning))
        if quarantined:
            self._quarantine(record_result, notes, quarantined)

    def _quarantine(self, record_result: RecordResult, notes: RecordNotes, quarantined: QuarantinedRecord) -> None:
        worst = next((result.sentence() for result in notes.validation_results if result.severity == "Violation"), "")
        sentence = notes.refusal.reason if notes.refusal else worst
        if QUARANTINED in self._fatal_statuses:
            raise StoppedError(f"stopped at the first violation: {record_result.source}: {sentence}")
        self.directory.quarantine(quarantined.folder_name, quarantined.files, quarantined.reasons)
        self.report.add_quarantined(record_result.figid, record_result.source, notes.refusal.reason if notes.refusal else "")
        if len(self.summary.first_quarantined) < ExportSummary.MAX_LISTED_RECORDS:
            self.summary.first_quarantined.append((quarantined.folder_name, sentence))

    def add_read(self, items: Sequence[object]) -> None:
        """Count items as read; an item that is a result already was refused before it could be mapped."""
        unreadable = sum(isinstance(item, RecordResult) for item in items)
        self.add_unreadable(unreadable)
        self.summary.read += len(items) - unreadable

    def add_unreadable(self, count: int) -> None:
        """Count as read what was refused before it could be mapped."""
        self.summary.read += count
        self.summary.unreadable += count

    def add_refusal(self, error: RecordError) -> None:
        """Add a record or table that cannot be used; ``StoppedError`` where that was to stop the run."""
        self.report.add_refusal(error)
        self._refused_figids.add(error.figid)
        self.summary.refused += 1
        if len(self.summary.first_refusals) < ExportSummary.MAX_LISTED_RECORDS:
            self.summary.first_refusals.append(error)
        if REFUSED in self._fatal_statuses:
            raise StoppedError(f"stopped at the first refusal: {error}")

    def report_other_files(self, orphans: dict[str, list[str]], unread: dict[str, list[str]]) -> None:
        """Report duplicates, aliases that are not of one figure alone, tables without a figure, and files that nothing reads."""
        for warning in self.alias_table.warnings():
            self.report.add_warning(warning)
        for _, explanation in sorted((self._known_dropped | self.duplicate_resolver.dropped).items()):
            self._report_duplicate(explanation)
        for stem, tables in orphans.items():
            if not self.duplicate_resolver.has_figure(stem) and stem not in self._refused_figids:
                self.add_unreadable(len(tables))
                for table in tables:
                    self.add_refusal(
                        RecordError("the table's figure is missing", source=table, remedy="add the figure or remove the table")
                    )
        for figid, paths in unread.items():
            has_figure = self.duplicate_resolver.has_figure(figid)
            for path in paths:
                if has_figure or path not in orphans.get(figid, ()):
                    reason = _UNREAD_LINK if path.endswith("/") else _UNREAD_FILE
                    self.report.add_warning(RecordWarning(figid if has_figure else "", path, reason))

    def _report_duplicate(self, explanation: RecordError | RecordWarning) -> None:
        if isinstance(explanation, RecordError):
            self.add_refusal(explanation)
            return
        self.report.add_warning(explanation)
        self.summary.superseded += 1
        if len(self.summary.first_superseded) < ExportSummary.MAX_LISTED_RECORDS:
            self.summary.first_superseded.append(str(explanation))

    def iter_entity_batches(self, validate: Validate) -> Iterator[list[MergedEntity]]:
        """The entities, sorted, counted and reported, in batches for the serializers; after all records."""
        clear_row_caches()
        merged_entities = MergedEntities(self.entity_store, self.word_counts, validate)
        entities = iter(merged_entities)
        while batch := list(islice(entities, ENTITY_BATCH_SIZE)):
            self.add_entities(batch, merged_entities)
            for entity in batch:
                self.distinct_objects.add(entity.packed_objects)
                self.report_entity(entity.resource.subject, entity.notes)
            yield batch

    def add_entities(self, batch: list[MergedEntity], entities: MergedEntities) -> None:
        """Count entities."""
        self.triple_counts.add((entity.resource for entity in batch), entities.list_classes)
        self.years.update(_list_years(batch))

    def subtract_entities(self, batch: list[MergedEntity], entities: MergedEntities) -> None:
        """Take away again what entities counted."""
        counts = TripleCounts()
        counts.add((entity.resource for entity in batch), entities.list_classes)
        self.triple_counts.subtract(counts)
        self.years -= Counter(_list_years(batch))

    def report_entity(self, subject: str, notes: EntityNotes) -> None:
        """Report an entity."""
        for result in notes.results:
            self.report.add_result(result)
        for conflict in notes.conflicts:
            self.report.add_conflict(conflict)
        for warning in notes.warnings:
            self.report.add_warning(warning)
        if notes.word is not None:
            self.report.add_unlabelled(subject, notes.word)

    def add_distinct(self, iris: int, literals: int) -> None:
        """Add to the numbers of distinct objects that were restored."""
        known_iris, known_literals = self.count_distinct_objects()
        self.distinct_counts = (known_iris + iris, known_literals + literals)

    def list_counted_values(self) -> set[str]:
        """The objects that are counted one by one, which no record and no entity lists among its objects."""
        return {kind.value for kind in self.triple_counts.statement_kinds if kind.value}

    def count_distinct_objects(self) -> tuple[int, int]:
        """The number of distinct IRIs and of distinct literals that are objects."""
        if self.distinct_counts is None:
            self.distinct_objects.add(pack_objects(self.list_counted_values()))
            with closing(self.distinct_objects):
                self.distinct_counts = self.distinct_objects.count()
        return self.distinct_counts

    def totals(self) -> dict[str, Any]:
        """All that is counted over records and entities, for an update of this export, as JSON."""
        return {
            "subjects": self.triple_counts.subjects,
            "sets": self.triple_counts.characteristic_sets,
            "mention_rows": self.summary.mention_rows,
            "repairs": self.summary.repairs,
            "years": self.years,
            "distinct": self.count_distinct_objects(),
        }

    def restore_totals(self, totals: dict[str, Any]) -> None:
        """Begin with the ``totals`` of an earlier export."""
        self.triple_counts.subjects = totals["subjects"]
        self.triple_counts.characteristic_sets.update(totals["sets"])
        self.summary.mention_rows.update(totals["mention_rows"])
        self.summary.repairs.update(totals["repairs"])
        self.years.update(totals["years"])
        iris, literals = totals["distinct"]
        self.distinct_counts = (iris, literals)

    def close(self) -> None:
        """Complete the summary and the report, write the aliases, and free what only further records need."""
        self.alias_table.write(self.directory)
        self.example_figid = self.entity_store.first_figid()
        summary, report = self.summary, self.report
        summary.quarantined = report.counts["quarantined"]
        summary.warnings, summary.conflicts = report.counts["warnings"], report.counts["conflicts"]
        summary.unlabelled = report.counts["unlabelled"]
        summary.first_warnings = [warning for warning in report.first_warnings if warning not in summary.first_superseded]
        summary.severities = report.severities
        summary.triples, summary.entities = self.triple_counts.triples, len(self.entity_store)
        report.close(summary.as_dict(timing=False))
        self.entity_store.free_memory()


def _list_years(entities: list[MergedEntity]) -> list[str]:
    """The years of the papers among entities."""
    return [lexical_form(value) for entity in entities for predicate, value in entity.resource.pairs if predicate == _ISSUED]
