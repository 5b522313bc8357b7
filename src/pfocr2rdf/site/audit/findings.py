"""What the check of a site found."""

from __future__ import annotations

from typing import Any, NamedTuple


class Finding(NamedTuple):
    """Something that is wrong.

    Attributes:
        url: what was asked for.
        accept: the header ``Accept`` it was asked with; empty where that does not matter, or there was none.
        wrong: what is wrong, in one clause.
        remedy: the way out, in one clause.
    """

    url: str
    accept: str
    wrong: str
    remedy: str

    def __str__(self) -> str:
        """One line.

        >>> str(Finding("https://example.org/dataset", "text/turtle", "is answered with 500", "look into the log of the server"))
        'https://example.org/dataset (Accept: text/turtle): is answered with 500; look into the log of the server'
        """
        asked = f" (Accept: {self.accept})" if self.accept else ""
        return f"{self.url}{asked}: {self.wrong}; {self.remedy}"


class AuditReport(NamedTuple):
    """What the check of a site found.

    Attributes:
        url: of the site.
        findings: what is wrong; none is the best.
        notes: what is worth knowing and not wrong.
        requests: how many there were.
        negotiates: whether the host gives each client the form that it likes best; none where that could not be seen.
    """

    url: str
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    requests: int
    negotiates: bool | None

    @property
    def exit_status(self) -> int:
        """0 where nothing is wrong, 1 otherwise."""
        return int(bool(self.findings))

    def as_dict(self) -> dict[str, Any]:
        """All of it for JSON."""
        return {**self._asdict(), "findings": [one._asdict() for one in self.findings], "notes": list(self.notes)}
