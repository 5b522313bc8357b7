"""Dereferencing: resource pages rendered on request, and 303 redirects from IRIs to their representations."""

from __future__ import annotations

import gc
import re
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from pfocr2rdf.rdf.iris import MENTION_NAMESPACE
from pfocr2rdf.rdf.ontology import ontology_resources
from pfocr2rdf.rdf.terms import Resource, iri_term
from pfocr2rdf.server.content_negotiation import negotiate
from pfocr2rdf.server.page_data import FindPageData, PageData
from pfocr2rdf.server.search import search_page_values
from pfocr2rdf.server.sparql_protocol import HttpError
from pfocr2rdf.site.pages.alias_page import render_alias_page
from pfocr2rdf.site.pages.aliases import ALIASES_MEDIA_TYPE, find_alias_targets, list_aliases, render_alias_table
from pfocr2rdf.site.pages.browse_pages import (
    render_browse_index,
    render_group_page,
    render_groups_page,
    render_home_page,
    render_search_page,
)
from pfocr2rdf.site.pages.catalog import build_dataset_node
from pfocr2rdf.site.pages.dataset_page import list_release_files, read_dataset_description, render_dataset_page
from pfocr2rdf.site.pages.graph_reader import DatasetReader, read_release_name
from pfocr2rdf.site.pages.html import Site
from pfocr2rdf.site.pages.listing import ResourceList, list_resources, page_urls
from pfocr2rdf.site.pages.overview import compute_overview
from pfocr2rdf.site.pages.pictures import PicturePolicy
from pfocr2rdf.site.pages.rdf_documents import SERIALIZERS, merge_resources
from pfocr2rdf.site.pages.registry import load_resource_page
from pfocr2rdf.site.pages.resource_html import render_resource_page
from pfocr2rdf.site.pages.resource_reader import HAS_TARGET
from pfocr2rdf.site.pages.urls import (
    ALIASED_TYPE,
    ENTITY_TYPES,
    ENTITY_TYPES_BY_FOLDER,
    ENTITY_TYPES_BY_NAME,
    GRAPHS_FOLDER,
    HTML,
    REDIRECTS,
    REPRESENTATIONS,
    VOCABULARY_PAGE,
    VOCABULARY_REPRESENTATIONS,
    PageAddress,
    Representation,
    address_from_iri,
    address_from_path,
)
from pfocr2rdf.site.pages.view_models import ITEMS_PER_PAGE, count_pages
from pfocr2rdf.site.pages.vocabulary_page import render_vocabulary_page
from pfocr2rdf.site.static.files import render_robots_txt, render_sitemaps
from pfocr2rdf.storage.layout import ALIASES_FILE
from pfocr2rdf.stores.embedded import EmbeddedStore

_FURTHER_PAGE = re.compile(r"(.+)/page-([2-9]|[1-9][0-9]{1,6})").fullmatch
_RESOURCE_FOLDERS = frozenset((*ENTITY_TYPES_BY_FOLDER, GRAPHS_FOLDER, "mentions"))
_BROWSE_PAGE = re.compile(r"browse/([a-z]+)/(?:([a-z0-9-]+)/)?(?:index|page-([2-9]|[1-9][0-9]{1,6}))\.html").fullmatch

_BROWSE_DIRECTORY = re.compile(r"browse/(?:[a-z]+/(?:[a-z0-9-]+/)?)?").fullmatch  # a web server of files answers with its index.html


class PageResponse(NamedTuple):
    """A response: a body and its media type, or the location of a redirect."""

    body: str = ""
    media_type: str = HTML.media_type
    location: str = ""
    redirect_status: int = 303
    is_final: bool = True  # whether it stays the same until the store changes


class PageRequest(NamedTuple):
    """A request for a page: ``path`` is decoded and has no leading slash, ``base_url`` ends in one."""

    path: str
    accept: str = ""
    base_url: str = ""
    search_text: str = ""
    type_name: str = ""
    page_number: int = 1  # of search results


SEARCH_PAGE = "search.html"
_SHORT_PATHS = {"search": SEARCH_PAGE, "queries": "queries.html", **{item.folder: f"browse/{item.folder}/" for item in ENTITY_TYPES}}
"""Paths that people type, and the pages that they mean."""
WARM_UP_STEPS = len(ENTITY_TYPES) + 1


def is_resource(request: PageRequest) -> bool:
    """Whether a page is likely that of a resource, which takes some milliseconds; lists and overviews may take seconds at first."""
    return request.path.partition("/")[0] in _RESOURCE_FOLDERS


