"""What tells search engines which pages there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import islice

_MOST = 50_000  # URLs in a file, as sitemaps.org says
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def sitemaps(urls: Iterable[str], base: str) -> Iterator[tuple[str, str]]:
    """The files of a site map: its parts, and the index of these.

    Args:
        urls: the URLs of the pages, relative to the root.
        base: what leads to the root; it ends in a slash.

    Returns:
        The path and the text of each file.
    """
    left = iter(urls)
    parts: list[str] = []
    while some := list(islice(left, _MOST)):
        path = f"sitemaps/{len(parts) + 1}.xml"
        parts.append(path)
        yield path, f'{_XML}<urlset xmlns="{_SPACE}">\n{_located("url", some, base)}</urlset>\n'
    yield "sitemap.xml", f'{_XML}<sitemapindex xmlns="{_SPACE}">\n{_located("sitemap", parts, base)}</sitemapindex>\n'


def _located(element: str, urls: Iterable[str], base: str) -> str:
    return "".join(f"<{element}><loc>{escape(base + url)}</loc></{element}>\n" for url in urls)


def robots(base: str) -> str:
    """What tells robots that all may be read, and where the site map is."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {base}sitemap.xml\n"
