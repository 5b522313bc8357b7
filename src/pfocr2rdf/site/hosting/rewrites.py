"""The table of paths, said in regular expressions that Apache, nginx and Python read alike."""

from __future__ import annotations

import re
from typing import NamedTuple

from pfocr2rdf.site.pages.urls import RedirectRule, redirect_rules


class RewriteRule(NamedTuple):
    """Paths that lead to documents in one and the same way."""

    prefix_pattern: str  # matches what the paths begin with
    middle_pattern: str  # matches what follows in the paths of the documents, too; empty where there is one path only
    suffix_pattern: str  # matches what they end in
    target_prefix: str  # what the paths of the documents begin with; the middle and the form's ending follow
    is_page: bool  # whether the path itself is the page for people

    def full_pattern(self, group_name: str = "") -> str:
        """Matches the paths; the middle, where there is one, is its only group.

        Args:
            group_name: of the group.
        """
        group = f"({f'?<{group_name}>' if group_name else ''}{self.middle_pattern})" if self.middle_pattern else ""
        return f"{self.prefix_pattern}{group}{self.suffix_pattern}"


def rewrite_rules() -> list[RewriteRule]:
    """The rules of the table; those that only add an ending are one."""
    table = list(redirect_rules())
    plain = [rule for rule in table if _adds_suffix_only(rule)]
    each = "|".join(re.escape(rule.prefix) for rule in plain if rule.is_wildcard)
    whole = [re.escape(rule.prefix) for rule in plain if not rule.is_wildcard]
    first = RewriteRule("", "|".join((f"(?:{each}).+", *whole)), "", "", False)
    return [first, *(_rewrite_rule(rule) for rule in table if not _adds_suffix_only(rule))]


def _adds_suffix_only(rule: RedirectRule) -> bool:
    return rule.prefix == rule.target_prefix and not rule.suffix


def _rewrite_rule(rule: RedirectRule) -> RewriteRule:
    return RewriteRule(re.escape(rule.prefix), ".+" if rule.is_wildcard else "", re.escape(rule.suffix), rule.target_prefix, rule.is_page)
