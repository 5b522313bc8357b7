"""Regular expressions that Apache, nginx and Python read alike: what clients accept, and the table of paths."""

from __future__ import annotations

import re
from typing import NamedTuple

from pfocr2rdf.site.pages.urls import REDIRECTS, VOCABULARY_PAGE, VOCABULARY_REPRESENTATIONS, RedirectRule, Representation, redirect_rules

WEIGHT_NONE, WEIGHT_FULL = "0", "1"  # the weight of what is not accepted, and of what is and says no more
_DIGITS = "|".join(rf"{digit}[0-9]*:\1[{digit + 1}-9]" for digit in range(9))

WEIGHT_LESS_THAN = rf"^([0-9]*)(?::\1[0-9]*[1-9]|{_DIGITS})"
"""Matches two weights with a colon between them where the first is the smaller one. A weight is its digits without the point."""

_SPACE = r"[ \t]*"
_OTHER_PARAMETERS = rf"(?:;(?!{_SPACE}q{_SPACE}=)[^,;]*)*"
_WEIGHT = rf";{_SPACE}q{_SPACE}={_SPACE}(0|1(?!\.[0-9]*[1-9]))(?:\.([0-9]{{0,3}}))?{_SPACE}(?=[;,]|$)"


class AcceptRange(NamedTuple):
    """A media range of the ``Accept`` header."""

    unweighted_pattern: str  # matches a header that has it without a weight; letters of both cases are the same
    weighted_pattern: str  # matches a header that has it with a weight, whose digits before and behind the point are the two groups
    representations: tuple[Representation, ...]  # those that are in it


def accept_ranges() -> list[AcceptRange]:
    """The ranges that the representations are in, the more exact ones last, so that their weights count."""
    exact = [representation.media_type for representation in VOCABULARY_REPRESENTATIONS]
    wide = dict.fromkeys(f"{media_type.partition('/')[0]}/*" for media_type in exact)
    return [_accept_range(text) for text in ("*/*", *wide, *exact)]


def _accept_range(text: str) -> AcceptRange:
    prefix = text.removesuffix("*").removesuffix("*/")
    matches = [
        item
        for item in VOCABULARY_REPRESENTATIONS
        if item.media_type == text or (text.endswith("*") and item.media_type.startswith(prefix))
    ]
    escaped = "".join(f"[{character}]" if character in "*+." else character for character in text)
    pattern = rf"(?:^|,){_SPACE}{escaped}{_SPACE}{_OTHER_PARAMETERS}"
    return AcceptRange(rf"{pattern}(?:,|$)", pattern + _WEIGHT, tuple(matches))


def vocabulary_pattern() -> str:
    """Matches the paths of the vocabulary, which has a representation more than all others."""
    paths = (VOCABULARY_PAGE, *(path for path, target in REDIRECTS.items() if target == VOCABULARY_PAGE))
    return f"(?:{'|'.join(map(re.escape, paths))})"


class RewriteRule(NamedTuple):
    """Paths that lead to documents in one and the same way."""

    prefix_pattern: str  # matches what the paths begin with
    middle_pattern: str  # matches what follows in the paths of the documents, too; empty where there is one path only
    suffix_pattern: str  # matches what they end in
    target_prefix: str  # what the paths of the documents begin with; the middle and the suffix of the representation follow
    is_page: bool  # whether the path itself is the HTML page

    def full_pattern(self, group_name: str = "") -> str:
        """Matches the paths; the middle, where there is one, is its only group, with this name."""
        group = f"({f'?<{group_name}>' if group_name else ''}{self.middle_pattern})" if self.middle_pattern else ""
        return f"{self.prefix_pattern}{group}{self.suffix_pattern}"


def rewrite_rules() -> list[RewriteRule]:
    """The rules of the table; those that only add a suffix are one."""
    table = list(redirect_rules())
    plain = [rule for rule in table if _adds_suffix_only(rule)]
    folders = "|".join(re.escape(rule.prefix) for rule in plain if rule.is_wildcard)
    paths = [re.escape(rule.prefix) for rule in plain if not rule.is_wildcard]
    first = RewriteRule("", "|".join((f"(?:{folders}).+", *paths)), "", "", False)
    return [first, *(_rewrite_rule(rule) for rule in table if not _adds_suffix_only(rule))]


def _adds_suffix_only(rule: RedirectRule) -> bool:
    return rule.prefix == rule.target_prefix and not rule.suffix


def _rewrite_rule(rule: RedirectRule) -> RewriteRule:
    return RewriteRule(re.escape(rule.prefix), ".+" if rule.is_wildcard else "", re.escape(rule.suffix), rule.target_prefix, rule.is_page)
