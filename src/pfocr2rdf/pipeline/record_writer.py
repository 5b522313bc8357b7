"""The writer of the records of a single-file export, which go, in order, to graph files and to the state, with commits between them."""

from __future__ import annotations

import time
from collections.abc import Sequence

from pfocr2rdf.pipeline.aggregate import Aggregator
from pfocr2rdf.pipeline.graph_file import GraphFileWriter, split_fragments
from pfocr2rdf.pipeline.incremental import ReusedRecord
from pfocr2rdf.pipeline.results import DUPLICATE, EXPORTED, QUARANTINED, BatchResult, IndexedRecord, QuarantinedRecord, RecordResult
from pfocr2rdf.pipeline.state import State, StoredRecord
from pfocr2rdf.storage.export_directory import ExportDirectory

_COMMIT_INTERVAL_SECONDS = 1.0

ExportItem = IndexedRecord | ReusedRecord | RecordResult
"""A record that is mapped in this run, one that is reused, or the refusal of a source item that is no record."""


class RecordWriter:
    """Writes the records of one pass. From the first commit on, a run that is interrupted can be resumed."""

    def __init__(self, directory: ExportDirectory, state: State, aggregator: Aggregator, graph_files: list[GraphFileWriter]) -> None:
        self._directory, self._state, self.aggregator, self._graph_files = directory, state, aggregator, graph_files
        self._committed_at = time.monotonic()

    def add_batch(self, items: list[ExportItem], result: BatchResult | list[BatchResult] | None) -> None:
        """Write the records of a batch: those that ``result`` has, and those that are reused."""
        fragments: dict[int, list[memoryview]] = {}
        quarantined: dict[int, QuarantinedRecord] = {}
        mapped: dict[int, RecordResult] = {}
        for batch in result if isinstance(result, list) else [result] if result else []:
            self.aggregator.add_batch(batch)
            quarantined |= batch.quarantined
            mapped |= {record.number: record for record in batch.record_results}
            fragments |= split_fragments(batch, self._graph_files)
        results = [mapped[item.number] if isinstance(item, IndexedRecord) else _previous_result(item) for item in items]
        rows = []
        for item, unresolved, resolved in zip(items, results, self.aggregator.resolve_duplicates(results), strict=True):
            if isinstance(item, ReusedRecord):
                rows.append(self._reuse(item, resolved))
                continue
            if resolved.status == DUPLICATE and unresolved.status == EXPORTED:
                self.aggregator.subtract(resolved)
            self.aggregator.add_result(resolved, quarantined.get(resolved.number))
            rows.append(self._write_record(resolved, fragments.get(resolved.number, [])))
        self._state.add(rows)
        self.aggregator.add_read(items)
        self.aggregator.summary.mapped += len(mapped)
        if time.monotonic() - self._committed_at > _COMMIT_INTERVAL_SECONDS:
            self.commit()

    def _reuse(self, item: ReusedRecord, result: RecordResult) -> StoredRecord:
        """Write a record as the previous export has it."""
        previous, quarantined = item.previous, None
        if result.status == EXPORTED:
            self.aggregator.add_reused(result)
            entity_store = self.aggregator.entity_store
            entity_store.add_descriptions(
                previous.state.get_description(key) for key in result.description_keys if not entity_store.has_description(key)
            )
        elif result.status == QUARANTINED:
            quarantined = previous.read_quarantined(result.figid)
        self.aggregator.add_result(result, quarantined)
        return self._write_record(result, previous.read_fragments(item.stored) if result.status == EXPORTED else [])

    def _write_record(self, result: RecordResult, fragments: Sequence[bytes | memoryview]) -> StoredRecord:
        """Write a record's fragments, and return its row of the state."""
        if result.status != EXPORTED:
            return StoredRecord(result._replace(sizes=(), packed_keys=b"", packed_objects=b""), ())
        offsets = tuple(file.append(fragment) for file, fragment in zip(self._graph_files, fragments, strict=True))
        return StoredRecord(result._replace(sizes=tuple(map(len, fragments))), offsets)

    def commit(self) -> None:
        """Make all that was written outlive this process, so that the next run can resume there."""
        for file in self._graph_files:
            file.flush()
        self.aggregator.entity_store.flush()
        self._state.commit()
        self._committed_at = time.monotonic()
        self._directory.is_resumable = True


def _previous_result(item: ReusedRecord | RecordResult) -> RecordResult:
    return item.result if isinstance(item, ReusedRecord) else item
