"""The pages that are not of a thing: home, lists to browse, and what is said when there is no page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.site.pages.html import Site, render
from pfocr2rdf.site.pages.listing import ITEMS_PER_PAGE, ListItem, ResourceList
from pfocr2rdf.site.pages.overview import Overview
from pfocr2rdf.site.pages.resource import SITE_NAME
from pfocr2rdf.site.pages.urls import EntityType

SITE_DESCRIPTION = "Genes, chemicals and diseases read by OCR on pathway figures of the literature, as linked data."


class PageFile(NamedTuple):
    """A page, and the path of its file."""

    path: str
    html: str


def render_home_page(overview: Overview, entity_types: Sequence[EntityType], site: Site) -> PageFile:
    """The page to begin with."""
    markup = {
        "@context": "https://schema.org/",
        "@type": "DataCatalog",
        "@id": SITE_URL,
        "name": SITE_NAME,
        "description": SITE_DESCRIPTION,
        "url": SITE_URL,
        "dataset": {"@type": "Dataset", "@id": f"{SITE_URL}dataset"},
        "license": "http://creativecommons.org/publicdomain/zero/1.0/",
    }
    return PageFile("index.html", render("home", site=site, root="", title="Home", overview=overview, kinds=entity_types, markup=markup))


def render_not_found_page(site: Site) -> PageFile:
    """What is said where there is no page; it is shown under any path, so that its links begin at the host."""
    root = urlsplit(site.base_url).path or "/"
    return PageFile("404.html", render("notfound", site=site, root=root, title="No such page"))


def render_browse_pages(resource_lists: Sequence[ResourceList], site: Site) -> Iterator[PageFile]:
    """The lists of all kinds, and the page that leads to them."""
    yield render_browse_index(resource_lists, site)
    for one in resource_lists:
        yield render_groups_page(one, site)
        for group, items in one.groups.items():
            for number in range(1, group_page_count(items) + 1):
                yield render_group_page(one, group, number, site)


def render_browse_index(resource_lists: Sequence[ResourceList], site: Site) -> PageFile:
    """The page that leads to all lists."""
    kinds = [(one.entity_type, one.total, _group_sizes(one)) for one in resource_lists if one.total]
    return PageFile("browse/index.html", render("browse", site=site, root="../", title="Browse", kinds=kinds))


def render_groups_page(resource_list: ResourceList, site: Site) -> PageFile:
    """The page of a kind, with its groups."""
    page = render(
        "groups",
        site=site,
        root="../../",
        title=f"All {resource_list.entity_type.folder}",
        total=resource_list.total,
        dated=resource_list.entity_type.name in ("figure", "paper"),
        groups=_group_sizes(resource_list),
    )
    return PageFile(f"browse/{resource_list.entity_type.folder}/index.html", page)


def render_group_page(resource_list: ResourceList, group: str, page_number: int, site: Site) -> PageFile:
    """A page of a group."""
    items = resource_list.groups[group]
    shown = group.upper() if len(group) == 1 else group
    page = render(
        "listing",
        site=site,
        root="../../../",
        title=f"{resource_list.entity_type.folder.capitalize()}: {shown}",
        kind=resource_list.entity_type,
        items=items[(page_number - 1) * ITEMS_PER_PAGE : page_number * ITEMS_PER_PAGE],
        number=page_number,
        pages=group_page_count(items),
        other=_page_file_name,
    )
    return PageFile(f"browse/{resource_list.entity_type.folder}/{group}/{_page_file_name(page_number)}", page)


def group_page_count(items: Sequence[ListItem]) -> int:
    """How many pages a group has."""
    return -(-len(items) // ITEMS_PER_PAGE)


def _page_file_name(number: int) -> str:
    return "index.html" if number == 1 else f"page-{number}.html"


def _group_sizes(resource_list: ResourceList) -> list[tuple[str, int]]:
    return [(group, len(items)) for group, items in resource_list.groups.items()]
