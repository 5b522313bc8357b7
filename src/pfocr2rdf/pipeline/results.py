"""Results of records and batches, and the codecs that store record results for the next run."""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.pipeline.counts import TripleCounts
from pfocr2rdf.pipeline.descriptions import Description, list_keys
from pfocr2rdf.rdf.cache import LruCache
from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term
from pfocr2rdf.rdf.vocabulary import CLASSES, PROPERTIES
from pfocr2rdf.records.record_ref import RecordRef
from pfocr2rdf.validation.results import ValidationResult

EXPORTED, REFUSED, QUARANTINED = "exported", "refused", "quarantined"

NUMBER_STEP = 1 << 16
"""The difference of the numbers of two records, between which an update of the export can number others."""

DUPLICATE = "duplicate"  # the status of a record that gave way to another one of its figure

# All records share a few hundred characteristic sets of a few hundred letters each: their lines and terms are stored as numbers.
_COMMON_TEXTS = tuple(
    dict.fromkeys((
        *(expand_term(row.name) for row in CLASSES),
        *(f"{RDF_TYPE}\t={expand_term(row.name)}" for row in CLASSES),
        *(f"{expand_term(row.name)}\t{'' if row.is_object else f'^^{expand_term(row.range)}'}" for row in PROPERTIES),
        *(expand_term(row.name) for row in PROPERTIES),
        *map(expand_term, ("schema:Dataset", "schema:ScholarlyArticle", "wp:GeneProduct")),
    ))
)  # fmt: skip
_encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_CODES = {text: str(number) for number, text in enumerate(_COMMON_TEXTS)}


class RecordWarning(NamedTuple):
    """A warning about a figure that is exported all the same, or about a superseded record."""

    figid: str
    source: str
    message: str

    def __str__(self) -> str:
        """``source: message``, with the figure where the source is unknown.

        >>> str(RecordWarning("PMC1__F1", "a.md", "the key 'foo' is not known"))
        "a.md: the key 'foo' is not known"
        """
        return ": ".join(filter(None, (self.source or self.figid, self.message)))


class RecordNotes(NamedTuple):
    """What a record adds to counts and report.

    Names in ``summary_counts`` are ``mentions.gene``, ``repairs.license``, ``words.mesh:D000431 EtOH`` and so on.
    """

    counts: TripleCounts
    summary_counts: Counter[str]
    validation_results: list[ValidationResult]
    warnings: list[str]
    refusal: RecordError | None = None

    def to_json(self) -> str:
        """The notes as one line of JSON, without what is empty."""
        row: dict[str, Any] = {}
        if self.counts.subjects:
            sets = {_encoded_sets[characteristic_set]: count for characteristic_set, count in self.counts.characteristic_sets.items()}
            row["counts"] = [self.counts.subjects, sets]
        if self.summary_counts:
            row["summary"] = self.summary_counts
        if self.validation_results:
            row["results"] = self.validation_results
        if self.warnings:
            row["warnings"] = self.warnings
        if self.refusal:
            row["refusal"] = vars(self.refusal)
        return _encode_json(row)

    @classmethod
    def from_json(cls, text: str) -> RecordNotes:
        """The notes that ``to_json`` wrote."""
        row = json.loads(text)
        counts = TripleCounts()
        if "counts" in row:
            counts.subjects, sets = row["counts"]
            counts.characteristic_sets = Counter({_decoded_sets[code]: count for code, count in sets.items()})
        results = [ValidationResult(*values) for values in row.get("results", ())]
        refusal = RecordError(**row["refusal"]) if "refusal" in row else None
        return cls(counts, Counter(row.get("summary", ())), results, row.get("warnings", []), refusal)


class RecordResult(NamedTuple):
    """The result of one record, without its fragments."""

    number: int  # its place in the order of all records: a multiple of ``NUMBER_STEP`` where it was there from the beginning
    source: str  # the name of its source in messages
    line: int  # the line of the source where it begins, where that holds several records; else 0
    digest: bytes  # SHA-256 of its files as they came; empty where they could not be read
    figid: str  # its figure; empty where that was not read
    schema_rank: int  # the rank of its schema; newer is higher
    status: str  # ``EXPORTED``, ``REFUSED``, ``QUARANTINED`` or ``DUPLICATE``
    sizes: tuple[int, ...]  # the bytes of its fragment in each format, in the order of the formats
    packed_keys: bytes  # the keys of the descriptions that it gives of entities, one behind the other
    packed_objects: bytes  # hashes of the objects of its statements, but for entities
    notes_json: str  # a ``RecordNotes``, as JSON
    aliases: str = ""  # its aliases that can be addresses, one a line

    @property
    def description_keys(self) -> list[bytes]:
        """The keys of its descriptions."""
        return list_keys(self.packed_keys)