class PageHandler:
    """Renders the pages of a store, which must not change, and caches its lists."""

    def __init__(
        self,
        store: EmbeddedStore,
        pictures: PicturePolicy = PicturePolicy("link"),  # noqa: B008 - it cannot be changed
        find_data: FindPageData = lambda: None,
    ) -> None:
        self._reader = DatasetReader(store)
        self._find_data = find_data
        self._site = Site(*read_release_name(store), "sparql", pictures=pictures)
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)  # one a list
        self._resource_lists: dict[str, ResourceList] = {}
        self._home = self._alias_table = ""
        self._sitemaps: dict[str, dict[str, str]] = {}
        self._fixed_routes: dict[str, Callable[[PageRequest], PageResponse]] = {
            "": self._home_page,
            "index.html": self._home_page,
            SEARCH_PAGE: self._search,
            "browse/index.html": self._browse,
            ALIASES_FILE: self._aliases,
            "robots.txt": lambda request: PageResponse(render_robots_txt(request.base_url), "text/plain"),
        }

    def warm_up(self, step: int) -> None:
        """Make the home page, or after it the list of an entity type."""
        if step:
            self._resource_list(ENTITY_TYPES[step - 1].folder)
        else:
            self._home_page(PageRequest(""))

    def graph_names(self) -> list[str]:
        """The names of the named graphs of the store, but for those of figures, which are many."""
        return self._reader.shared_graph_names()

    def handle(self, request: PageRequest) -> PageResponse:
        """Respond to a request.

        Raises:
            HttpError: no resource has this path, or no representation is acceptable.
            StoreError: the store cannot be read.
        """
        if fixed := self._fixed_routes.get(request.path):
            return fixed(request)
        if request.path == "sitemap.xml" or request.path.startswith("sitemaps/"):
            return self._sitemap(request)
        if browse_match := _BROWSE_PAGE(request.path):
            return self._browse_list(*browse_match.groups())
        if _BROWSE_DIRECTORY(request.path):
            return self.handle(request._replace(path=f"{request.path}index.html"))
        if _BROWSE_DIRECTORY(f"{request.path}/"):
            return PageResponse(location=f"{quote(request.path)}/", redirect_status=301)
        if page := _SHORT_PATHS.get(request.path.removesuffix("/")):
            return PageResponse(location=f"{page}?{urlencode({'q': request.search_text})}" if request.search_text else page)
        path = request.path.removesuffix("/")
        if path and path != request.path and not path.endswith("/"):  # some clients end every address in a slash
            self.handle(request._replace(path=path))
            return PageResponse(location=quote(path), redirect_status=301)
        return self._resource(request)

    def _resource(self, request: PageRequest) -> PageResponse:
        """A representation of a resource, or the redirect to one."""
        path = REDIRECTS.get(request.path, request.path)
        for representation in VOCABULARY_REPRESENTATIONS:
            if path.endswith(representation.suffix):
                if (address := address_from_path(path.removesuffix(representation.suffix))) and (
                    document := self._document(address, representation, request)
                ):
                    return document
                if page_match := _FURTHER_PAGE(path.removesuffix(representation.suffix)):
                    return self._further_page(page_match[1], int(page_match[2]), representation)
        address, fragment = self._resolve_path(path)
        if address and (address.entity_type is None or load_resource_page(self._reader, address)):
            return PageResponse(location=f"{address.url(_negotiate_representation(request.accept, address))}{fragment}")
        return self._old_address(path, request.accept)

    def _old_address(self, path: str, accept: str) -> PageResponse:
        """The permanent redirect from an alias to its figure, in the representation that the path names, or else to its page.

        An alias of several figures has a page that lists them, and no other representation.
        """
        folder, _, name = path.partition("/")
        candidates = [(name, HTML), *((name.removesuffix(item.suffix), item) for item in REPRESENTATIONS if name.endswith(item.suffix))]
        for alias, representation in candidates if folder == ALIASED_TYPE.folder else ():
            targets = find_alias_targets(self._reader, alias)
            if len(targets) == 1:
                return PageResponse(location=targets[0].url(representation), redirect_status=301)
            if targets and representation is HTML:
                if negotiate(accept, [HTML.media_type]) is None:
                    raise HttpError(406, f"several figures have this alias; their list is available as {HTML.media_type}")
                return PageResponse(render_alias_page(self._reader, PageAddress(ALIASED_TYPE, alias), targets, self._site))
        raise _not_found_error()

    def _resolve_path(self, path: str) -> tuple[PageAddress | None, str]:
        """The page that describes the resource at a path, and the fragment in it."""
        folder, _, name = path.partition("/")
        if folder == GRAPHS_FOLDER:
            return address_from_path(f"{ENTITY_TYPES[0].folder}/{name}"), ""
        if folder == "mentions":
            targets = self._reader.values(iri_term(f"{MENTION_NAMESPACE}{quote(name, safe='')}"), HAS_TARGET)
            return (address_from_iri(targets[0][1:-1], ENTITY_TYPES_BY_NAME["figure"]) if targets else None), f"#{quote(name)}"
        return address_from_path(path), ""

    def _document(self, address: PageAddress, representation: Representation, request: PageRequest) -> PageResponse | None:
        """A representation; if its URL is the IRI of the resource itself, another preferred representation is a redirect."""
        if representation not in address.representations:
            return None
        if address.entity_type is None:
            return self._standalone_page(address.name, representation, request)
        page = load_resource_page(self._reader, address)
        if page is None:
            return None
        if (
            representation is HTML
            and address.entity_type.iri_suffix == HTML.suffix
            and (preferred := _negotiate_representation(request.accept, address)) is not HTML
        ):
            return PageResponse(location=address.url(preferred))
        return _respond(representation, lambda: render_resource_page(page.view(), self._site), lambda: merge_resources(page.resources()))

    def _further_page(self, path: str, page_number: int, representation: Representation) -> PageResponse:
        address = address_from_path(path)
        page = load_resource_page(self._reader, address) if address and address.entity_type and representation is HTML else None
        if page is None or page_number > page.page_count:
            raise _not_found_error()
        return PageResponse(render_resource_page(page.view(page_number), self._site))

    def _standalone_page(self, name: str, representation: Representation, request: PageRequest) -> PageResponse:
        """The page of the dataset or of the vocabulary."""
        if name == VOCABULARY_PAGE:
            return _respond(representation, lambda: render_vocabulary_page(self._site).html, ontology_resources)
        nodes = read_dataset_description(self._reader, self._site._replace(endpoint=f"{request.base_url}sparql"))

        def page() -> str:
            return render_dataset_page(nodes, list_release_files(nodes), self._site, self._published_dataset()).html

        return _respond(representation, page, lambda: nodes)

    def _published_dataset(self) -> dict[str, Any]:
        """The dataset's node of schema.org as the published site has it."""
        return build_dataset_node(read_dataset_description(self._reader, Site()))

    def _resource_list(self, folder: str) -> ResourceList:
        with self._locks[folder]:
            if folder not in self._resource_lists:
                ready = self._data.resource_list(folder)
                self._resource_lists[folder] = ready or list_resources(self._reader, ENTITY_TYPES_BY_FOLDER[folder])
                gc.freeze()  # a garbage collection that visits all items of the lists keeps all threads waiting
            return self._resource_lists[folder]

    @property
    def _data(self) -> PageData:
        return self._find_data() or PageData()

    def _all_lists(self) -> list[ResourceList]:
        return [self._resource_list(entity_type.folder) for entity_type in ENTITY_TYPES]

    def _home_page(self, request: PageRequest) -> PageResponse:
        with self._locks["home"]:
            if not self._home:
                rows = self._data.query_rows()
                overview = compute_overview(self._reader, lambda query: rows[query] if query in rows else self._reader.query_rows(query))
                self._home = render_home_page(overview, ENTITY_TYPES, self._site, self._published_dataset()).html
        return PageResponse(self._home)

    def _aliases(self, request: PageRequest) -> PageResponse:
        with self._locks["aliases"]:
            self._alias_table = self._alias_table or render_alias_table(list_aliases(self._reader))
        return PageResponse(self._alias_table, ALIASES_MEDIA_TYPE)

    def _search(self, request: PageRequest) -> PageResponse:
        index = self._data.search_index()
        values = search_page_values(index, request.search_text, request.type_name, request.page_number)
        return PageResponse(render_search_page(self._site, **values), is_final=values["scripted"])

    def _browse(self, request: PageRequest) -> PageResponse:
        return PageResponse(render_browse_index(self._all_lists(), self._site).html)

    def _browse_list(self, folder: str, group: str | None, number: str | None) -> PageResponse:
        if folder not in ENTITY_TYPES_BY_FOLDER or (group is None and number):
            raise _not_found_error()
        resource_list = self._resource_list(folder)
        if group is None:
            return PageResponse(render_groups_page(resource_list, self._site).html)
        if group not in resource_list.groups or int(number or 1) > count_pages(len(resource_list.groups[group]), ITEMS_PER_PAGE):
            raise _not_found_error()
        return PageResponse(render_group_page(resource_list, group, int(number or 1), self._site).html)

    def _sitemap(self, request: PageRequest) -> PageResponse:
        lists = self._all_lists()
        with self._locks["sitemap"]:
            if request.base_url not in self._sitemaps:
                self._sitemaps = {request.base_url: dict(render_sitemaps(page_urls(lists), request.base_url))}
            text = self._sitemaps[request.base_url].get(request.path)
        if text is None:
            raise _not_found_error()
        return PageResponse(text, "application/xml")


def _respond(representation: Representation, page: Callable[[], str], resources: Callable[[], list[Resource]]) -> PageResponse:
    if representation is HTML:
        return PageResponse(page())
    described = resources()
    if not described:
        raise _not_found_error()
    return PageResponse(SERIALIZERS[representation](described), representation.media_type)


def _negotiate_representation(accept: str, address: PageAddress) -> Representation:
    """The preferred representation of those at an address."""
    by_media_type = {representation.media_type: representation for representation in address.representations}
    media_type = negotiate(accept, list(by_media_type))
    if media_type is None:
        raise HttpError(406, f"it is available as {', '.join(by_media_type)}")
    return by_media_type[media_type]


def _not_found_error() -> HttpError:
    return HttpError(404, "there is no such page; the home page is at /, the SPARQL service at /sparql")
