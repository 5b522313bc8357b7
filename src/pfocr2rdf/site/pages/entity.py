"""The pages of entities, which figures share: genes, families, papers and the rest, each with the figures that lead to it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from pfocr2rdf.rdf.terms import PredicateObject, Resource, expand_term, lexical_form
from pfocr2rdf.site.pages.bioschemas import describe_entity
from pfocr2rdf.site.pages.cards import figure_card
from pfocr2rdf.site.pages.listing import newest_first_key
from pfocr2rdf.site.pages.mentions import EVIDENCE_NAMES, MentionView, entity_link, mention_links
from pfocr2rdf.site.pages.neighbours import MAX_COUNTED_FIGURES, count_neighbours
from pfocr2rdf.site.pages.outlinks import outlinks
from pfocr2rdf.site.pages.resource import ResourcePage
from pfocr2rdf.site.pages.resource_reader import VIA_SYMBOL, ResourceReader
from pfocr2rdf.site.pages.urls import ENTITY_TYPES_BY_NAME, PageAddress
from pfocr2rdf.site.pages.view_models import (
    ROWS_PER_PAGE,
    SITE_NAME,
    BarChart,
    CardStrip,
    DiagramModel,
    DiagramNode,
    Fact,
    Link,
    TableView,
    count_pages,
    make_bars,
    slice_page,
)

_MAX_DIAGRAM_FIGURES, _MIN_DIAGRAM_NEIGHBOURS = 8, 2
_MAX_CARDS = 6
_MAX_YEARS = 60
_MAX_WORDS = 12
_CACHED_YEARS = 1_000
_WEIGHT_OF_STRICT = 10_000  # in the rank among search results
_STRICT = EVIDENCE_NAMES[VIA_SYMBOL]
_is_year = re.compile(r"[0-9]{4}").fullmatch
_MEMBER_OF, _ORGANISM, _MENTIONS = map(expand_term, ("pfocr:memberOf", "pfocr:organism", "pfocr:mentions"))
_SEARCH_PREDICATES = tuple(map(expand_term, ("dcterms:identifier", "skos:altLabel", "skos:prefLabel", "pfocr:keyword", "bibo:doi")))


@lru_cache(_CACHED_YEARS)
def _year_number(text: str) -> int:
    return int(text) if _is_year(text) else 0


class InverseRelation(NamedTuple):
    """A relation that leads to an entity."""

    predicate: str  # the property whose object the entity is, as a CURIE
    type_name: str  # the entity type of the subjects
    heading: str


class EntityPageSpec(NamedTuple):
    """The specification of an entity type's pages."""

    type_label: str  # the entity type in a few words
    inverse_relations: tuple[InverseRelation, ...]  # what leads to an entity
    build_structured_data: Callable[[ResourcePage], dict[str, Any]]  # of schema.org, beyond the minimum of the profile
    outgoing: Mapping[str, tuple[str, str]] = {}  # the entity type and the label of each property that leads to other pages (a CURIE)
    has_mentions: bool = False  # whether figures lead to an entity by words that were recognised as it
    draws_neighbours: bool = False  # whether the genes in its figures are counted


