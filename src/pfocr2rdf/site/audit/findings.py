"""The result of an audit."""

from __future__ import annotations

from typing import Any, NamedTuple

from pfocr2rdf.errors import ExitStatus

REPUBLISH_REMEDY = "publish the site again"  # the remedy where a file of the site is not what ``publish`` writes


class Finding(NamedTuple):
    """An error of a site."""

    url: str
    accept: str  # the header of the request; ``""`` if it does not matter, or there was none
    wrong: str  # in one clause
    remedy: str  # in one clause

    def __str__(self) -> str:
        """The finding in one line.

        >>> str(Finding("https://example.org/dataset", "text/turtle", "responds with 500", "see the log of the server"))
        'https://example.org/dataset (Accept: text/turtle): responds with 500; see the log of the server'
        """
        return f"{self.request}: {self.wrong}; {self.remedy}"

    @property
    def request(self) -> str:
        """The URL, with the header if it matters."""
        return f"{self.url} (Accept: {self.accept})" if self.accept else self.url


class FindingGroup(NamedTuple):
    """The same problem of several URLs."""

    wrong: str
    remedy: str
    findings: list[Finding]


class AuditReport(NamedTuple):
    """The result of an audit."""

    url: str
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]  # what is worth knowing and no error
    requests: int
    negotiates: bool | None  # ``None`` if that was not found out

    @property
    def exit_status(self) -> ExitStatus:
        """``DIFFERS`` if there are findings, else ``OK``."""
        return ExitStatus.DIFFERS if self.findings else ExitStatus.OK

    def groups(self) -> list[FindingGroup]:
        """The findings by what is wrong, in the order in which they were found."""
        groups: dict[tuple[str, str], list[Finding]] = {}
        for finding in self.findings:
            groups.setdefault((finding.wrong, finding.remedy), []).append(finding)
        return [FindingGroup(*key, findings) for key, findings in groups.items()]

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON."""
        return {**self._asdict(), "findings": [finding._asdict() for finding in self.findings], "notes": list(self.notes)}
