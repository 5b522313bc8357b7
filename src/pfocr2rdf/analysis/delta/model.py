"""The result of a comparison."""

from __future__ import annotations

from typing import Any, NamedTuple

from pfocr2rdf.analysis.delta.figures import FigureChanges
from pfocr2rdf.errors import ExitStatus
from pfocr2rdf.storage.files import FileInfo


class DiffSummary(NamedTuple):
    """The numbers of statements that differ between two graphs.

    Attributes:
        removed: the number of statements that only the old graph has.
        added: the number of statements that only the new graph has.
        unchanged: the number of statements in both.
        has_graph_names: whether the statements name their graphs.
        old: what the old graph is: ``source`` as it was named; ``statements``, their number, and ``sha256``, the digest of their
            sorted lines; ``files`` with their sizes and digests; and where they are known ``tool`` and ``records`` of its
            export, how many records were ``refused`` and figures ``quarantined``, and of records that were exported with names of
            graphs the ``versions``: the digests with and without these.
        new: the same for the new graph.
        files: the written files, without ``delta.json``.
        triples: the number of statements of the new graph without the names of their graphs.
        figures: the figures that are new, gone and changed.
    """

    removed: int
    added: int
    unchanged: int
    has_graph_names: bool
    old: dict[str, Any]
    new: dict[str, Any]
    files: list[FileInfo]
    triples: int
    figures: FigureChanges

    @property
    def differs(self) -> bool:
        """Whether anything was removed or added."""
        return bool(self.removed or self.added)

    @property
    def excluded_records(self) -> int:
        """The number of records of both sides that were refused or quarantined while they were exported."""
        return sum(side.get(name, 0) for side in (self.old, self.new) for name in ("refused", "quarantined"))

    @property
    def exit_status(self) -> ExitStatus:
        """``OK``, or ``DIFFERS`` if the graphs differ or records were refused or quarantined."""
        return ExitStatus.DIFFERS if self.differs or self.excluded_records else ExitStatus.OK

    def as_dict(self) -> dict[str, Any]:
        """A dictionary for JSON, as ``delta.json`` has it."""
        return {
            "removed": self.removed,
            "added": self.added,
            "unchanged": self.unchanged,
            "figures": self.figures.as_dict(),
            "statements": "quads" if self.has_graph_names else "triples",
            "old": self.old,
            "new": self.new,
            "triples": self.triples,
            "files": [file._asdict() for file in self.files],
        }
