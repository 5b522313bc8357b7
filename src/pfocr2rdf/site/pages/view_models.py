"""What a page shows, before it is made into HTML: plain values, and nothing that is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pfocr2rdf.site.pages.urls import Place


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
    def leads(self) -> bool:
        """Whether it leads somewhere that a page may lead to: to the site or the web, and not to a script."""
        return bool(self.url) and (not self.is_outside or self.url.startswith(("https://", "http://")))

    @property
    def is_outside(self) -> bool:
        """Whether it leads away from the site."""
        return ":" in self.url.partition("/")[0]


class Fact(NamedTuple):
    """A row of the table of facts."""

    label: str
    values: tuple[Link, ...]


class Table(NamedTuple):
    """A table, or a page of one.

    Attributes:
        heading: what it is of.
        columns: the headings of its columns.
        rows: its cells, each with what stands in it.
        total: how many rows there are on all pages.
        number: the number of this page, from 1.
        pages: how many pages there are.
        note: a sentence in front of it, or ``""``.
    """

    heading: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[tuple[Link, ...], ...]]
    total: int
    number: int = 1
    pages: int = 1
    note: str = ""


class Box(NamedTuple):
    """A thing in a drawing: its kind, its name, and its page relative to the root (``""`` for the thing that the drawing is of)."""

    kind: str
    text: str
    url: str


class Neighbourhood(NamedTuple):
    """A drawing: boxes in columns from left to right, and the lines between them by (column, row)."""

    columns: tuple[tuple[Box, ...], ...]
    edges: tuple[tuple[tuple[int, int], tuple[int, int]], ...]
    caption: str


class View(NamedTuple):
    """A page of a thing.

    Attributes:
        place: where it is.
        title: what the thing is called.
        what: what it is, in a few words.
        iri: its IRI.
        facts: what is said of it.
        tables: what it has to do with.
        neighbourhood: the drawing, if there is something to draw.
        markup: the same for search engines: schema.org's terms as JSON-LD.
        citation: how to cite the page.
        number: the number of this page, where a list is too long for one.
        pages: how many pages there are.
    """

    place: Place
    title: str
    what: str
    iri: str
    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]
    neighbourhood: Neighbourhood | None
    markup: dict[str, Any]
    citation: str
    number: int = 1
    pages: int = 1
