"""The sitemap, after sitemaps.org, and ``robots.txt``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import islice

_MAX_URLS_PER_SITEMAP = 50_000  # the limit of sitemaps.org
_SITEMAP_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def render_sitemaps(urls: Iterable[str], base_url: str) -> Iterator[tuple[str, str]]:
    """The files of a sitemap, each as its path and its text: the parts, and the index of these. ``base_url`` ends in a slash."""
    remaining = iter(urls)
    parts: list[str] = []
    while batch := list(islice(remaining, _MAX_URLS_PER_SITEMAP)):
        path = f"sitemaps/{len(parts) + 1}.xml"
        parts.append(path)
        yield path, _sitemap_xml("urlset", "url", batch, base_url)
    yield "sitemap.xml", _sitemap_xml("sitemapindex", "sitemap", parts, base_url)


def _sitemap_xml(root: str, element: str, urls: Iterable[str], base_url: str) -> str:
    elements = "".join(f"<{element}><loc>{escape(base_url + url)}</loc></{element}>\n" for url in urls)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_SITEMAP_NAMESPACE}">\n{elements}</{root}>\n'


def render_robots_txt(base_url: str) -> str:
    """``robots.txt``: robots may read everything, and find the sitemap."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {base_url}sitemap.xml\n"
