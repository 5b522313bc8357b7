"""The account of a part, which stands beside it: what became of its records, so that the next run need not make it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from pfocr2rdf.pipeline.descriptions import Description
from pfocr2rdf.pipeline.results import IndexedRecord, QuarantinedRecord, RecordResult
from pfocr2rdf.storage.files import FileInfo
from pfocr2rdf.storage.filesystem import Storage
from pfocr2rdf.storage.layout import PARTITION_MANIFESTS_DIR


class PartitionResult(NamedTuple):
    """What became of a part: its files, its records, which of these were left out, and how many records were mapped for it."""

    files: list[FileInfo]
    record_results: list[RecordResult]
    descriptions: list[Description]
    quarantined: dict[int, QuarantinedRecord]
    excluded: frozenset[int]
    mapped_records: int


class PartitionManifest(NamedTuple):
    """The account of one part. It is sealed with a digest: one that was damaged is none.

    Attributes:
        storage: where it is.
        number: that of the part.
    """

    storage: Storage
    number: int

    @property
    def _name(self) -> str:
        return f"{PARTITION_MANIFESTS_DIR}/part-{self.number:05}.json"

    def write(self, settings: list[Any], records: Sequence[IndexedRecord], result: PartitionResult) -> None:
        """Write it, when the part is there."""
        first = records[0].number
        said = {
            "settings": settings,
            "files": result.files,
            "records": [
                [*one._replace(digest=one.digest.hex(), packed_keys=one.packed_keys.hex())]  # type: ignore[arg-type]
                for one in result.record_results
            ],
            "descriptions": [[one.key.hex(), one.subject, one.pairs] for one in result.descriptions],
            "quarantined": {number - first: _encode_quarantined(one) for number, one in result.quarantined.items()},
            "left_out": sorted(number - first for number in result.excluded),
        }
        said = json.loads(json.dumps(said))
        self.storage.write_json(self._name, {"sha256": _checksum(said), "account": said})

    def read(self, settings: list[Any], records: Sequence[IndexedRecord]) -> PartitionResult | None:
        """What it says of a batch, where it is of so many records and of these settings."""
        sealed = self.storage.read_json(self._name)
        first = records[0].number
        try:
            said = sealed["account"]
            if sealed["sha256"] != _checksum(said) or said["settings"] != settings:
                return None
            return PartitionResult(
                [FileInfo(*file) for file in said["files"]],
                [_decode_result(row, one.number) for row, one in zip(said["records"], records, strict=True)],
                [Description(bytes.fromhex(key), subject, pairs) for key, subject, pairs in said["descriptions"]],
                {first + int(at): _decode_quarantined(one) for at, one in said["quarantined"].items()},
                frozenset(first + at for at in said["left_out"]),
                0,
            )
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            return None


def _checksum(payload: Any) -> str:
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def _decode_result(row: list[Any], number: int) -> RecordResult:
    before = RecordResult(*row)
    digest, entities = bytes.fromhex(str(before.digest)), bytes.fromhex(str(before.packed_keys))
    return before._replace(number=number, digest=digest, sizes=tuple(before.sizes), packed_keys=entities)


def _encode_quarantined(record: QuarantinedRecord) -> list[Any]:
    return [record.folder_name, {name: data.decode("latin-1") for name, data in record.files.items()}, record.reasons]


def _decode_quarantined(row: list[Any]) -> QuarantinedRecord:
    name, files, reasons = row
    return QuarantinedRecord(name, {file: text.encode("latin-1") for file, text in files.items()}, reasons)
