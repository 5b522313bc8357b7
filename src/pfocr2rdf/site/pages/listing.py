"""All things of a kind in groups, for the pages that people browse and for the site map."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from pfocr2rdf.rdf.terms import lexical, ref, term
from pfocr2rdf.site.pages.entity import newest, year_of
from pfocr2rdf.site.pages.graph_reader import Reader
from pfocr2rdf.site.pages.registry import things_of
from pfocr2rdf.site.pages.urls import HTML, Kind, place_of

PAGE = 200
"""How many things are on a page of a list."""

UNDATED, DIGITS, OTHER = "undated", "0-9", "other"
_ISSUED = term("dcterms:issued")
_YEAR = re.compile(r"-?\d{4,9}").match


class Listed(NamedTuple):
    """A thing in a list: what it is called, its page relative to the root, and what is said behind its name."""

    title: str
    url: str
    detail: str


class Listing(NamedTuple):
    """All things of a kind.

    Attributes:
        kind: the kind.
        groups: the things by year or by first letter, in the order in which they are shown.
        iris: those of the things that have a page.
        left_out: those of the others.
    """

    kind: Kind
    groups: dict[str, list[Listed]]
    iris: list[str]
    left_out: list[str]

    @property
    def total(self) -> int:
        """How many have a page."""
        return len(self.iris)


def listing(reader: Reader, kind: Kind) -> Listing:
    """All things of a kind: figures and papers by year, the newest first, all else by name."""
    groups: dict[str, list[tuple[tuple[int | str, str], Listed]]] = {}
    iris, left_out = [], []
    for iri in things_of(reader, kind):
        subject = ref(iri)
        place = place_of(iri, kind)
        if place is None:
            left_out.append(iri)
            continue
        iris.append(iri)
        title = reader.name(subject)
        dated = kind.name in ("figure", "paper")
        year = _year(reader, subject, kind)
        group = (year or UNDATED) if dated else initial(title)
        order = newest(subject) if dated else (title.casefold(), iri)
        groups.setdefault(group, []).append((order, Listed(title, place.url(HTML), place.name if title != place.name else "")))
    shown = sorted(groups, key=_order)
    return Listing(kind, {group: [one for _, one in sorted(groups[group])] for group in shown}, iris, left_out)


def _year(reader: Reader, subject: str, kind: Kind) -> str:
    said = year_of(reader, subject) if kind.name == "figure" else "".join(map(lexical, reader.known(subject, _ISSUED)))
    found = _YEAR(said)
    return found[0] if found else ""


def initial(title: str) -> str:
    """The group of a name: its first letter without accents.

    >>> initial("STAT3"), initial("14-3-3"), initial("Ébola"), initial("→Akt")
    ('s', '0-9', 'e', 'other')
    """
    first = unicodedata.normalize("NFKD", title[:1]).casefold()[:1]
    return first if "a" <= first <= "z" else DIGITS if first.isdigit() else OTHER


def _order(group: str) -> tuple[int, int, str]:
    """Years from the newest to the oldest, letters by the alphabet, what has neither at the end."""
    number = int(group) if _YEAR(group) else 0
    return group in (UNDATED, OTHER), -number, group
