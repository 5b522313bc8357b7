"""Redirects from old addresses of figures, as web servers have them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from pfocr2rdf.site.pages.aliases import AliasTargets
from pfocr2rdf.site.pages.urls import PageAddress

MAX_ALIAS_RULES = 900
"""How many old addresses have separate rules: nginx and Apache try one after the other for each request."""


class AliasRedirect(NamedTuple):
    """The redirect from the path of an alias, with the suffix of a document or without."""

    pattern: str  # a regular expression that matches the decoded path, and is valid in double quotes
    path: str  # percent-encoded
    target: str  # the path of the figure's documents without their suffix, percent-encoded
    is_page_renamed: bool  # whether the page of the alias is under another path


def alias_redirects(aliases: AliasTargets) -> list[AliasRedirect]:
    """The redirects of aliases that are of one figure."""
    pairs = [(old, old.iri_path, targets[0]) for old, targets in aliases.items() if len(targets) == 1]
    return [
        AliasRedirect(re.escape(path).replace('"', r"\x22"), quote(path), figure.url(), old.is_renamed)
        for old, path, figure in pairs
    ]  # fmt: skip


def renamed_pages_of_shared_aliases(aliases: AliasTargets) -> list[PageAddress]:
    """The pages that list the figures of an alias, where they are under another path than its own."""
    return [old for old, targets in aliases.items() if len(targets) > 1 and old.is_renamed]


def static_alias_redirects(redirects: Sequence[AliasRedirect], limit: int) -> list[AliasRedirect]:
    """Those for hosts that read one line for each path: all whose page is under another path, and as many others as the limit leaves.

    The others are found by the page at their path, which leads on.
    """
    renamed = [redirect for redirect in redirects if redirect.is_page_renamed]
    others = (redirect for redirect in redirects if not redirect.is_page_renamed)
    return [*renamed, *(redirect for redirect, _ in zip(others, range(limit - len(renamed)), strict=False))]
