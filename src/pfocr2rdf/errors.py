"""One tree of errors: whatever goes wrong is a ``PfocrError`` with data on it, and one clear sentence as its text."""

from __future__ import annotations


class PfocrError(Exception):
    """The root of every error that this package raises on purpose."""


class RecordError(PfocrError):
    """One record cannot be used. It never stops the others: the pipeline collects it as a refusal.

    Attributes:
        reason: what is wrong, in one clause.
        field: the field or table column it is about (``genes[3].entrez``), or ``""``.
        source: the file, with archive member and document number where there are any.
        line: the line in that file, counted from 1, or ``0`` where it is not known.
        remedy: the way out, in one clause, or ``""``.
        figid: the figure, where it was already known.
    """

    def __init__(self, reason: str, *, field: str = "", source: str = "", line: int = 0, remedy: str = "", figid: str = "") -> None:
        self.reason = reason
        self.field = field
        self.source = source
        self.line = line
        self.remedy = remedy
        self.figid = figid
        super().__init__(reason)

    def with_source(self, source: str, figid: str = "") -> RecordError:
        """The same error, told where it happened; what it already knows is kept."""
        self.source = self.source or source
        self.figid = self.figid or figid
        return self

    def __str__(self) -> str:
        """``source:line: field: reason; remedy``, leaving out what is not known.

        >>> str(RecordError("is not a number", field="genes[0].entrez", source="a.md", remedy="correct the id"))
        'a.md: genes[0].entrez: is not a number; correct the id'
        """
        place = f"{self.source}:{self.line}" if self.line else self.source
        head = ": ".join(part for part in (place, self.field) if part)
        text = f"{head}: {self.reason}" if head else self.reason
        return f"{text}; {self.remedy}" if self.remedy else text


class SourceError(PfocrError):
    """A source as a whole cannot be read: it is missing, or no archive, or holds no record."""


class ShapesError(PfocrError):
    """The SHACL shapes cannot be read or used."""


class ExecutorError(PfocrError):
    """The cluster that was to do the work cannot be used."""


class OutputError(PfocrError):
    """The output cannot be written."""


class StoreError(PfocrError):
    """A store cannot be reached, refuses what it is asked, or does not hold what was sent to it."""


class StoppedError(PfocrError):
    """The run was stopped at the first refusal or violation because the user asked for that."""


OK, DIFFERS, USAGE, FAILED = 0, 1, 2, 3
"""Exit statuses: all went well; done, but something was refused or quarantined; wrong usage; it could not be done."""
