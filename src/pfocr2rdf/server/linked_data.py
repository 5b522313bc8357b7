"""The pages of things, made when somebody asks for them, and the way to them from the IRIs of things."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import NamedTuple
from urllib.parse import quote

from pfocr2rdf.rdf.iris import MENTION_NAMESPACE
from pfocr2rdf.rdf.ontology import ontology_resources
from pfocr2rdf.rdf.terms import Resource, iri_term
from pfocr2rdf.server.content_negotiation import negotiate
from pfocr2rdf.server.search import search_resources
from pfocr2rdf.server.sparql_protocol import HttpError
from pfocr2rdf.site.pages.browse_pages import render_browse_index, render_group_page, render_groups_page, render_home_page
from pfocr2rdf.site.pages.dataset_page import list_release_files, read_dataset_description, render_dataset_page
from pfocr2rdf.site.pages.graph_reader import DatasetReader, read_release_name
from pfocr2rdf.site.pages.html import Site, render_page, render_resource_page
from pfocr2rdf.site.pages.listing import ResourceList, list_resources, page_urls
from pfocr2rdf.site.pages.mentions import HAS_TARGET
from pfocr2rdf.site.pages.overview import compute_overview
from pfocr2rdf.site.pages.paging import ITEMS_PER_PAGE, count_pages
from pfocr2rdf.site.pages.rdf_documents import merge_resources, serialize_jsonld, serialize_turtle
from pfocr2rdf.site.pages.registry import load_resource_page
from pfocr2rdf.site.pages.resource import ResourcePage
from pfocr2rdf.site.pages.urls import (
    ENTITY_TYPES,
    ENTITY_TYPES_BY_FOLDER,
    ENTITY_TYPES_BY_NAME,
    GRAPHS_FOLDER,
    HTML,
    JSONLD,
    REDIRECTS,
    REPRESENTATIONS,
    TURTLE,
    PageAddress,
    Representation,
    address_from_iri,
    address_from_path,
)
from pfocr2rdf.site.pages.vocabulary_page import render_vocabulary_page
from pfocr2rdf.site.static.sitemap import render_robots_txt, render_sitemaps
from pfocr2rdf.stores.embedded import EmbeddedStore

_FURTHER_PAGE = re.compile(r"(.+)/page-([2-9]|[1-9][0-9]{1,6})").fullmatch
_BROWSE_PAGE = re.compile(r"browse/([a-z]+)/(?:([a-z0-9-]+)/)?(?:index|page-([2-9]|[1-9][0-9]{1,6}))\.html").fullmatch
_XML = "application/xml"


class PageResponse(NamedTuple):
    """What is answered: a text and its media type; or, where there is no text, where to look instead."""

    body: str
    media_type: str
    location: str = ""


class PageRequest(NamedTuple):
    """What somebody asks for.

    Attributes:
        path: the path, without a slash at its begin, as text.
        accept: the media types that are accepted, as the header has them.
        base_url: what the URLs of the service begin with; it ends in a slash.
        search_text: what is searched for.
        type_name: the kind of thing that is searched for, or ``""``.
    """

    path: str
    accept: str = ""
    base_url: str = ""
    search_text: str = ""
    type_name: str = ""


class PageHandler:
    """The pages of a store.

    Args:
        store: the store, which nobody changes meanwhile.
    """

    def __init__(self, store: EmbeddedStore) -> None:
        self._reader = DatasetReader(store)
        self._site = Site(read_release_name(self._reader), "sparql")
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)  # who waits for a list waits for no other
        self._resource_lists: dict[str, ResourceList] = {}
        self._home = ""
        self._sitemaps: dict[str, dict[str, str]] = {}
        self._fixed_routes: dict[str, Callable[[PageRequest], PageResponse]] = {
            "": self._home_page,
            "index.html": self._home_page,
            "search.html": self._search,
            "browse/index.html": self._browse,
            "robots.txt": lambda asking: PageResponse(render_robots_txt(asking.base_url), "text/plain"),
        }

    def handle(self, request: PageRequest) -> PageResponse:
        """What there is under a path.

        Raises:
            HttpError: there is nothing, or nothing in a form that is accepted.
            StoreError: the store cannot be read.
        """
        if fixed := self._fixed_routes.get(request.path):
            return fixed(request)
        if request.path == "sitemap.xml" or request.path.startswith("sitemaps/"):
            return self._sitemap(request)
        if found := _BROWSE_PAGE(request.path):
            return self._browse_list(*found.groups())
        return self._resource(request)

    def _resource(self, request: PageRequest) -> PageResponse:
        """The page of a thing, or the way to it."""
        path = REDIRECTS.get(request.path, request.path)
        for form in REPRESENTATIONS:
            if path.endswith(form.suffix):
                if (place := address_from_path(path.removesuffix(form.suffix))) and (found := self._document(place, form, request)):
                    return found
                if further := _FURTHER_PAGE(path.removesuffix(form.suffix)):
                    return self._further_page(further[1], int(further[2]), form)
        place, fragment = self._resolve_path(path)
        if place and (place.entity_type is None or self._load_page(place)):
            return PageResponse("", "", f"{place.url(_negotiate_representation(request.accept))}{fragment}")
        raise _not_found_error()

    def _resolve_path(self, path: str) -> tuple[PageAddress | None, str]:
        """Whose pages tell of what has this path, and where in them."""
        folder, _, name = path.partition("/")
        if folder == GRAPHS_FOLDER:
            return address_from_path(f"{ENTITY_TYPES[0].folder}/{name}"), ""
        if folder == "mentions":
            targets = self._reader.values(iri_term(f"{MENTION_NAMESPACE}{quote(name, safe='')}"), HAS_TARGET)
            return (address_from_iri(targets[0][1:-1], ENTITY_TYPES_BY_NAME["figure"]) if targets else None), f"#{quote(name)}"
        return address_from_path(path), ""

    def _load_page(self, address: PageAddress) -> ResourcePage | None:
        return load_resource_page(self._reader, address)

    def _document(self, address: PageAddress, representation: Representation, request: PageRequest) -> PageResponse | None:
        """A document; that whose address is the IRI of a thing leads elsewhere who wants another form."""
        if address.entity_type is None:
            return self._standalone_page(address.name, representation, request)
        thing = self._load_page(address)
        if thing is None:
            return None
        if (
            representation is HTML
            and address.entity_type.iri_suffix == HTML.suffix
            and (wanted := _negotiate_representation(request.accept)) is not HTML
        ):
            return PageResponse("", "", address.url(wanted))
        return _respond(representation, lambda: render_resource_page(thing.view(), self._site), lambda: merge_resources(thing.resources()))

    def _further_page(self, path: str, page_number: int, representation: Representation) -> PageResponse:
        place = address_from_path(path)
        thing = self._load_page(place) if place and place.entity_type and representation is HTML else None
        if thing is None or page_number > thing.page_count:
            raise _not_found_error()
        return PageResponse(render_resource_page(thing.view(page_number), self._site), HTML.media_type)

    def _standalone_page(self, name: str, representation: Representation, request: PageRequest) -> PageResponse:
        """The dataset or the vocabulary."""
        if name == "vocab":
            return _respond(representation, lambda: render_vocabulary_page(self._reader, self._site).html, ontology_resources)
        nodes = read_dataset_description(self._reader, self._site._replace(endpoint=f"{request.base_url}sparql"))
        return _respond(representation, lambda: render_dataset_page(nodes, list_release_files(nodes), self._site).html, lambda: nodes)

    def _resource_list(self, folder: str) -> ResourceList:
        with self._locks[folder]:
            if folder not in self._resource_lists:
                self._resource_lists[folder] = list_resources(self._reader, ENTITY_TYPES_BY_FOLDER[folder])
            return self._resource_lists[folder]

    def _home_page(self, request: PageRequest) -> PageResponse:
        with self._locks["home"]:
            if not self._home:
                self._home = render_home_page(compute_overview(self._reader), ENTITY_TYPES, self._site).html
        return PageResponse(self._home, HTML.media_type)

    def _search(self, request: PageRequest) -> PageResponse:
        lists = (self._resource_list(kind.folder) for kind in ENTITY_TYPES if request.type_name in ("", kind.name))
        found, total = search_resources(self._reader, lists, request.search_text, request.type_name)
        values = {
            "search_text": request.search_text,
            "type_name": request.type_name,
            "results": found,
            "total": total,
            "entity_types": ENTITY_TYPES,
            "indexed": False,
        }
        return PageResponse(render_page("search", site=self._site, root="", title="Search", **values), HTML.media_type)

    def _browse(self, request: PageRequest) -> PageResponse:
        return PageResponse(
            render_browse_index([self._resource_list(kind.folder) for kind in ENTITY_TYPES], self._site).html, HTML.media_type
        )

    def _browse_list(self, folder: str, group: str | None, number: str | None) -> PageResponse:
        if folder not in ENTITY_TYPES_BY_FOLDER or (group is None and number):
            raise _not_found_error()
        found = self._resource_list(folder)
        if group is None:
            return PageResponse(render_groups_page(found, self._site).html, HTML.media_type)
        if group not in found.groups or int(number or 1) > count_pages(len(found.groups[group]), ITEMS_PER_PAGE):
            raise _not_found_error()
        return PageResponse(render_group_page(found, group, int(number or 1), self._site).html, HTML.media_type)

    def _sitemap(self, request: PageRequest) -> PageResponse:
        lists = [self._resource_list(kind.folder) for kind in ENTITY_TYPES]
        with self._locks["sitemap"]:
            if request.base_url not in self._sitemaps:
                self._sitemaps = {request.base_url: dict(render_sitemaps(page_urls(lists), request.base_url))}
            text = self._sitemaps[request.base_url].get(request.path)
        if text is None:
            raise _not_found_error()
        return PageResponse(text, _XML)


def _respond(representation: Representation, page: Callable[[], str], resources: Callable[[], list[Resource]]) -> PageResponse:
    made: dict[Representation, Callable[[], str]] = {
        HTML: page,
        TURTLE: partial(_serialize, serialize_turtle, resources),
        JSONLD: partial(_serialize, serialize_jsonld, resources),
    }
    return PageResponse(made[representation](), representation.media_type)


def _serialize(write: Callable[[list[Resource]], str], resources: Callable[[], list[Resource]]) -> str:
    found = resources()
    if not found:
        raise _not_found_error()
    return write(found)


def _negotiate_representation(accept: str) -> Representation:
    """The form that is liked best."""
    kinds = [form.media_type for form in REPRESENTATIONS]
    chosen = negotiate(accept, kinds)
    if chosen is None:
        raise HttpError(406, f"it is there as {', '.join(kinds)}")
    return REPRESENTATIONS[kinds.index(chosen)]


def _not_found_error() -> HttpError:
    return HttpError(404, "there is no such page; the home page is at /, the SPARQL service at /sparql")
