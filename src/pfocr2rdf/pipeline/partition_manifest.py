"""The account of a part, which stands beside it: what became of its records, so that the next run need not make it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from pfocr2rdf.pipeline.descriptions import Description
from pfocr2rdf.pipeline.results import Numbered, Outcome, Quarantined
from pfocr2rdf.storage.files import Written
from pfocr2rdf.storage.filesystem import Storage
from pfocr2rdf.storage.layout import ACCOUNTS


class Done(NamedTuple):
    """What became of a part: its files, its records, which of these were left out, and how many records were mapped for it."""

    files: list[Written]
    outcomes: list[Outcome]
    descriptions: list[Description]
    quarantined: dict[int, Quarantined]
    left_out: frozenset[int]
    mapped: int


class Account(NamedTuple):
    """The account of one part. It is sealed with a digest: one that was damaged is none.

    Attributes:
        storage: where it is.
        number: that of the part.
    """

    storage: Storage
    number: int

    @property
    def _name(self) -> str:
        return f"{ACCOUNTS}/part-{self.number:05}.json"

    def write(self, settings: list[Any], batch: Sequence[Numbered], done: Done) -> None:
        """Write it, when the part is there."""
        first = batch[0].number
        said = {
            "settings": settings,
            "files": done.files,
            "records": [
                [*one._replace(digest=one.digest.hex(), entities=one.entities.hex())]  # type: ignore[arg-type]
                for one in done.outcomes
            ],
            "descriptions": [[one.key.hex(), one.subject, one.pairs] for one in done.descriptions],
            "quarantined": {number - first: _as_text(one) for number, one in done.quarantined.items()},
            "left_out": sorted(number - first for number in done.left_out),
        }
        said = json.loads(json.dumps(said))
        self.storage.write_json(self._name, {"sha256": _seal(said), "account": said})

    def read(self, settings: list[Any], batch: Sequence[Numbered]) -> Done | None:
        """What it says of a batch, where it is of so many records and of these settings."""
        sealed = self.storage.read_json(self._name)
        first = batch[0].number
        try:
            said = sealed["account"]
            if sealed["sha256"] != _seal(said) or said["settings"] != settings:
                return None
            return Done(
                [Written(*file) for file in said["files"]],
                [_outcome(row, one.number) for row, one in zip(said["records"], batch, strict=True)],
                [Description(bytes.fromhex(key), subject, pairs) for key, subject, pairs in said["descriptions"]],
                {first + int(at): _from_text(one) for at, one in said["quarantined"].items()},
                frozenset(first + at for at in said["left_out"]),
                0,
            )
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            return None


def _seal(said: Any) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _outcome(row: list[Any], number: int) -> Outcome:
    before = Outcome(*row)
    digest, entities = bytes.fromhex(str(before.digest)), bytes.fromhex(str(before.entities))
    return before._replace(number=number, digest=digest, sizes=tuple(before.sizes), entities=entities)


def _as_text(one: Quarantined) -> list[Any]:
    return [one.name, {name: data.decode("latin-1") for name, data in one.files.items()}, one.reasons]


def _from_text(row: list[Any]) -> Quarantined:
    name, files, reasons = row
    return Quarantined(name, {file: text.encode("latin-1") for file, text in files.items()}, reasons)
