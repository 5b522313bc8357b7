"""What became of one record: small, the same in every process, and kept beside an export so that the next one need not do it again."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NamedTuple

from pfocr2rdf.dataset import Counts
from pfocr2rdf.entities import KEY_SIZE
from pfocr2rdf.errors import RecordError
from pfocr2rdf.remembered import Remembered
from pfocr2rdf.terms import TYPE, term
from pfocr2rdf.validation import Result
from pfocr2rdf.vocabulary import CLASSES, PROPERTIES

EXPORTED, REFUSED, QUARANTINED = "exported", "refused", "quarantined"
LOST = "lost"
"""The status of a record that gave way to another one of its figure."""

# What is counted is a few hundred texts of a few hundred letters, which all records use: they are written as lists of numbers.
_NAMES = tuple(dict.fromkeys((*(f"{TYPE} {term(row.name)}" for row in CLASSES), TYPE, *(term(row.name) for row in PROPERTIES))))
_NUMBER = {name: str(number) for number, name in enumerate(_NAMES)}


class Warned(NamedTuple):
    """Something worth a warning about a figure that was exported all the same."""

    figid: str
    where: str
    text: str


class Said(NamedTuple):
    """What there is to say of a record, beside its statements.

    Attributes:
        counts: of its figure and mentions.
        tally: counts for the summary: ``mentions.gene``, ``repairs.license`` and so on.
        results: what its validation found.
        warnings: what is worth a warning.
        refusal: why it cannot be used.
    """

    counts: Counts
    tally: Counter[str]
    results: list[Result]
    warnings: list[str]
    refusal: RecordError | None = None

    def to_json(self) -> str:
        """As one line of JSON."""
        row: dict[str, Any] = {}
        if self.counts.subjects:
            row["counts"] = [self.counts.subjects, _numbered(self.counts.shapes)]
        if self.tally:
            row["tally"] = self.tally
        if self.results:
            row["results"] = self.results
        if self.warnings:
            row["warnings"] = self.warnings
        if self.refusal:
            row["refusal"] = [str(self.refusal.reason), self.refusal.__dict__]
        return json.dumps(row, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Said:
        """What ``to_json`` wrote."""
        row = json.loads(text)
        counts = Counts()
        if "counts" in row:
            counts.subjects, counts.shapes = row["counts"][0], _named(row["counts"][1])
        results = [Result(*values) for values in row.get("results", ())]
        return cls(counts, Counter(row.get("tally", ())), results, row.get("warnings", []), _refusal(row.get("refusal")))


class Outcome(NamedTuple):
    """What became of one record.

    Attributes:
        number: its place in the order of all records.
        where: what messages call its source.
        line: the line of the source where it begins, where that holds several records; else 0.
        digest: SHA-256 of its files as they came; empty where they could not be read.
        figid: its figure; empty where that was not read.
        rank: the rank of its generation.
        status: ``EXPORTED``, ``REFUSED``, ``QUARANTINED`` or ``LOST``.
        sizes: the bytes of its text in each format, in the order of the formats.
        entities: the keys of the descriptions it gives of things that figures share, one behind the other.
        said: a ``Said``, as JSON.
    """

    number: int
    where: str
    line: int
    digest: bytes
    figid: str
    rank: int
    status: str
    sizes: tuple[int, ...]
    entities: bytes
    said: str

    @property
    def keys(self) -> list[bytes]:
        """The keys of its descriptions."""
        return [self.entities[at : at + KEY_SIZE] for at in range(0, len(self.entities), KEY_SIZE)]


def _shortened(shape: str) -> str:
    return "\n".join([_NUMBER.get(line, line) for line in shape.split("\n")])


_short: Remembered[str, str] = Remembered(10_000, _shortened)


def _written_out(short: str) -> str:
    return "\n".join([_NAMES[int(line)] if line.isdecimal() else line for line in short.split("\n")])


def _numbered(counts: Counter[str]) -> dict[str, int]:
    return {_short[shape]: count for shape, count in counts.items()}


def _named(counts: dict[str, int]) -> Counter[str]:
    return Counter({_written_out(short): count for short, count in counts.items()})


def _refusal(row: Any) -> RecordError | None:
    if row is None:
        return None
    error = RecordError(row[0])
    error.__dict__.update(row[1])
    return error
