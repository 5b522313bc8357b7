"""What worker processes are asked to do: to map a batch of records, or to look whether records are still the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from pfocr2rdf import iris
from pfocr2rdf.batch import Numbered, Quarantined, Work, Worker, refused
from pfocr2rdf.errors import RecordError
from pfocr2rdf.outcome import QUARANTINED
from pfocr2rdf.records import Located, digest_of

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


class Known(NamedTuple):
    """A record, and its digest and figure as they were known in each place where it may be taken from."""

    located: Located
    known: tuple[tuple[bytes, str] | None, ...]


class ScanBatch(NamedTuple):
    """Look where records are still what they were."""

    records: list[Known]

    def done_by(self, _worker: Any) -> bytes:
        """For each record the place (from 1) that knows it as it is now, or 0."""
        return bytes(_place(one) for one in self.records)

    def split(self) -> list[ScanBatch]:
        """A task for each record."""
        return [ScanBatch([one]) for one in self.records]

    def joined(self, results: list[bytes]) -> bytes:
        """The places of all records."""
        return b"".join(results)

    def died(self, _reason: str) -> bytes:
        """A record that cannot be looked at is mapped."""
        return bytes(len(self.records))


def _place(one: Known) -> int:
    digests: dict[str, bytes] = {}
    for place, known in enumerate(one.known, 1):
        if not known or not known[0]:
            continue
        digest, figid = known
        try:
            if figid not in digests:
                digests[figid] = digest_of(one.located, figid)
        except RecordError:
            return 0
        if digests[figid] == digest:
            return place
    return 0
