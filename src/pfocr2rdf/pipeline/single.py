"""The incremental single-file export: one file in each format, and a state by which the next run maps only what has changed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from typing import Any, NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.pipeline.aggregate import Gathering
from pfocr2rdf.pipeline.executors.base import Pool
from pfocr2rdf.pipeline.fingerprint import version_of
from pfocr2rdf.pipeline.graph_file import GraphFile
from pfocr2rdf.pipeline.incremental import Before, Reused, find_earlier, is_whole, scan
from pfocr2rdf.pipeline.options import Engine, Options, RecordProgress, Release
from pfocr2rdf.pipeline.report import ReportFiles
from pfocr2rdf.pipeline.results import EXPORTED, LOST, QUARANTINED, Numbered, Outcome, Quarantined, Warned, Work, numbered
from pfocr2rdf.pipeline.sidecars import write_companions
from pfocr2rdf.pipeline.state import Row, State
from pfocr2rdf.pipeline.summary import Summary
from pfocr2rdf.pipeline.tasks import MapBatch
from pfocr2rdf.pipeline.worker import pool
from pfocr2rdf.rdf.iris import DATASET
from pfocr2rdf.records.sources import Sources
from pfocr2rdf.storage.files import mapped_errors
from pfocr2rdf.storage.layout import STATE
from pfocr2rdf.storage.sqlite import DAMAGED
from pfocr2rdf.storage.staging import OutputDirectory
from pfocr2rdf.validation.shapes import Shapes
from pfocr2rdf.validation.validator import Validator, validator_of


class WholeRun(NamedTuple):
    """An export to a directory, with one file in each format."""

    sources: Sources
    names: list[str]
    shapes: Shapes
    directory: OutputDirectory
    options: Options
    release: Release
    fresh: bool
    dry_run: bool
    engine: Engine
    progress: RecordProgress | None

    def run(self) -> Summary:
        """Make the files and put them in their place, if they are not there already."""
        losers: dict[int, RecordError | Warned] = {}
        version, mapped = version_of(self.shapes, self.options.on_violation), 0
        if self.fresh:
            self.directory.forget()
        while True:
            with ExitStack() as stack:
                before = stack.enter_context(self._before(version))
                if not losers and (summary := self._unchanged(before)):
                    return summary
                stack.enter_context(mapped_errors(self.directory.path))
                state = State.new(self.directory.staging / STATE)
                stack.callback(state.abandon)
                state.note(version=version, settings=self._settings())
                done = self._pass(losers, before, state)
                mapped = max(mapped, done.mapped)  # another pass takes what the first one mapped
                if not done.gathering.duplicates.late:
                    done.gathering.summary.mapped = mapped
                    return self._publish(done, state)
                losers = done.gathering.duplicates.losers
            self.directory.set_aside(anyway=True)  # what was written is taken from there, but for the records that lost
            self.directory.restart()

    def _pool(self) -> contextlib.closing[Pool]:
        validator_of(self.shapes)  # made before there are processes, which then share it
        return contextlib.closing(pool(self.engine, self.options.formats, self.shapes, self.options.on_violation))

    def _pass(self, losers: dict[int, RecordError | Warned], before: Before, state: State) -> Pass:
        with self._pool() as workers:
            one = Pass(self.sources, workers, validator_of(self.shapes), self.directory, self.options, state, before)
            one.run(losers, self.progress)
        return one

    @contextlib.contextmanager
    def _before(self, version: str) -> Iterator[Before]:
        """What is known of the records from before."""
        roots = ([] if self.fresh else [self.directory.path]) + [self.directory.interrupted]
        places = [place for root in roots if (place := find_earlier(root, version, self.options.formats))]
        found = b""
        try:
            if places:
                with self._pool() as workers:
                    found = scan(self.sources, places, workers, self.options.limit)
            yield Before(places, found)
        finally:
            for place in places:
                place.close()

    def _settings(self) -> dict[str, Any]:
        """All that the files of an export depend on, but for the records, the mapping and the shapes."""
        options = self.options
        settings = {"sources": self.names, "release": list(self.release), "formats": list(options.formats)}
        return settings | {"compress": options.compress, "limit": options.limit}

    def _unchanged(self, before: Before) -> Summary | None:
        """The numbers of the export that is there already, where it is what this one would be."""
        place = before.places[0] if before.places else None
        if not place or place.root != self.directory.path or self.sources.refusals:
            return None
        state = place.state
        with contextlib.suppress(*DAMAGED, TypeError, KeyError):
            if before.found.strip(b"\x01") or len(before.found) != len(state) or state.noted("settings") != self._settings():
                return None
            if state.noted("orphans") == self.sources.orphans and is_whole(place.root, state):
                return Summary.from_dict(state.noted("summary"))
        return None

    def _publish(self, done: Pass, state: State) -> Summary:
        summary, directory = done.gathering.summary, self.directory
        if self.dry_run:
            return summary
        graph = [file for file in directory.written if file.name.startswith("figures.")]
        write_companions(directory, graph, done.gathering, self.shapes, self.release, self.names)
        summary.files = sorted(file.name for file in directory.written)
        state.note(summary=summary.as_dict(), written=directory.stamps())
        state.close()
        directory.publish()
        return summary


BATCH = 64
_REUSED_AT_ONCE = 512
_COMMIT_SECONDS = 1.0
Entry = Numbered | Reused | Outcome


class Pass:
    """One pass, which leaves its files in the staging folder of a directory.

    Args:
        sources: the records.
        pool: where they are worked on.
        validator: for entities.
        directory: the output.
        options: what a user chose.
        state: takes what is to be remembered.
        before: what need not be done again.

    Attributes:
        gathering: what came together from all records. Where ``gathering.duplicates.late`` has any, the files are not right: a
            record was written that one after it superseded, and another pass must leave out ``gathering.duplicates.losers``.
    """

    def __init__(
        self, sources: Sources, pool: Pool, validator: Validator, directory: OutputDirectory, options: Options, state: State, before: Before
    ) -> None:
        self.sources, self._pool, self._validator = sources, pool, validator
        self.directory, self.options, self._state, self._before = directory, options, state, before
        self.read = self.mapped = 0
        self._committed = time.monotonic()

    def run(self, losers: dict[int, RecordError | Warned], progress: RecordProgress | None) -> None:
        """Go through all records. Those that are known to lose to another record of their figure are left out.

        Raises:
            StoppedError: a refusal or a violation was to stop the run.
        """
        expected = self.sources.count() if progress else 0
        with mapped_errors(self.directory.path), ExitStack() as stack:
            report = stack.enter_context(ReportFiles(self.directory))
            self._files = [GraphFile(self.directory, form, self.options.compress, stack) for form in self.options.formats]
            self._state.note(formats=self.options.formats, files={file.form: file.name for file in self._files})
            self.gathering = Gathering(self.directory, report, self._state, losers, self.options.stop_at)
            for error in self.sources.refusals:
                self.gathering.refuse(error)
            for portion, work in self._pool.map(self._portions()):
                self._absorb(portion, work)
                if progress:
                    progress(self.read, expected)
            if self.gathering.duplicates.late:
                self._commit()
            else:
                self._finish()

    def _finish(self) -> None:
        gathering = self.gathering
        gathering.tell(self.sources.orphans)
        for nodes in gathering.entities_in_batches(self._validator):
            for file in self._files:
                file.add(file.writer.nodes(nodes, DATASET).encode())
        for file in self._files:
            file.close()
        gathering.summary.read, gathering.summary.mapped = self.read, self.mapped
        gathering.close()
        self._state.note(orphans=self.sources.orphans)

    def _portions(self) -> Iterator[tuple[list[Entry], MapBatch | None]]:
        """The records in portions, each with what is to be mapped of it."""
        entries: list[Entry] = []
        batch: list[Numbered] = []
        for number, item in enumerate(islice(self.sources, self.options.limit)):
            entry: Entry = numbered(number, item)
            if isinstance(entry, Numbered):
                entry = self._before.reused(entry) or entry
            if isinstance(entry, Numbered):
                batch.append(entry)
            entries.append(entry)
            if len(batch) == BATCH or len(entries) == _REUSED_AT_ONCE:
                yield entries, self._task(batch)
                entries, batch = [], []
        if entries:
            yield entries, self._task(batch)

    def _task(self, batch: list[Numbered]) -> MapBatch | None:
        return MapBatch(batch, str(self.directory.staging)) if batch else None

    def _absorb(self, entries: list[Entry], result: Work | list[Work] | None) -> None:
        """Take what became of a portion."""
        texts: dict[int, list[memoryview]] = {}
        quarantined: dict[int, Quarantined] = {}
        fresh: dict[int, Outcome] = {}
        for work in result if isinstance(result, list) else [result] if result else []:
            self.gathering.learn(work)
            quarantined |= work.quarantined
            fresh |= {one.number: one for one in work.outcomes}
            texts |= self._cut(work)
        outcomes = [fresh[entry.number] if isinstance(entry, Numbered) else _outcome(entry) for entry in entries]
        rows = []
        for entry, before, outcome in zip(entries, outcomes, self.gathering.judge(outcomes), strict=True):
            if isinstance(entry, Reused):
                rows.append(self._reuse(entry, outcome))
                continue
            if outcome.status == LOST and before.status == EXPORTED:
                self.gathering.forget(outcome)
            self.gathering.take(outcome, quarantined.get(outcome.number))
            rows.append(self._written(outcome, texts.get(outcome.number, [])))
        self._state.add(rows)
        self.read += len(entries)
        self.mapped += len(fresh)
        if time.monotonic() - self._committed > _COMMIT_SECONDS:
            self._commit()

    def _cut(self, work: Work) -> dict[int, list[memoryview]]:
        """The text of each exported record of a batch, in each format."""
        exported = [one for one in work.outcomes if one.status == EXPORTED]
        cut: dict[int, list[memoryview]] = {one.number: [] for one in exported}
        for at, file in enumerate(self._files):
            text, begin = memoryview(work.text(file.form)), 0
            for one in exported:
                cut[one.number].append(text[begin : begin + one.sizes[at]])
                begin += one.sizes[at] + len(file.separator)
        return cut

    def _reuse(self, entry: Reused, outcome: Outcome) -> Row:
        """Take a record from before."""
        earlier, quarantined = entry.earlier, None
        if outcome.status == EXPORTED:
            self.gathering.recall(outcome)
            self.gathering.entities.learn(earlier.state.description(key) for key in outcome.keys if not self.gathering.entities.knows(key))
        elif outcome.status == QUARANTINED:
            quarantined = earlier.quarantined(outcome.figid)
        self.gathering.take(outcome, quarantined)
        return self._written(outcome, earlier.texts(entry.row) if outcome.status == EXPORTED else [])

    def _written(self, outcome: Outcome, texts: Sequence[bytes | memoryview]) -> Row:
        """Write a record's texts; what is to be remembered of it."""
        if outcome.status != EXPORTED:
            return Row(outcome._replace(sizes=(), entities=b""), ())
        offsets = tuple(file.add(text) for file, text in zip(self._files, texts, strict=True))
        return Row(outcome._replace(sizes=tuple(map(len, texts))), offsets)

    def _commit(self) -> None:
        """Make what was done so far outlive this process."""
        for file in self._files:
            file.flush()
        self.gathering.entities.flush()
        self._state.commit()
        self._committed = time.monotonic()
        self.directory.resumable = True


def _outcome(entry: Reused | Outcome) -> Outcome:
    return entry.outcome if isinstance(entry, Reused) else entry
