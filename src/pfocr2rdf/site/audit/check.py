"""``check_site()``: a black-box audit of a running site, by samples of its pages and documents."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

from httpx import codes

from pfocr2rdf.errors import OptionError, SourceError
from pfocr2rdf.site.audit.aliases import AliasSample
from pfocr2rdf.site.audit.client import AuditClient, SiteUnreachableError, printable_excerpt
from pfocr2rdf.site.audit.documents import check_context, check_documents, check_head, parse_statements
from pfocr2rdf.site.audit.findings import REPUBLISH_REMEDY, AuditReport, Finding
from pfocr2rdf.site.audit.folder import FolderTransport, read_site_base
from pfocr2rdf.site.audit.negotiation import NegotiatedPath, check_negotiation, check_not_acceptable, is_negotiated, negotiated_paths
from pfocr2rdf.site.audit.sitemap import sample_sitemap
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, HTML, REPRESENTATIONS, STANDALONE_PAGES, TURTLE, EntityType, PageAddress
from pfocr2rdf.storage.progress import Progress
from pfocr2rdf.storage.urls import is_url, require_public_url

SAMPLES_PER_TYPE = 3  # the default size of the sample of each entity type
AUDIT_TIMEOUT_SECONDS = 20.0  # the default timeout: seconds without a byte
_CHECKED_PAGES = ("", "search.html", "queries.html")
_VOID_PATH = ".well-known/void"
_MISSING_NAME = "no-such-thing-4fd1c2"
_NO_NEGOTIATION = Finding(
    "", "", "the host ignores the Accept header: IRIs do not redirect to Turtle or JSON-LD",
    "use a host that supports it, or permanent identifiers (see hosting/README.md); documents have URLs",
)  # fmt: skip


def check_site(
    url: str | os.PathLike[str],
    *,
    samples: int = SAMPLES_PER_TYPE,
    timeout: float = AUDIT_TIMEOUT_SECONDS,
    negotiates: bool | None = None,
    progress: Progress | None = None,
) -> AuditReport:
    """Request pages of each entity type with each ``Accept`` header, and report what is wrong.

    Args:
        url: the URL of the site, or the folder of a site that was published; a folder has no content negotiation to check.
        samples: the number of resources of each entity type, from the sitemap.
        timeout: seconds without a byte.
        negotiates: whether the host does content negotiation; ``None`` to find out.
        progress: called with the stage, the number of finished items, and the total.

    Raises:
        SourceError: the site does not respond, or the URL has more than a path, or the folder has no site.
        OptionError: ``negotiates`` with a folder.
    """
    url = os.fspath(url)
    if not is_url(url) and os.path.isdir(url):
        return _check_folder(Path(url), samples, negotiates, progress)
    try:
        require_public_url(url, "leave it out; a site that requires a password cannot be checked")
    except ValueError as error:
        raise SourceError(str(error)) from None
    with closing(AuditClient(url if url.endswith("/") else f"{url}/", timeout)) as client:
        return _SiteCheck(client, samples, negotiates, progress).run()


def _check_folder(folder: Path, samples: int, negotiates: bool | None, progress: Progress | None) -> AuditReport:
    """Check the site in a folder; what it names are the files, not their URLs on the web."""
    if negotiates:
        raise OptionError("a folder has no content negotiation; name the URL of the site")
    base = read_site_base(folder)
    with closing(AuditClient(base, AUDIT_TIMEOUT_SECONDS, FolderTransport(folder, base))) as client:
        report = _SiteCheck(client, samples, False, progress).run()
    findings = [finding._replace(url=f"{folder}/{finding.url.removeprefix(base)}") for finding in report.findings]
    return report._replace(url=str(folder), findings=tuple(findings))


class _SiteCheck:
    """One audit: all checks in order, with what they found so far."""

    def __init__(self, client: AuditClient, samples: int, negotiates: bool | None, progress: Progress | None) -> None:
        self._client = client
        self._negotiates = negotiates
        self._progress = progress
        self._samples = samples
        self._findings: list[Finding] = []
        self._notes: dict[str, None] = {}

    def run(self) -> AuditReport:
        self._require_reachable()
        try:
            for finding in self._run_checks():
                self._findings.append(finding)  # one by one: those before the site went down count as well
        except SiteUnreachableError:
            self._findings.append(Finding(self._client.url, "", "no longer responds", "check the server, and run the command again"))
        findings = tuple(dict.fromkeys(self._findings))
        return AuditReport(self._client.url, findings, tuple(self._notes), self._client.request_count, self._negotiates)

    def _require_reachable(self) -> None:
        url = self._client.url
        if not url.startswith(("http://", "https://")):
            shown = printable_excerpt(url.rpartition("@")[2])  # the part before it may be a password
            raise SourceError(f"{shown.rstrip('/')}: is neither a folder nor a URL; write a URL such as https://example.org/pfocr/")
        response = self._client.get(url)
        if not response.status:
            raise SourceError(f"{url}: the site {response.fault}; check that the server runs, or raise --timeout")
        if response.status >= 400 and self._client.get(f"{url}sitemap.xml").status >= 400:
            status = f"{response.status} {codes.get_reason_phrase(response.status)}".rstrip()
            raise SourceError(f"{url}: the server responds with {status}; name the URL of the site")
        if response.location and not self._client.is_on_site(response.location):
            raise SourceError(f"{url}: the site redirects to {printable_excerpt(response.location)}; to check that site, use its URL")

    def _run_checks(self) -> Iterator[Finding]:
        yield from self._check_pages()
        self._report_progress("sitemap", 0, 1)
        sample = sample_sitemap(self._client, self._samples)
        yield from sample.findings
        self._note_missing_types({address.entity_type for address in sample.addresses})
        for path in sample.other_paths:
            yield from check_head(self._client.follow(self._client.url + path), HTML)
        addresses = [*(PageAddress(None, name) for name in STANDALONE_PAGES), *sample.addresses]
        for number, address in enumerate(addresses):
            self._report_progress("documents", number, len(addresses))
            yield from check_documents(self._client, address)
        yield from self._check_negotiation([path for address in addresses for path in negotiated_paths(address)])
        yield from self._check_aliases()
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
            yield Finding(robots.url, "", robots.outcome, "publish the site again, or write a robots.txt at the root of the host")
        elif b"sitemap:" not in robots.body.lower():
            yield Finding(robots.url, "", "names no sitemap", REPUBLISH_REMEDY)

    def _note_missing_types(self, sampled_types: Collection[EntityType | None]) -> None:
        for entity_type in ENTITY_TYPES:
            if entity_type not in sampled_types:
                self._notes[f"the sitemap has no {entity_type.folder}, so none were requested"] = None

    def _check_negotiation(self, paths: list[NegotiatedPath]) -> Iterator[Finding]:
        if self._negotiates is None:
            self._negotiates = any(is_negotiated(self._client, path) for path in paths)
            if not self._negotiates:
                yield _NO_NEGOTIATION._replace(url=self._client.url)
        if not self._negotiates:
            return
        for number, path in enumerate(paths):
            self._report_progress("names", number, len(paths))
            findings = list(check_negotiation(self._client, path))
            yield from findings
            if findings:
                continue
            for accept, given, finding in check_not_acceptable(self._client, path):
                if finding:
                    yield finding
                else:
                    self._notes[f"a client that accepts only {accept} gets {given}"] = None

    def _check_aliases(self) -> Iterator[Finding]:
        sample = AliasSample(self._client, self._samples)
        yield from sample.findings
        if sample.note:
            self._notes[sample.note] = None
        yield from sample.check(bool(self._negotiates))

    def _check_void(self) -> Iterator[Finding]:
        response = self._client.follow(self._client.url + _VOID_PATH, TURTLE.media_type)
        representation = next((item for item in REPRESENTATIONS[1:] if item.media_type == response.media_type), None)
        if response.status == 200 and not response.fault and representation:
            yield from parse_statements(response, representation, PageAddress(None, STANDALONE_PAGES[0]).iri)[1]
        elif self._negotiates:
            given = response.fault or f"responds with {response.status} and {printable_excerpt(response.media_type) or 'no media type'}"
            yield Finding(self._client.url + _VOID_PATH, TURTLE.media_type, f"{given}, but should redirect to RDF", "see hosting/README.md")

    def _check_not_found(self) -> Iterator[Finding]:
        for folder in ("", *(f"{entity_type.folder}/" for entity_type in ENTITY_TYPES)):
            for suffix in ("", HTML.suffix):
                response = self._client.follow(self._client.url + folder + _MISSING_NAME + suffix)
                if response.status != 404:
                    wrong = f"{response.outcome}, but should have status 404: there is no such resource"
                    yield Finding(response.url, "", wrong, "see hosting/README.md")
