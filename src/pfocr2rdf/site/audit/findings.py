"""The result of an audit."""

from __future__ import annotations

from typing import Any, NamedTuple

from pfocr2rdf.errors import ExitStatus

REPUBLISH_REMEDY = "publish the site anew"
"""The remedy where a file of the site is not what ``publish`` writes."""


class Finding(NamedTuple):
    """An error of a site.

    Attributes:
        url: the URL of the request.
        accept: its ``Accept`` header; ``""`` if that does not matter, or there was none.
        wrong: what is wrong, in one clause.
        remedy: the remedy, in one clause.
    """

    url: str
    accept: str
    wrong: str
    remedy: str

    def __str__(self) -> str:
        """The finding in one line.

        >>> str(Finding("https://example.org/dataset", "text/turtle", "is answered with 500", "look into the log of the server"))
        'https://example.org/dataset (Accept: text/turtle): is answered with 500; look into the log of the server'
        """
        request = f" (Accept: {self.accept})" if self.accept else ""
        return f"{self.url}{request}: {self.wrong}; {self.remedy}"


class AuditReport(NamedTuple):
    """The result of an audit.

    Attributes:
        url: the URL of the site.
        findings: the errors.
        notes: what is worth knowing and no error.
        requests: the number of requests.
        negotiates: whether the host does content negotiation; ``None`` if that was not found out.
    """

    url: str
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    requests: int
    negotiates: bool | None

    @property
    def exit_status(self) -> ExitStatus:
        """``DIFFERS`` if there are findings, else ``OK``."""
        return ExitStatus.DIFFERS if self.findings else ExitStatus.OK

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON."""
        return {**self._asdict(), "findings": [finding._asdict() for finding in self.findings], "notes": list(self.notes)}
