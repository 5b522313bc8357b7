"""What a page shows, before it is made into HTML: plain values, and nothing that is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pfocr2rdf.site.pages.urls import PageAddress


class Link(NamedTuple):
    """A text that may lead somewhere.

    Attributes:
        text: what is read.
        url: where it leads: relative to the site's root, or absolute; ``""`` for nowhere.
        detail: what is said behind it, quietly.
        anchor: the name by which links lead to it, or ``""``.
        style: ``"word"`` for what OCR read, ``"number"``, or ``""``.
    """

    text: str
    url: str = ""
    detail: str = ""
    anchor: str = ""
    style: str = ""

    @property
    def is_linkable(self) -> bool:
        """Whether it leads somewhere that a page may lead to: to the site or the web, and not to a script."""
        return bool(self.url) and (not self.is_external or self.url.startswith(("https://", "http://")))

    @property
    def is_external(self) -> bool:
        """Whether it leads away from the site."""
        return ":" in self.url.partition("/")[0]


class Fact(NamedTuple):
    """A row of the table of facts."""

    label: str
    values: tuple[Link, ...]


class TableView(NamedTuple):
    """A table, or a page of one.

    Attributes:
        heading: what it is of.
        columns: the headings of its columns.
        rows: its cells, each with what stands in it.
        total: how many rows there are on all pages.
        page_number: the number of this page, from 1.
        page_count: how many pages there are.
        note: a sentence in front of it, or ``""``.
    """

    heading: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[tuple[Link, ...], ...]]
    total: int
    page_number: int = 1
    page_count: int = 1
    note: str = ""


class DiagramNode(NamedTuple):
    """A thing in a drawing: its kind, its name, and its page relative to the root (``""`` for the thing that the drawing is of)."""

    type_name: str
    text: str
    url: str


class DiagramModel(NamedTuple):
    """A drawing: boxes in columns from left to right, and the lines between them by (column, row)."""

    columns: tuple[tuple[DiagramNode, ...], ...]
    edges: tuple[tuple[tuple[int, int], tuple[int, int]], ...]
    caption: str


class ResourceView(NamedTuple):
    """A page of a thing.

    Attributes:
        address: where it is.
        title: what the thing is called.
        type_label: what it is, in a few words.
        iri: its IRI.
        facts: what is said of it.
        tables: what it has to do with.
        diagram: the drawing, if there is something to draw.
        structured_data: the same for search engines: schema.org's terms as JSON-LD.
        citation: how to cite the page.
        page_number: the number of this page, where a list is too long for one.
        page_count: how many pages there are.
    """

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
