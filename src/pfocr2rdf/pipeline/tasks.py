"""The tasks that executors run: map a batch, write a partition, isolate a poison record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.pipeline.partition_manifest import Account, Done
from pfocr2rdf.pipeline.results import EXPORTED, QUARANTINED, Numbered, Outcome, Quarantined, Said, Work, refused
from pfocr2rdf.pipeline.worker import Worker
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.serializers.base import Writer
from pfocr2rdf.rdf.serializers.formats import FORMATS
from pfocr2rdf.records.reader import RANK, digest_of, fetch, interpret, load
from pfocr2rdf.records.sources import Located
from pfocr2rdf.storage.compression import ending
from pfocr2rdf.storage.filesystem import Storage, Writing

_AT_ONCE = 64


class Deadly(NamedTuple):
    """The records that no worker survives, by number, and how the workers died."""

    reasons: dict[int, str]

    @classmethod
    def together(cls, found: Iterable[Deadly]) -> Deadly:
        """All that were found."""
        return cls({number: reason for one in found for number, reason in one.reasons.items()})


class Probe(NamedTuple):
    """Find out whether a record kills a worker."""

    one: Numbered

    def done_by(self, worker: Worker) -> Deadly:
        """It does not, if this returns."""
        worker.run([self.one])
        return Deadly({})

    def split(self) -> Sequence[Probe]:
        """It is one record already."""
        return [self]

    def joined(self, results: list[Deadly]) -> Deadly:
        """All that are deadly."""
        return Deadly.together(results)

    def died(self, reason: str) -> Deadly:
        """This one is."""
        return Deadly({self.one.number: reason})


class Part(NamedTuple):
    """Make one part.

    Attributes:
        number: its place among the parts.
        batch: its records.
        storage: where it goes.
        formats: names of ``FORMATS``.
        compress: a name of ``COMPRESSIONS``, or ``None``.
        version: that of the mapping and shapes.
        without: numbers of records that gave way to another one of their figure; ``None`` where that is not known yet: then none
            are left out, but a part that is there already will do without any.
        deadly: numbers of records that no worker survives, and how the workers died.
        fresh: make it again, whatever is there.
    """

    number: int
    batch: list[Numbered]
    storage: Storage
    formats: tuple[str, ...]
    compress: str | None
    version: str
    without: frozenset[int] | None = None
    deadly: Mapping[int, str] = {}
    fresh: bool = False

    def done_by(self, worker: Worker) -> Done:
        """Make it, if it is not there already."""
        return (None if self.fresh else self._found()) or self._made(worker)

    def split(self) -> Sequence[Probe]:
        """Look which record is to blame when workers die."""
        return [Probe(one) for one in self.batch]

    def joined(self, results: list[Deadly]) -> Deadly:
        """All records that are deadly."""
        return Deadly.together(results)

    def died(self, reason: str) -> Deadly:
        """A part of one record."""
        return Deadly({self.batch[0].number: reason})

    def name(self, writer: Writer) -> str:
        """The name of its file in a format."""
        return f"part-{self.number:05}{writer.suffix}{ending(self.compress)}"

    def _made(self, worker: Worker) -> Done:
        """Write its files and then their account."""
        worker.forget()
        done = Done([], [], [], {}, self.without or frozenset(), len(self.batch))
        with ExitStack() as stack:
            writers = {form: FORMATS[form]() for form in self.formats}
            files = {form: stack.enter_context(self.storage.write(self.name(writer))) for form, writer in writers.items()}
            self._write(worker, writers, files, done)
        done.files.extend(files[form].written for form in self.formats)
        Account(self.storage, self.number).write(self._settings(), self.batch, done)
        return done

    def _settings(self) -> list[Any]:
        """All that its files depend on, but for the records, and which of them gave way."""
        first = self.batch[0].number
        return [self.version, list(self.formats), self.compress, sorted(number - first for number in self.deadly)]

    def _write(self, worker: Worker, writers: Mapping[str, Writer], files: Mapping[str, Writing], done: Done) -> None:
        empty, left_out = True, {*done.left_out, *self.deadly}
        for form, writer in writers.items():
            files[form].stream.write(writer.head().encode())
        for begin in range(0, len(self.batch), _AT_ONCE):
            work = worker.run([one for one in self.batch[begin : begin + _AT_ONCE] if one.number not in left_out])
            done.outcomes.extend(work.outcomes)
            done.descriptions.extend(work.descriptions)
            done.quarantined.update(work.quarantined)
            texts = {form: work.text(form) for form in self.formats}
            if any(texts.values()):
                for form, writer in writers.items():
                    files[form].stream.write((b"" if empty else writer.separator.encode()) + texts[form])
                empty = False
        for form, writer in writers.items():
            files[form].stream.write(writer.tail().encode())
        self._add_left_out(done)

    def _add_left_out(self, done: Done) -> None:
        """The records of which there is nothing in the files, in their place among the others."""
        for one in self.batch:
            if one.number in self.deadly:
                work = MapBatch([one]).died(self.deadly[one.number])
                done.outcomes.extend(work.outcomes)
                done.quarantined.update(work.quarantined)
            elif one.number in done.left_out:
                done.outcomes.append(_given_way(one))
        done.outcomes.sort(key=lambda outcome: outcome.number)

    def _found(self) -> Done | None:
        """What is there already, where it is of these very records."""
        done = Account(self.storage, self.number).read(self._settings(), self.batch)
        names = [self.name(FORMATS[form]()) for form in self.formats]
        if done is None or [file.name for file in done.files] != names or self.without not in (None, done.left_out):
            return None
        same = all(self.storage.size(file.name) == file.size for file in done.files) and self._is_same(done.outcomes)
        return done if same else None

    def _is_same(self, outcomes: list[Outcome]) -> bool:
        for begin in range(0, len(self.batch), _AT_ONCE):
            batch = self.batch[begin : begin + _AT_ONCE]
            fetch(located for _, located in batch)
            if not all(_is_as_before(located, before) for (_, located), before in zip(batch, outcomes[begin:], strict=False)):
                return False
        return True


def _given_way(one: Numbered) -> Outcome:
    """A record that gave way to another one of its figure: as much of it as shows whether it still does."""
    number, located = one
    try:
        raw, data = load(located)
        rank = RANK[interpret(raw, data).generation]
    except RecordError as error:
        return refused(number, located, error.at(located.where))
    return Outcome(number, located.where, located.line, raw.digest(), raw.figid, rank, EXPORTED, (), b"", "{}")


def _is_as_before(located: Located, before: Outcome) -> bool:
    """Whether a record is what it was; one that could not be read then must not be readable now, for the same reason."""
    if (located.where, located.line) != (before.where, before.line):
        return False
    try:
        if before.digest:
            return digest_of(located, before.figid) == before.digest
        load(located)
    except RecordError as error:
        return not before.digest and str(error.at(located.where)) == str(Said.from_json(before.said).refusal)
    return False


_ENOUGH = 1 << 23


class MapBatch(NamedTuple):
    """Map a batch.

    Attributes:
        batch: the records.
        spool: the folder to leave the texts in, for another process to take; without it they come with the result.
    """

    batch: list[Numbered]
    spool: str = ""

    def done_by(self, worker: Worker) -> Work:
        """What becomes of the batch."""
        work = worker.run(self.batch)
        if self.spool:
            work.spool(Path(self.spool), self.batch[0].number)
        return work

    def split(self) -> list[MapBatch]:
        """A task for each record."""
        return [MapBatch([one], self.spool) for one in self.batch]

    def joined(self, results: list[Work]) -> list[Work]:
        """The works of the parts."""
        return results

    def died(self, reason: str) -> Work:
        """A record that kills whoever works on it is quarantined."""
        (number, located), *_ = self.batch
        why = RecordError(
            f"a worker process died of it twice: {reason}", where=located.where, remedy="look at the record; tell the makers of pfocr2rdf"
        )
        work = Work()
        work.outcomes = [refused(number, located, why)._replace(status=QUARANTINED)]
        reasons = [{"source": located.where, "reason": why.reason}]
        work.quarantined[number] = Quarantined(_folder_name(located, number), _files(located), reasons)
        return work


def _folder_name(located: Located, number: int) -> str:
    """The name of its file, where that can be the name of a folder."""
    try:
        return iris.figid(Path(located.path).stem)
    except RecordError:
        return f"record-{number}"


def _files(located: Located) -> dict[str, bytes]:
    if located.document:
        return {"record.yaml": located.document.data}
    with Path(located.path).open("rb") as file:
        return {Path(located.path).name: file.read(_ENOUGH)}
