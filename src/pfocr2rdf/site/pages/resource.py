"""What the pages of a thing have in common: what is known of it, in both directions, as statements and as what people read."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from pfocr2rdf.rdf.terms import TYPE, Node, Pair, lexical, parse, ref, term
from pfocr2rdf.rdf.vocabulary import PROPERTIES, SITE
from pfocr2rdf.site.pages.graph_reader import LABELS, Reader
from pfocr2rdf.site.pages.urls import HTML, Place
from pfocr2rdf.site.pages.view_models import Box, Fact, Link, Neighbourhood, Table, View

ROWS = 100
"""How many rows of a table are on a page."""

NAME = "Pathway Figure OCR"
_CAPITAL = re.compile(r"(?<=[a-z])[A-Z](?=[a-z])").sub
_NAMES = {term(row.name): row.label or row.key for row in PROPERTIES}


class Thing(ABC):
    """A thing with its pages. What is expensive to find out is found out when it is asked for.

    Args:
        reader: the store.
        place: where the pages are.
        pairs: what is said of the thing.

    Attributes:
        subject: the thing, as a term.
        values: what is said of it.
        title: what it is called.
    """

    what = ""

    def __init__(self, reader: Reader, place: Place, pairs: tuple[Pair, ...]) -> None:
        self.reader = reader
        self.place = place
        self.subject = ref(place.iri)
        self.own = Node(self.subject, pairs)
        self.values = self.own.values
        self.title = reader.name(self.subject)

    def text(self, curie: str) -> str:
        """The first value of a property, as text; ``""`` where there is none."""
        return lexical(self.values.get(term(curie), ['""'])[0])

    @abstractmethod
    def nodes(self) -> Iterator[Node]:
        """The statements of its documents: all that is said of it, and enough of its neighbours to know them."""

    @abstractmethod
    def facts(self) -> Iterator[Fact]:
        """What is said of it, as people read it."""

    @abstractmethod
    def tables(self, number: int) -> Iterator[Table]:
        """What it has to do with: the part that is on this page."""

    @abstractmethod
    def neighbourhood(self) -> Neighbourhood | None:
        """What it has to do with, as a drawing."""

    @abstractmethod
    def markup(self) -> dict[str, Any]:
        """What search engines read, without its context, its IRI and its address."""

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return 1

    def cited(self) -> str:
        """What is cited, in front of the name of the site."""
        return f"{self.title} ({self.what})."

    def view(self, number: int = 1) -> View:
        """A page.

        Args:
            number: of ``pages``, from 1. What is not a list is on the first.
        """
        first = number == 1
        return View(
            self.place, self.title, self.what, self.place.iri, tuple(self.facts()) if first else (), tuple(self.tables(number)),
            self.neighbourhood() if first else None, self._markup() if first else {}, f"{self.cited()} {NAME}, {self._address}",
            number, self.pages,
        )  # fmt: skip

    @cached_property
    def _address(self) -> str:
        own = self.place.kind is not None and self.place.kind.is_own
        return self.place.iri if own else f"{SITE}{self.place.url()}"

    def _markup(self) -> dict[str, Any]:
        said = {
            "@context": ["https://schema.org/", {"dct": "http://purl.org/dc/terms/"}],
            "@id": self.place.iri,
            **self.markup(),
            "url": f"{SITE}{self.place.url(HTML)}",
        }
        return {key: value for key, value in said.items() if value not in ("", [], None)}

    def box(self, subject: str, kind: str) -> Box:
        """A neighbour in a drawing; it leads only to a page of the site."""
        url = self.reader.url(subject, kind)
        return Box(kind, self.reader.name(subject), "" if ":" in url.partition("/")[0] else url)

    def short(self, subject: str) -> list[Pair]:
        """What a neighbour is, and what it is called."""
        types: list[Pair] = [(TYPE, value) for value in self.reader.known(subject, TYPE)]
        label = self.reader.label(subject)
        return [*types, *([label] if label else [])]

    def plain(self, *shown: str) -> Iterator[Fact]:
        """Facts as they stand, of all properties but some.

        Args:
            shown: the properties that are shown in another way.
        """
        left_out = {TYPE, *map(term, shown)}
        for predicate, values in self.values.items():
            if predicate not in left_out:
                name = _NAMES.get(predicate) or predicate[1:-1].rpartition("/")[2].rpartition("#")[2]
                said = tuple(link for link in map(_plain, values) if predicate not in LABELS or link.text != self.title)
                if said:
                    yield Fact(_CAPITAL(lambda found: f" {found[0].lower()}", name).capitalize(), said)


def _plain(value: str) -> Link:
    said = parse(value)
    return Link(said.value, said.value if said.kind == "iri" and said.value.startswith(("http://", "https://")) else "")


def pages_of(total: int) -> int:
    """How many pages there are of so many rows; at least one.

    >>> pages_of(0), pages_of(100), pages_of(101)
    (1, 1, 2)
    """
    return max(1, -(-total // ROWS))


def part(items: Sequence[str], number: int) -> Sequence[str]:
    """What is on a page of a list."""
    return items[(number - 1) * ROWS : number * ROWS]
