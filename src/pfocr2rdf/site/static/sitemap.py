"""What tells search engines which pages there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import islice

_MAX_URLS_PER_SITEMAP = 50_000  # URLs in a file, as sitemaps.org says
_SITEMAP_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def render_sitemaps(urls: Iterable[str], base_url: str) -> Iterator[tuple[str, str]]:
    """The files of a site map: its parts, and the index of these.

    Args:
        urls: the URLs of the pages, relative to the root.
        base_url: what leads to the root; it ends in a slash.

    Returns:
        The path and the text of each file.
    """
    left = iter(urls)
    parts: list[str] = []
    while some := list(islice(left, _MAX_URLS_PER_SITEMAP)):
        path = f"sitemaps/{len(parts) + 1}.xml"
        parts.append(path)
        yield path, f'{_XML_DECLARATION}<urlset xmlns="{_SITEMAP_NAMESPACE}">\n{_loc_elements("url", some, base_url)}</urlset>\n'
    yield (
        "sitemap.xml",
        f'{_XML_DECLARATION}<sitemapindex xmlns="{_SITEMAP_NAMESPACE}">\n{_loc_elements("sitemap", parts, base_url)}</sitemapindex>\n',
    )


def _loc_elements(element: str, urls: Iterable[str], base_url: str) -> str:
    return "".join(f"<{element}><loc>{escape(base_url + url)}</loc></{element}>\n" for url in urls)


def render_robots_txt(base_url: str) -> str:
    """What tells robots that all may be read, and where the site map is."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {base_url}sitemap.xml\n"
