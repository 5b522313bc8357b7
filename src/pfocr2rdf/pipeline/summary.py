"""The summary of an export: the numbers that the command prints, and its exit status."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pfocr2rdf.errors import ExitStatus, RecordError


class ExportSummary:
    """The counts of an export.

    Attributes:
        read: records in the sources, and what was refused that is none: members of archives, tables without a figure. It is the sum of
            ``exported``, ``quarantined``, ``refused`` and ``superseded``.
        mapped: records that this run mapped.
        unreadable: records that were refused before mapping.
        exported: figures that were written.
        refused: records that could not be used.
        superseded: records that were replaced by a record with a newer schema.
        quarantined: figures that were not exported because of a violation.
        triples: statements in the graph.
        entities: entities that figures share.
        mention_rows: rows of mentions in the records by entity type; rows that say the same are one mention in the graph.
        repairs: repairs of the JSON-LD by the part that was repaired.
        severities: validation results by severity.
        warnings: warnings about figures and sources.
        conflicts: conflicting values of records for an entity.
        unlabelled: chemicals and diseases without a name in MeSH or in a record.
        first_refusals: the first refusals; the report has all of them.
        first_quarantined: the first quarantined figures, each with its first violation.
        first_superseded: the first superseded records, each as a warning that names the record that is used instead.
        first_warnings: the first of the other warnings.
        format_warnings: what derived formats cannot represent, as sentences with counts.
        removed: files of the previous export that this one does not have, which were removed.
        unchanged: whether the export was up to date, so that nothing was written.
        withheld: whether no record could be exported, so that nothing was written and the previous export stays.
    """

    MAX_LISTED_RECORDS = 20
    MAX_LISTED_WARNINGS = 5

    def __init__(self) -> None:
        self.read = self.mapped = self.unreadable = self.exported = self.refused = self.superseded = self.quarantined = 0
        self.triples = self.entities = self.warnings = self.conflicts = self.unlabelled = 0
        self.mention_rows: Counter[str] = Counter()
        self.repairs: Counter[str] = Counter()
        self.severities: Counter[str] = Counter()
        self.first_refusals: list[RecordError] = []
        self.first_quarantined: list[tuple[str, str]] = []
        self.first_superseded: list[str] = []
        self.first_warnings: list[str] = []
        self.format_warnings: dict[str, int] = {}
        self.files: list[str] = []
        self.removed: list[str] = []
        self.seconds = 0.0
        self.unchanged = self.withheld = False

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ExportSummary:
        """The summary of an export that is there already, from its ``as_dict``."""
        summary = cls()
        summary.unchanged = True
        names = ("read", "exported", "refused", "superseded", "quarantined", "triples", "entities", "warnings", "conflicts", "unlabelled")
        for name in (*names, "format_warnings", "files"):
            setattr(summary, name, data[name])
        for name in ("mention_rows", "repairs"):
            getattr(summary, name).update(data[name])
        summary.severities.update(data["results"])
        summary.unreadable = data["read"] - data["mapped"] - data["reused"]
        return summary

    @property
    def reused(self) -> int:
        """Unchanged records that were reused from the previous export."""
        return self.read - self.mapped - self.unreadable

    @property
    def records_per_second(self) -> float:
        """Records read per second."""
        return self.read / self.seconds if self.seconds else 0.0

    @property
    def exit_status(self) -> ExitStatus:
        """``FAILED`` where nothing was written; ``DIFFERS`` where a record was refused or quarantined, or has a violation; else ``OK``."""
        if self.withheld:
            return ExitStatus.FAILED
        return ExitStatus.DIFFERS if self.refused or self.quarantined or self.severities["Violation"] else ExitStatus.OK

    def add_counts(self, counts: Counter[str], times: int = 1) -> None:
        """Add those counts whose names begin with ``mentions.`` or ``repairs.``; subtract them with ``times=-1``."""
        for name, count in counts.items():
            group, _, key = name.partition(".")
            if group not in ("mentions", "repairs"):
                continue
            totals = self.mention_rows if group == "mentions" else self.repairs
            totals[key] += count * times
            if not totals[key]:
                del totals[key]

    def as_dict(self, timing: bool = True) -> dict[str, Any]:
        """The summary as JSON; without ``timing`` it is the same in every run."""
        names = ("read", "exported", "quarantined", "refused", "superseded", "triples", "entities")
        numbers: dict[str, Any] = {name: getattr(self, name) for name in names}
        numbers |= {
            "mention_rows": dict(sorted(self.mention_rows.items())),
            "repairs": dict(sorted(self.repairs.items())),
            "results": {name: self.severities[name] for name in ("Violation", "Warning", "Info")},
            "warnings": self.warnings,
            "conflicts": self.conflicts,
            "unlabelled": self.unlabelled,
        }
        if timing:
            numbers |= {
                "mapped": self.mapped,
                "reused": self.reused,
                "unchanged": self.unchanged,
                "withheld": self.withheld,
                "format_warnings": self.format_warnings,
                "seconds": round(self.seconds, 3),
                "records_per_second": round(self.records_per_second, 1),
            }
            numbers |= {"files": self.files, "removed": self.removed}
        return numbers
