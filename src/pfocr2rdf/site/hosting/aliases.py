"""Redirects from old addresses of figures, as web servers have them."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

from pfocr2rdf.site.pages.aliases import AliasTargets
from pfocr2rdf.site.pages.urls import HTML, PageAddress

MAX_ALIAS_REDIRECTS = 900
"""How many old addresses the files of hosts have: Cloudflare Pages reads 2,000 lines, and Apache its whole file for each request."""


class AliasRedirect(NamedTuple):
    """The redirect from the path of an alias, with ``.html`` or without."""

    pattern: str  # a regular expression that matches the decoded path, and may stand in double quotes
    path: str  # percent-encoded
    target: str  # the path of the figure's page, percent-encoded


def alias_redirects(aliases: AliasTargets) -> list[AliasRedirect]:
    """The redirects of aliases that are of one figure; none where there are too many for a host, which has their pages then."""
    pairs = [(old.iri_path, targets[0]) for old, targets in aliases.items() if len(targets) == 1]
    if len(pairs) > MAX_ALIAS_REDIRECTS:
        return []
    return [AliasRedirect(re.escape(path).replace('"', r"\x22"), quote(path), figure.url(HTML)) for path, figure in pairs]


def unredirected_aliases(aliases: AliasTargets) -> list[PageAddress]:
    """The renamed pages of aliases without a redirect."""
    redirected_paths = {redirect.path for redirect in alias_redirects(aliases)}
    return [old for old in aliases if old.is_renamed and quote(old.iri_path) not in redirected_paths]
