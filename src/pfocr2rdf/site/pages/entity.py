"""The pages of what figures share: genes, families, papers and the rest, each with the figures that lead to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from pfocr2rdf.rdf.terms import Node, Pair, lexical, term
from pfocr2rdf.site.pages.graph_reader import Reader
from pfocr2rdf.site.pages.mentions import HAS_BODY, HAS_TARGET, Said, link, words
from pfocr2rdf.site.pages.resource import Thing, pages_of, part
from pfocr2rdf.site.pages.urls import BY_NAME, Place, place_of
from pfocr2rdf.site.pages.view_models import Box, Fact, Link, Neighbourhood, Table

_DRAWN = 8
_CITED_IN, _ISSUED = term("pfocr:citedIn"), term("dcterms:issued")
_NUMBER = re.compile(r"PMC(\d+)").search
_TAXON = {"@type": "Taxon"}
_WORDS = ("dcterms:identifier", "skos:altLabel", "skos:prefLabel", "pfocr:keyword", "bibo:doi")


class Relation(NamedTuple):
    """A list of what leads to a thing.

    Attributes:
        predicate: the property whose value the thing is.
        kind: what has the property.
        heading: the heading of the list.
    """

    predicate: str
    kind: str
    heading: str


class Shared(Thing):
    """A thing that figures lead to.

    Args:
        reader: the store.
        place: where the pages are.
        pairs: what is said of the thing.
        profile: what is particular to its kind.
    """

    def __init__(self, reader: Reader, place: Place, pairs: tuple[Pair, ...], profile: Profile) -> None:
        super().__init__(reader, place, pairs)
        self.what = profile.what
        self._profile = profile

    @cached_property
    def lists(self) -> list[tuple[Relation, list[str]]]:
        """What leads to it: figures of the newest papers first, other things by their names."""
        found = []
        for relation in self._profile.relations:
            kind = BY_NAME[relation.kind]
            subjects = [one for one in self.reader.subjects(term(relation.predicate), self.subject) if place_of(one[1:-1], kind)]
            order = newest if relation.kind == "figure" else self._by_name
            found.append((relation, sorted(subjects, key=order)))
        return found

    def _by_name(self, subject: str) -> tuple[str, str]:
        return self.reader.name(subject).casefold(), subject

    @property
    def pages(self) -> int:
        """As many as its longest list needs."""
        return max(pages_of(len(subjects)) for _, subjects in self.lists)

    @property
    def figures(self) -> list[str]:
        """The figures that lead to it."""
        return next((subjects for relation, subjects in self.lists if relation.kind == "figure"), [])

    @cached_property
    def _mentions(self) -> dict[str, list[str]]:
        """Its mentions, by figure."""
        found: dict[str, list[str]] = {}
        for mention in self.reader.subjects(HAS_BODY, self.subject):
            for figure in self.reader.values(mention, HAS_TARGET):
                found.setdefault(figure, []).append(mention)
        return found

    def _words(self, figure: str) -> tuple[Link, ...]:
        nodes = (self.reader.node(one) for one in self._mentions.get(figure, ()))
        return words((Said.of(node) for node in nodes if node), self.reader)

    def nodes(self) -> Iterator[Node]:
        """The thing, the names of what it leads to, and the statement of each neighbour that leads to it."""
        yield self.own
        for predicate in self._profile.onward:
            for neighbour in self.values.get(term(predicate), ()):
                if pairs := self.short(neighbour):
                    yield Node(neighbour, tuple(pairs))
        for relation, subjects in self.lists:
            predicate = term(relation.predicate)
            for subject in subjects:
                label = self.reader.label(subject)
                yield Node(subject, (*([label] if label else []), (predicate, self.subject)))

    def facts(self) -> Iterator[Fact]:
        """What leads to other pages first."""
        for predicate, (kind, label) in self._profile.onward.items():
            if values := self.values.get(term(predicate)):
                yield Fact(label, tuple(link(self.reader, one, kind) for one in values))
        yield from self.plain(*self._profile.onward)
        yield Fact("IRI", (Link(self.place.iri, self.place.iri),))

    def tables(self, number: int) -> Iterator[Table]:
        """The lists, as far as they are on this page."""
        for relation, subjects in self.lists:
            shown = part(subjects, number)
            if number > 1 and not shown:
                continue
            columns: tuple[str, ...] = (relation.kind.title(),)
            rows: list[tuple[tuple[Link, ...], ...]] = [((self._row(one, relation.kind),),) for one in shown]
            if relation.kind == "figure" and self._profile.has_mentions:
                columns = (*columns, "Recognised by")
                rows = [(*row, self._words(one)) for row, one in zip(rows, shown, strict=True)]
            yield Table(relation.heading, columns, rows, len(subjects), number, pages_of(len(subjects)))

    def _row(self, subject: str, kind: str) -> Link:
        return link(self.reader, subject, kind, year_of(self.reader, subject) if kind == "figure" else "")

    def neighbourhood(self) -> Neighbourhood | None:
        """Some figures to the left, the thing, and what else is near to the right."""
        left = [self.box(one, "figure") for one in self.figures[:_DRAWN]]
        near = [(one, "family") for one in self.values.get(term("pfocr:memberOf"), ())]
        near += [(one, relation.kind) for relation, subjects in self.lists if relation.kind != "figure" for one in subjects[:_DRAWN]]
        right = [self.box(one, kind) for one, kind in near[: 2 * _DRAWN]]
        if not (left or right):
            return None
        kind = self.place.kind.name if self.place.kind else ""
        columns = [column for column in (tuple(left), (Box(kind, self.title, ""),), tuple(right)) if column]
        at = 1 if left else 0
        edges = [((0, row), (at, 0)) for row in range(len(left))] + [((at, 0), (at + 1, row)) for row in range(len(right))]
        shown = len(left) < len(self.figures)
        return Neighbourhood(tuple(columns), tuple(edges), f"The {kind} and what is near it{'; more is in the tables' if shown else ''}")

    @property
    def detail(self) -> str:
        """What is said behind its name."""
        organisms = ", ".join(map(self.reader.name, self.values.get(term("pfocr:organism"), ())))
        number = len(self.figures)
        return ", ".join(filter(None, (organisms or self.what, f"{number:,} {'figure' if number == 1 else 'figures'}")))

    def found_by(self) -> tuple[str, ...]:
        """The words that it is searched by: its ids, other names, families and keywords."""
        own = [lexical(one) for name in _WORDS for one in self.values.get(term(name), ())]
        return tuple(dict.fromkeys([*own, *map(self.reader.name, self.values.get(term("pfocr:memberOf"), ()))]))

    def markup(self) -> dict[str, Any]:
        """As the profile of its kind says."""
        return self._profile.markup(self)


class Profile(NamedTuple):
    """What is particular to the pages of a kind.

    Attributes:
        what: what such a thing is, in a few words.
        relations: what leads to it.
        onward: the properties that lead from it to other pages, each with the kind of thing there and what people call the property.
        has_mentions: whether figures lead to it by words that were recognised as it.
        markup: makes what search engines read.
    """

    what: str
    relations: tuple[Relation, ...]
    onward: dict[str, tuple[str, str]]
    has_mentions: bool
    markup: Callable[[Shared], dict[str, Any]]


def newest(figure: str) -> tuple[int, str]:
    """The order of figures: PubMed Central numbers papers as they come, so that the highest number is the newest.

    >>> newest("<https://pfocr.wikipathways.org/figures/PMC123__F1.html>")[0]
    -123
    """
    found = _NUMBER(figure)
    return -int(found[1]) if found else 0, figure


def year_of(reader: Reader, figure: str) -> str:
    """The year in which a figure was published, if it is known."""
    years = [lexical(year) for paper in reader.known(figure, _CITED_IN) for year in reader.known(paper, _ISSUED)]
    return ", ".join(dict.fromkeys(years))


def _gene(thing: Shared) -> dict[str, Any]:
    organisms = thing.values.get(term("pfocr:organism"), ())
    return {
        "@type": "Gene",
        "dct:conformsTo": {"@id": "https://bioschemas.org/profiles/Gene/1.0-RELEASE"},
        "identifier": f"ncbigene:{thing.text('dcterms:identifier')}",
        "name": thing.title,
        "taxonomicRange": [{**_TAXON, "@id": one[1:-1], "name": thing.reader.name(one)} for one in organisms],
    }


def _family(thing: Shared) -> dict[str, Any]:
    return {"@type": "DefinedTerm", "name": thing.title, "termCode": thing.title, "sameAs": _same(thing)}


def _paper(thing: Shared) -> dict[str, Any]:
    journal = thing.text("pfocr:journal")
    publisher = thing.text("pfocr:publisher")
    return {
        "@type": "ScholarlyArticle",
        "name": thing.title,
        "headline": thing.title,
        "identifier": thing.text("dcterms:identifier"),
        "datePublished": thing.text("dcterms:issued"),
        "isPartOf": {"@type": "Periodical", "name": journal} if journal else None,
        "publisher": {"@type": "Organization", "name": publisher} if publisher else None,
        "keywords": list(map(lexical, thing.values.get(term("pfocr:keyword"), ()))),
        "sameAs": _same(thing),
    }


def _chemical(thing: Shared) -> dict[str, Any]:
    return {"@type": "ChemicalSubstance", "identifier": thing.text("dcterms:identifier"), "name": thing.title, "sameAs": _same(thing)}


def _disease(thing: Shared) -> dict[str, Any]:
    code = {"@type": "MedicalCode", "codeValue": thing.text("dcterms:identifier"), "codingSystem": "MeSH"}
    return {"@type": "MedicalCondition", "name": thing.title, "code": code, "sameAs": _same(thing)}


def _organism(thing: Shared) -> dict[str, Any]:
    return {**_TAXON, "name": thing.title, "identifier": f"NCBITaxon:{thing.place.name}"}


def _same(thing: Shared) -> list[str]:
    return [one[1:-1] for name in ("skos:exactMatch", "owl:sameAs") for one in thing.values.get(term(name), ()) if one.startswith("<http")]


_MENTIONED = Relation("pfocr:mentions", "figure", "Figures that mention it")

PROFILES: dict[str, Profile] = {
    "gene": Profile(
        "gene", (_MENTIONED,), {"pfocr:memberOf": ("family", "Families"), "pfocr:organism": ("organism", "Organism")}, True, _gene,
    ),
    "family": Profile(
        "family of genes",
        (Relation("pfocr:memberOf", "gene", "Members"), Relation("pfocr:mentionsFamily", "figure", "Figures that name it")),
        {}, False, _family,
    ),
    "paper": Profile("paper", (Relation("pfocr:citedIn", "figure", "Figures of it"),), {}, False, _paper),
    "chemical": Profile("chemical", (_MENTIONED,), {}, True, _chemical),
    "disease": Profile("disease", (_MENTIONED,), {}, True, _disease),
    "organism": Profile(
        "organism",
        (Relation("pfocr:organism", "gene", "Genes of it"), Relation("pfocr:organism", "figure", "Figures on it")),
        {}, False, _organism,
    ),
}  # fmt: skip
"""The kinds of what figures share."""
