"""What an export came to: the numbers that the command prints, and its exit status."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pfocr2rdf.errors import DIFFERS, OK, RecordError


class ExportSummary:
    """The numbers of an export.

    Attributes:
        read: records that were found.
        mapped: records that this run mapped; the others are as they were in an earlier run, and were taken from there.
        exported: figures that were written.
        refused: records that could not be used.
        superseded: records that gave way to one of a newer generation.
        quarantined: figures left out for a violation.
        triples: statements in each of the graph's files.
        entities: things that figures share.
        mentions: rows of each kind, with repeats.
        repairs: how often each part of the JSON-LD was repaired.
        severities: validation results of each severity.
        warnings: notes on figures and sources; disagreements on entities are ``conflicts``.
        first_refusals: the first refusals, for showing; all of them are in the report.
        first_quarantined: the first figures that were left out, each with its first violation.
        unchanged: whether the export was there already, so that nothing was written.
        seconds: how long it took.
    """

    MAX_LISTED_RECORDS = 20

    def __init__(self) -> None:
        self.read = self.mapped = self.exported = self.refused = self.superseded = self.quarantined = 0
        self.triples = self.entities = self.warnings = self.conflicts = 0
        self.mentions: Counter[str] = Counter()
        self.repairs: Counter[str] = Counter()
        self.severities: Counter[str] = Counter()
        self.first_refusals: list[RecordError] = []
        self.first_quarantined: list[tuple[str, str]] = []
        self.files: list[str] = []
        self.seconds = 0.0
        self.unchanged = False

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ExportSummary:
        """The summary of an export that is there already and was found to be what a new one would be."""
        summary = cls()
        summary.unchanged = True
        for name in ("read", "exported", "refused", "superseded", "quarantined", "triples", "entities", "warnings", "conflicts", "files"):
            setattr(summary, name, data[name])
        for name in ("mentions", "repairs"):
            getattr(summary, name).update(data[name])
        summary.severities.update(data["results"])
        return summary

    @property
    def records_per_second(self) -> float:
        """Records a second."""
        return self.read / self.seconds if self.seconds else 0.0

    @property
    def exit_status(self) -> int:
        """``OK``, or ``DIFFERS`` where something was refused or left out."""
        return DIFFERS if self.refused or self.quarantined or self.severities["Violation"] else OK

    def add_counts(self, counts: Counter[str], times: int = 1) -> None:
        """Add counts, whose names begin with ``mentions.`` or ``repairs.``; take them away with ``times=-1``."""
        for name, count in counts.items():
            group, _, key = name.partition(".")
            kind = self.mentions if group == "mentions" else self.repairs
            kind[key] += count * times
            if not kind[key]:
                del kind[key]

    def as_dict(self, timing: bool = True) -> dict[str, Any]:
        """The numbers as JSON; without ``timing`` they are the same in every run."""
        numbers: dict[str, Any] = {
            "read": self.read,
            "exported": self.exported,
            "quarantined": self.quarantined,
            "refused": self.refused,
            "superseded": self.superseded,
            "triples": self.triples,
            "entities": self.entities,
            "mentions": dict(sorted(self.mentions.items())),
            "repairs": dict(sorted(self.repairs.items())),
            "results": {name: self.severities[name] for name in ("Violation", "Warning", "Info")},
            "warnings": self.warnings,
            "conflicts": self.conflicts,
        }
        if timing:
            numbers |= {
                "mapped": self.mapped,
                "unchanged": self.unchanged,
                "seconds": round(self.seconds, 3),
                "records_per_second": round(self.records_per_second, 1),
            }
            numbers["files"] = self.files
        return numbers