class ResultCodec(NamedTuple):
    """A codec of record results as flat rows, by the way in which a kind of storage holds bytes and sizes."""

    encode_bytes: Callable[[bytes], Any]
    decode_bytes: Callable[[Any], bytes]
    encode_sizes: Callable[[tuple[int, ...]], Any]
    decode_sizes: Callable[[Any], tuple[int, ...]]

    def encode(self, result: RecordResult) -> RecordResult:
        """The row of a result: the same fields, in the types of the storage."""
        return result._replace(
            digest=self.encode_bytes(result.digest),
            sizes=self.encode_sizes(result.sizes),
            packed_keys=self.encode_bytes(result.packed_keys),
            packed_objects=self.encode_bytes(result.packed_objects),
        )

    def decode(self, row: Iterable[Any]) -> RecordResult:
        """The result of a row; ``TypeError`` or ``ValueError`` where it is none."""
        stored = RecordResult(*row)
        return stored._replace(
            digest=self.decode_bytes(stored.digest),
            sizes=self.decode_sizes(stored.sizes),
            packed_keys=self.decode_bytes(stored.packed_keys),
            packed_objects=self.decode_bytes(stored.packed_objects),
        )


def pack_numbers(numbers: Iterable[int]) -> bytes:
    """Numbers as 8 bytes each."""
    return array("Q", numbers).tobytes()


def unpack_numbers(data: bytes) -> tuple[int, ...]:
    """The numbers that ``pack_numbers`` packed."""
    return tuple(memoryview(data).cast("Q"))


JSON_CODEC = ResultCodec(bytes.hex, bytes.fromhex, list, tuple)
SQLITE_CODEC = ResultCodec(bytes, bytes, pack_numbers, unpack_numbers)


def _encode_set(characteristic_set: str) -> str:
    return "\n".join([_CODES.get(line) or _encode_line(line) for line in characteristic_set.split("\n")])


def _encode_line(line: str) -> str:
    return _map_terms(line, lambda text: _CODES.get(text, text))


def _map_terms(line: str, convert: Callable[[str], str]) -> str:
    return "\t".join([" ".join([convert(text) for text in part.split(" ")]) for part in line.split("\t")])


_encoded_sets: LruCache[str, str] = LruCache(10_000, _encode_set)


def _decode_set(code: str) -> str:
    return "\n".join([_decode_line(line) for line in code.split("\n")])


_decoded_sets: LruCache[str, str] = LruCache(10_000, _decode_set)


def _decode_line(line: str) -> str:
    return _map_terms(line, lambda text: _COMMON_TEXTS[int(text)] if text.isdecimal() else text)


class IndexedRecord(NamedTuple):
    """A record reference with its place in the order of all records."""

    number: int
    ref: RecordRef


class QuarantinedRecord(NamedTuple):
    """A record that is left out: the name of its folder, its files as they came, and the reasons, as JSON."""

    folder_name: str
    files: dict[str, bytes]
    reasons: list[dict[str, str]]


class BatchResult:
    """The result of a batch; the format's separator is between two ``fragments``."""

    def __init__(self) -> None:
        self.record_results: list[RecordResult] = []  # one a record, in order
        self.fragments: dict[str, bytes] = {}  # by format, those of the exported records
        self.descriptions: list[Description] = []  # those of entities that this worker did not send before
        self.counts = TripleCounts()  # those of all exported records
        self.summary_counts: Counter[str] = Counter()  # the same for the summary
        self.quarantined: dict[int, QuarantinedRecord] = {}  # by number, the records that are left out
        self._spilled_files: dict[str, Path] = {}

    def spill(self, directory: Path, number: int) -> None:
        """Spill the fragments to files: another process reads these more quickly than it gets bytes through a pipe."""
        for format_name, data in self.fragments.items():
            self._spilled_files[format_name] = directory / f"{number}.{format_name}"
            self._spilled_files[format_name].write_bytes(data)
        self.fragments = {}

    def take_fragment(self, format_name: str) -> bytes:
        """Remove and return the fragments of a format."""
        if path := self._spilled_files.pop(format_name, None):
            data = path.read_bytes()
            path.unlink()
            return data
        return self.fragments.pop(format_name, b"")


def index_record(number: int, item: RecordRef | RecordError) -> IndexedRecord | RecordResult:
    """A record with its number, or the result of a source item that is no record."""
    return build_refusal_result(number, RecordRef(item.source), item) if isinstance(item, RecordError) else IndexedRecord(number, item)


def build_refusal_result(number: int, ref: RecordRef, error: RecordError, digest: bytes = b"", figid: str = "") -> RecordResult:
    """The result of a record that cannot be used."""
    notes = RecordNotes(TripleCounts(), Counter(), [], [], error)
    return RecordResult(
        number=number,
        source=ref.source,
        line=ref.line,
        digest=digest,
        figid=figid,
        schema_rank=0,
        status=REFUSED,
        sizes=(),
        packed_keys=b"",
        packed_objects=b"",
        notes_json=notes.to_json(),
    )
