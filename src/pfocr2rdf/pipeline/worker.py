"""The worker, which turns records into serialized fragments, and the choice of the executor that workers run on."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from operator import attrgetter
from typing import Any

from pfocr2rdf.errors import ExecutorError, RecordError, map_record_errors
from pfocr2rdf.mapping.figure_graph import FigureGraph, build_figure_graph
from pfocr2rdf.mapping.names import NAMED_TYPES, count_words
from pfocr2rdf.pipeline.counts import TripleCounts
from pfocr2rdf.pipeline.descriptions import DescriptionEncoder
from pfocr2rdf.pipeline.executors.base import Executor, InlineExecutor
from pfocr2rdf.pipeline.executors.processes import AutoExecutor, ProcessExecutor
from pfocr2rdf.pipeline.fingerprint import code_fingerprint
from pfocr2rdf.pipeline.options import ExecutorOptions, ExportOptions
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
from pfocr2rdf.pipeline.words import WORD_GROUP
from pfocr2rdf.rdf.iri_profiles import DEFAULT_PROFILE, IRI_PROFILES
from pfocr2rdf.rdf.iris import alias_fault, figure_graph_iri
from pfocr2rdf.rdf.serializers.base import Serializer
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.rdf.terms import expand_term, pack_objects
from pfocr2rdf.records.documents import YamlDocument
from pfocr2rdf.records.model import FigureRecord
from pfocr2rdf.records.reader import SCHEMA_RANK, RawRecord, parse_document, parse_record, prefetch, read_document, read_tables
from pfocr2rdf.records.side_files import strip_compression
from pfocr2rdf.validation.report import result_to_json
from pfocr2rdf.validation.results import ValidationResult
from pfocr2rdf.validation.shapes import Shapes
from pfocr2rdf.validation.validator import get_validator

_MAX_PORTION_BYTES = 4 * 2**20  # of the records that are in memory at once; 64 of usual size have 1 MiB

_get_object_keys = attrgetter("object_keys")
_ENTITY_PREDICATES = frozenset(
    map(expand_term, ("pfocr:mentions", "pfocr:mentionsFamily", "pfocr:citedIn", "pfocr:organism", "pfocr:pathway"))
)


class _Draft:
    """A record on its way through the stages, with their results so far; a ``result`` at the end, or if it is refused."""

    __slots__ = (
        "data",
        "digest",
        "document",
        "figid",
        "figure",
        "fragments",
        "graph",
        "number",
        "raw",
        "ref",
        "result",
        "size",
        "validation_results",
    )

    document: YamlDocument
    data: Mapping[str, Any]
    raw: RawRecord
    figure: FigureRecord
    graph: FigureGraph
    validation_results: list[ValidationResult]

    def __init__(self, record: IndexedRecord) -> None:
        self.number, self.ref = record
        self.digest, self.figid, self.size = b"", "", 0
        self.fragments: dict[str, bytes] = {}
        self.result: RecordResult | None = None

    def refuse(self, error: Exception) -> None:
        """Refuse the record for what a stage raised, unless that is not about this record alone."""
        try:
            with map_record_errors(self.ref.source):
                raise error
        except RecordError as refusal:
            self.result = build_refusal_result(
                self.number, self.ref, refusal.with_source(self.ref.source, self.figid), self.digest, self.figid
            )


def _run_stage(stage: Callable[[_Draft], None], drafts: Iterable[_Draft]) -> None:
    """Take all records through one stage, but for those that are refused."""
    for draft in drafts:
        if draft.result is None:
            try:
                stage(draft)
            except Exception as error:
                draft.refuse(error)


def _iter_portions(stage: Callable[[_Draft], None], drafts: Iterable[_Draft]) -> Iterator[list[_Draft]]:
    """Take all records through a stage that reads bytes, and return them in portions which have not too many of these."""
    portion: list[_Draft] = []
    size = 0
    for draft in drafts:
        _run_stage(stage, (draft,))
        portion.append(draft)
        size += draft.size
        if size > _MAX_PORTION_BYTES:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


class Worker:
    """Maps, validates and serializes batches of records. It needs no other worker, so batches may go to any process in any order."""

    def __init__(self, formats: Iterable[str], shapes: Shapes, on_violation: str, image_url: str, iris: str = DEFAULT_PROFILE.name) -> None:
        self._serializers = {name: SERIALIZERS[name](profile=IRI_PROFILES[iris]) for name in formats}
        self._shapes = shapes
        self._keep_violations = on_violation == "keep"
        self._image_url = image_url
        self._description_encoder = DescriptionEncoder()
        self._last_number = -1

    def run(self, records: Iterable[IndexedRecord]) -> BatchResult:
        """The result of a batch."""
        result, records = BatchResult(), list(records)
        first = records[0].number if records else self._last_number + 1
        if first <= self._last_number:  # another worker died of it; descriptions that were sent with later records come too late
            self.reset_descriptions()
        self._last_number = first
        prefetch(ref for _, ref in records)
        fragments: dict[str, list[bytes]] = {name: [] for name in self._serializers}
        for portion in _iter_portions(_read_document, map(_Draft, records)):
            _run_stage(_parse_document, portion)
            for smaller_portion in _iter_portions(_read_tables, portion):
                self._map_portion(smaller_portion, result, fragments)
        result.fragments = {name: self._serializers[name].separator.encode().join(parts) for name, parts in fragments.items()}
        result.descriptions = self._description_encoder.take_new()
        return result

    def reset_descriptions(self) -> None:
        """Send all descriptions again, also those that were sent before."""
        self._description_encoder = DescriptionEncoder()

    def _map_portion(self, drafts: list[_Draft], batch: BatchResult, fragments: dict[str, list[bytes]]) -> None:
        """Add records to the batch and its fragments, stage by stage: code and data of one stage stay in the caches."""
        _run_stage(self._parse, drafts)
        _run_stage(_build_graph, drafts)
        _run_stage(partial(self._validate, batch), drafts)
        for name, serializer in self._serializers.items():
            _run_stage(partial(_serialize, name, serializer), drafts)
        _run_stage(partial(self._add_to_batch, batch, fragments), drafts)
        batch.record_results += [draft.result for draft in drafts if draft.result]

    def _parse(self, draft: _Draft) -> None:
        figure = parse_record(draft.raw, draft.data)
        draft.figure = figure._replace(image_url=self._image_url) if self._image_url else figure

    def _validate(self, batch: BatchResult, draft: _Draft) -> None:
        """Validate a record, and quarantine it where that is to be done with violations."""
        graph = draft.graph
        validator = get_validator(self._shapes)
        results = validator.validate(graph.resolved_entities(), graph.source, graph.figid, graph.figure, graph.mentions)
        draft.validation_results = results
        if not self._keep_violations and any(result.severity == "Violation" for result in results):
            reasons = [result_to_json(result) for result in results]
            batch.quarantined[draft.number] = QuarantinedRecord(graph.figid, _original_files(graph.figid, draft.raw), reasons)
            notes = RecordNotes(TripleCounts(), Counter(), results, [])
            draft.result = RecordResult(*_identity(draft), QUARANTINED, (), b"", b"", notes.to_json())

    def _add_to_batch(self, batch: BatchResult, fragments: dict[str, list[bytes]], draft: _Draft) -> None:
        """Add a record to the batch and its fragments. These are as they were, where anything is raised."""
        figure, graph = draft.figure, draft.graph
        notes = self._collect_notes(figure, graph, draft.validation_results)
        notes_json, objects = notes.to_json(), _pack_objects(graph)
        keys = self._description_encoder.encode_keys(graph.entities.values())
        for name, fragment in draft.fragments.items():
            fragments[name].append(fragment)
        batch.counts.merge(notes.counts)
        batch.summary_counts.update(notes.summary_counts)
        aliases = "\n".join([alias for alias in figure.figid_aliases if alias != figure.figid and not alias_fault(alias)])
        sizes = tuple(map(len, draft.fragments.values()))
        draft.result = RecordResult(*_identity(draft), EXPORTED, sizes, keys, objects, notes_json, aliases)

    @staticmethod
    def _collect_notes(figure: FigureRecord, graph: FigureGraph, results: list[ValidationResult]) -> RecordNotes:
        mention_counts = Counter([row.entity_type for row in figure.mentions])
        words = {} if mention_counts.keys().isdisjoint(NAMED_TYPES) else count_words(figure.mentions)
        counts = Counter({
            **{f"mentions.{entity_type}": count for entity_type, count in mention_counts.items()},
            **{f"repairs.{part}": count for part, count in graph.repairs.items()},
            **{f"{WORD_GROUP}{curie} {word}": count for (curie, word), count in words.items()},
        })  # fmt: skip
        return RecordNotes(TripleCounts.for_figure(graph.figure, graph.mentions, graph.entities), counts, results, list(graph.notes))


def _read_document(draft: _Draft) -> None:
    draft.document = read_document(draft.ref)
    draft.size = len(draft.document.data)


def _parse_document(draft: _Draft) -> None:
    draft.raw, draft.data = parse_document(draft.document, draft.ref.source)


def _read_tables(draft: _Draft) -> None:
    draft.raw = raw = read_tables(draft.raw, draft.ref.table_folders)
    draft.digest, draft.figid = raw.digest(), raw.figid
    draft.size = sum([len(table.data) for table in raw.tables.values()])


def _build_graph(draft: _Draft) -> None:
    draft.graph = build_figure_graph(draft.figure)


def _serialize(name: str, serializer: Serializer, draft: _Draft) -> None:
    graph = draft.graph
    draft.fragments[name] = serializer.serialize_figure(graph.figure, graph.mentions, figure_graph_iri(graph.figid)).encode()


def _identity(draft: _Draft) -> tuple[int, str, int, bytes, str, int]:
    """What a ``RecordResult`` begins with: number, source, line, digest, figure and rank of its schema."""
    return draft.number, draft.ref.source, draft.ref.line, draft.digest, draft.graph.figid, SCHEMA_RANK[draft.graph.schema_version]


def _pack_objects(graph: FigureGraph) -> bytes:
    """The keys of the objects of a figure and its mentions, some of them several times; entities are counted when all are merged."""
    values: list[str] = []
    for predicate, objects in graph.figure.values_by_predicate.items():
        values += [value for value in objects if value not in graph.entities] if predicate in _ENTITY_PREDICATES else objects
    if graph.mentions.local_names:
        values += [value for _, value in graph.mentions.common]
    return b"".join((pack_objects(values), *map(_get_object_keys, graph.mentions.bodies), *map(_get_object_keys, graph.mentions.trailers)))


def _original_files(figid: str, raw: RawRecord) -> dict[str, bytes]:
    """A record's files, as they came."""
    body = raw.document.body + b"\n" if raw.document.body else b""
    record = b"---\n" + raw.document.data.rstrip(b"\n") + b"\n---\n" + body
    return {f"{figid}.md": record, **{strip_compression(table.name): table.data for table in raw.tables.values()}}


