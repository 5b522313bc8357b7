"""The pages that are not of a thing: home, lists to browse, and what is said when there is no page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from pfocr2rdf.rdf.vocabulary import SITE
from pfocr2rdf.site.pages.html import Site, render
from pfocr2rdf.site.pages.listing import PAGE, Listed, Listing
from pfocr2rdf.site.pages.overview import Overview
from pfocr2rdf.site.pages.resource import NAME
from pfocr2rdf.site.pages.urls import Kind

DESCRIPTION = "Genes, chemicals and diseases read by OCR on pathway figures of the literature, as linked data."


class Page(NamedTuple):
    """A page, and the path of its file."""

    path: str
    html: str


def home(found: Overview, kinds: Sequence[Kind], site: Site) -> Page:
    """The page to begin with."""
    markup = {
        "@context": "https://schema.org/",
        "@type": "DataCatalog",
        "@id": SITE,
        "name": NAME,
        "description": DESCRIPTION,
        "url": SITE,
        "dataset": {"@type": "Dataset", "@id": f"{SITE}dataset"},
        "license": "http://creativecommons.org/publicdomain/zero/1.0/",
    }
    return Page("index.html", render("home", site=site, root="", title="Home", overview=found, kinds=kinds, markup=markup))


def not_found(site: Site) -> Page:
    """What is said where there is no page; it is shown under any path, so that its links begin at the host."""
    root = urlsplit(site.base).path or "/"
    return Page("404.html", render("notfound", site=site, root=root, title="No such page"))


def browse(listings: Sequence[Listing], site: Site) -> Iterator[Page]:
    """The lists of all kinds, and the page that leads to them."""
    yield browse_page(listings, site)
    for one in listings:
        yield groups(one, site)
        for group, items in one.groups.items():
            for number in range(1, pages_of(items) + 1):
                yield group_page(one, group, number, site)


def browse_page(listings: Sequence[Listing], site: Site) -> Page:
    """The page that leads to all lists."""
    kinds = [(one.kind, one.total, _sizes(one)) for one in listings if one.total]
    return Page("browse/index.html", render("browse", site=site, root="../", title="Browse", kinds=kinds))


def groups(one: Listing, site: Site) -> Page:
    """The page of a kind, with its groups."""
    page = render(
        "groups",
        site=site,
        root="../../",
        title=f"All {one.kind.folder}",
        total=one.total,
        dated=one.kind.name in ("figure", "paper"),
        groups=_sizes(one),
    )
    return Page(f"browse/{one.kind.folder}/index.html", page)


def group_page(one: Listing, group: str, number: int, site: Site) -> Page:
    """A page of a group."""
    items = one.groups[group]
    shown = group.upper() if len(group) == 1 else group
    page = render(
        "listing",
        site=site,
        root="../../../",
        title=f"{one.kind.folder.capitalize()}: {shown}",
        kind=one.kind,
        items=items[(number - 1) * PAGE : number * PAGE],
        number=number,
        pages=pages_of(items),
        other=_file,
    )
    return Page(f"browse/{one.kind.folder}/{group}/{_file(number)}", page)


def pages_of(items: Sequence[Listed]) -> int:
    """How many pages a group has."""
    return -(-len(items) // PAGE)


def _file(number: int) -> str:
    return "index.html" if number == 1 else f"page-{number}.html"


def _sizes(one: Listing) -> list[tuple[str, int]]:
    return [(group, len(items)) for group, items in one.groups.items()]
