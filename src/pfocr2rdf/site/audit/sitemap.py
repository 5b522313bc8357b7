"""The sitemap of a site: what there is, a few of each kind."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote
from xml.parsers import expat

from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.site.audit.client import AuditClient
from pfocr2rdf.site.audit.findings import Finding
from pfocr2rdf.site.pages.urls import HTML, PageAddress, address_from_path

_MAX_URLS = 50_000
_MAX_SITEMAP_BYTES = 52_428_800
_MAX_SITEMAPS = 1000
_MAX_URL_CHARS = 4096  # of a URL
_REMEDY = "publish the site anew"


class _NotSitemapError(Exception):
    """The text is no sitemap."""


class SitemapSample:
    """What the sitemap says that there is.

    Args:
        client: asks the site.
        samples: how many of each kind are wanted.

    Attributes:
        addresses: some things of each kind.
        other_paths: paths of some other pages, as URLs have them.
        findings: what is wrong with it.
    """

    def __init__(self, client: AuditClient, samples: int) -> None:
        self.addresses: list[PageAddress] = []
        self.other_paths: list[str] = []
        self.findings: list[Finding] = []
        self._client = client
        self._samples = samples

    def read(self) -> None:
        """Ask for all of it."""
        kind, parts = self._locations("sitemap.xml")
        paths = self._paths("sitemap.xml", parts)
        if kind == "sitemapindex":
            kept = paths[:_MAX_SITEMAPS]
            pages: Iterable[str] = (path for part in kept for path in self._paths(part, self._locations(part, "urlset")[1]))
        else:
            pages = paths
        by_kind = self._sample(pages)
        for name, some in sorted(by_kind.items()):
            for path in some:
                place = _page_address(path)
                self.addresses += [place] if place else []
                self.other_paths += [] if place else [path]
            if not name:
                self.other_paths.sort()

    def _sample(self, paths: Iterable[str]) -> dict[str, list[str]]:
        """So many of each kind, each as likely as any other, and the same ones in every run."""
        choice, seen = random.Random(0), defaultdict[str, int](int)  # noqa: S311 - nothing is kept secret
        some = defaultdict[str, list[str]](list)
        for path in paths:
            place = _page_address(path)
            name = place.entity_type.folder if place and place.entity_type else ""
            seen[name] += 1
            if len(some[name]) < self._samples:
                some[name].append(path)
            elif (number := choice.randrange(seen[name])) < self._samples:
                some[name][number] = path
        return some

    def _add_finding(self, path: str, wrong: str, remedy: str = _REMEDY) -> None:
        self.findings.append(Finding(self._client.url + path, "", wrong, remedy))

    def _locations(self, path: str, expected: str = "") -> tuple[str, list[str]]:
        """What a file of the sitemap is, and the URLs in it."""
        answer = self._client.follow(self._client.url + path, max_bytes=_MAX_SITEMAP_BYTES)
        if answer.fault or answer.status != 200:
            self._add_finding(path, answer.fault or f"is answered with {answer.status}")
            return "", []
        try:
            kind, locations = _parse_sitemap(answer.body)
        except (expat.ExpatError, _NotSitemapError, LookupError, ValueError) as error:
            self._add_finding(path, f"is no sitemap: {error}")
            return "", []
        if expected and kind != expected:
            self._add_finding(path, f"is a {kind}, and should be a {expected}")
        if len(locations) > _MAX_URLS:
            self._add_finding(path, f"has {len(locations):,} URLs, and may have {_MAX_URLS:,}")
        if not locations:
            self._add_finding(path, "has no URLs")
        return kind, locations

    def _paths(self, path: str, urls: Iterable[str]) -> list[str]:
        """The paths of URLs, wherever the site says that it is."""
        found, strange = [], []
        for url in urls:
            base = next((base for base in (self._client.url, SITE_URL) if url.startswith(base)), None)
            if base is None or any(step in (".", "..") for step in url.split("/")):
                strange.append(url)
            else:
                found.append(url[len(base) :])
        if strange:
            wrong = f"has {len(strange):,} URLs that are not of the site, such as {strange[0]!r:.200}"
            self._add_finding(path, wrong, f"they must begin with {SITE_URL} or {self._client.url}")
        return found


def _page_address(path: str) -> PageAddress | None:
    text = unquote(path)
    return address_from_path(text.removesuffix(HTML.suffix)) if text.endswith(HTML.suffix) and "/page-" not in text else None


def _parse_sitemap(text: bytes) -> tuple[str, list[str]]:
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
        if inside and len(locations[-1]) < _MAX_URL_CHARS:
            locations[-1] += words

    def refused(*_: Any) -> None:
        raise _NotSitemapError("it declares a type of documents")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begun, ended, said
    parser.StartDoctypeDeclHandler = refused
    parser.Parse(text, True)
    if outer not in ("sitemapindex", "urlset"):
        raise _NotSitemapError(f"it is a {outer[:40]!r}")
    return outer, [one.strip() for one in locations]
