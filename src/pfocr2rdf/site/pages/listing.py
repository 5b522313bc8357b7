"""All things of a kind in groups, for the pages that people browse and for the site map."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from pfocr2rdf.rdf.terms import expand_term, iri_term, lexical_form
from pfocr2rdf.site.pages.entity import newest_first_key, publication_year
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.registry import iter_resource_iris
from pfocr2rdf.site.pages.urls import HTML, EntityType, address_from_iri

ITEMS_PER_PAGE = 200
"""How many things are on a page of a list."""

UNDATED_GROUP, DIGITS_GROUP, OTHER_GROUP = "undated", "0-9", "other"
_ISSUED = expand_term("dcterms:issued")
_YEAR = re.compile(r"-?\d{4,9}").match


class ListItem(NamedTuple):
    """A thing in a list: what it is called, its page relative to the root, and what is said behind its name."""

    title: str
    url: str
    detail: str


class ResourceList(NamedTuple):
    """All things of a kind.

    Attributes:
        entity_type: the kind.
        groups: the things by year or by first letter, in the order in which they are shown.
        iris: those of the things that have a page.
        skipped_iris: those of the others.
    """

    entity_type: EntityType
    groups: dict[str, list[ListItem]]
    iris: list[str]
    skipped_iris: list[str]

    @property
    def total(self) -> int:
        """How many have a page."""
        return len(self.iris)


def list_resources(reader: DatasetReader, entity_type: EntityType) -> ResourceList:
    """All things of a kind: figures and papers by year, the newest first, all else by name."""
    groups: dict[str, list[tuple[tuple[int | str, str], ListItem]]] = {}
    iris, left_out = [], []
    for iri in iter_resource_iris(reader, entity_type):
        subject = iri_term(iri)
        place = address_from_iri(iri, entity_type)
        if place is None:
            left_out.append(iri)
            continue
        iris.append(iri)
        title = reader.display_name(subject)
        dated = entity_type.name in ("figure", "paper")
        year = _year(reader, subject, entity_type)
        group = (year or UNDATED_GROUP) if dated else initial_group(title)
        order = newest_first_key(subject) if dated else (title.casefold(), iri)
        groups.setdefault(group, []).append((order, ListItem(title, place.url(HTML), place.name if title != place.name else "")))
    shown = sorted(groups, key=_group_order)
    return ResourceList(entity_type, {group: [one for _, one in sorted(groups[group])] for group in shown}, iris, left_out)


def _year(reader: DatasetReader, subject: str, kind: EntityType) -> str:
    said = (
        publication_year(reader, subject) if kind.name == "figure" else "".join(map(lexical_form, reader.cached_values(subject, _ISSUED)))
    )
    found = _YEAR(said)
    return found[0] if found else ""


def initial_group(title: str) -> str:
    """The group of a name: its first letter without accents.

    >>> initial_group("STAT3"), initial_group("14-3-3"), initial_group("Ébola"), initial_group("→Akt")
    ('s', '0-9', 'e', 'other')
    """
    first = unicodedata.normalize("NFKD", title[:1]).casefold()[:1]
    return first if "a" <= first <= "z" else DIGITS_GROUP if first.isdigit() else OTHER_GROUP


def _group_order(group: str) -> tuple[int, int, str]:
    """Years from the newest to the oldest, letters by the alphabet, what has neither at the end."""
    number = int(group) if _YEAR(group) else 0
    return group in (UNDATED_GROUP, OTHER_GROUP), -number, group
