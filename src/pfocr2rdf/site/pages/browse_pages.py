"""The home page, the pages to browse, and the page of HTTP's 404."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from pfocr2rdf.site.pages.catalog import build_catalog_node
from pfocr2rdf.site.pages.html import PageFile, Site, render_page
from pfocr2rdf.site.pages.listing import ResourceList
from pfocr2rdf.site.pages.overview import Overview
from pfocr2rdf.site.pages.urls import EntityType
from pfocr2rdf.site.pages.view_models import ITEMS_PER_PAGE, SCHEMA_ORG_CONTEXT, count_pages, slice_page

_MAX_LINKED_GROUPS = 100  # on the page of each group; years of records may be any numbers


def render_home_page(overview: Overview, entity_types: Sequence[EntityType], site: Site, dataset_node: dict[str, Any]) -> PageFile:
    """The home page, with the catalogue's node of schema.org and the dataset's in it."""
    structured_data = {"@context": SCHEMA_ORG_CONTEXT, **build_catalog_node(), "dataset": dataset_node}
    values: dict[str, Any] = {"overview": overview, "entity_types": entity_types, "structured_data": structured_data}
    return PageFile("index.html", render_page("home", site, "Home", **values))


def render_search_page(site: Site, **values: Any) -> str:
    """The page of the search. Its script fills in the results from the index; without values, nothing else does."""
    defaults: dict[str, Any] = {"search_text": "", "type_name": "", "results": (), "summary": "", "corrections": (), "suggestions": ()}
    defaults |= {"scripted": True, "is_static": not values, "kinds": (), "is_empty": False, "page_count": 1}
    return render_page("search", site, "Search", **{**defaults, **values})


def render_not_found_page(site: Site) -> PageFile:
    """The page of 404 Not Found. It is shown under any path, so its links begin at the root of the host."""
    root = urlsplit(site.base_url).path or "/"
    return PageFile("404.html", render_page("notfound", site, "No such page", root=root))


def render_browse_pages(resource_lists: Sequence[ResourceList], site: Site) -> Iterator[PageFile]:
    """The pages of all lists, and their index."""
    yield render_browse_index(resource_lists, site)
    for resource_list in resource_lists:
        yield render_groups_page(resource_list, site)
        for group, items in resource_list.groups.items():
            for page_number in range(1, count_pages(len(items), ITEMS_PER_PAGE) + 1):
                yield render_group_page(resource_list, group, page_number, site)


def render_browse_index(resource_lists: Sequence[ResourceList], site: Site) -> PageFile:
    """The index of all lists."""
    lists = [resource_list for resource_list in resource_lists if resource_list.total]
    return PageFile("browse/index.html", render_page("browse", site, "Browse", root="../", resource_lists=lists))


def render_groups_page(resource_list: ResourceList, site: Site) -> PageFile:
    """The groups of a list."""
    folder = resource_list.entity_type.folder
    page = render_page("groups", site, f"All {folder}", root="../../", resource_list=resource_list)
    return PageFile(f"browse/{folder}/index.html", page)


def render_group_page(resource_list: ResourceList, group: str, page_number: int, site: Site) -> PageFile:
    """One page of a group."""
    items = resource_list.groups[group]
    folder = resource_list.entity_type.folder
    page = render_page(
        "listing",
        site,
        f"{folder.capitalize()}: {group.upper() if len(group) == 1 else group}",
        root="../../../",
        resource_list=resource_list,
        group=group,
        groups=resource_list.group_sizes if len(resource_list.groups) <= _MAX_LINKED_GROUPS else (),
        items=slice_page(items, page_number, ITEMS_PER_PAGE),
        page_number=page_number,
        page_count=count_pages(len(items), ITEMS_PER_PAGE),
        page_url=_page_file_name,
    )
    return PageFile(f"browse/{folder}/{group}/{_page_file_name(page_number)}", page)


def _page_file_name(page_number: int) -> str:
    return "index.html" if page_number == 1 else f"page-{page_number}.html"
