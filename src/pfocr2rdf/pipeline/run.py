"""The context of one export run, which both layouts share: options, sources, shapes, executor, release, progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from pfocr2rdf.mapping.jsonld.processor import load_pyld
from pfocr2rdf.pipeline.aggregate import Aggregator, DroppedRecords
from pfocr2rdf.pipeline.executors.base import Executor
from pfocr2rdf.pipeline.fingerprint import export_fingerprint
from pfocr2rdf.pipeline.options import ExecutorOptions, ExportOptions
from pfocr2rdf.pipeline.release import Release
from pfocr2rdf.pipeline.report import ReportWriter
from pfocr2rdf.pipeline.results import NUMBER_STEP, IndexedRecord, RecordResult, index_record
from pfocr2rdf.pipeline.state import State
from pfocr2rdf.pipeline.worker import create_executor
from pfocr2rdf.records.sources import RecordSource
from pfocr2rdf.storage.export_directory import ExportDirectory
from pfocr2rdf.storage.progress import Progress
from pfocr2rdf.validation.shapes import Shapes
from pfocr2rdf.validation.validator import Validator, get_validator


@dataclass(frozen=True)
class ExportRun:
    """The run context that ``SingleFileExport`` and ``PartitionedExport`` are given; ``source_names`` contain no secrets."""

    options: ExportOptions
    executor_options: ExecutorOptions
    sources: RecordSource
    source_names: list[str]
    shapes: Shapes
    release: Release
    progress: Progress | None

    @cached_property
    def validator(self) -> Validator:
        """The validator of the shapes."""
        return get_validator(self.shapes)

    @cached_property
    def fingerprint(self) -> str:
        """The fingerprint of code, libraries, shapes and options: the cache key of everything that is reused."""
        return export_fingerprint(self.shapes, self.options.on_violation, self.options.image_url, self.options.iris)

    def create_executor(self, *, maps_records: bool = True) -> closing[Executor]:
        """The executor of the options, which is closed at the end of a ``with``."""
        if maps_records:  # what that takes is loaded before there are processes, which then share it
            _ = self.validator
            load_pyld()
        return closing(create_executor(self.executor_options, self.options, self.shapes))

    def create_aggregator(self, directory: ExportDirectory, report: ReportWriter, state: State, dropped: DroppedRecords) -> Aggregator:
        """An aggregator that has the refusals of the sources already."""
        aggregator = Aggregator(directory, report, state, dropped, self.options.fatal_statuses)
        for error in self.sources.refusals():
            aggregator.add_unreadable(1)
            aggregator.add_refusal(error)
        return aggregator

    def iter_records(self) -> Iterator[IndexedRecord | RecordResult]:
        """The records in order, each with its number; a source item that is no record comes as its refusal."""
        for number, item in enumerate(islice(self.sources, self.options.limit)):
            yield index_record(number * NUMBER_STEP, item)

    def track_progress(self) -> Callable[[int], None]:
        """A function to call with the number of records that were read so far."""
        progress = self.progress
        if progress is None:
            return lambda _: None
        expected = self.sources.count_files()
        return lambda read_records: progress("exporting records", read_records, max(read_records, expected))
