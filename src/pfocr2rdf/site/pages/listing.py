"""Lists of all resources of an entity type in groups, for the pages to browse, the search and the sitemap."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term, lexical_form
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.resource_reader import ISSUED
from pfocr2rdf.site.pages.urls import HTML, EntityType, PageAddress, address_from_iri

UNDATED_GROUP, DIGITS_GROUP, OTHER_GROUP = "undated", "0-9", "other"
_YEAR = re.compile(r"-?\d{4,9}").match
_PMC_NUMBER = re.compile(r"PMC(\d+)").search
_CACHED_KEYS = 100_000


class ListItem(NamedTuple):
    """A resource in a list: its name, its page relative to the root, and a remark behind its name."""

    title: str
    url: str
    detail: str


class ResourceList(NamedTuple):
    """All resources of an entity type."""

    entity_type: EntityType
    groups: dict[str, list[ListItem]]  # the items by year or by initial, in the order in which they are shown
    iris: list[str]  # the IRIs of the resources that have a page
    skipped_iris: list[str]  # the IRIs of the others
    has_portable_paths: bool = False  # whether the files of their pages have portable names

    @property
    def total(self) -> int:
        """The number of resources that have a page."""
        return len(self.iris)

    def addresses(self) -> Iterator[PageAddress]:
        """The addresses of the pages."""
        addresses = (address_from_iri(iri, self.entity_type, has_portable_path=self.has_portable_paths) for iri in self.iris)
        return filter(None, addresses)

    @property
    def group_sizes(self) -> list[tuple[str, int]]:
        """The number of items in each group."""
        return [(group, len(items)) for group, items in self.groups.items()]

    @property
    def is_dated(self) -> bool:
        """Whether the groups are years."""
        return _is_dated(self.entity_type)


def list_resources(reader: DatasetReader, entity_type: EntityType) -> ResourceList:
    """All resources of an entity type: figures and papers by year, the newest first, the others by name."""
    groups: dict[str, list[tuple[tuple[int | str, str], ListItem]]] = {}
    iris, skipped_iris = [], []
    for subject in reader.subjects(RDF_TYPE, expand_term(entity_type.cls)):
        iri = subject[1:-1]
        address = reader.page_address(iri, entity_type)
        if address is None:
            skipped_iris.append(iri)
            continue
        iris.append(iri)
        title = reader.display_name(subject)
        item = ListItem(title, address.url(HTML), address.name if title != address.name else "")
        if _is_dated(entity_type):
            groups.setdefault(_year_group(reader, subject, entity_type), []).append((newest_first_key(subject), item))
        else:
            groups.setdefault(initial_group(title), []).append(((title.casefold(), iri), item))
    sorted_groups = {group: [item for _, item in sorted(groups[group])] for group in sorted(groups, key=_group_key)}
    return ResourceList(entity_type, sorted_groups, iris, skipped_iris, reader.portable_names)


def page_urls(resource_lists: Iterable[ResourceList]) -> Iterator[str]:
    """The pages of a site that are worth an entry in the sitemap, relative to the root."""
    yield from ("index.html", "dataset.html", "vocab.html")
    yield from (item.url for resource_list in resource_lists for items in resource_list.groups.values() for item in items)


def list_renamed(resource_lists: Iterable[ResourceList]) -> list[PageAddress]:
    """The addresses of the pages whose files have another name than their IRIs."""
    return [address for resource_list in resource_lists for address in resource_list.addresses() if address.is_renamed]


def _is_dated(entity_type: EntityType) -> bool:
    return entity_type.name in ("figure", "paper")


def _year_group(reader: DatasetReader, subject: str, entity_type: EntityType) -> str:
    dates = [reader.publication_year(subject)] if entity_type.name == "figure" else map(lexical_form, reader.cached_values(subject, ISSUED))
    return year_group("".join(dates))


def year_group(date: str) -> str:
    """The group of a date: its year.

    >>> year_group("2021"), year_group("2021-05Z"), year_group("May 2021")
    ('2021', '2021', 'undated')
    """
    year = _YEAR(date)
    return year[0] if year else UNDATED_GROUP


@lru_cache(_CACHED_KEYS)
def newest_first_key(subject: str) -> tuple[int, str]:
    """The sort key of figures and papers: PubMed Central numbers papers as they come, so the highest number is the newest.

    >>> newest_first_key("<https://pfocr.wikipathways.org/figures/PMC123__F1.html>")[0]
    -123
    """
    number = _PMC_NUMBER(subject)
    return -int(number[1]) if number else 0, subject


def initial_group(title: str) -> str:
    """The group of a name: its first letter without accents.

    >>> initial_group("STAT3"), initial_group("14-3-3"), initial_group("Ébola"), initial_group("→Akt")
    ('s', '0-9', 'e', 'other')
    """
    initial = unicodedata.normalize("NFKD", title[:1]).casefold()[:1]
    return initial if "a" <= initial <= "z" else DIGITS_GROUP if initial.isdigit() else OTHER_GROUP


def _group_key(group: str) -> tuple[int, int, str]:
    """Years from the newest to the oldest, letters by the alphabet, groups without either at the end."""
    year = int(group) if _YEAR(group) else 0
    return group in (UNDATED_GROUP, OTHER_GROUP), -year, group