def create_executor(options: ExecutorOptions, export_options: ExportOptions, shapes: Shapes) -> Executor:
    """The executor for the tasks of an export; ``ExecutorError`` where dask is not installed, or its scheduler cannot be reached."""
    formats, on_violation = export_options.formats, export_options.on_violation
    worker_factory = partial(Worker, formats, shapes, on_violation, export_options.image_url, export_options.iris)
    if options.name == "dask":
        checked_factory = partial(_create_matching_worker, code_fingerprint(), worker_factory)
        return _create_dask_executor(
            options, (formats, shapes.text, on_violation, export_options.image_url, export_options.iris), checked_factory
        )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if (options.worker_count or cores) == 1:
        return InlineExecutor(worker_factory)
    return ProcessExecutor(options.worker_count, worker_factory) if options.worker_count else AutoExecutor(cores, worker_factory)


def _create_matching_worker(fingerprint: str, worker_factory: Callable[[], Worker]) -> Worker:
    """A worker on another machine, which must run the same code as this one."""
    if fingerprint != code_fingerprint():
        raise ExecutorError("a worker has a different version of pfocr2rdf, Python or a library; install the same versions on all machines")
    return worker_factory()


def _create_dask_executor(options: ExecutorOptions, worker_key: object, worker_factory: Callable[[], Worker]) -> Executor:
    try:
        from pfocr2rdf.pipeline.executors.dask import DaskExecutor  # here, since few need it and it takes a second to import
    except ImportError:
        raise ExecutorError("the engine dask is not installed; run: pip install 'pfocr2rdf[dask]'") from None
    return DaskExecutor(options.scheduler, options.worker_count or os.cpu_count() or 1, worker_key, worker_factory)
