"""The manifest of one partition: the results of its records, by which the next run knows that it need not be written again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from pfocr2rdf.pipeline.descriptions import Description
from pfocr2rdf.pipeline.results import JSON_CODEC, IndexedRecord, QuarantinedRecord, RecordResult
from pfocr2rdf.storage.files import FileInfo
from pfocr2rdf.storage.layout import PARTITION_MANIFESTS_DIR
from pfocr2rdf.storage.output_storage import Storage


class PartitionResult(NamedTuple):
    """The result of a partition: its files, its records, which of these are left out, and how many records were mapped for it."""

    files: list[FileInfo]
    record_results: list[RecordResult]
    descriptions: list[Description]
    quarantined: dict[int, QuarantinedRecord]
    excluded: frozenset[int]
    mapped_records: int


class PartitionManifest(NamedTuple):
    """The manifest of one partition, by its number. It has a checksum; one that was damaged counts as missing.

    Numbers of records are relative to the first one, so that it stays true when records before the partition come or go.
    """

    storage: Storage
    number: int

    @property
    def _name(self) -> str:
        return f"{PARTITION_MANIFESTS_DIR}/part-{self.number:05}.json"

    def write(self, settings: list[Any], records: Sequence[IndexedRecord], result: PartitionResult) -> None:
        """Write the manifest, when the files are there."""
        first = records[0].number
        content = {
            "settings": settings,
            "files": result.files,
            "records": [JSON_CODEC.encode(record) for record in result.record_results],
            "descriptions": [[description.key.hex(), description.subject, description.pairs] for description in result.descriptions],
            "quarantined": {number - first: _encode_quarantined(record) for number, record in result.quarantined.items()},
            "excluded": sorted(number - first for number in result.excluded),
        }
        content = json.loads(json.dumps(content))
        self.storage.write_json(self._name, {"sha256": _content_sha256(content), "content": content})

    def read(self, settings: list[Any], records: Sequence[IndexedRecord]) -> PartitionResult | None:
        """The result in the manifest, if it has this number of records and these settings."""
        manifest = self.storage.read_json(self._name)
        first = records[0].number
        try:
            content = manifest["content"]
            if manifest["sha256"] != _content_sha256(content) or content["settings"] != settings:
                return None
            return PartitionResult(
                [FileInfo(*file) for file in content["files"]],
                [JSON_CODEC.decode(row)._replace(number=record.number) for row, record in zip(content["records"], records, strict=True)],
                [Description(bytes.fromhex(key), subject, pairs) for key, subject, pairs in content["descriptions"]],
                {first + int(index): _decode_quarantined(row) for index, row in content["quarantined"].items()},
                frozenset(first + index for index in content["excluded"]),
                0,
            )
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            return None


def _content_sha256(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _encode_quarantined(record: QuarantinedRecord) -> list[Any]:
    return [record.folder_name, {name: data.decode("latin-1") for name, data in record.files.items()}, record.reasons]


def _decode_quarantined(row: list[Any]) -> QuarantinedRecord:
    name, files, reasons = row
    return QuarantinedRecord(name, {file: text.encode("latin-1") for file, text in files.items()}, reasons)
