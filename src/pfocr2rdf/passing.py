"""One pass over all records: batches go to workers, what comes back goes to the files in order, entities come last."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from typing import NamedTuple

from pfocr2rdf.batch import Numbered, Quarantined, Work, numbered
from pfocr2rdf.earlier import Earlier
from pfocr2rdf.errors import RecordError
from pfocr2rdf.gathering import Gathering
from pfocr2rdf.graphfile import GraphFile
from pfocr2rdf.iris import DATASET
from pfocr2rdf.outcome import EXPORTED, LOST, QUARANTINED, REFUSED, Outcome, Warned
from pfocr2rdf.records import Sources
from pfocr2rdf.reportfile import ReportFiles
from pfocr2rdf.sinks.output import OutputDirectory, mapped_errors
from pfocr2rdf.state import Row, State
from pfocr2rdf.tasks import MapBatch
from pfocr2rdf.validation import Validator
from pfocr2rdf.workers import Pool

BATCH = 64
_REUSED_AT_ONCE = 512
_COMMIT_SECONDS = 1.0

Progress = Callable[[int, int], None]
"""Called with the number of records done so far, and the number of files there are to read."""


class Options(NamedTuple):
    """What a user chose, but for sources and output; see ``pipeline.export``."""

    formats: tuple[str, ...]
    compress: str | None = None
    on_violation: str = "quarantine"
    limit: int | None = None
    fail_fast: bool = False

    @property
    def stop_at(self) -> frozenset[str]:
        """The statuses that end the run."""
        return frozenset(([REFUSED] if self.fail_fast else []) + ([QUARANTINED] if self.on_violation == "fail" else []))


class Reused(NamedTuple):
    """A record that is taken from before, with the number it has now."""

    outcome: Outcome
    row: Row
    earlier: Earlier


class Before(NamedTuple):
    """What of the records is known from before.

    Attributes:
        places: where records can be taken from.
        found: for each record, by number, the place (from 1) that has it as it is now, or 0.
    """

    places: list[Earlier]
    found: bytes = b""

    def reused(self, one: Numbered) -> Reused | None:
        """The record, where it can be taken from before."""
        number, located = one
        place = self.found[number] if number < len(self.found) else 0
        if not place:
            return None
        earlier = self.places[place - 1]
        row = earlier.find(located)
        return Reused(row.outcome._replace(number=number), row, earlier) if row else None


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

    def run(self, losers: dict[int, RecordError | Warned], progress: Progress | None) -> None:
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
