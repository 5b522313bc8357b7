"""One pass over all records: batches go to the worker, what comes back goes to the files, entities come last."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from typing import BinaryIO, NamedTuple

from pfocr2rdf.batch import Numbered, Warned, Work, Worker
from pfocr2rdf.dataset import Counts
from pfocr2rdf.duplicates import Duplicates
from pfocr2rdf.entities import Conflict, Entities
from pfocr2rdf.errors import RecordError, StoppedError
from pfocr2rdf.iris import DATASET
from pfocr2rdf.records import Located, Sources
from pfocr2rdf.reportfile import ReportFiles
from pfocr2rdf.sinks import FORMATS, Writer
from pfocr2rdf.sinks.output import COMPRESSIONS, OutputDirectory, mapped_errors
from pfocr2rdf.summary import Summary
from pfocr2rdf.terms import Node
from pfocr2rdf.validation import Result, as_json

BATCH = 64
_ENTITIES_AT_ONCE = 512

Progress = Callable[[int, int], None]
"""Called with the number of records done so far, and the number of files there are to read."""


class Options(NamedTuple):
    """What a user chose, but for sources and output; see ``pipeline.export``."""

    formats: tuple[str, ...]
    compress: str | None = None
    on_violation: str = "quarantine"
    limit: int | None = None
    fail_fast: bool = False


class GraphFile:
    """A file of the graph that grows batch by batch.

    Args:
        directory: where it goes.
        form: a name of ``FORMATS``.
        compress: a name of ``COMPRESSIONS``, or ``None``.
    """

    def __init__(self, directory: OutputDirectory, form: str, compress: str | None, stack: ExitStack) -> None:
        self.writer: Writer = FORMATS[form]()
        self.name = f"figures{self.writer.suffix}{COMPRESSIONS[compress] if compress else ''}"
        self._file: BinaryIO = stack.enter_context(directory.open(self.name))
        self._file.write(self.writer.head().encode())
        self._empty = True

    def add(self, text: bytes) -> None:
        """The text of a batch; nothing where that is empty."""
        if not text:
            return
        if not self._empty:
            self._file.write(self.writer.separator.encode())
        self._file.write(text)
        self._empty = False

    def close(self) -> None:
        """Write the tail."""
        self._file.write(self.writer.tail().encode())


class Pass:
    """One pass, which leaves its files in the staging folder of a directory."""

    def __init__(self, sources: Sources, worker: Worker, directory: OutputDirectory, options: Options) -> None:
        self.sources, self.worker, self.directory, self.options = sources, worker, directory, options
        self.summary, self.counts, self.entities, self.duplicates = Summary(), Counts(), Entities(), Duplicates()
        self.digest = hashlib.sha256()
        self._refused: set[str] = set()

    def run(self, losers: dict[int, RecordError | Warned], progress: Progress | None) -> bool:
        """Go through all records, but for those that are known to lose to another record of their figure.

        Returns:
            Whether the files are right. Where they are not, a record was written that one after it superseded; then
            ``duplicates.losers`` says what another pass must leave out.

        Raises:
            StoppedError: a refusal or a violation was to stop the run.
        """
        expected = self.sources.count() if progress else 0
        with mapped_errors(self.directory.path), ExitStack() as stack:
            report = stack.enter_context(ReportFiles(self.directory))
            files = {name: GraphFile(self.directory, name, self.options.compress, stack) for name in self.options.formats}
            for error in self.sources.refusals:
                self._refuse(error, report)
            for batch in self._batches(report):
                self._absorb(self._work(batch, losers), files, report)
                if progress:
                    progress(self.summary.read, expected)
            if self.duplicates.late:
                return False
            self._tell(losers | self.duplicates.losers, report)
            self._write_entities(files, report)
            for file in files.values():
                file.close()
            self._count(report)
            report.close(self.summary.as_dict(timing=False))
        return True

    def _batches(self, report: ReportFiles) -> Iterator[list[Numbered]]:
        """The records in batches; what is refused already when it is found goes to the report."""
        batch: list[Numbered] = []
        for number, item in enumerate(islice(self.sources, self.options.limit)):
            self.summary.read += 1
            if isinstance(item, Located):
                batch.append(Numbered(number, item))
            else:
                self._refuse(item, report)
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _work(self, batch: list[Numbered], losers: dict[int, RecordError | Warned]) -> Work:
        known = losers.keys()
        work = self.worker.run(batch, frozenset(known))
        lost = self.duplicates.judge(work.seen, batch[0].number)
        return self.worker.run(batch, frozenset(known | lost)) if lost else work

    def _refuse(self, error: RecordError, report: ReportFiles) -> None:
        report.refusal(error)
        self._refused.add(error.figid)
        self.summary.refused += 1
        if len(self.summary.refusals) < Summary.SHOWN:
            self.summary.refusals.append(error)
        if self.options.fail_fast:
            raise StoppedError(f"stopped at the first refusal: {error}")

    def _absorb(self, work: Work, files: dict[str, GraphFile], report: ReportFiles) -> None:
        for error in work.refusals:
            self._refuse(error, report)
        for result in work.results:
            report.result(result)
        for one in work.quarantined:
            worst = next(result for result in one.results if result.severity == "Violation")
            if self.options.on_violation == "fail":
                raise StoppedError(f"stopped at the first violation: {one.where}: {worst.sentence()}")
            self.directory.quarantine(one.figid, one.files, [as_json(result) for result in one.results])
            report.quarantined(one.figid, one.where)
            if len(self.summary.shown_quarantined) < Summary.SHOWN:
                self.summary.shown_quarantined.append((one.figid, worst.sentence()))
        for warned in work.warnings:
            report.warning(warned)
        for name, file in files.items():
            file.add(work.texts[name])
        self.entities.merge(work.entities)
        self.counts.merge(work.counts)
        self.summary.exported += work.figures
        self.summary.tally(work.tally)
        self.digest.update(work.digests)

    def _tell(self, losers: dict[int, RecordError | Warned], report: ReportFiles) -> None:
        """Say which records lost to another of their figure, and which tables have no figure."""
        for _, said in sorted(losers.items()):
            if isinstance(said, RecordError):
                self._refuse(said, report)
            else:
                report.warning(said)
                self.summary.superseded += 1
        for stem, tables in self.sources.orphans.items():
            if not self.duplicates.knows(stem) and stem not in self._refused:
                for table in tables:
                    missing = RecordError("the table's figure is missing", where=table, remedy="add the figure or remove the table")
                    self._refuse(missing, report)

    def _write_entities(self, files: dict[str, GraphFile], report: ReportFiles) -> None:
        conflicts: list[Conflict] = []
        nodes: list[Node] = []
        for node in self.entities.merged(conflicts):
            for result in self._entity_results(node):
                report.result(result)
            nodes.append(node)
            if len(nodes) == _ENTITIES_AT_ONCE:
                self._write_nodes(nodes, files)
                nodes = []
        if nodes:
            self._write_nodes(nodes, files)
        for conflict in conflicts:
            report.conflict(conflict)

    def _write_nodes(self, nodes: list[Node], files: dict[str, GraphFile]) -> None:
        self.counts.add(nodes)
        for file in files.values():
            file.add(file.writer.nodes(nodes, DATASET).encode())

    def _entity_results(self, node: Node) -> list[Result]:
        """What is wrong with an entity that several descriptions were merged to; each of them alone was validated with its figure."""
        if not self.entities.is_merged(node.subject):
            return []
        beside = [other for _, value in node.pairs if (other := self.entities.node(value))]
        where = f"merged from {', '.join(self.entities.origins(node.subject))}"
        return [result for result in self.worker.validator.validate([node, *beside], where) if result.focus_node == node.subject]

    def _count(self, report: ReportFiles) -> None:
        summary = self.summary
        summary.quarantined = report.counts["quarantined"]
        summary.warnings, summary.conflicts = report.counts["warnings"], report.counts["conflicts"]
        summary.severities = report.severities
        summary.triples, summary.entities = self.counts.triples, len(self.entities)
