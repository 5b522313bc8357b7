"""The aggregator: combines the results of all records into report, counts, entities and duplicates."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain, islice

from pfocr2rdf.errors import RecordError, StoppedError
from pfocr2rdf.mapping.names import LABEL, has_label, mesh_name, name_entity, needs_name
from pfocr2rdf.pipeline.aliases import AliasTable
from pfocr2rdf.pipeline.counts import TripleCounts
from pfocr2rdf.pipeline.duplicates import DuplicateResolver
from pfocr2rdf.pipeline.entities import Conflict, EntityStore, Origin
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
from pfocr2rdf.rdf.cache import LruCache
from pfocr2rdf.rdf.terms import Resource, expand_term, lexical_form, list_classes, pack_objects
from pfocr2rdf.rdf.vocabulary import CLASSES
from pfocr2rdf.storage.distinct_counter import DistinctCounter
from pfocr2rdf.storage.export_directory import ExportDirectory
from pfocr2rdf.validation.results import ValidationResult
from pfocr2rdf.validation.validator import Validator

_ENTITY_BATCH_SIZE = 512
_UNREAD_LINK = "is a link to a folder, and links to folders are not followed; name that folder as a source of its own"
_UNREAD_FILE = "is named for a figure, but nothing reads it; tables are named FIGID-genes.tsv, FIGID-chemicals.tsv, FIGID-diseases.tsv"

_ISSUED = expand_term("dcterms:issued")
_REFERENCED_CLASSES = frozenset(expand_term(row.name) for row in CLASSES)

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
        self.years: set[str] = set()  # of the papers
        self.records_digest = hashlib.sha256()
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

    def subtract(self, record_result: RecordResult) -> None:
        """Take away what a batch counted for a record that is not exported after all."""
        notes = RecordNotes.from_json(record_result.notes_json)
        self.triple_counts.subtract(notes.counts)
        self._add_counts(notes.summary_counts, -1)

    def add_reused(self, record_result: RecordResult) -> None:
        """Add the counts of a record that comes without its batch."""
        notes = RecordNotes.from_json(record_result.notes_json)
        self.triple_counts.merge(notes.counts)
        self._add_counts(notes.summary_counts)

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
            self._report_notes(record_result, RecordNotes.from_json(record_result.notes_json), quarantined)

    def _report_notes(self, record_result: RecordResult, notes: RecordNotes, quarantined: QuarantinedRecord | None) -> None:
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
            if isinstance(explanation, RecordError):
                self.add_refusal(explanation)
            else:
                self.report.add_warning(explanation)
                self.summary.superseded += 1
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

    def iter_entity_batches(self, validator: Validator) -> Iterator[list[Resource]]:
        """The entities, sorted and counted, in batches for the serializers."""
        entities = self._iter_merged_entities(validator)
        classes: LruCache[str, str] = LruCache(50_000, self._list_classes)
        while batch := list(islice(entities, _ENTITY_BATCH_SIZE)):
            self.years.update(lexical_form(value) for entity in batch for predicate, value in entity.pairs if predicate == _ISSUED)
            self.triple_counts.add(batch, classes.__getitem__)
            self.distinct_objects.add(pack_objects(chain.from_iterable(map(_list_objects, batch))))
            yield batch

    def _list_classes(self, subject: str) -> str:
        entity = self.entity_store.get_resource(subject)
        return list_classes(entity.pairs) if entity else ""

    def _iter_merged_entities(self, validator: Validator) -> Iterator[Resource]:
        """The entities, sorted; those merged from several descriptions are validated, and their conflicts reported."""
        conflicts: list[Conflict] = []
        for merged in self.entity_store.merged_resources(conflicts):
            entity = self._name_entity(merged, conflicts) if needs_name(merged) else merged
            for result in self._validate_entity(entity, validator):
                self.report.add_result(result)
            yield entity
            for conflict in conflicts:
                self.report.add_conflict(conflict)
            conflicts.clear()

    def _name_entity(self, entity: Resource, conflicts: list[Conflict]) -> Resource:
        """The chemical or disease with its names. Where MeSH names it, records that disagree about the name are no conflict."""
        name_conflicts = [conflict for conflict in conflicts if conflict.predicate == LABEL]
        if name_conflicts and mesh_name(entity.subject):
            conflicts[:] = [conflict for conflict in conflicts if conflict.predicate != LABEL]
        else:
            name_conflicts = []
        word = self.word_counts.most_frequent(entity.subject)
        named = name_entity(entity, word, [lexical_form(conflict.dropped) for conflict in name_conflicts])
        if not has_label(named):
            self.report.add_unlabelled(entity.subject, word)
        return named

    def _validate_entity(self, entity: Resource, validator: Validator) -> Iterable[ValidationResult]:
        """Validation results of an entity that was merged from several descriptions; each alone was validated with its figure."""
        if not self.entity_store.is_merged(entity.subject):
            return []
        neighbours = [resource for _, value in entity.pairs if (resource := self.entity_store.get_resource(value))]
        source = f"merged from {', '.join(self.entity_store.origins(entity.subject))}"
        return [result for result in validator.validate([entity, *neighbours], source) if result.focus_node == entity.subject]

    def count_distinct_objects(self) -> tuple[int, int]:
        """The number of distinct IRIs and of distinct literals that are objects."""
        self.distinct_objects.add(pack_objects({kind.value for kind in self.triple_counts.statement_kinds if kind.value}))
        with closing(self.distinct_objects):
            return self.distinct_objects.count()

    def close(self) -> None:
        """Complete the summary and the report, and write the aliases."""
        self.alias_table.write(self.directory)
        summary, report = self.summary, self.report
        summary.quarantined = report.counts["quarantined"]
        summary.warnings, summary.conflicts = report.counts["warnings"], report.counts["conflicts"]
        summary.unlabelled = report.counts["unlabelled"]
        summary.severities = report.severities
        summary.triples, summary.entities = self.triple_counts.triples, len(self.entity_store)
        report.close(summary.as_dict(timing=False))


def _list_objects(entity: Resource) -> list[str]:
    """The objects of its statements, and the entity itself where it is of a class that figures and mentions have statements about."""
    values = [value for _, value in entity.pairs]
    return values if _REFERENCED_CLASSES.isdisjoint(values) else [entity.subject, *values]
