"""Redirects of single pages, for hosts that cannot compute the portable name of a page: nginx, and those that read ``_redirects``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote

from pfocr2rdf.site.pages.urls import PageAddress, redirect_rules

MAX_STATIC_REDIRECTS = 2000  # the limit of Cloudflare Pages, which ignores the others


class NamesMap(NamedTuple):
    """The ``map`` of nginx, from paths to renamed pages.

    Its keys are paths in lower case, since nginx ignores the case of what it looks up; a value has ``|path=page`` for each page.
    """

    entries: dict[str, str]
    bucket_size: int  # bytes
    max_size: int  # entries


def build_names_map(renamed: Iterable[PageAddress]) -> NamesMap:
    """The ``map`` of nginx. All texts in it are percent-encoded, so that they are no syntax of nginx."""
    entries: dict[str, str] = {}
    for address in renamed:
        path = quote(address.iri_path)
        entries[path.lower()] = f"{entries.get(path.lower(), '')}|{path}={address.url()}"
    longest = max(map(len, entries), default=0)
    return NamesMap(entries, 1 << (longest + 64).bit_length(), max(2048, 2 * len(entries)))


def static_redirects(renamed: Iterable[PageAddress]) -> Iterator[tuple[str, str]]:
    """The paths that lead to a renamed page, percent-encoded, each with the URL of the page without its suffix."""
    for address in renamed:
        for rule in redirect_rules():
            if rule.is_wildcard and address.path.startswith(rule.target_prefix):
                yield f"{rule.prefix}{quote(address.name, safe='')}{rule.suffix}", address.url()
