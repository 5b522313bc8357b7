"""Writers of a single-file export: record results go, in order, to graph files and to the state, with commits between them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import BinaryIO

from pfocr2rdf.pipeline.aggregate import Aggregator
from pfocr2rdf.pipeline.incremental import ReusedRecord
from pfocr2rdf.pipeline.results import DUPLICATE, EXPORTED, QUARANTINED, BatchResult, IndexedRecord, QuarantinedRecord, RecordResult
from pfocr2rdf.pipeline.state import State, StoredRecord
from pfocr2rdf.rdf.serializers.base import Serializer
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.storage.compression import suffix_for
from pfocr2rdf.storage.export_directory import ExportDirectory

_COMMIT_INTERVAL_SECONDS = 1.0

ExportItem = IndexedRecord | ReusedRecord | RecordResult
"""A record that is mapped in this run, one that is reused, or the refusal of a source item that is no record."""


class GraphFileWriter:
    """Writes the graph file of one format, record by record; ``stack`` closes it."""

    def __init__(self, directory: ExportDirectory, format_name: str, compress: str | None, stack: ExitStack) -> None:
        self.format_name = format_name
        self.serializer: Serializer = SERIALIZERS[format_name]()
        self.separator = self.serializer.separator.encode()
        self.name = f"figures{self.serializer.suffix}{suffix_for(compress)}"
        self._file: BinaryIO = stack.enter_context(directory.open(self.name))
        self._compressed = compress is not None
        self._position, self._is_empty = 0, True
        self._write(self.serializer.header().encode())

    def append(self, fragment: bytes | memoryview) -> int:
        """Write the fragment of a record, or of several, and return its offset before compression."""
        if not self._is_empty:
            self._write(self.separator)
        self._is_empty = False
        offset = self._position
        self._write(fragment)
        return offset

    def _write(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self._position += len(data)

    def flush(self) -> None:
        """Hand over to the operating system what was written; not of a compressed file, whose bytes would differ then."""
        if not self._compressed:
            self._file.flush()

    def close(self) -> None:
        """Write the footer."""
        self._file.write(self.serializer.footer().encode())


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
            fragments |= self._split_fragments(batch)
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

    def _split_fragments(self, batch: BatchResult) -> dict[int, list[memoryview]]:
        """The fragment of each exported record of a batch, in each format."""
        exported = [record for record in batch.record_results if record.status == EXPORTED]
        fragments: dict[int, list[memoryview]] = {record.number: [] for record in exported}
        for index, file in enumerate(self._graph_files):
            data, begin = memoryview(batch.take_fragment(file.format_name)), 0
            for record in exported:
                fragments[record.number].append(data[begin : begin + record.sizes[index]])
                begin += record.sizes[index] + len(file.separator)
        return fragments

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
