"""The check of a running site: samples of its pages, its documents and its endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from pfocr2rdf.errors import SourceError
from pfocr2rdf.site.audit.client import AuditClient, SiteUnreachableError, printable_excerpt
from pfocr2rdf.site.audit.documents import check_context, check_documents, check_head, missing_path, parse_statements
from pfocr2rdf.site.audit.findings import AuditReport, Finding
from pfocr2rdf.site.audit.negotiation import NegotiatedPath, check_negotiation, check_not_acceptable, is_negotiated, negotiated_paths
from pfocr2rdf.site.audit.sitemap import SitemapSample
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, HTML, REPRESENTATIONS, STANDALONE_PAGES, TURTLE, PageAddress

SAMPLES_PER_TYPE = 3
"""How many things of each kind are asked for."""

AUDIT_TIMEOUT_SECONDS = 20.0
"""How many seconds may pass without a byte."""

_CHECKED_PAGES = ("", "search.html", "queries.html")
_VOID_PATH = ".well-known/void"
_NO_NEGOTIATION = Finding(
    "", "", "the host gives everybody the same, whatever they accept: names of things lead to no Turtle and no JSON-LD",
    "use a host that can, or a permanent address before it (hosting/README.md says how); documents are there under their own URLs",
)  # fmt: skip


class AuditProgress(Protocol):
    """Is told how far it is."""

    def __call__(self, stage: str, done: int, total: int, note: str = "") -> None:
        """A stage, what is done of it, how much there is, and what else is worth knowing."""


def check_site(
    url: str,
    *,
    samples: int = SAMPLES_PER_TYPE,
    timeout: float = AUDIT_TIMEOUT_SECONDS,
    negotiates: bool | None = None,
    progress: AuditProgress | None = None,
) -> AuditReport:
    """Ask every kind of page of a site with every wish, and tell what is wrong.

    Args:
        url: where the site is.
        samples: how many things of each kind are asked for; they are those of its sitemap.
        timeout: how many seconds may pass without a byte.
        negotiates: whether the host is one that gives each client what it likes best; nothing finds out.
        progress: is told how far it is.

    Raises:
        SourceError: the site cannot be asked.
    """
    url = url if url.endswith("/") else f"{url}/"
    visitor = AuditClient(url, timeout)
    try:
        return _SiteCheck(visitor, samples, negotiates, progress).run()
    finally:
        visitor.close()


class _SiteCheck:
    def __init__(self, client: AuditClient, samples: int, negotiates: bool | None, progress: AuditProgress | None) -> None:
        self._client = client
        self._negotiates = negotiates
        self._progress = progress
        self._sitemap = SitemapSample(client, samples)
        self._findings: list[Finding] = []
        self._notes: dict[str, None] = {}

    def run(self) -> AuditReport:
        self._require_reachable()
        try:
            for finding in self._run_checks():
                self._findings.append(finding)  # one by one: those before the end of the site count as well
        except SiteUnreachableError:
            self._findings.append(Finding(self._client.url, "", "does not answer any more", "look after the server, and check it again"))
        found = tuple(dict.fromkeys(self._findings))
        return AuditReport(self._client.url, found, tuple(self._notes), self._client.request_count, self._negotiates)

    def _require_reachable(self) -> None:
        url = self._client.url
        if not url.startswith(("http://", "https://")):
            raise SourceError(f"{printable_excerpt(url)}: it is no URL of a site; name one such as https://example.org/pfocr/")
        answer = self._client.get(url)
        if not answer.status:
            raise SourceError(f"{url}: the site {answer.fault}; see whether it runs, or allow more with --timeout")
        if answer.location and not self._client.is_on_site(answer.location):
            raise SourceError(f"{url}: the site leads to {printable_excerpt(answer.location)}; name that URL if it is the one")

    def _run_checks(self) -> Iterator[Finding]:
        yield from self._check_pages()
        self._report_progress("sitemap", 0, 1)
        self._sitemap.read()
        yield from self._sitemap.findings
        yield from self._check_entity_types()
        places = [*(PageAddress(None, name) for name in STANDALONE_PAGES), *self._sitemap.addresses]
        for number, place in enumerate(places):
            self._report_progress("documents", number, len(places))
            yield from check_documents(self._client, place)
        known = [name for place in places for name in negotiated_paths(place)]
        yield from self._check_negotiation(known)
        yield from self._check_void()
        yield from self._check_not_found()

    def _report_progress(self, stage: str, done: int, total: int) -> None:
        if self._progress:
            self._progress(stage, done, total)

    def _check_pages(self) -> Iterator[Finding]:
        for path in _CHECKED_PAGES:
            yield from check_head(self._client.follow(self._client.url + path), HTML)
        yield from check_context(self._client)
        robots = self._client.follow(f"{self._client.url}robots.txt")
        if robots.status != 200 or robots.fault:
            wrong = robots.fault or f"is answered with {robots.status}"
            yield Finding(robots.url, "", wrong, "publish the site anew, or write a robots.txt at the root of the host")
        elif b"sitemap:" not in robots.body.lower():
            yield Finding(robots.url, "", "names no sitemap", "publish the site anew")

    def _check_entity_types(self) -> Iterator[Finding]:
        there = {place.entity_type for place in self._sitemap.addresses}
        for kind in ENTITY_TYPES:
            if kind not in there:
                self._notes[f"the sitemap has no {kind.folder}, so that none were asked for"] = None
        for path in self._sitemap.other_paths:
            yield from check_head(self._client.follow(self._client.url + path), HTML)

    def _check_negotiation(self, paths: list[NegotiatedPath]) -> Iterator[Finding]:
        if self._negotiates is None:
            self._negotiates = any(is_negotiated(self._client, name) for name in paths)
            if not self._negotiates:
                yield _NO_NEGOTIATION._replace(url=self._client.url)
        if not self._negotiates:
            return
        for number, name in enumerate(paths):
            self._report_progress("names", number, len(paths))
            wrong_ones = list(check_negotiation(self._client, name))
            yield from wrong_ones
            if wrong_ones:
                continue
            for accept, given, wrong in check_not_acceptable(self._client, name):
                if wrong:
                    yield wrong
                else:
                    self._notes[f"who accepts {accept} only is given {given}"] = None

    def _check_void(self) -> Iterator[Finding]:
        answer = self._client.follow(self._client.url + _VOID_PATH, TURTLE.media_type)
        form = next((form for form in REPRESENTATIONS[1:] if form.media_type == answer.media_type), None)
        if answer.status == 200 and not answer.fault and form:
            yield from parse_statements(answer, form, PageAddress(None, STANDALONE_PAGES[0]).iri)[1]
        elif self._negotiates:
            given = answer.fault or f"is answered with {answer.status} and {printable_excerpt(answer.media_type) or 'no media type'}"
            yield Finding(self._client.url + _VOID_PATH, TURTLE.media_type, f"{given}, and should lead to RDF", "see hosting/README.md")

    def _check_not_found(self) -> Iterator[Finding]:
        for folder in ("", *(f"{kind.folder}/" for kind in ENTITY_TYPES)):
            for ending in ("", HTML.suffix):
                answer = self._client.follow(self._client.url + missing_path(folder) + ending)
                if answer.status != 404:
                    wrong = answer.fault or f"is answered with {answer.status}"
                    yield Finding(answer.url, "", f"{wrong}, and should be with 404: there is no such thing", "see hosting/README.md")
