"""Which records are still what they were in an earlier export: their files are read and digested, nothing more."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from pfocr2rdf.earlier import Earlier
from pfocr2rdf.errors import RecordError
from pfocr2rdf.records import Sources
from pfocr2rdf.tasks import Known, ScanBatch
from pfocr2rdf.workers import Pool

_AT_ONCE = 256


def scan(sources: Sources, places: list[Earlier], pool: Pool, limit: int | None) -> bytes:
    """For each record, by number, the place (from 1) that has it as it is now; 0 where none has, or where there is no record."""
    found = bytearray()
    for numbers, same in pool.map(_tasks(sources, places, limit)):
        found.extend(bytes(numbers[-1] + 1 - len(found)))
        for number, place in zip(numbers, same, strict=True):
            found[number] = place
    return bytes(found)


def _tasks(sources: Sources, places: list[Earlier], limit: int | None) -> Iterator[tuple[list[int], ScanBatch]]:
    numbers: list[int] = []
    records: list[Known] = []
    for number, item in enumerate(islice(sources, limit)):
        if isinstance(item, RecordError):
            continue
        numbers.append(number)
        records.append(Known(item, tuple(place.known(item) for place in places)))
        if len(records) == _AT_ONCE:
            yield numbers, ScanBatch(records)
            numbers, records = [], []
    if records:
        yield numbers, ScanBatch(records)
