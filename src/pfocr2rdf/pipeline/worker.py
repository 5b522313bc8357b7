"""One batch of records, from where they are to the bytes of every format: what a worker does.

A batch needs nothing but its records and the settings, and gives back bytes and a small account of each record, so batches can
be worked on in any process and in any order.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial

from pfocr2rdf.errors import ExecutorError, RecordError
from pfocr2rdf.mapping.figure_graph import FigureGraph, build_figure_graph
from pfocr2rdf.pipeline.counts import TripleCounts
from pfocr2rdf.pipeline.descriptions import DescriptionEncoder
from pfocr2rdf.pipeline.executors.base import Executor, InlineExecutor
from pfocr2rdf.pipeline.executors.processes import AutoExecutor, ProcessExecutor
from pfocr2rdf.pipeline.fingerprint import code_fingerprint
from pfocr2rdf.pipeline.options import ExecutorOptions
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
from pfocr2rdf.rdf.iris import figure_graph_iri
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.records.model import FigureRecord
from pfocr2rdf.records.reader import SCHEMA_RANK, RawRecord, parse_record, prefetch, read_raw
from pfocr2rdf.validation.report import result_to_json
from pfocr2rdf.validation.results import ValidationResult
from pfocr2rdf.validation.shapes import Shapes
from pfocr2rdf.validation.validator import get_validator


class Worker:
    """Works on batches.

    Args:
        formats: names of ``SERIALIZERS``.
        shapes: the shapes in force.
        on_violation: one of ``ON_VIOLATION``.
    """

    def __init__(self, formats: Iterable[str], shapes: Shapes, on_violation: str) -> None:
        self._serializers = {name: SERIALIZERS[name]() for name in formats}
        self.validator = get_validator(shapes)
        self._keep_violations = on_violation == "keep"
        self._description_encoder = DescriptionEncoder()
        self._last_number = -1

    def run(self, records: Iterable[IndexedRecord]) -> BatchResult:
        """All that the records of a batch come to."""
        work, records = BatchResult(), list(records)
        first = records[0].number if records else self._last_number + 1
        if first <= self._last_number:  # another worker died of it; what was said with later ones comes too late for it
            self.reset_descriptions()
        self._last_number = first
        prefetch(located for _, located in records)
        texts: dict[str, list[bytes]] = {name: [] for name in self._serializers}
        for one in records:
            work.record_results.append(self._map_record(one, work, texts))
        work.fragments = {form: self._serializers[form].separator.encode().join(parts) for form, parts in texts.items()}
        work.descriptions = self._description_encoder.take_new()
        return work

    def reset_descriptions(self) -> None:
        """Hand over all descriptions again, also those that were handed over before."""
        self._description_encoder = DescriptionEncoder()

    def _map_record(self, one: IndexedRecord, work: BatchResult, texts: dict[str, list[bytes]]) -> RecordResult:
        number, located = one
        digest, figid = b"", ""
        try:
            raw, data = read_raw(located)
            digest, figid = raw.digest(), raw.figid
            record = parse_record(raw, data)
            graph = build_figure_graph(record)
        except RecordError as error:
            return build_refusal_result(number, located, error.with_source(located.source, figid), digest, figid)
        results = self.validator.validate(graph.resolved_entities(), graph.source, graph.figid, graph.figure, graph.mentions)
        head = (number, located.source, located.line, digest, graph.figid, SCHEMA_RANK[graph.schema_version])
        if not self._keep_violations and any(result.severity == "Violation" for result in results):
            reasons = [result_to_json(result) for result in results]
            work.quarantined[number] = QuarantinedRecord(graph.figid, _record_files(graph.figid, raw), reasons)
            return RecordResult(*head, QUARANTINED, (), b"", RecordNotes(TripleCounts(), Counter(), results, []).to_json())
        said = self._collect_notes(record, graph, results)
        work.counts.merge(said.counts)
        work.summary_counts.update(said.summary_counts)
        return RecordResult(
            *head,
            EXPORTED,
            self._serialize_figure(graph, texts),
            self._description_encoder.encode_keys(graph.entities.values()),
            said.to_json(),
        )

    @staticmethod
    def _collect_notes(record: FigureRecord, graph: FigureGraph, results: list[ValidationResult]) -> RecordNotes:
        tally = Counter({f"mentions.{kind}": count for kind, count in Counter(row.entity_type for row in record.mentions).items()})
        tally.update({f"repairs.{part}": count for part, count in graph.repairs.items()})
        return RecordNotes(TripleCounts.for_figure(graph.figure, graph.mentions), tally, results, list(graph.notes))

    def _serialize_figure(self, graph: FigureGraph, texts: dict[str, list[bytes]]) -> tuple[int, ...]:
        """Add the figure's text in each format; the sizes of the texts."""
        name = figure_graph_iri(graph.figid)
        sizes = []
        for form, writer in self._serializers.items():
            text = writer.serialize_figure(graph.figure, graph.mentions, name).encode()
            texts[form].append(text)
            sizes.append(len(text))
        return tuple(sizes)


def _record_files(figid: str, raw: RawRecord) -> dict[str, bytes]:
    """A record's files, as they came."""
    record = b"---\n" + raw.document.data.rstrip(b"\n") + b"\n---\n"
    return {f"{figid}.md": record, **{table.name: table.data for table in raw.tables.values()}}


def create_executor(options: ExecutorOptions, formats: tuple[str, ...], shapes: Shapes, on_violation: str) -> Executor:
    """Where the tasks of an export are done.

    Raises:
        ExecutorError: the engine is not installed, or its scheduler cannot be reached.
    """
    make = partial(Worker, formats, shapes, on_violation)
    if options.name == "dask":
        return _create_dask_executor(
            options, (formats, shapes.text, on_violation), partial(_create_matching_worker, code_fingerprint(), make)
        )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if (options.worker_count or cores) == 1:
        return InlineExecutor(make)
    return ProcessExecutor(options.worker_count, make) if options.worker_count else AutoExecutor(cores, make)


def _create_matching_worker(version: str, make: Callable[[], Worker]) -> Worker:
    """A worker on another machine, which must do the very same as this one."""
    if version != code_fingerprint():
        raise ExecutorError("a worker has another version of pfocr2rdf, of Python or of a library; install the same there as here")
    return make()


def _create_dask_executor(engine: ExecutorOptions, key: object, make: Callable[[], Worker]) -> Executor:
    try:
        from pfocr2rdf.pipeline.executors.dask import DaskExecutor  # here, since few need it and it takes a second to import
    except ImportError:
        raise ExecutorError("the engine dask is not installed; run: pip install 'pfocr2rdf[dask]'") from None
    return DaskExecutor(engine.scheduler, engine.worker_count or os.cpu_count() or 1, key, make)
