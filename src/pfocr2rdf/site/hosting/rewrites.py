"""The table of paths, said in regular expressions that Apache, nginx and Python read alike."""

from __future__ import annotations

import re
from typing import NamedTuple

from pfocr2rdf.site.pages.urls import Rule, rules


class Route(NamedTuple):
    """Paths that lead to documents in one and the same way.

    Attributes:
        before: matches what the paths begin with.
        middle: matches what follows in the paths of the documents, too; empty where there is one path only.
        after: matches what they end in.
        to: what the paths of the documents begin with; the middle and the form's ending follow.
        is_page: whether the path itself is the page for people.
    """

    before: str
    middle: str
    after: str
    to: str
    is_page: bool

    def pattern(self, name: str = "") -> str:
        """Matches the paths; the middle, where there is one, is its only group.

        Args:
            name: of the group.
        """
        group = f"({f'?<{name}>' if name else ''}{self.middle})" if self.middle else ""
        return f"{self.before}{group}{self.after}"


def routes() -> list[Route]:
    """The rules of the table; those that only add an ending are one."""
    table = list(rules())
    plain = [rule for rule in table if _is_plain(rule)]
    each = "|".join(re.escape(rule.before) for rule in plain if rule.each)
    whole = [re.escape(rule.before) for rule in plain if not rule.each]
    first = Route("", "|".join((f"(?:{each}).+", *whole)), "", "", False)
    return [first, *(_route(rule) for rule in table if not _is_plain(rule))]


def _is_plain(rule: Rule) -> bool:
    return rule.before == rule.to and not rule.after


def _route(rule: Rule) -> Route:
    return Route(re.escape(rule.before), ".+" if rule.each else "", re.escape(rule.after), rule.to, rule.is_page)
