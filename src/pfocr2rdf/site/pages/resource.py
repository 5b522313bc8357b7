"""What the pages of a thing have in common: what is known of it, in both directions, as statements and as what people read."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from pfocr2rdf.rdf.terms import RDF_TYPE, PredicateObject, Resource, expand_term, iri_term, lexical_form, parse_term
from pfocr2rdf.rdf.vocabulary import PROPERTIES, SITE_URL
from pfocr2rdf.site.pages.graph_reader import LABEL_PREDICATES, DatasetReader
from pfocr2rdf.site.pages.urls import HTML, PageAddress
from pfocr2rdf.site.pages.view_models import DiagramModel, DiagramNode, Fact, Link, ResourceView, TableView

ROWS_PER_PAGE = 100
"""How many rows of a table are on a page."""

SITE_NAME = "Pathway Figure OCR"
_split_camel_case = re.compile(r"(?<=[a-z])[A-Z](?=[a-z])").sub
_PREDICATE_LABELS = {expand_term(row.name): row.label or row.jsonld_key for row in PROPERTIES}


class ResourcePage(ABC):
    """A thing with its pages. What is expensive to find out is found out when it is asked for.

    Args:
        reader: the store.
        address: where the pages are.
        pairs: what is said of the thing.

    Attributes:
        subject: the thing, as a term.
        values: what is said of it.
        title: what it is called.
    """

    type_label = ""

    def __init__(self, reader: DatasetReader, address: PageAddress, pairs: tuple[PredicateObject, ...]) -> None:
        self.reader = reader
        self.address = address
        self.subject = iri_term(address.iri)
        self.resource = Resource(self.subject, pairs)
        self.values = self.resource.values_by_predicate
        self.title = reader.display_name(self.subject)

    def first_text(self, curie: str) -> str:
        """The first value of a property, as text; ``""`` where there is none."""
        return lexical_form(self.values.get(expand_term(curie), ['""'])[0])

    @abstractmethod
    def resources(self) -> Iterator[Resource]:
        """The statements of its documents: all that is said of it, and enough of its neighbours to know them."""

    @abstractmethod
    def facts(self) -> Iterator[Fact]:
        """What is said of it, as people read it."""

    @abstractmethod
    def tables(self, page_number: int) -> Iterator[TableView]:
        """What it has to do with: the part that is on this page."""

    @abstractmethod
    def diagram(self) -> DiagramModel | None:
        """What it has to do with, as a drawing."""

    @abstractmethod
    def structured_data(self) -> dict[str, Any]:
        """What search engines read, without its context, its IRI and its address."""

    @property
    def page_count(self) -> int:
        """How many pages it has."""
        return 1

    def citation_text(self) -> str:
        """What is cited, in front of the name of the site."""
        return f"{self.title} ({self.type_label})."

    def view(self, page_number: int = 1) -> ResourceView:
        """A page.

        Args:
            page_number: of ``page_count``, from 1. What is not a list is on the first.
        """
        first = page_number == 1
        return ResourceView(
            self.address,
            self.title,
            self.type_label,
            self.address.iri,
            tuple(self.facts()) if first else (),
            tuple(self.tables(page_number)),
            self.diagram() if first else None,
            self._full_structured_data() if first else {},
            f"{self.citation_text()} {SITE_NAME}, {self._citable_url}",
            page_number,
            self.page_count,
        )

    @cached_property
    def _citable_url(self) -> str:
        own = self.address.entity_type is not None and self.address.entity_type.has_own_iris
        return self.address.iri if own else f"{SITE_URL}{self.address.url()}"

    def _full_structured_data(self) -> dict[str, Any]:
        said = {
            "@context": ["https://schema.org/", {"dct": "http://purl.org/dc/terms/"}],
            "@id": self.address.iri,
            **self.structured_data(),
            "url": f"{SITE_URL}{self.address.url(HTML)}",
        }
        return {key: value for key, value in said.items() if value not in ("", [], None)}

    def diagram_node(self, subject: str, type_name: str) -> DiagramNode:
        """A neighbour in a drawing; it leads only to a page of the site."""
        url = self.reader.page_url(subject, type_name)
        return DiagramNode(type_name, self.reader.display_name(subject), "" if ":" in url.partition("/")[0] else url)

    def type_and_label(self, subject: str) -> list[PredicateObject]:
        """What a neighbour is, and what it is called."""
        types: list[PredicateObject] = [(RDF_TYPE, value) for value in self.reader.cached_values(subject, RDF_TYPE)]
        label = self.reader.cached_label(subject)
        return [*types, *([label] if label else [])]

    def remaining_facts(self, *handled: str) -> Iterator[Fact]:
        """Facts as they stand, of all properties but some.

        Args:
            handled: the properties that are shown in another way.
        """
        left_out = {RDF_TYPE, *map(expand_term, handled)}
        for predicate, values in self.values.items():
            if predicate not in left_out:
                name = _PREDICATE_LABELS.get(predicate) or predicate[1:-1].rpartition("/")[2].rpartition("#")[2]
                said = tuple(link for link in map(_value_link, values) if predicate not in LABEL_PREDICATES or link.text != self.title)
                if said:
                    yield Fact(_split_camel_case(lambda found: f" {found[0].lower()}", name).capitalize(), said)


def _value_link(value: str) -> Link:
    said = parse_term(value)
    return Link(said.value, said.value if said.term_type == "iri" and said.value.startswith(("http://", "https://")) else "")


def table_page_count(total: int) -> int:
    """How many pages there are of so many rows; at least one.

    >>> table_page_count(0), table_page_count(100), table_page_count(101)
    (1, 1, 2)
    """
    return max(1, -(-total // ROWS_PER_PAGE))


def page_slice(items: Sequence[str], page_number: int) -> Sequence[str]:
    """What is on a page of a list."""
    return items[(page_number - 1) * ROWS_PER_PAGE : page_number * ROWS_PER_PAGE]
