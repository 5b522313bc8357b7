"""What became of one record: small, the same in every process, and kept beside an export so that the next one need not do it again."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.pipeline.counts import Counts
from pfocr2rdf.pipeline.descriptions import KEY_SIZE, Description
from pfocr2rdf.rdf.cache import Remembered
from pfocr2rdf.rdf.terms import TYPE, term
from pfocr2rdf.rdf.vocabulary import CLASSES, PROPERTIES
from pfocr2rdf.records.sources import Located
from pfocr2rdf.validation.results import Result

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


class Numbered(NamedTuple):
    """A located record and its place in the order of all records."""

    number: int
    located: Located


class Quarantined(NamedTuple):
    """A record that was left out: the name of its folder, its files as they came, and why, as JSON."""

    name: str
    files: dict[str, bytes]
    reasons: list[dict[str, str]]


class Work:
    """What became of a batch.

    Attributes:
        outcomes: one a record, in order.
        texts: the bytes of each format: the texts of the exported records, with the format's separator between them.
        descriptions: of shared things, those that this worker did not send before.
        counts: of all that is exported.
        tally: the same for the summary.
        quarantined: by number, the records that were left out.
    """

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.texts: dict[str, bytes] = {}
        self.descriptions: list[Description] = []
        self.counts = Counts()
        self.tally: Counter[str] = Counter()
        self.quarantined: dict[int, Quarantined] = {}
        self._spooled: dict[str, Path] = {}

    def spool(self, folder: Path, number: int) -> None:
        """Leave the texts in files, which are quicker to hand over than bytes."""
        for form, text in self.texts.items():
            self._spooled[form] = folder / f"{number}.{form}"
            self._spooled[form].write_bytes(text)
        self.texts = {}

    def text(self, form: str) -> bytes:
        """The bytes of a format. They can be asked for once."""
        if path := self._spooled.pop(form, None):
            self.texts[form] = path.read_bytes()
            path.unlink()
        return self.texts.pop(form, b"")


def numbered(number: int, item: Located | RecordError) -> Numbered | Outcome:
    """A record with its number, or the outcome of what is none."""
    return refused(number, Located(item.where), item) if isinstance(item, RecordError) else Numbered(number, item)


def refused(number: int, located: Located, error: RecordError, digest: bytes = b"", figid: str = "") -> Outcome:
    """The outcome of a record that cannot be used."""
    said = Said(Counts(), Counter(), [], [], error)
    return Outcome(number, located.where, located.line, digest, figid, 0, REFUSED, (), b"", said.to_json())
