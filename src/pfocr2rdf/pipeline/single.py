"""The incremental single-file export: one file in each format, and a state by which the next run maps only what has changed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice, repeat
from typing import Any

from pfocr2rdf.pipeline.aggregate import Aggregator, DroppedRecords
from pfocr2rdf.pipeline.derived_files import write_derived_files
from pfocr2rdf.pipeline.entity_index import EntityIndex, WrittenEntity
from pfocr2rdf.pipeline.graph_file import GraphFileWriter
from pfocr2rdf.pipeline.incremental import ReusableRecords, detect_changes
from pfocr2rdf.pipeline.previous_export import PreviousExport, holds_figures, open_previous_export
from pfocr2rdf.pipeline.record_writer import ExportItem, RecordWriter
from pfocr2rdf.pipeline.report import ReportWriter
from pfocr2rdf.pipeline.results import IndexedRecord
from pfocr2rdf.pipeline.run import ExportRun
from pfocr2rdf.pipeline.sidecars import write_sidecars
from pfocr2rdf.pipeline.state import State
from pfocr2rdf.pipeline.summary import ExportSummary
from pfocr2rdf.pipeline.tasks import BATCH_RECORDS, MapBatchTask
from pfocr2rdf.pipeline.update import ExportUpdate
from pfocr2rdf.pipeline.update_plan import ChangeLog, NotUpdatableError
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.storage.export_directory import ExportDirectory
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.layout import STATE_FILE, read_manifest
from pfocr2rdf.storage.sqlite import DATABASE_ERRORS

_MAX_BATCH_ITEMS = 512


class SingleFileExport:
    """An export to a directory, with one file in each format.

    The files are written in passes through all records: when a record turns up that supersedes one that is written already, another
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
                stack.enter_context(map_os_errors(self._directory.path))
                if not dropped and (summary := self._unchanged_summary(reusable) or self._update_previous(reusable)):
                    return summary
                state = State.create(self._directory.staging / STATE_FILE)
                stack.callback(state.discard)
                state.set_meta(version=self._run.fingerprint, shifts=[])
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
        change_log = ChangeLog(exports[0]) if len(exports) == 1 and exports[0].root == self._directory.path else None
        try:
            if exports:
                with run.create_executor(maps_records=False) as executor:
                    export_numbers = detect_changes(islice(run.sources, run.options.limit), exports, executor, change_log)
            yield ReusableRecords(exports, export_numbers, change_log)
        finally:
            for export in exports:
                export.close()

    def _settings(self) -> dict[str, Any]:
        """All that the files of an export depend on, but for the records, the mapping and the shapes."""
        options = self._run.options
        settings = {"sources": self._run.source_names, "release": repr(self._run.release), "formats": list(options.formats)}
        return settings | {"derived": list(options.derived), "compress": options.compress, "limit": options.limit}

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

    def _update_previous(self, reusable: ReusableRecords) -> ExportSummary | None:
        """Update the export that is there already, where that can be done."""
        if reusable.change_log is None or not self._has_same_layout(reusable.exports[0]):
            return None
        with ExitStack() as stack:
            try:
                update = ExportUpdate(self._run, self._directory, reusable.exports[0], reusable.change_log.plan())
                state = update.open_state()
                stack.callback(state.discard)
                return self._publish(update.write(state), state)
            except NotUpdatableError:
                self._directory.reset()
        return None

    def _has_same_layout(self, previous: PreviousExport) -> bool:
        """Whether the files of an export have the names and formats of those that this one writes, in the same order."""
        with contextlib.suppress(*DATABASE_ERRORS):
            settings = previous.state.get_meta("settings")
            return isinstance(settings, dict) and all(settings.get(name) == self._settings()[name] for name in ("formats", "compress"))
        return False

    def _write_graph_files(self, dropped: DroppedRecords, reusable: ReusableRecords, state: State) -> Aggregator:
        """One pass over all records. Where a written record turned out to be a duplicate, the files are not right."""
        run, directory = self._run, self._directory
        with run.create_executor() as executor, ExitStack() as stack:
            report_progress = run.track_progress()
            report = stack.enter_context(ReportWriter(directory))
            files = [
                GraphFileWriter(directory, run.options.create_serializer(name), run.options.compress, stack) for name in run.options.formats
            ]
            state.set_meta(formats=run.options.formats, files={file.format_name: file.name for file in files})
            aggregator = run.create_aggregator(directory, report, state, dropped)
            writer = RecordWriter(directory, state, aggregator, files)
            for items, result in executor.map(self._iter_batches(reusable)):
                writer.add_batch(items, result)
                report_progress(aggregator.summary.read)
            if aggregator.duplicate_resolver.already_written:
                writer.commit()
            else:
                state.set_meta(entity_offsets=self._finish(files, aggregator, EntityIndex(state.database)))
        return aggregator

    def _finish(self, files: list[GraphFileWriter], aggregator: Aggregator, index: EntityIndex) -> list[int]:
        """Write the entities behind the records, and the ends of all files; where the entities begin in each file."""
        aggregator.report_other_files(self._run.sources.orphans, self._run.sources.unread)
        offsets: list[int] = []
        for entities in aggregator.iter_entity_batches(self._run.validator.validate):
            resources = [entity.resource for entity in entities]
            written = [file.append_resources(resources, DATASET_IRI) for file in files]
            offsets = offsets or [offset for offset, _ in written]
            columns = zip(*(sizes for _, sizes in written), strict=True) if files else repeat(())
            index.put(map(WrittenEntity.of, entities, columns))
        for file in files:
            file.close()
        aggregator.close()
        return offsets or [0] * len(files)

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
        derived_files = write_derived_files(directory, self._run.options, aggregator, graph_files, directory.read)
        write_sidecars(directory, self._run, aggregator, graph_files, derived_files)
        summary.files = sorted(file.name for file in directory.written_files)
        stray_files = [self._run.sources.orphans, self._run.sources.unread]
        state.set_meta(settings=self._settings(), stray_files=stray_files, totals=aggregator.totals())
        state.set_meta(summary=summary.as_dict(), written=directory.file_stamps())
        state.close()
        os.replace(state.path, directory.staging / STATE_FILE)
        directory.publish()
        summary.removed = directory.removed_names
        return summary
