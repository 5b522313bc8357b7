"""The incremental single-file export: one file in each format, and a state by which the next run maps only what has changed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from pfocr2rdf.pipeline.aggregate import Aggregator, DroppedRecords
from pfocr2rdf.pipeline.incremental import ReusableRecords, detect_changes
from pfocr2rdf.pipeline.previous_export import holds_figures, open_previous_export
from pfocr2rdf.pipeline.record_writer import ExportItem, GraphFileWriter, RecordWriter
from pfocr2rdf.pipeline.report import ReportWriter
from pfocr2rdf.pipeline.results import IndexedRecord
from pfocr2rdf.pipeline.run import ExportRun
from pfocr2rdf.pipeline.sidecars import write_sidecars
from pfocr2rdf.pipeline.state import State
from pfocr2rdf.pipeline.summary import ExportSummary
from pfocr2rdf.pipeline.tasks import BATCH_RECORDS, MapBatchTask
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.storage.export_directory import ExportDirectory
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.layout import STATE_FILE, read_manifest
from pfocr2rdf.storage.sqlite import DATABASE_ERRORS

_MAX_BATCH_ITEMS = 512


class SingleFileExport:
    """An export to a directory, with one file in each format.

    The files are written in passes over all records: when a record turns up that supersedes one that is written already, another
    pass leaves out the latter and reuses what the pass before it has mapped.
    """

    def __init__(self, run: ExportRun, directory: ExportDirectory) -> None:
        self._run, self._directory = run, directory

    def execute(self) -> ExportSummary:
        """Write and publish the files, unless the output is this export already; ``StoppedError`` where a record was to stop the run."""
        dropped: DroppedRecords = {}
        mapped_records = 0
        if self._run.options.fresh:
            self._directory.drop_checkpoint()
        while True:
            with ExitStack() as stack:
                reusable = stack.enter_context(self._reusable_records())
                if not dropped and (unchanged := self._unchanged_summary(reusable)):
                    return unchanged
                stack.enter_context(map_os_errors(self._directory.path))
                state = State.create(self._directory.staging / STATE_FILE)
                stack.callback(state.discard)
                state.set_meta(version=self._run.fingerprint, settings=self._settings())
                aggregator = self._write_graph_files(dropped, reusable, state)
                mapped_records = max(mapped_records, aggregator.summary.mapped)  # another pass reuses what the first one mapped
                if not aggregator.duplicate_resolver.already_written:
                    aggregator.summary.mapped = mapped_records
                    return self._publish(aggregator, state)
                dropped = aggregator.duplicate_resolver.dropped
            self._directory.save_checkpoint(force=True)
            self._directory.reset()

    @contextlib.contextmanager
    def _reusable_records(self) -> Iterator[ReusableRecords]:
        """The records of the previous export and of an interrupted one, as far as they have not changed."""
        run = self._run
        roots = ([] if run.options.fresh else [self._directory.path]) + [self._directory.checkpoint]
        exports = [export for root in roots if (export := open_previous_export(root, run.fingerprint, run.options.formats))]
        export_numbers = b""
        try:
            if exports:
                with run.create_executor() as executor:
                    export_numbers = detect_changes(run.sources, exports, executor, run.options.limit)
            yield ReusableRecords(exports, export_numbers)
        finally:
            for export in exports:
                export.close()

    def _settings(self) -> dict[str, Any]:
        """All that the files of an export depend on, but for the records, the mapping and the shapes."""
        options = self._run.options
        settings = {"sources": self._run.source_names, "release": repr(self._run.release), "formats": list(options.formats)}
        return settings | {"compress": options.compress, "limit": options.limit}

    def _unchanged_summary(self, reusable: ReusableRecords) -> ExportSummary | None:
        """The summary of the export that is there already, where it is what this one would be."""
        previous = reusable.exports[0] if reusable.exports else None
        if not previous or previous.root != self._directory.path or any(True for _ in self._run.sources.refusals()):
            return None
        state, export_numbers = previous.state, reusable.export_numbers
        with contextlib.suppress(*DATABASE_ERRORS, TypeError, KeyError):
            if export_numbers.strip(b"\x01") or len(export_numbers) != len(state) or state.get_meta("settings") != self._settings():
                return None
            stray_files = [self._run.sources.orphans, self._run.sources.unread]
            if state.get_meta("stray_files") == stray_files and previous.is_intact():
                return ExportSummary.from_dict(state.get_meta("summary"))
        return None

    def _write_graph_files(self, dropped: DroppedRecords, reusable: ReusableRecords, state: State) -> Aggregator:
        """One pass over all records. Where a written record turned out to be a duplicate, the files are not right."""
        run, directory = self._run, self._directory
        with run.create_executor() as executor, ExitStack() as stack:
            report_progress = run.track_progress()
            report = stack.enter_context(ReportWriter(directory))
            files = [GraphFileWriter(directory, name, run.options.compress, stack) for name in run.options.formats]
            state.set_meta(formats=run.options.formats, files={file.format_name: file.name for file in files})
            aggregator = run.create_aggregator(directory, report, state, dropped)
            writer = RecordWriter(directory, state, aggregator, files)
            for items, result in executor.map(self._iter_batches(reusable)):
                writer.add_batch(items, result)
                report_progress(aggregator.summary.read)
            if aggregator.duplicate_resolver.already_written:
                writer.commit()
            else:
                self._finish(files, aggregator)
                state.set_meta(stray_files=[run.sources.orphans, run.sources.unread])
        return aggregator

    def _finish(self, files: list[GraphFileWriter], aggregator: Aggregator) -> None:
        """Write the entities behind the records, and the ends of all files."""
        aggregator.report_other_files(self._run.sources.orphans, self._run.sources.unread)
        for resources in aggregator.iter_entity_batches(self._run.validator):
            for file in files:
                file.append(file.serializer.serialize_resources(resources, DATASET_IRI).encode())
        for file in files:
            file.close()
        aggregator.close()

    def _iter_batches(self, reusable: ReusableRecords) -> Iterator[tuple[list[ExportItem], MapBatchTask | None]]:
        """The records in batches, each with the task that maps those of them that cannot be reused."""
        items: list[ExportItem] = []
        unmapped: list[IndexedRecord] = []
        for record in self._run.iter_records():
            item: ExportItem = (reusable.find(record) or record) if isinstance(record, IndexedRecord) else record
            if isinstance(item, IndexedRecord):
                unmapped.append(item)
            items.append(item)
            if len(unmapped) == BATCH_RECORDS or len(items) == _MAX_BATCH_ITEMS:
                yield items, self._create_task(unmapped)
                items, unmapped = [], []
        if items:
            yield items, self._create_task(unmapped)

    def _create_task(self, records: list[IndexedRecord]) -> MapBatchTask | None:
        return MapBatchTask(records, str(self._directory.staging)) if records else None

    def _publish(self, aggregator: Aggregator, state: State) -> ExportSummary:
        summary, directory = aggregator.summary, self._directory
        if self._run.options.dry_run:
            return summary
        if not summary.exported and holds_figures(lambda name: read_manifest(directory.path / name, lambda value: value)):
            summary.withheld = True
            return summary
        graph_files = [file for file in directory.written_files if file.name.startswith("figures.")]
        write_sidecars(directory, self._run, aggregator, graph_files)
        summary.files = sorted(file.name for file in directory.written_files)
        state.set_meta(summary=summary.as_dict(), written=directory.file_stamps())
        state.close()
        directory.publish()
        return summary
