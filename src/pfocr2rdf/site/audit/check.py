"""The check of a running site: samples of its pages, its documents and its endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from pfocr2rdf.errors import SourceError
from pfocr2rdf.site.audit.client import GoneError, Visitor, shown
from pfocr2rdf.site.audit.documents import absent, statements, wrong_context, wrong_document, wrong_head
from pfocr2rdf.site.audit.findings import Checked, Finding
from pfocr2rdf.site.audit.negotiation import Name, is_led, names, not_offered, wrong_answers
from pfocr2rdf.site.audit.sitemap import Sitemap
from pfocr2rdf.site.pages.urls import DOCUMENTS, FORMS, HTML, KINDS, TURTLE, Place

SAMPLES = 3
"""How many things of each kind are asked for."""

TIMEOUT = 20.0
"""How many seconds may pass without a byte."""

_PAGES = ("", "search.html", "queries.html")
_VOID = ".well-known/void"
_CANNOT = Finding(
    "", "", "the host gives everybody the same, whatever they accept: names of things lead to no Turtle and no JSON-LD",
    "use a host that can, or a permanent address before it (hosting/README.md says how); documents are there under their own URLs",
)  # fmt: skip


class Told(Protocol):
    """Is told how far it is."""

    def __call__(self, stage: str, done: int, total: int, note: str = "") -> None:
        """A stage, what is done of it, how much there is, and what else is worth knowing."""


def check(
    url: str, *, samples: int = SAMPLES, timeout: float = TIMEOUT, negotiates: bool | None = None, progress: Told | None = None
) -> Checked:
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
    visitor = Visitor(url, timeout)
    try:
        return _Check(visitor, samples, negotiates, progress).run()
    finally:
        visitor.close()


class _Check:
    def __init__(self, visitor: Visitor, samples: int, negotiates: bool | None, progress: Told | None) -> None:
        self._visitor = visitor
        self._negotiates = negotiates
        self._progress = progress
        self._sitemap = Sitemap(visitor, samples)
        self._findings: list[Finding] = []
        self._notes: dict[str, None] = {}

    def run(self) -> Checked:
        self._reach()
        try:
            for finding in self._all():
                self._findings.append(finding)  # one by one: those before the end of the site count as well
        except GoneError:
            self._findings.append(Finding(self._visitor.url, "", "does not answer any more", "look after the server, and check it again"))
        found = tuple(dict.fromkeys(self._findings))
        return Checked(self._visitor.url, found, tuple(self._notes), self._visitor.requests, self._negotiates)

    def _reach(self) -> None:
        url = self._visitor.url
        if not url.startswith(("http://", "https://")):
            raise SourceError(f"{shown(url)}: it is no URL of a site; name one such as https://example.org/pfocr/")
        answer = self._visitor.ask(url)
        if not answer.status:
            raise SourceError(f"{url}: the site {answer.fault}; see whether it runs, or allow more with --timeout")
        if answer.location and not self._visitor.is_here(answer.location):
            raise SourceError(f"{url}: the site leads to {shown(answer.location)}; name that URL if it is the one")

    def _all(self) -> Iterator[Finding]:
        yield from self._pages()
        self._say("sitemap", 0, 1)
        self._sitemap.read()
        yield from self._sitemap.findings
        yield from self._kinds()
        places = [*(Place(None, name) for name in DOCUMENTS), *self._sitemap.places]
        for number, place in enumerate(places):
            self._say("documents", number, len(places))
            yield from wrong_document(self._visitor, place)
        known = [name for place in places for name in names(place)]
        yield from self._wishes(known)
        yield from self._void()
        yield from self._absent()

    def _say(self, stage: str, done: int, total: int) -> None:
        if self._progress:
            self._progress(stage, done, total)

    def _pages(self) -> Iterator[Finding]:
        for path in _PAGES:
            yield from wrong_head(self._visitor.follow(self._visitor.url + path), HTML)
        yield from wrong_context(self._visitor)
        robots = self._visitor.follow(f"{self._visitor.url}robots.txt")
        if robots.status != 200 or robots.fault:
            wrong = robots.fault or f"is answered with {robots.status}"
            yield Finding(robots.url, "", wrong, "publish the site anew, or write a robots.txt at the root of the host")
        elif b"sitemap:" not in robots.body.lower():
            yield Finding(robots.url, "", "names no sitemap", "publish the site anew")

    def _kinds(self) -> Iterator[Finding]:
        there = {place.kind for place in self._sitemap.places}
        for kind in KINDS:
            if kind not in there:
                self._notes[f"the sitemap has no {kind.folder}, so that none were asked for"] = None
        for path in self._sitemap.others:
            yield from wrong_head(self._visitor.follow(self._visitor.url + path), HTML)

    def _wishes(self, known: list[Name]) -> Iterator[Finding]:
        if self._negotiates is None:
            self._negotiates = any(is_led(self._visitor, name) for name in known)
            if not self._negotiates:
                yield _CANNOT._replace(url=self._visitor.url)
        if not self._negotiates:
            return
        for number, name in enumerate(known):
            self._say("names", number, len(known))
            wrong_ones = list(wrong_answers(self._visitor, name))
            yield from wrong_ones
            if wrong_ones:
                continue
            for accept, given, wrong in not_offered(self._visitor, name):
                if wrong:
                    yield wrong
                else:
                    self._notes[f"who accepts {accept} only is given {given}"] = None

    def _void(self) -> Iterator[Finding]:
        answer = self._visitor.follow(self._visitor.url + _VOID, TURTLE.media_type)
        form = next((form for form in FORMS[1:] if form.media_type == answer.media_type), None)
        if answer.status == 200 and not answer.fault and form:
            yield from statements(answer, form, Place(None, DOCUMENTS[0]).iri)[1]
        elif self._negotiates:
            given = answer.fault or f"is answered with {answer.status} and {shown(answer.media_type) or 'no media type'}"
            yield Finding(self._visitor.url + _VOID, TURTLE.media_type, f"{given}, and should lead to RDF", "see hosting/README.md")

    def _absent(self) -> Iterator[Finding]:
        for folder in ("", *(f"{kind.folder}/" for kind in KINDS)):
            for ending in ("", HTML.ending):
                answer = self._visitor.follow(self._visitor.url + absent(folder) + ending)
                if answer.status != 404:
                    wrong = answer.fault or f"is answered with {answer.status}"
                    yield Finding(answer.url, "", f"{wrong}, and should be with 404: there is no such thing", "see hosting/README.md")
