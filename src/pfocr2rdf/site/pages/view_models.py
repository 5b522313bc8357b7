"""View models: the plain values that templates show, in pages of bounded length. Nothing is escaped yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from pfocr2rdf.rdf.prefixes import ANY_LOCAL_NAME, PrefixMap
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.site.pages.pictures import Picture
from pfocr2rdf.site.pages.urls import PageAddress

SITE_NAME = "Pathway Figure OCR"
SITE_DESCRIPTION = "Genes, chemicals and diseases read by OCR in pathway figures of the literature, as linked data."
SCHEMA_ORG_CONTEXT = ["https://schema.org/", {"dct": "http://purl.org/dc/terms/"}]
_CURIES = PrefixMap(PREFIXES, ANY_LOCAL_NAME)
ROWS_PER_PAGE = 100  # rows of a table on one page of a resource
ITEMS_PER_PAGE = 200  # resources on one page of a list
_T = TypeVar("_T")


def count_pages(total: int, page_size: int) -> int:
    """The number of pages for this number of rows; at least one.

    >>> count_pages(0, 100), count_pages(100, 100), count_pages(101, 100)
    (1, 1, 2)
    """
    return max(1, -(-total // page_size))


def slice_page(items: Sequence[_T], page_number: int, page_size: int) -> Sequence[_T]:
    """The rows of one page, counted from 1."""
    return items[(page_number - 1) * page_size : page_number * page_size]


class Link(NamedTuple):
    """A text, with or without a hyperlink."""

    text: str
    url: str = ""  # the target, relative to the site's root or absolute; ``""`` for no hyperlink
    detail: str = ""  # a remark behind the text
    anchor: str = ""  # the fragment identifier of the text, or ``""``
    style: str = ""  # ``"word"`` for a word that OCR read, ``"plain"`` for a text of the program itself, another class, or ``""``

    @property
    def is_linkable(self) -> bool:
        """Whether pages may link to the target: it is on the site or the web, and no ``javascript:`` URL."""
        return bool(self.url) and (not self.is_external or self.url.startswith(("https://", "http://")))

    @property
    def is_external(self) -> bool:
        """Whether the target is on another site."""
        return ":" in self.url.partition("/")[0]


def web_link(text: str, url: str) -> Link:
    """A text that is a hyperlink if the URL is one of the web."""
    return Link(text, url if url.startswith(("http://", "https://")) else "")


def curie_link(term: str) -> Link:
    """An IRI as a hyperlink with its CURIE as the text, if it has one."""
    iri = term[1:-1]
    return Link(_CURIES.compress(iri) or iri, iri)


class Fact(NamedTuple):
    """A property of a resource with its values."""

    label: str
    values: tuple[Link, ...]


class TableView(NamedTuple):
    """A table, or one page of it: ``total`` is the number of rows on all pages, and ``note`` a sentence before the table."""

    heading: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[tuple[Link, ...], ...]]
    total: int
    page_number: int = 1
    page_count: int = 1
    note: str = ""
    filters: tuple[str, ...] = ()  # the columns by whose values rows can be chosen
    choices: tuple[str, ...] = ()  # labels of the switch between rows with a strict cell, which is the default, and all; () for no switch

    @property
    def row_offset(self) -> int:
        """The number of rows on earlier pages."""
        return (self.page_number - 1) * ROWS_PER_PAGE


class ChipGroup(NamedTuple):
    """Words that were recognised as entities of one type; each leads to its first row."""

    label: str
    type_name: str
    words: tuple[Link, ...]
    total: int  # of the words, of which the first ones are shown


class FigureCard(NamedTuple):
    """A figure in a strip of figures: its page, and a remark below its title."""

    title: str
    url: str
    detail: str
    picture: Picture


class CardStrip(NamedTuple):
    """Figures side by side, under a heading."""

    heading: str
    cards: tuple[FigureCard, ...]


class DiagramNode(NamedTuple):
    """A resource in a diagram: its entity type, its name, and its page relative to the root (``""`` for the page's own resource)."""

    type_name: str
    text: str
    url: str


class DiagramModel(NamedTuple):
    """A diagram before its layout: nodes in columns from left to right, and edges between (column, row) positions."""

    columns: tuple[tuple[DiagramNode, ...], ...]
    edges: tuple[tuple[tuple[int, int], tuple[int, int]], ...]
    caption: str


class Bar(NamedTuple):
    """A bar of a bar chart: its label, the URL of the label, its number, and its length, from 0 to 100."""

    label: str
    url: str
    number: int
    length: int
    part: int | None = None  # the number of those that are drawn dark; ``None`` if all are


class BarChart(NamedTuple):
    """A bar chart with its heading, and the chart that a switch shows in its place."""

    heading: str
    bars: tuple[Bar, ...]
    part_label: str = ""  # what is counted, where that is not everything
    other: BarChart | None = None


def make_bars(rows: Sequence[tuple[str, str, int]]) -> tuple[Bar, ...]:
    """Bars of labels, URLs and numbers, the longest with the largest number."""
    largest = max((number for *_, number in rows), default=0)
    return tuple(Bar(label, url, number, round(100 * number / largest)) for label, url, number in rows) if largest else ()


class ResourceView(NamedTuple):
    """The view model of one page of a resource. There are several where a table is too long for one."""

    address: PageAddress
    title: str
    type_label: str
    iri: str
    facts: tuple[Fact, ...]
    tables: tuple[TableView, ...]
    diagram: DiagramModel | None
    structured_data: dict[str, Any]
    citation: str
    page_number: int = 1
    page_count: int = 1
    picture: Picture | None = None
    chips: tuple[ChipGroup, ...] = ()
    strips: tuple[CardStrip, ...] = ()
    charts: tuple[BarChart, ...] = ()
