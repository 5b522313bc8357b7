"""Redirects of single pages, for hosts that cannot compute the portable name of a page: nginx, and those that read ``_redirects``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote

from pfocr2rdf.site.pages.urls import PageAddress, redirect_rules

MAX_STATIC_REDIRECTS = 2000  # the limit of Cloudflare Pages, which ignores the others


class HashSize(NamedTuple):
    """The size of the hash tables that nginx makes of its maps."""

    bucket_size: int  # bytes
    max_size: int  # entries


def build_names_map(pages_by_path: Iterable[tuple[str, str]]) -> dict[str, str]:
    """A ``map`` of nginx, from paths to pages under other paths. Both are percent-encoded, so that they are no syntax of nginx.

    Its keys are paths in lower case, since nginx ignores the case of what it looks up; a value has ``|path=page`` for each page.
    """
    entries: dict[str, str] = {}
    for path, page in pages_by_path:
        entries[path.lower()] = f"{entries.get(path.lower(), '')}|{path}={page}"
    return entries


def hash_size(*maps: Mapping[str, str]) -> HashSize:
    """What the largest of the maps needs."""
    longest = max((len(path) for entries in maps for path in entries), default=0)
    return HashSize(1 << (longest + 64).bit_length(), max(2048, 2 * max(map(len, maps))))


def static_redirects(renamed: Iterable[PageAddress]) -> Iterator[tuple[str, str]]:
    """The paths that lead to a renamed page, percent-encoded, each with the URL of the page without its suffix."""
    for address in renamed:
        for rule in redirect_rules():
            if rule.is_wildcard and address.path.startswith(rule.target_prefix):
                yield f"{rule.prefix}{quote(address.name, safe='')}{rule.suffix}", address.url()
