"""The sitemap of a site: what there is, a few of each kind."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote
from xml.parsers import expat

from pfocr2rdf.rdf.vocabulary import SITE
from pfocr2rdf.site.audit.client import Visitor
from pfocr2rdf.site.audit.findings import Finding
from pfocr2rdf.site.pages.urls import HTML, Place, place_at

_MOST_URLS = 50_000
_MOST_BYTES = 52_428_800
_MOST_PARTS = 1000
_LONGEST = 4096  # of a URL
_REMEDY = "publish the site anew"


class _RefusedError(Exception):
    """The text is no sitemap."""


class Sitemap:
    """What the sitemap says that there is.

    Args:
        visitor: asks the site.
        samples: how many of each kind are wanted.

    Attributes:
        places: some things of each kind.
        others: paths of some other pages, as URLs have them.
        findings: what is wrong with it.
    """

    def __init__(self, visitor: Visitor, samples: int) -> None:
        self.places: list[Place] = []
        self.others: list[str] = []
        self.findings: list[Finding] = []
        self._visitor = visitor
        self._samples = samples

    def read(self) -> None:
        """Ask for all of it."""
        kind, parts = self._locations("sitemap.xml")
        paths = self._paths("sitemap.xml", parts)
        if kind == "sitemapindex":
            kept = paths[:_MOST_PARTS]
            pages: Iterable[str] = (path for part in kept for path in self._paths(part, self._locations(part, "urlset")[1]))
        else:
            pages = paths
        by_kind = self._some(pages)
        for name, some in sorted(by_kind.items()):
            for path in some:
                place = _place(path)
                self.places += [place] if place else []
                self.others += [] if place else [path]
            if not name:
                self.others.sort()

    def _some(self, paths: Iterable[str]) -> dict[str, list[str]]:
        """So many of each kind, each as likely as any other, and the same ones in every run."""
        choice, seen = random.Random(0), defaultdict[str, int](int)  # noqa: S311 - nothing is kept secret
        some = defaultdict[str, list[str]](list)
        for path in paths:
            place = _place(path)
            name = place.kind.folder if place and place.kind else ""
            seen[name] += 1
            if len(some[name]) < self._samples:
                some[name].append(path)
            elif (number := choice.randrange(seen[name])) < self._samples:
                some[name][number] = path
        return some

    def _wrong(self, path: str, wrong: str, remedy: str = _REMEDY) -> None:
        self.findings.append(Finding(self._visitor.url + path, "", wrong, remedy))

    def _locations(self, path: str, wanted: str = "") -> tuple[str, list[str]]:
        """What a file of the sitemap is, and the URLs in it."""
        answer = self._visitor.follow(self._visitor.url + path, most=_MOST_BYTES)
        if answer.fault or answer.status != 200:
            self._wrong(path, answer.fault or f"is answered with {answer.status}")
            return "", []
        try:
            kind, locations = _parsed(answer.body)
        except (expat.ExpatError, _RefusedError, LookupError, ValueError) as error:
            self._wrong(path, f"is no sitemap: {error}")
            return "", []
        if wanted and kind != wanted:
            self._wrong(path, f"is a {kind}, and should be a {wanted}")
        if len(locations) > _MOST_URLS:
            self._wrong(path, f"has {len(locations):,} URLs, and may have {_MOST_URLS:,}")
        if not locations:
            self._wrong(path, "has no URLs")
        return kind, locations

    def _paths(self, path: str, urls: Iterable[str]) -> list[str]:
        """The paths of URLs, wherever the site says that it is."""
        found, strange = [], []
        for url in urls:
            base = next((base for base in (self._visitor.url, SITE) if url.startswith(base)), None)
            if base is None or any(step in (".", "..") for step in url.split("/")):
                strange.append(url)
            else:
                found.append(url[len(base) :])
        if strange:
            wrong = f"has {len(strange):,} URLs that are not of the site, such as {strange[0]!r:.200}"
            self._wrong(path, wrong, f"they must begin with {SITE} or {self._visitor.url}")
        return found


def _place(path: str) -> Place | None:
    text = unquote(path)
    return place_at(text.removesuffix(HTML.ending)) if text.endswith(HTML.ending) and "/page-" not in text else None


def _parsed(text: bytes) -> tuple[str, list[str]]:
    """The name of the outermost element, and the text of each ``loc``; nothing is kept of what else there may be."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    outer, locations, inside = "", [], False

    def begun(name: str, _: Any) -> None:
        nonlocal outer, inside
        outer = outer or name
        inside = name == "loc"
        if inside:
            locations.append("")

    def ended(_: str) -> None:
        nonlocal inside
        inside = False

    def said(words: str) -> None:
        if inside and len(locations[-1]) < _LONGEST:
            locations[-1] += words

    def refused(*_: Any) -> None:
        raise _RefusedError("it declares a type of documents")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begun, ended, said
    parser.StartDoctypeDeclHandler = refused
    parser.Parse(text, True)
    if outer not in ("sitemapindex", "urlset"):
        raise _RefusedError(f"it is a {outer[:40]!r}")
    return outer, [one.strip() for one in locations]
