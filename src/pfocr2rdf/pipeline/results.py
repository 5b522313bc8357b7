"""What became of one record: small, the same in every process, and kept beside an export so that the next one need not do it again."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.pipeline.counts import TripleCounts
from pfocr2rdf.pipeline.descriptions import KEY_BYTES, Description
from pfocr2rdf.rdf.cache import LruCache
from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term
from pfocr2rdf.rdf.vocabulary import CLASSES, PROPERTIES
from pfocr2rdf.records.sources import RecordRef
from pfocr2rdf.validation.results import ValidationResult

EXPORTED, REFUSED, QUARANTINED = "exported", "refused", "quarantined"

DUPLICATE = "lost"
"""The status of a record that gave way to another one of its figure."""

# What is counted is a few hundred texts of a few hundred letters, which all records use: they are written as lists of numbers.
_COMMON_LINES = tuple(
    dict.fromkeys((*(f"{RDF_TYPE} {expand_term(row.name)}" for row in CLASSES), RDF_TYPE, *(expand_term(row.name) for row in PROPERTIES)))
)
_LINE_CODES = {name: str(number) for number, name in enumerate(_COMMON_LINES)}


class RecordWarning(NamedTuple):
    """Something worth a warning about a figure that was exported all the same."""

    figid: str
    source: str
    message: str


class RecordNotes(NamedTuple):
    """What there is to say of a record, beside its statements.

    Attributes:
        counts: of its figure and mentions.
        summary_counts: counts for the summary: ``mentions.gene``, ``repairs.license`` and so on.
        validation_results: what its validation found.
        warnings: what is worth a warning.
        refusal: why it cannot be used.
    """

    counts: TripleCounts
    summary_counts: Counter[str]
    validation_results: list[ValidationResult]
    warnings: list[str]
    refusal: RecordError | None = None

    def to_json(self) -> str:
        """As one line of JSON."""
        row: dict[str, Any] = {}
        if self.counts.subjects:
            row["counts"] = [self.counts.subjects, _encode_counts(self.counts.characteristic_sets)]
        if self.summary_counts:
            row["tally"] = self.summary_counts
        if self.validation_results:
            row["results"] = self.validation_results
        if self.warnings:
            row["warnings"] = self.warnings
        if self.refusal:
            row["refusal"] = [
                str(self.refusal.reason),
                {_REFUSAL_KEYS.get(name, name): value for name, value in vars(self.refusal).items()},
            ]
        return json.dumps(row, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> RecordNotes:
        """What ``to_json`` wrote."""
        row = json.loads(text)
        counts = TripleCounts()
        if "counts" in row:
            counts.subjects, counts.characteristic_sets = row["counts"][0], _decode_counts(row["counts"][1])
        results = [ValidationResult(*values) for values in row.get("results", ())]
        return cls(counts, Counter(row.get("tally", ())), results, row.get("warnings", []), _decode_refusal(row.get("refusal")))


class RecordResult(NamedTuple):
    """What became of one record.

    Attributes:
        number: its place in the order of all records.
        source: what messages call its source.
        line: the line of the source where it begins, where that holds several records; else 0.
        digest: SHA-256 of its files as they came; empty where they could not be read.
        figid: its figure; empty where that was not read.
        schema_rank: the rank of its generation.
        status: ``EXPORTED``, ``REFUSED``, ``QUARANTINED`` or ``DUPLICATE``.
        sizes: the bytes of its text in each format, in the order of the formats.
        packed_keys: the keys of the descriptions it gives of things that figures share, one behind the other.
        notes_json: a ``RecordNotes``, as JSON.
    """

    number: int
    source: str
    line: int
    digest: bytes
    figid: str
    schema_rank: int
    status: str
    sizes: tuple[int, ...]
    packed_keys: bytes
    notes_json: str

    @property
    def description_keys(self) -> list[bytes]:
        """The keys of its descriptions."""
        return [self.packed_keys[at : at + KEY_BYTES] for at in range(0, len(self.packed_keys), KEY_BYTES)]


_REFUSAL_KEYS = {"source": "where"}  # attributes of a ``RecordError`` that have another key in the state
_REFUSAL_NAMES = {key: name for name, key in _REFUSAL_KEYS.items()}


def _encode_set(shape: str) -> str:
    return "\n".join([_LINE_CODES.get(line, line) for line in shape.split("\n")])


_encoded_sets: LruCache[str, str] = LruCache(10_000, _encode_set)


def _decode_set(short: str) -> str:
    return "\n".join([_COMMON_LINES[int(line)] if line.isdecimal() else line for line in short.split("\n")])


def _encode_counts(counts: Counter[str]) -> dict[str, int]:
    return {_encoded_sets[shape]: count for shape, count in counts.items()}


def _decode_counts(counts: dict[str, int]) -> Counter[str]:
    return Counter({_decode_set(short): count for short, count in counts.items()})


def _decode_refusal(row: Any) -> RecordError | None:
    if row is None:
        return None
    error = RecordError(row[0])
    vars(error).update({_REFUSAL_NAMES.get(key, key): value for key, value in row[1].items()})
    return error


class IndexedRecord(NamedTuple):
    """A located record and its place in the order of all records."""

    number: int
    ref: RecordRef


class QuarantinedRecord(NamedTuple):
    """A record that was left out: the name of its folder, its files as they came, and why, as JSON."""

    folder_name: str
    files: dict[str, bytes]
    reasons: list[dict[str, str]]


class BatchResult:
    """What became of a batch.

    Attributes:
        record_results: one a record, in order.
        fragments: the bytes of each format: the texts of the exported records, with the format's separator between them.
        descriptions: of shared things, those that this worker did not send before.
        counts: of all that is exported.
        summary_counts: the same for the summary.
        quarantined: by number, the records that were left out.
    """

    def __init__(self) -> None:
        self.record_results: list[RecordResult] = []
        self.fragments: dict[str, bytes] = {}
        self.descriptions: list[Description] = []
        self.counts = TripleCounts()
        self.summary_counts: Counter[str] = Counter()
        self.quarantined: dict[int, QuarantinedRecord] = {}
        self._spilled_files: dict[str, Path] = {}

    def spill(self, directory: Path, number: int) -> None:
        """Leave the texts in files, which are quicker to hand over than bytes."""
        for form, text in self.fragments.items():
            self._spilled_files[form] = directory / f"{number}.{form}"
            self._spilled_files[form].write_bytes(text)
        self.fragments = {}

    def take_fragment(self, format_name: str) -> bytes:
        """The bytes of a format. They can be asked for once."""
        if path := self._spilled_files.pop(format_name, None):
            self.fragments[format_name] = path.read_bytes()
            path.unlink()
        return self.fragments.pop(format_name, b"")


def index_record(number: int, item: RecordRef | RecordError) -> IndexedRecord | RecordResult:
    """A record with its number, or the outcome of what is none."""
    return build_refusal_result(number, RecordRef(item.source), item) if isinstance(item, RecordError) else IndexedRecord(number, item)


def build_refusal_result(number: int, ref: RecordRef, error: RecordError, digest: bytes = b"", figid: str = "") -> RecordResult:
    """The outcome of a record that cannot be used."""
    said = RecordNotes(TripleCounts(), Counter(), [], [], error)
    return RecordResult(number, ref.source, ref.line, digest, figid, 0, REFUSED, (), b"", said.to_json())
