"""The pages of a resource: what the page classes of all entity types have in common."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from pfocr2rdf.rdf.terms import RDF_TYPE, PredicateObject, Resource, expand_term, iri_term, lexical_form, parse_term
from pfocr2rdf.rdf.vocabulary import PROPERTIES, SITE_URL
from pfocr2rdf.site.pages.pictures import Picture
from pfocr2rdf.site.pages.resource_reader import LABEL_PREDICATES, ResourceReader
from pfocr2rdf.site.pages.urls import HTML, PageAddress
from pfocr2rdf.site.pages.view_models import (
    SCHEMA_ORG_CONTEXT,
    SITE_NAME,
    BarChart,
    CardStrip,
    ChipGroup,
    DiagramModel,
    DiagramNode,
    Fact,
    Link,
    ResourceView,
    TableView,
    web_link,
)

_split_camel_case = re.compile(r"(?<=[a-z])[A-Z](?=[a-z])").sub
_PREDICATE_LABELS = {expand_term(row.name): row.label or row.jsonld_key for row in PROPERTIES} | {expand_term("bibo:doi"): "DOI"}


class ResourcePage(ABC):
    """The pages of one resource, whose term is ``subject``. What is expensive to look up is looked up when it is asked for."""

    type_label = ""

    def __init__(self, reader: ResourceReader, address: PageAddress, pairs: tuple[PredicateObject, ...]) -> None:
        self.reader = reader
        self.address = address
        self.subject = iri_term(address.iri)
        self.resource = Resource(self.subject, pairs)
        self.values = self.resource.values_by_predicate
        self.title = reader.display_name(self.subject)

    def first_text(self, curie: str) -> str:
        """The first value of a property, as text; ``""`` if there is none."""
        return lexical_form(self.values.get(expand_term(curie), ['""'])[0])

    @abstractmethod
    def resources(self) -> Iterator[Resource]:
        """The statements of its RDF documents: its own, and enough about its neighbours to identify them."""

    @abstractmethod
    def facts(self) -> Iterator[Fact]:
        """Its properties."""

    @abstractmethod
    def tables(self, page_number: int) -> Iterator[TableView]:
        """Its relations: the rows that are on this page."""

    @abstractmethod
    def diagram(self) -> DiagramModel | None:
        """Its neighbourhood."""

    @abstractmethod
    def structured_data(self) -> dict[str, Any]:
        """Its schema.org description, without the context and the URL."""

    @abstractmethod
    def search_terms(self) -> tuple[str, ...]:
        """What the search finds it by besides its title."""

    def implied_search_terms(self) -> tuple[str, ...]:
        """Names that the search finds it by after those that it has."""
        return ()

    @property
    def search_caption(self) -> str:
        """A text whose words the search finds it by after all others."""
        return ""

    @property
    @abstractmethod
    def search_weight(self) -> int:
        """The rank among search results that match equally well; the highest is the first."""

    @property
    @abstractmethod
    def summary(self) -> str:
        """The line below its title among search results."""

    @property
    def page_count(self) -> int:
        """The number of its pages."""
        return 1

    def citation_text(self) -> str:
        """The citation, without the name of the site."""
        return f"{self.title} ({self.type_label})."

    def view(self, page_number: int = 1) -> ResourceView:
        """The view model of one of ``page_count`` pages. All but the tables is on the first."""
        is_first = page_number == 1
        return ResourceView(
            address=self.address,
            title=self.title,
            type_label=self.type_label,
            iri=self.address.iri,
            facts=tuple(self.facts()) if is_first else (),
            tables=tuple(self.tables(page_number)),
            diagram=self.diagram() if is_first else None,
            structured_data=self._full_structured_data() if is_first else {},
            citation=f"{self.citation_text()} {SITE_NAME}, {self._citable_url}",
            page_number=page_number,
            page_count=self.page_count,
            picture=self.picture() if is_first else None,
            chips=tuple(self.chips()) if is_first else (),
            strips=tuple(self.strips()) if is_first else (),
            charts=tuple(self.charts()) if is_first else (),
        )

    def picture(self) -> Picture | None:
        """Its picture, if it is a figure."""
        return None

    def chips(self) -> Iterable[ChipGroup]:
        """The words on its picture, by entity type."""
        return ()

    def strips(self) -> Iterable[CardStrip]:
        """Figures that it leads to."""
        return ()

    def charts(self) -> Iterable[BarChart]:
        """Its numbers as bars."""
        return ()

    @cached_property
    def _citable_url(self) -> str:
        is_dereferenceable = self.address.entity_type is not None and self.address.entity_type.has_own_iris
        return self.address.iri if is_dereferenceable else f"{SITE_URL}{self.address.url()}"

    def _full_structured_data(self) -> dict[str, Any]:
        properties = {
            "@context": SCHEMA_ORG_CONTEXT,
            **self.structured_data(),
            "url": f"{SITE_URL}{self.address.url(HTML)}",
        }
        return {key: value for key, value in properties.items() if value not in ("", [], None)}

    def diagram_node(self, subject: str, type_name: str) -> DiagramNode:
        """A neighbour in the diagram; it is a link only if it has a page on the site."""
        url = self.reader.page_url(subject, type_name)
        return DiagramNode(type_name, self.reader.display_name(subject), "" if ":" in url.partition("/")[0] else url)

    def remaining_facts(self, *handled: str) -> Iterator[Fact]:
        """All properties but those that are handled elsewhere, which are given as CURIEs."""
        handled_predicates = {RDF_TYPE, *map(expand_term, handled)}
        for predicate, values in self.values.items():
            if predicate not in handled_predicates:
                label = _PREDICATE_LABELS.get(predicate) or predicate[1:-1].rpartition("/")[2].rpartition("#")[2]
                links = tuple(link for link in map(_value_link, values) if predicate not in LABEL_PREDICATES or link.text != self.title)
                if links:
                    label = _split_camel_case(lambda match: f" {match[0].lower()}", label)
                    yield Fact(f"{label[:1].upper()}{label[1:]}", links)


def _value_link(value: str) -> Link:
    term = parse_term(value)
    return web_link(term.value, term.value if term.term_type == "iri" else "")
