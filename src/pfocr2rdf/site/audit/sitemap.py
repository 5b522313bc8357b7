"""A sample of a site's sitemap: some pages of each entity type."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import unquote
from xml.parsers import expat

from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.site.audit.client import AuditClient
from pfocr2rdf.site.audit.documents import find_renamed_resource
from pfocr2rdf.site.audit.findings import REPUBLISH_REMEDY, Finding
from pfocr2rdf.site.pages.urls import HTML, PageAddress, address_from_path

_MAX_URLS = 50_000
_MAX_SITEMAP_BYTES = 52_428_800
_MAX_SITEMAPS = 1000
_MAX_URL_CHARS = 4096


class _NotSitemapError(Exception):
    """The document is not a sitemap."""


class SitemapSample(NamedTuple):
    """A sample of the pages in a sitemap."""

    addresses: list[PageAddress]  # some resources of each entity type, and standalone pages
    other_paths: list[str]  # the paths of some other pages, as URLs have them
    findings: list[Finding]  # what is wrong with the sitemap


def sample_sitemap(client: AuditClient, size: int) -> SitemapSample:
    """Read the sitemap of a site, and choose this number of resources of each entity type."""
    reader = _SitemapReader(client)
    sample = _sample_pages(reader.pages(), size)
    addresses = [address for _, paths in sorted(sample.items()) for address in map(_page_address, paths) if address]
    addresses = [find_renamed_resource(client, address) or address for address in addresses]
    other_paths = sorted(path for path in sample.get("", ()) if not _page_address(path))
    return SitemapSample(addresses, other_paths, reader.findings)


def _sample_pages(paths: Iterable[str], size: int) -> dict[str, list[str]]:
    """A sample for each folder, each page as likely as any other (reservoir sampling), and the same ones in every run."""
    choice, counts = random.Random(0), defaultdict[str, int](int)  # noqa: S311 - nothing is kept secret
    sample = defaultdict[str, list[str]](list)
    for path in paths:
        address = _page_address(path)
        folder = address.entity_type.folder if address and address.entity_type else ""
        counts[folder] += 1
        if len(sample[folder]) < size:
            sample[folder].append(path)
        elif (position := choice.randrange(counts[folder])) < size:
            sample[folder][position] = path
    return sample


def _page_address(path: str) -> PageAddress | None:
    text = unquote(path)
    return address_from_path(text.removesuffix(HTML.suffix)) if text.endswith(HTML.suffix) and "/page-" not in text else None


class _SitemapReader:
    """Requests the files of a sitemap and checks them."""

    def __init__(self, client: AuditClient) -> None:
        self.findings: list[Finding] = []
        self._client = client

    def pages(self) -> Iterable[str]:
        """The paths of all pages."""
        root, urls = self._read_file("sitemap.xml")
        paths = self._paths("sitemap.xml", urls)
        if root != "sitemapindex":
            return paths
        return (path for part in paths[:_MAX_SITEMAPS] for path in self._paths(part, self._read_file(part, "urlset")[1]))

    def _add_finding(self, path: str, wrong: str, remedy: str = REPUBLISH_REMEDY) -> None:
        self.findings.append(Finding(self._client.url + path, "", wrong, remedy))

    def _read_file(self, path: str, expected: str = "") -> tuple[str, list[str]]:
        """The root element of a file, and the URLs in it."""
        response = self._client.follow(self._client.url + path, max_bytes=_MAX_SITEMAP_BYTES)
        if response.fault or response.status != 200:
            self._add_finding(path, response.outcome)
            return "", []
        try:
            root, urls = _parse_sitemap(response.body)
        except (expat.ExpatError, _NotSitemapError, LookupError, ValueError) as error:
            self._add_finding(path, f"is not a sitemap: {error}")
            return "", []
        if expected and root != expected:
            self._add_finding(path, f"is a {root}, and should be a {expected}")
        if len(urls) > _MAX_URLS:
            self._add_finding(path, f"has {len(urls):,} URLs, and may have {_MAX_URLS:,}")
        if not urls:
            self._add_finding(path, "has no URLs")
        return root, urls

    def _paths(self, path: str, urls: Iterable[str]) -> list[str]:
        """The paths of URLs, which may be those of the audited or of the official site."""
        paths, foreign = [], []
        for url in urls:
            base = next((base for base in (self._client.url, SITE_URL) if url.startswith(base)), None)
            if base is None or any(segment in (".", "..") for segment in url.split("/")):
                foreign.append(url)
            else:
                paths.append(url[len(base) :])
        if foreign:
            wrong = f"has {len(foreign):,} URLs that are not of the site, such as {foreign[0]!r:.200}"
            self._add_finding(path, wrong, f"they must begin with {SITE_URL} or {self._client.url}")
        return paths


def _parse_sitemap(document: bytes) -> tuple[str, list[str]]:
    """The name of the root element, and the text of each ``loc``. Other content is not kept, so that memory is bounded."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    root, urls, is_in_loc = "", [], False

    def start_element(name: str, _: Any) -> None:
        nonlocal root, is_in_loc
        root = root or name
        is_in_loc = name == "loc"
        if is_in_loc:
            urls.append("")

    def end_element(_: str) -> None:
        nonlocal is_in_loc
        is_in_loc = False

    def character_data(text: str) -> None:
        if is_in_loc and len(urls[-1]) < _MAX_URL_CHARS:
            urls[-1] += text

    def start_doctype(*_: Any) -> None:
        raise _NotSitemapError("it declares a type of documents")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start_element, end_element, character_data
    parser.StartDoctypeDeclHandler = start_doctype
    parser.Parse(document, True)
    if root not in ("sitemapindex", "urlset"):
        raise _NotSitemapError(f"it is a {root[:40]!r}")
    return root, [url.strip() for url in urls]