class EntityPage(ResourcePage):
    """The pages of an entity, by the specification of its type."""

    def __init__(self, reader: ResourceReader, address: PageAddress, pairs: tuple[PredicateObject, ...], spec: EntityPageSpec) -> None:
        super().__init__(reader, address, pairs)
        self.type_label = spec.type_label
        self._spec = spec

    @property
    def _type_name(self) -> str:
        return self.address.entity_type.name if self.address.entity_type else ""

    @cached_property
    def inverse_lists(self) -> list[tuple[InverseRelation, list[str]]]:
        """The subjects of each relation that lead to it: figures of the newest papers first, others by their names."""
        lists = []
        for relation in self._spec.inverse_relations:
            entity_type = ENTITY_TYPES_BY_NAME[relation.type_name]
            subjects = self.reader.cached_subjects(expand_term(relation.predicate), self.subject)
            sort_key = newest_first_key if relation.type_name == "figure" else self._name_key
            lists.append((relation, sorted((item for item in subjects if self.reader.page_address(item[1:-1], entity_type)), key=sort_key)))
        return lists

    def _name_key(self, subject: str) -> tuple[str, str]:
        return self.reader.display_name(subject).casefold(), subject

    @property
    def page_count(self) -> int:
        """As many pages as the longest list needs."""
        return max(count_pages(len(subjects), ROWS_PER_PAGE) for _, subjects in self.inverse_lists)

    @cached_property
    def figures(self) -> list[str]:
        """The figures that lead to it: the newest first, by the year of the paper, then by its number."""
        return sorted(self._unsorted_figures, key=self._years.__getitem__, reverse=True)  # which keeps the order of those of one year

    @property
    def _unsorted_figures(self) -> list[str]:
        """Its figures without the lookup of their years, which counting does not need."""
        return next((subjects for relation, subjects in self.inverse_lists if relation.type_name == "figure"), [])

    @cached_property
    def _years(self) -> dict[str, int]:
        """The year of each figure; 0 if it is not known."""
        return {figure: _year_number(self.reader.publication_year(figure)) for figure in self._unsorted_figures}

    def _links_by_figure(self, figures: Iterable[str]) -> dict[str, tuple[Link, ...]]:
        """The mentions of it on each of some figures, each once."""
        names_by_figure: dict[str, dict[str, None]] = {figure: {} for figure in figures}
        mentions = [each for each in self.reader.cached_mentions(self.subject) if each.figure in names_by_figure]
        for each in mentions:
            names_by_figure[each.figure][each.mention] = None
        views = {
            resource.subject: MentionView.from_resource(resource) for resource in self.reader.describe_mentions(self.subject, mentions)
        }
        return {
            figure: mention_links([views[name] for name in names if name in views], self.reader)
            for figure, names in names_by_figure.items()
        }

    @cached_property
    def _evidence_by_figure(self) -> dict[str, set[str]]:
        """The labels of the evidence for it in each figure."""
        labels: dict[str, set[str]] = {}
        for _, figure, evidence, _, _ in self.reader.cached_mentions(self.subject) if self._spec.has_mentions else ():
            if (label := EVIDENCE_NAMES.get(evidence)) and label not in labels.setdefault(figure, set()):
                labels[figure].add(label)
        return labels

    @cached_property
    def _figures_by_evidence(self) -> Counter[str]:
        """The number of its figures with each evidence; a figure may have several."""
        return Counter(name for names in self._evidence_by_figure.values() for name in names)

    def resources(self) -> Iterator[Resource]:
        """The entity, the labels of what it leads to, and the statement of each neighbour that leads to it."""
        yield self.resource
        for curie in self._spec.outgoing:
            for neighbour in self.values.get(expand_term(curie), ()):
                if resource := self.reader.labelled_resource(neighbour):
                    yield resource
        for relation, subjects in self.inverse_lists:
            shared = ((expand_term(relation.predicate), self.subject),)
            for subject in subjects:
                label = self.reader.cached_label(subject)
                yield Resource(subject, (label,) if label else (), shared)

    def facts(self) -> Iterator[Fact]:
        """The properties that lead to other pages first."""
        for curie, (type_name, label) in self._spec.outgoing.items():
            if values := self.values.get(expand_term(curie)):
                yield Fact(label, tuple(entity_link(self.reader, value, type_name) for value in values))
        if self.figures:
            yield Fact("Figures", self._count_links())
        if words := self._word_links():
            is_cut = not self._spec.has_mentions and len(self.figures) > MAX_COUNTED_FIGURES
            yield Fact(f"Read as, on its newest {MAX_COUNTED_FIGURES} figures" if is_cut else "Read as", words)
        yield from self.remaining_facts(*self._spec.outgoing)
        yield Fact("IRI", (Link(self.address.iri, self.address.iri),))
        if links := tuple(outlinks(self.address.iri, self.title)):
            yield Fact("Elsewhere", links)

    def _count_links(self) -> tuple[Link, ...]:
        """The number of its figures with each evidence, and of all."""
        total, counts = len(self._unsorted_figures), self._figures_by_evidence
        if not counts:
            return (Link(f"{total:,}"),)
        if list(counts.values()) == [total]:
            return (Link(f"{total:,} by {next(iter(counts))}"),)
        return (*(Link(f"{counts[name]:,} by {name}") for name in EVIDENCE_NAMES.values() if counts[name]), Link(f"{total:,} in all"))

    @cached_property
    def _read_words(self) -> set[tuple[str, str]]:
        """The words that were recognised as it and not as its family, each with where: the mention, or the figure of a family."""
        if self._type_name == "family":
            figures = self.figures[:MAX_COUNTED_FIGURES]
            return {(figure, word) for figure in figures for word in self.reader.family_words(figure, self.subject)}
        mentions = self.reader.cached_mentions(self.subject) if self._spec.has_mentions else ()
        return {(each.mention, each.word) for each in mentions if each.word and not each.family}

    def _word_links(self) -> tuple[Link, ...]:
        """The words that were recognised as it, those in the most figures first."""
        counts = Counter(lexical_form(word) for _, word in self._read_words)
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        links = tuple(Link(word, detail=f"{count:,}" if count > 1 else "", style="word") for word, count in ranked[:_MAX_WORDS])
        more = len(ranked) - len(links)
        return (*links, Link(f"and {more:,} more")) if more else links

    @cached_property
    def strict_figures(self) -> list[str]:
        """The figures that have its symbol, if some have and others do not; otherwise all."""
        strict = [figure for figure in self.figures if _STRICT in self._evidence_by_figure.get(figure, ())]
        return strict or self.figures

    @property
    def _is_mixed(self) -> bool:
        return len(self.strict_figures) < len(self.figures)

    def charts(self) -> Iterator[BarChart]:
        """Its figures by year, if they are of several."""
        years, strict_years = map(self._count_years, (self.figures, self.strict_figures if self._is_mixed else ()))
        if len(years) > 1:
            span = range(min(years), max(years) + 1)
            shown = span if len(span) <= _MAX_YEARS else sorted(years)[-_MAX_YEARS:]
            bars = make_bars([(str(year), "", years[year]) for year in shown])
            if self._is_mixed:
                bars = tuple(bar._replace(part=strict_years[year]) for bar, year in zip(bars, shown, strict=True))
            yield BarChart("Figures per year", bars, f"by {_STRICT}" if self._is_mixed else "")

    def _count_years(self, figures: Iterable[str]) -> Counter[int]:
        return Counter(filter(None, map(self._years.__getitem__, figures)))

    def strips(self) -> Iterator[CardStrip]:
        """Its newest figures, of those with its symbol."""
        if self.figures:
            cards = tuple(figure_card(self.reader, figure) for figure in self.strict_figures[:_MAX_CARDS])
            yield CardStrip(f"Newest figures{f', by {_STRICT}' if self._is_mixed else ''}", cards)

    def tables(self, page_number: int) -> Iterator[TableView]:
        """The inverse relations, as far as they are on this page."""
        for relation, subjects in self.inverse_lists:
            listed = self.figures if relation.type_name == "figure" else subjects
            is_split = relation.type_name == "figure" and self._is_mixed
            if is_split:
                strict = set(self.strict_figures)
                listed = [*self.strict_figures, *(figure for figure in listed if figure not in strict)]
            page_subjects = slice_page(listed, page_number, ROWS_PER_PAGE)
            if page_number > 1 and not page_subjects:
                continue
            columns: tuple[str, ...] = (relation.type_name.title(),)
            rows: list[tuple[tuple[Link, ...], ...]] = [((self._subject_link(subject, relation.type_name),),) for subject in page_subjects]
            if relation.type_name == "figure" and self._spec.has_mentions:
                columns = (*columns, "Words in the figure", "Evidence")
                links = self._links_by_figure(page_subjects)
                rows = [(*row, links[figure], self._evidence_links(figure)) for row, figure in zip(rows, page_subjects, strict=True)]
            elif relation.type_name == "gene":
                columns = (*columns, "Figures by any evidence")
                rows = [(*row, self._count_link(gene)) for row, gene in zip(rows, page_subjects, strict=True)]
            page_count = count_pages(len(subjects), ROWS_PER_PAGE)
            choices: tuple[str, ...] = ()
            if is_split and (page_number - 1) * ROWS_PER_PAGE < len(self.strict_figures):
                choices = f"by {_STRICT} ({len(self.strict_figures):,})", f"by any evidence ({len(subjects):,})"
            yield TableView(relation.heading, columns, rows, len(subjects), page_number, page_count, filters=("Evidence",), choices=choices)
        if page_number == 1 and self._spec.draws_neighbours:
            yield self._neighbour_table()

    def _neighbour_table(self) -> TableView:
        """The genes that are drawn together with it."""
        neighbours = count_neighbours(self.reader, self.subject, self.strict_figures)
        rows = [((entity_link(self.reader, gene, "gene"),), (Link(f"{count:,}", style="number"),)) for gene, count in neighbours]
        same_figures = f"figures with its {_STRICT}" if self._is_mixed else "the same figures"
        is_cut = len(self.strict_figures) > MAX_COUNTED_FIGURES
        note = f"Genes whose symbols are in {same_figures}{f', of which the newest {MAX_COUNTED_FIGURES} are counted' if is_cut else ''}."
        return TableView("Drawn together with", ("Gene", "Figures"), rows, len(rows), note=note)

    def _evidence_links(self, figure: str) -> tuple[Link, ...]:
        names = sorted(self._evidence_by_figure.get(figure, ()))
        return tuple(Link(name, style="strict" if name == _STRICT else "") for name in names)

    def _count_link(self, gene: str) -> tuple[Link, ...]:
        return (Link(f"{len(self.reader.cached_subjects(_MENTIONS, gene)):,}", style="number"),)

    def _subject_link(self, subject: str, type_name: str) -> Link:
        return entity_link(self.reader, subject, type_name, self.reader.publication_year(subject) if type_name == "figure" else "")

    def diagram(self) -> DiagramModel | None:
        """Some of its figures to the left, its other neighbours to the right."""
        left = [self.diagram_node(figure, "figure") for figure in self.strict_figures[:_MAX_DIAGRAM_FIGURES]]
        neighbours = [(family, "family") for family in self.values.get(_MEMBER_OF, ())]
        neighbours += [
            (subject, relation.type_name)
            for relation, subjects in self.inverse_lists
            if relation.type_name != "figure"
            for subject in subjects[:_MAX_DIAGRAM_FIGURES]
        ]
        right = [self.diagram_node(subject, type_name) for subject, type_name in neighbours[: 2 * _MAX_DIAGRAM_FIGURES]]
        if len(left) + len(right) < _MIN_DIAGRAM_NEIGHBOURS:
            return None
        type_name = self._type_name
        columns = [column for column in (tuple(left), (DiagramNode(type_name, self.title, ""),), tuple(right)) if column]
        centre = 1 if left else 0
        edges = [((0, row), (centre, 0)) for row in range(len(left))]
        edges += [((centre, 0), (centre + 1, row)) for row in range(len(right))]
        is_cut = len(left) < len(self.figures)
        caption = f"The {type_name} and related resources{'; the tables have more' if is_cut else ''}"
        return DiagramModel(tuple(columns), tuple(edges), caption)

    @property
    def summary(self) -> str:
        """Its organisms, and the number of its figures."""
        return ", ".join(filter(None, (self._organism_names, self._figure_count)))

    @property
    def _organism_names(self) -> str:
        return ", ".join(map(self.reader.display_name, self.values.get(_ORGANISM, ())))

    @property
    def _figure_count(self) -> str:
        """The number of its figures in a phrase with the evidence that is counted: its symbol first, as on its page."""
        total, counts = len(self._unsorted_figures), self._figures_by_evidence
        first = counts[_STRICT] or total
        text = f"{first:,} {'figure' if first == 1 else 'figures'}"
        if list(counts.values()) == [total]:
            return f"{text} by {next(iter(counts))}"
        if counts[_STRICT]:
            text += f" by {_STRICT}, {total:,}"
        return f"{text} by any evidence" if counts else text

    @property
    def search_weight(self) -> int:
        """The number of its figures by symbol; of those with the same number, that by any evidence."""
        return self._figures_by_evidence[_STRICT] * _WEIGHT_OF_STRICT + min(len(self._unsorted_figures), _WEIGHT_OF_STRICT - 1)

    def search_terms(self) -> tuple[str, ...]:
        """Its identifiers, other names, families and keywords, and the words that were recognised as itself and not as its family."""
        texts = [lexical_form(value) for predicate in _SEARCH_PREDICATES for value in self.values.get(predicate, ())]
        if self._spec.has_mentions:
            texts += map(lexical_form, sorted({word for _, word in self._read_words}))
        return tuple(dict.fromkeys([*texts, *map(self.reader.display_name, self.values.get(_MEMBER_OF, ()))]))

    def structured_data(self) -> dict[str, Any]:
        """Its description after the profile of its type."""
        minimum = describe_entity(self.reader, self.subject, self._type_name)
        kind = self.type_label.capitalize() + (f" of {self._organism_names}" if self._organism_names else "")
        description = f"{kind}, in {SITE_NAME}: {self._figure_count}."
        return {**minimum, "description": description, **self._spec.build_structured_data(self)}
