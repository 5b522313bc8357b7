"""The pages of things, made when somebody asks for them, and the way to them from the IRIs of things."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from pfocr2rdf.rdf.iris import MENTIONS
from pfocr2rdf.rdf.ontology import ontology
from pfocr2rdf.rdf.terms import Node, ref
from pfocr2rdf.server.content_negotiation import choose
from pfocr2rdf.server.search import search
from pfocr2rdf.server.sparql_protocol import RefusedError
from pfocr2rdf.site.pages.browse_pages import browse_page, group_page, groups, home, pages_of
from pfocr2rdf.site.pages.dataset_pages import dataset_page, description, files_of, vocabulary_page
from pfocr2rdf.site.pages.graph_reader import Reader, release_of
from pfocr2rdf.site.pages.html import Site, page_of, render
from pfocr2rdf.site.pages.listing import Listing, listing
from pfocr2rdf.site.pages.mentions import HAS_TARGET
from pfocr2rdf.site.pages.overview import overview
from pfocr2rdf.site.pages.rdf_documents import jsonld, merged, turtle
from pfocr2rdf.site.pages.registry import thing_at
from pfocr2rdf.site.pages.resource import Thing
from pfocr2rdf.site.pages.urls import (
    BY_FOLDER,
    BY_NAME,
    FORMS,
    GRAPHS,
    HTML,
    JSONLD,
    KINDS,
    REDIRECTS,
    TURTLE,
    Form,
    Place,
    place_at,
    place_of,
)
from pfocr2rdf.site.static.sitemap import robots, sitemaps

_FURTHER = re.compile(r"(.+)/page-([2-9]|[1-9][0-9]{1,6})").fullmatch
_BROWSED = re.compile(r"browse/([a-z]+)/(?:([a-z0-9-]+)/)?(?:index|page-([2-9]|[1-9][0-9]{1,6}))\.html").fullmatch
_XML = "application/xml"


class Answer(NamedTuple):
    """What is answered: a text and its media type; or, where there is no text, where to look instead."""

    text: str
    media_type: str
    location: str = ""


class Asking(NamedTuple):
    """What somebody asks for.

    Attributes:
        path: the path, without a slash at its begin, as text.
        accept: the media types that are accepted, as the header has them.
        base: what the URLs of the service begin with; it ends in a slash.
        words: what is searched for.
        kind: the kind of thing that is searched for, or ``""``.
    """

    path: str
    accept: str = ""
    base: str = ""
    words: str = ""
    kind: str = ""


class Pages:
    """The pages of a store.

    Args:
        path: the folder of the store, which nobody changes meanwhile.
    """

    def __init__(self, path: Path) -> None:
        self._reader = Reader(path, guarded=True)
        self._site = Site(release_of(self._reader), "sparql")
        self._guards: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)  # who waits for a list waits for no other
        self._lists: dict[str, Listing] = {}
        self._home = ""
        self._maps: dict[str, dict[str, str]] = {}
        self._fixed: dict[str, Callable[[Asking], Answer]] = {
            "": self._begin,
            "index.html": self._begin,
            "search.html": self._search,
            "browse/index.html": self._browse,
            "robots.txt": lambda asking: Answer(robots(asking.base), "text/plain"),
        }

    def answer(self, asking: Asking) -> Answer:
        """What there is under a path.

        Raises:
            RefusedError: there is nothing, or nothing in a form that is accepted.
            StoreError: the store cannot be read.
        """
        if fixed := self._fixed.get(asking.path):
            return fixed(asking)
        if asking.path == "sitemap.xml" or asking.path.startswith("sitemaps/"):
            return self._map(asking)
        if found := _BROWSED(asking.path):
            return self._list(*found.groups())
        return self._thing(asking)

    def _thing(self, asking: Asking) -> Answer:
        """The page of a thing, or the way to it."""
        path = REDIRECTS.get(asking.path, asking.path)
        for form in FORMS:
            if path.endswith(form.ending):
                if (place := place_at(path.removesuffix(form.ending))) and (found := self._document(place, form, asking)):
                    return found
                if further := _FURTHER(path.removesuffix(form.ending)):
                    return self._further(further[1], int(further[2]), form)
        place, fragment = self._meant(path)
        if place and (place.kind is None or self._at(place)):
            return Answer("", "", f"{place.url(_form(asking.accept))}{fragment}")
        raise _nothing()

    def _meant(self, path: str) -> tuple[Place | None, str]:
        """Whose pages tell of what has this path, and where in them."""
        folder, _, name = path.partition("/")
        if folder == GRAPHS:
            return place_at(f"{KINDS[0].folder}/{name}"), ""
        if folder == "mentions":
            targets = self._reader.values(ref(f"{MENTIONS}{quote(name, safe='')}"), HAS_TARGET)
            return (place_of(targets[0][1:-1], BY_NAME["figure"]) if targets else None), f"#{quote(name)}"
        return place_at(path), ""

    def _at(self, place: Place) -> Thing | None:
        return thing_at(self._reader, place)

    def _document(self, place: Place, form: Form, asking: Asking) -> Answer | None:
        """A document; that whose address is the IRI of a thing leads elsewhere who wants another form."""
        if place.kind is None:
            return self._described(place.name, form, asking)
        thing = self._at(place)
        if thing is None:
            return None
        if form is HTML and place.kind.ending == HTML.ending and (wanted := _form(asking.accept)) is not HTML:
            return Answer("", "", place.url(wanted))
        return _answered(form, lambda: page_of(thing.view(), self._site), lambda: merged(thing.nodes()))

    def _further(self, path: str, number: int, form: Form) -> Answer:
        place = place_at(path)
        thing = self._at(place) if place and place.kind and form is HTML else None
        if thing is None or number > thing.pages:
            raise _nothing()
        return Answer(page_of(thing.view(number), self._site), HTML.media_type)

    def _described(self, name: str, form: Form, asking: Asking) -> Answer:
        """The dataset or the vocabulary."""
        if name == "vocab":
            return _answered(form, lambda: vocabulary_page(self._reader, self._site).html, ontology)
        nodes = description(self._reader, self._site._replace(endpoint=f"{asking.base}sparql"))
        return _answered(form, lambda: dataset_page(nodes, files_of(nodes), self._site).html, lambda: nodes)

    def _listing(self, folder: str) -> Listing:
        with self._guards[folder]:
            if folder not in self._lists:
                self._lists[folder] = listing(self._reader, BY_FOLDER[folder])
            return self._lists[folder]

    def _begin(self, asking: Asking) -> Answer:
        with self._guards["home"]:
            if not self._home:
                self._home = home(overview(self._reader), KINDS, self._site).html
        return Answer(self._home, HTML.media_type)

    def _search(self, asking: Asking) -> Answer:
        lists = (self._listing(kind.folder) for kind in KINDS if asking.kind in ("", kind.name))
        found, total = search(self._reader, lists, asking.words, asking.kind)
        values = {"q": asking.words, "kind": asking.kind, "found": found, "total": total, "kinds": KINDS, "indexed": False}
        return Answer(render("search", site=self._site, root="", title="Search", **values), HTML.media_type)

    def _browse(self, asking: Asking) -> Answer:
        return Answer(browse_page([self._listing(kind.folder) for kind in KINDS], self._site).html, HTML.media_type)

    def _list(self, folder: str, group: str | None, number: str | None) -> Answer:
        if folder not in BY_FOLDER or (group is None and number):
            raise _nothing()
        found = self._listing(folder)
        if group is None:
            return Answer(groups(found, self._site).html, HTML.media_type)
        if group not in found.groups or int(number or 1) > pages_of(found.groups[group]):
            raise _nothing()
        return Answer(group_page(found, group, int(number or 1), self._site).html, HTML.media_type)

    def _map(self, asking: Asking) -> Answer:
        lists = [self._listing(kind.folder) for kind in KINDS]
        with self._guards["sitemap"]:
            if asking.base not in self._maps:
                self._maps = {asking.base: dict(sitemaps(_urls(lists), asking.base))}
            text = self._maps[asking.base].get(asking.path)
        if text is None:
            raise _nothing()
        return Answer(text, _XML)


def _urls(lists: list[Listing]) -> Iterator[str]:
    yield from ("index.html", "dataset.html", "vocab.html")
    yield from (item.url for one in lists for items in one.groups.values() for item in items)


def _answered(form: Form, page: Callable[[], str], nodes: Callable[[], list[Node]]) -> Answer:
    made: dict[Form, Callable[[], str]] = {HTML: page, TURTLE: partial(_said, turtle, nodes), JSONLD: partial(_said, jsonld, nodes)}
    return Answer(made[form](), form.media_type)


def _said(write: Callable[[list[Node]], str], nodes: Callable[[], list[Node]]) -> str:
    found = nodes()
    if not found:
        raise _nothing()
    return write(found)


def _form(accept: str) -> Form:
    """The form that is liked best."""
    kinds = [form.media_type for form in FORMS]
    chosen = choose(accept, kinds)
    if chosen is None:
        raise RefusedError(406, f"it is there as {', '.join(kinds)}")
    return FORMS[kinds.index(chosen)]


def _nothing() -> RefusedError:
    return RefusedError(404, "there is no such page; the home page is at /, the SPARQL service at /sparql")
