"""The pages of what figures share: genes, families, papers and the rest, each with the figures that lead to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from pfocr2rdf.rdf.terms import PredicateObject, Resource, expand_term, lexical_form
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.mentions import HAS_BODY, HAS_TARGET, MentionView, entity_link, mention_links
from pfocr2rdf.site.pages.resource import ResourcePage, page_slice, table_page_count
from pfocr2rdf.site.pages.urls import ENTITY_TYPES_BY_NAME, PageAddress, address_from_iri
from pfocr2rdf.site.pages.view_models import DiagramModel, DiagramNode, Fact, Link, TableView

_MAX_DIAGRAM_FIGURES = 8
_CITED_IN, _ISSUED = expand_term("pfocr:citedIn"), expand_term("dcterms:issued")
_PMC_NUMBER = re.compile(r"PMC(\d+)").search
_TAXON = {"@type": "Taxon"}
_SEARCH_PREDICATES = ("dcterms:identifier", "skos:altLabel", "skos:prefLabel", "pfocr:keyword", "bibo:doi")


class InverseRelation(NamedTuple):
    """A list of what leads to a thing.

    Attributes:
        predicate: the property whose value the thing is.
        type_name: what has the property.
        heading: the heading of the list.
    """

    predicate: str
    type_name: str
    heading: str


class EntityPage(ResourcePage):
    """A thing that figures lead to.

    Args:
        reader: the store.
        address: where the pages are.
        pairs: what is said of the thing.
        spec: what is particular to its kind.
    """

    def __init__(self, reader: DatasetReader, address: PageAddress, pairs: tuple[PredicateObject, ...], spec: EntityPageSpec) -> None:
        super().__init__(reader, address, pairs)
        self.type_label = spec.type_label
        self._spec = spec

    @cached_property
    def inverse_lists(self) -> list[tuple[InverseRelation, list[str]]]:
        """What leads to it: figures of the newest papers first, other things by their names."""
        found = []
        for relation in self._spec.inverse_relations:
            kind = ENTITY_TYPES_BY_NAME[relation.type_name]
            subjects = [
                one for one in self.reader.subjects(expand_term(relation.predicate), self.subject) if address_from_iri(one[1:-1], kind)
            ]
            order = newest_first_key if relation.type_name == "figure" else self._by_name
            found.append((relation, sorted(subjects, key=order)))
        return found

    def _by_name(self, subject: str) -> tuple[str, str]:
        return self.reader.display_name(subject).casefold(), subject

    @property
    def page_count(self) -> int:
        """As many as its longest list needs."""
        return max(table_page_count(len(subjects)) for _, subjects in self.inverse_lists)

    @property
    def figures(self) -> list[str]:
        """The figures that lead to it."""
        return next((subjects for relation, subjects in self.inverse_lists if relation.type_name == "figure"), [])

    @cached_property
    def _mentions_by_figure(self) -> dict[str, list[str]]:
        """Its mentions, by figure."""
        found: dict[str, list[str]] = {}
        for mention in self.reader.subjects(HAS_BODY, self.subject):
            for figure in self.reader.values(mention, HAS_TARGET):
                found.setdefault(figure, []).append(mention)
        return found

    def _mention_links(self, figure: str) -> tuple[Link, ...]:
        nodes = (self.reader.find_resource(one) for one in self._mentions_by_figure.get(figure, ()))
        return mention_links((MentionView.from_resource(node) for node in nodes if node), self.reader)

    def resources(self) -> Iterator[Resource]:
        """The thing, the names of what it leads to, and the statement of each neighbour that leads to it."""
        yield self.resource
        for predicate in self._spec.outgoing:
            for neighbour in self.values.get(expand_term(predicate), ()):
                if pairs := self.type_and_label(neighbour):
                    yield Resource(neighbour, tuple(pairs))
        for relation, subjects in self.inverse_lists:
            predicate = expand_term(relation.predicate)
            for subject in subjects:
                label = self.reader.cached_label(subject)
                yield Resource(subject, (*([label] if label else []), (predicate, self.subject)))

    def facts(self) -> Iterator[Fact]:
        """What leads to other pages first."""
        for predicate, (kind, label) in self._spec.outgoing.items():
            if values := self.values.get(expand_term(predicate)):
                yield Fact(label, tuple(entity_link(self.reader, one, kind) for one in values))
        yield from self.remaining_facts(*self._spec.outgoing)
        yield Fact("IRI", (Link(self.address.iri, self.address.iri),))

    def tables(self, page_number: int) -> Iterator[TableView]:
        """The lists, as far as they are on this page."""
        for relation, subjects in self.inverse_lists:
            shown = page_slice(subjects, page_number)
            if page_number > 1 and not shown:
                continue
            columns: tuple[str, ...] = (relation.type_name.title(),)
            rows: list[tuple[tuple[Link, ...], ...]] = [((self._row(one, relation.type_name),),) for one in shown]
            if relation.type_name == "figure" and self._spec.has_mentions:
                columns = (*columns, "Recognised by")
                rows = [(*row, self._mention_links(one)) for row, one in zip(rows, shown, strict=True)]
            yield TableView(relation.heading, columns, rows, len(subjects), page_number, table_page_count(len(subjects)))

    def _row(self, subject: str, kind: str) -> Link:
        return entity_link(self.reader, subject, kind, publication_year(self.reader, subject) if kind == "figure" else "")

    def diagram(self) -> DiagramModel | None:
        """Some figures to the left, the thing, and what else is near to the right."""
        left = [self.diagram_node(one, "figure") for one in self.figures[:_MAX_DIAGRAM_FIGURES]]
        near = [(one, "family") for one in self.values.get(expand_term("pfocr:memberOf"), ())]
        near += [
            (one, relation.type_name)
            for relation, subjects in self.inverse_lists
            if relation.type_name != "figure"
            for one in subjects[:_MAX_DIAGRAM_FIGURES]
        ]
        right = [self.diagram_node(one, kind) for one, kind in near[: 2 * _MAX_DIAGRAM_FIGURES]]
        if not (left or right):
            return None
        kind = self.address.entity_type.name if self.address.entity_type else ""
        columns = [column for column in (tuple(left), (DiagramNode(kind, self.title, ""),), tuple(right)) if column]
        at = 1 if left else 0
        edges = [((0, row), (at, 0)) for row in range(len(left))] + [((at, 0), (at + 1, row)) for row in range(len(right))]
        shown = len(left) < len(self.figures)
        return DiagramModel(tuple(columns), tuple(edges), f"The {kind} and what is near it{'; more is in the tables' if shown else ''}")

    @property
    def summary(self) -> str:
        """What is said behind its name."""
        organisms = ", ".join(map(self.reader.display_name, self.values.get(expand_term("pfocr:organism"), ())))
        number = len(self.figures)
        return ", ".join(filter(None, (organisms or self.type_label, f"{number:,} {'figure' if number == 1 else 'figures'}")))

    def search_terms(self) -> tuple[str, ...]:
        """The words that it is searched by: its ids, other names, families and keywords."""
        own = [lexical_form(one) for name in _SEARCH_PREDICATES for one in self.values.get(expand_term(name), ())]
        return tuple(dict.fromkeys([*own, *map(self.reader.display_name, self.values.get(expand_term("pfocr:memberOf"), ()))]))

    def structured_data(self) -> dict[str, Any]:
        """As the profile of its kind says."""
        return self._spec.build_structured_data(self)


class EntityPageSpec(NamedTuple):
    """What is particular to the pages of a kind.

    Attributes:
        type_label: what such a thing is, in a few words.
        inverse_relations: what leads to it.
        outgoing: the properties that lead from it to other pages, each with the kind of thing there and what people call the property.
        has_mentions: whether figures lead to it by words that were recognised as it.
        build_structured_data: makes what search engines read.
    """

    type_label: str
    inverse_relations: tuple[InverseRelation, ...]
    outgoing: dict[str, tuple[str, str]]
    has_mentions: bool
    build_structured_data: Callable[[EntityPage], dict[str, Any]]


def newest_first_key(figure: str) -> tuple[int, str]:
    """The order of figures: PubMed Central numbers papers as they come, so that the highest number is the newest.

    >>> newest_first_key("<https://pfocr.wikipathways.org/figures/PMC123__F1.html>")[0]
    -123
    """
    found = _PMC_NUMBER(figure)
    return -int(found[1]) if found else 0, figure


def publication_year(reader: DatasetReader, figure: str) -> str:
    """The year in which a figure was published, if it is known."""
    years = [lexical_form(year) for paper in reader.cached_values(figure, _CITED_IN) for year in reader.cached_values(paper, _ISSUED)]
    return ", ".join(dict.fromkeys(years))


def _gene(thing: EntityPage) -> dict[str, Any]:
    organisms = thing.values.get(expand_term("pfocr:organism"), ())
    return {
        "@type": "Gene",
        "dct:conformsTo": {"@id": "https://bioschemas.org/profiles/Gene/1.0-RELEASE"},
        "identifier": f"ncbigene:{thing.first_text('dcterms:identifier')}",
        "name": thing.title,
        "taxonomicRange": [{**_TAXON, "@id": one[1:-1], "name": thing.reader.display_name(one)} for one in organisms],
    }


def _family(thing: EntityPage) -> dict[str, Any]:
    return {"@type": "DefinedTerm", "name": thing.title, "termCode": thing.title, "sameAs": _same_as_iris(thing)}


def _paper(thing: EntityPage) -> dict[str, Any]:
    journal = thing.first_text("pfocr:journal")
    publisher = thing.first_text("pfocr:publisher")
    return {
        "@type": "ScholarlyArticle",
        "name": thing.title,
        "headline": thing.title,
        "identifier": thing.first_text("dcterms:identifier"),
        "datePublished": thing.first_text("dcterms:issued"),
        "isPartOf": {"@type": "Periodical", "name": journal} if journal else None,
        "publisher": {"@type": "Organization", "name": publisher} if publisher else None,
        "keywords": list(map(lexical_form, thing.values.get(expand_term("pfocr:keyword"), ()))),
        "sameAs": _same_as_iris(thing),
    }


def _chemical(thing: EntityPage) -> dict[str, Any]:
    return {
        "@type": "ChemicalSubstance",
        "identifier": thing.first_text("dcterms:identifier"),
        "name": thing.title,
        "sameAs": _same_as_iris(thing),
    }


def _disease(thing: EntityPage) -> dict[str, Any]:
    code = {"@type": "MedicalCode", "codeValue": thing.first_text("dcterms:identifier"), "codingSystem": "MeSH"}
    return {"@type": "MedicalCondition", "name": thing.title, "code": code, "sameAs": _same_as_iris(thing)}


def _organism(thing: EntityPage) -> dict[str, Any]:
    return {**_TAXON, "name": thing.title, "identifier": f"NCBITaxon:{thing.address.name}"}


def _same_as_iris(thing: EntityPage) -> list[str]:
    return [
        one[1:-1]
        for name in ("skos:exactMatch", "owl:sameAs")
        for one in thing.values.get(expand_term(name), ())
        if one.startswith("<http")
    ]


_MENTIONED_ON_FIGURES = InverseRelation("pfocr:mentions", "figure", "Figures that mention it")

ENTITY_PAGE_SPECS: dict[str, EntityPageSpec] = {
    "gene": EntityPageSpec(
        "gene",
        (_MENTIONED_ON_FIGURES,),
        {"pfocr:memberOf": ("family", "Families"), "pfocr:organism": ("organism", "Organism")}, True, _gene,
    ),
    "family": EntityPageSpec(
        "family of genes",
        (InverseRelation("pfocr:memberOf", "gene", "Members"), InverseRelation("pfocr:mentionsFamily", "figure", "Figures that name it")),
        {}, False, _family,
    ),
    "paper": EntityPageSpec("paper", (InverseRelation("pfocr:citedIn", "figure", "Figures of it"),), {}, False, _paper),
    "chemical": EntityPageSpec("chemical", (_MENTIONED_ON_FIGURES,), {}, True, _chemical),
    "disease": EntityPageSpec("disease", (_MENTIONED_ON_FIGURES,), {}, True, _disease),
    "organism": EntityPageSpec(
        "organism",
        (InverseRelation("pfocr:organism", "gene", "Genes of it"), InverseRelation("pfocr:organism", "figure", "Figures on it")),
        {}, False, _organism,
    ),
}  # fmt: skip
"""The kinds of what figures share."""
