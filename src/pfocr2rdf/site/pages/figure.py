"""The page of a figure: what was read on it, and its provenance."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property, lru_cache
from itertools import islice
from typing import Any
from urllib.parse import quote

from pfocr2rdf.rdf.iris import CC0_IRI
from pfocr2rdf.rdf.terms import RDF_TYPE, Resource, expand_term, lexical_form
from pfocr2rdf.site.pages.bioschemas import describe_entity
from pfocr2rdf.site.pages.cards import figure_card, figure_name
from pfocr2rdf.site.pages.listing import newest_first_key
from pfocr2rdf.site.pages.mentions import BY_SYMBOL, MentionView, entity_link, mention_links
from pfocr2rdf.site.pages.neighbours import find_similar_figures
from pfocr2rdf.site.pages.pictures import Picture
from pfocr2rdf.site.pages.resource import ResourcePage
from pfocr2rdf.site.pages.resource_reader import CITED_IN, FAMILY, HAS_BODY, HAS_TARGET, WORD
from pfocr2rdf.site.pages.urls import HTML
from pfocr2rdf.site.pages.view_models import (
    ROWS_PER_PAGE,
    CardStrip,
    ChipGroup,
    DiagramModel,
    DiagramNode,
    Fact,
    Link,
    TableView,
    count_pages,
    curie_link,
    slice_page,
    web_link,
)

_MAX_DIAGRAM_GENES = 16
_MAX_CARDS = 6
_CACHED_TEXTS = 100
_MAX_CHIPS = 100  # of each type; all words are in the table
_MAX_IDENTIFIERS = 10
_MAX_SHARED_NAMES = 6
_MAX_STRUCTURED_MENTIONS = 25  # entities in the structured data
_CLASSES = {"gene": expand_term("pfocr:Gene"), "chemical": expand_term("pfocr:Chemical"), "disease": expand_term("pfocr:Disease")}
_ORGANISM = expand_term("pfocr:organism")
_CHIP_LABELS = {"gene": "Genes", "family": "Families", "chemical": "Chemicals", "disease": "Diseases", "": "Not recognised"}
_HANDLED_PREDICATES = (
    "dcterms:title", "dcterms:identifier", "pfocr:figureNumber", "pfocr:figureType", "schema:image", "foaf:page", "pfocr:organismName",
    "pfocr:organism", "dcterms:license", "pfocr:citedIn", "pfocr:mentions", "pfocr:mentionsFamily", "schema:name", "schema:description",
    "schema:keywords", "schema:license", "schema:creator", "pfocr:pathway",
)  # fmt: skip


class FigurePage(ResourcePage):
    """The pages of a figure: mostly one; long lists of recognised words continue on more pages."""

    type_label = "pathway figure"

    @cached_property
    def mention_resources(self) -> list[Resource]:
        """Its mentions, as resources."""
        return self.reader.figure_mentions(self.subject)

    @cached_property
    def mention_views(self) -> list[MentionView]:
        """Its mentions, as view models."""
        return list(map(MentionView.from_resource, self.reader.shown_mentions(self.subject)))

    @cached_property
    def mentions_by_entity(self) -> dict[str, dict[str, list[MentionView]]]:
        """The mentions of each entity, by entity type; entities are in the order of their names."""
        mentions_by_body: dict[str, list[MentionView]] = {}
        for mention in self.mention_views:
            if mention.body:
                mentions_by_body.setdefault(mention.body, []).append(mention)
        names = sorted([(self.reader.display_name(body).casefold(), body) for body in mentions_by_body])
        classes = [(body, self.reader.cached_values(body, RDF_TYPE)) for _, body in names]
        return {
            type_name: {body: mentions_by_body[body] for body, values in classes if cls in values} for type_name, cls in _CLASSES.items()
        }

    @property
    def _entities(self) -> list[str]:
        """The entities that are mentioned on it."""
        return [body for mentions_by_body in self.mentions_by_entity.values() for body in mentions_by_body]

    @property
    def families(self) -> list[str]:
        """The families that are named on it."""
        families = self.values.get(expand_term("pfocr:mentionsFamily"), ())
        return sorted(families, key=lambda family: self.reader.display_name(family).casefold())

    @property
    def papers(self) -> list[str]:
        """The papers it was published in: one, if any."""
        return self.values.get(expand_term("pfocr:citedIn"), [])

    @property
    def identifiers(self) -> list[str]:
        """Its identifier, and the aliases by which it was known."""
        identifiers = map(lexical_form, self.values.get(expand_term("dcterms:identifier"), ()))
        return sorted(identifiers, key=lambda identifier: (identifier != self.address.name, identifier))

    @property
    def figure_label(self) -> str:
        """Its label in the paper. The type comes before a number that does not name it: ``Figure 2``, but ``F2`` as it stands."""
        figure_type, number = self.first_text("pfocr:figureType"), self.first_text("pfocr:figureNumber")
        return f"{figure_type or 'Figure'} {number}" if number[:1].isdigit() else number or figure_type

    @property
    def summary(self) -> str:
        """Its label and its year."""
        return ", ".join(filter(None, (self.figure_label, self.reader.publication_year(self.subject))))

    @cached_property
    def _words(self) -> list[str]:
        """The word of each of its mentions, by a separate query: the search needs only these."""
        return [lexical_form(word) for _, word in self.reader.linked_values(HAS_TARGET, self.subject, WORD)]

    @property
    def search_weight(self) -> int:
        """The number of its mentions."""
        return len(self._words)

    def search_terms(self) -> tuple[str, ...]:
        """Its identifiers, the words on it, and the names of what they were recognised as, families included."""
        identifiers = map(lexical_form, self.values.get(expand_term("dcterms:identifier"), ()))
        named = (entity for entity in self._all_entities if entity in self._named_entities)
        return tuple(dict.fromkeys([*identifiers, *map(self.reader.display_name, (*named, *self.families)), *self._words]))

    def implied_search_terms(self) -> tuple[str, ...]:
        """The names of the genes that it has by the names of their families only."""
        return tuple(self.reader.display_name(entity) for entity in self._all_entities if entity not in self._named_entities)

    @property
    def _all_entities(self) -> list[str]:
        return self.values.get(expand_term("pfocr:mentions"), [])

    @cached_property
    def _named_entities(self) -> frozenset[str]:
        """What its words were recognised as, without the members of families that they name."""
        return frozenset(self.reader.linked_values_unless(HAS_TARGET, self.subject, HAS_BODY, FAMILY))

    @property
    def search_caption(self) -> str:
        """Its caption."""
        return self.first_text("schema:description")

    def resources(self) -> Iterator[Resource]:
        """The figure, its mentions, its paper, and the labels of what is on it."""
        yield self.resource
        yield from self.mention_resources
        for paper in self.papers:
            if resource := self.reader.find_resource(paper):
                yield resource
        creators = self.values.get(expand_term("schema:creator"), ())
        for subject in sorted({*self._entities, *self.families, *self.values.get(_ORGANISM, ()), *creators}):
            if resource := self.reader.labelled_resource(subject):
                yield resource

    def picture(self) -> Picture:
        """Its picture, with the credit that its licence asks for."""
        alt = ": ".join(filter(None, (self.figure_label, self.title)))
        credit = f"{self.figure_label or 'Figure'} of {self._source}" if self.papers else ""
        image, page = (web_link("", self.first_text(curie)).url for curie in ("schema:image", "foaf:page"))
        return Picture(figure_name(self.subject), image, page, alt, credit)

    def chips(self) -> Iterator[ChipGroup]:
        """The words that were recognised, by the type of what they were recognised as; a word that names a family is in that group."""
        names: dict[str, dict[str, str]] = {type_name: {} for type_name in ("gene", "family", "chemical", "disease", "")}
        type_by_body = {body: type_name for type_name, bodies in self.mentions_by_entity.items() for body in bodies}
        for mention in sorted(self.mention_views, key=lambda mention: (mention.word.casefold(), mention.word, mention.name)):
            type_name = "family" if mention.family else type_by_body.get(mention.body, "")
            names[type_name].setdefault(mention.word, mention.name)
        page_numbers = self._page_numbers if self.page_count > 1 else {}
        for type_name, anchors in names.items():
            if anchors:
                links = tuple(self._chip(word, name, page_numbers.get(name, 1)) for word, name in islice(anchors.items(), _MAX_CHIPS))
                yield ChipGroup(_CHIP_LABELS[type_name], type_name, links, len(anchors))

    def _chip(self, word: str, name: str, page_number: int) -> Link:
        """A word that leads to its row. Where that is on another page, the IRI of the mention leads to the word itself."""
        fragment = f"#{quote(name)}"
        return Link(word, fragment) if page_number == 1 else Link(word, f"{self.address.url(HTML, page_number)}{fragment}", anchor=name)

    @property
    def _genes_by_symbol(self) -> list[str]:
        mentions_by_gene = self.mentions_by_entity["gene"]
        return [gene for gene, mentions in mentions_by_gene.items() if any(mention.evidence == BY_SYMBOL for mention in mentions)]

    def _shared_text(self, genes: tuple[str, ...]) -> str:
        names = ", ".join(map(self.reader.display_name, genes[:_MAX_SHARED_NAMES]))
        return f"{len(genes)} of its genes: {names}{', ...' if len(genes) > _MAX_SHARED_NAMES else ''}"

    def strips(self) -> Iterator[CardStrip]:
        """Figures that share genes, and other figures of the same paper."""
        if similar := find_similar_figures(self.reader, self.subject, self._genes_by_symbol):
            yield CardStrip(
                "Similar figures", tuple(figure_card(self.reader, figure, self._shared_text(genes)) for figure, genes in similar)
            )
        siblings = {figure for paper in self.papers for figure in self.reader.subjects(CITED_IN, paper)} - {self.subject}
        if siblings:
            figures = sorted(siblings, key=newest_first_key)[:_MAX_CARDS]
            yield CardStrip("More from this paper", tuple(figure_card(self.reader, figure) for figure in figures))

    def facts(self) -> Iterator[Fact]:
        """The facts of the figure."""
        if self.papers:
            yield Fact("Paper", tuple(entity_link(self.reader, paper, "paper", self._citation(paper)) for paper in self.papers))
        if self.figure_label:
            yield Fact("Number", (Link(self.figure_label),))
        if caption := self.first_text("schema:description"):
            yield Fact("Caption", (Link(caption),))
        if organisms := self._organism_links():
            yield Fact("Organisms", organisms)
        for pathway in self.values.get(expand_term("pfocr:pathway"), ()):
            yield Fact("Pathway", (Link(pathway[1:-1].rpartition("/")[2], pathway[1:-1]),))
        yield from self.remaining_facts(*_HANDLED_PREDICATES)
        yield Fact("Identifiers", self._identifier_links())
        if licences := [term[1:-1] for term in self.values.get(expand_term("dcterms:license"), ())]:
            yield Fact("Licence of the data", tuple(Link("CC0" if licence == CC0_IRI else licence, licence) for licence in licences))

    def _identifier_links(self) -> tuple[Link, ...]:
        """The figid and its aliases, of which a record may have thousands: the first ones, and how many more there are."""
        identifiers = self.identifiers
        shown = tuple(map(Link, identifiers[:_MAX_IDENTIFIERS]))
        more = len(identifiers) - len(shown)
        return (*shown, Link(f"and {more:,} more: {len(identifiers):,} in all")) if more else shown

    def _organism_links(self) -> tuple[Link, ...]:
        """The organisms it is of, and the names of organisms that have no identifier."""
        links = [entity_link(self.reader, organism, "organism") for organism in self.values.get(_ORGANISM, ())]
        linked_names = {link.text for link in links}
        names = map(lexical_form, self.values.get(expand_term("pfocr:organismName"), ()))
        return (*links, *(Link(name) for name in names if name not in linked_names))

    def _citation(self, paper: str) -> str:
        return " ".join(map(lexical_form, self.reader.cached_values(paper, expand_term("dcterms:bibliographicCitation"))))

    @property
    def _source(self) -> str:
        return " ".join(filter(None, map(self._citation, self.papers))) or "see the page at PubMed Central"

    @cached_property
    def _recognised(self) -> list[tuple[str, str, list[MentionView]]]:
        """The rows of its table: the type of an entity, the entity, and its mentions; families have none."""
        rows = [
            (type_name, entity, mentions) for type_name, by_body in self.mentions_by_entity.items() for entity, mentions in by_body.items()
        ]
        return [*rows, *(("family", family, []) for family in self.families)]

    @cached_property
    def _unidentified(self) -> list[MentionView]:
        """The mentions of no entity, by their words."""
        entities = set(self._entities)
        return sorted(
            (mention for mention in self.mention_views if mention.body not in entities), key=lambda mention: (mention.word, mention.name)
        )

    @cached_property
    def _page_numbers(self) -> dict[str, int]:
        """The page on which each mention is."""
        rows = [*enumerate(mentions for _, _, mentions in self._recognised), *enumerate([mention] for mention in self._unidentified)]
        return {mention.name: row // ROWS_PER_PAGE + 1 for row, mentions in rows for mention in mentions}

    @property
    def page_count(self) -> int:
        """As many pages as the longer table needs."""
        return max(count_pages(len(rows), ROWS_PER_PAGE) for rows in (self._recognised, self._unidentified))

    def tables(self, page_number: int) -> Iterator[TableView]:
        """All entities on it in one table, and words that are none of these, as far as they are on this page."""
        total = len(self._recognised)
        rows = [
            self._entity_row(type_name, entity, mentions) if mentions else self._family_row(entity)
            for type_name, entity, mentions in slice_page(self._recognised, page_number, ROWS_PER_PAGE)
        ]
        columns = ("Name", "Kind", "Words in the figure", "Evidence", "Organism", "Identifier")
        numbers = page_number, count_pages(total, ROWS_PER_PAGE)
        if rows or page_number == 1:
            heading = "Genes, families, chemicals and diseases"
            yield TableView(heading, columns, rows, total, *numbers, filters=("Kind", "Evidence", "Organism"))
        total = len(self._unidentified)
        shown = slice_page(self._unidentified, page_number, ROWS_PER_PAGE)
        if shown or page_number == 1:
            words = [(mention_links([mention], self.reader, anchors=True),) for mention in shown]
            yield TableView("Words without an identifier", ("Word",), words, total, page_number, count_pages(total, ROWS_PER_PAGE))

    def _entity_row(self, type_name: str, entity: str, mentions: list[MentionView]) -> tuple[tuple[Link, ...], ...]:
        """An entity: its name, its type, the words that were recognised as it, the evidence for it, its organism, and its identifier."""
        evidence = _evidence_links(frozenset([mention.evidence for mention in mentions]))
        organisms = self.reader.cached_values(entity, _ORGANISM) if type_name == "gene" else ()
        return (
            (entity_link(self.reader, entity, type_name),),
            (_plain(type_name),),
            mention_links(mentions, self.reader, anchors=True),
            evidence,
            tuple([Link(self.reader.display_name(organism)) for organism in organisms]),
            (Link(curie_link(entity).text),),
        )

    def _family_row(self, family: str) -> tuple[tuple[Link, ...], ...]:
        """A family that is named in the figure: the words are in the rows of its genes, which are counted here."""
        mentions = [mention for mention in self.mention_views if mention.family == family]
        words = tuple(Link(word, style="word") for word in sorted({mention.word for mention in mentions}))
        gene_count = len({mention.body for mention in mentions if mention.body})
        detail = f"{gene_count:,} {'gene' if gene_count == 1 else 'genes'} of it"
        return (
            (entity_link(self.reader, family, "family", detail),),
            (_plain("family"),),
            words,
            (_plain("family"),),
            (),
            (Link(curie_link(family).text),),
        )

    def diagram(self) -> DiagramModel | None:
        """The figure, genes on it, and the families by whose names they were reached. Genes with families come first."""
        mentions_by_gene = self.mentions_by_entity["gene"]
        families_by_gene = {gene: {mention.family for mention in mentions} - {""} for gene, mentions in mentions_by_gene.items()}
        genes = sorted(families_by_gene, key=lambda gene: not families_by_gene[gene])[:_MAX_DIAGRAM_GENES]
        if not genes:
            return None
        families = sorted({family for gene in genes for family in families_by_gene[gene]}, key=self.reader.display_name)
        columns = [
            (DiagramNode("figure", self.title, ""),),
            tuple(self.diagram_node(gene, "gene") for gene in genes),
            tuple(self.diagram_node(family, "family") for family in families),
        ]
        edges = [((0, 0), (1, row)) for row in range(len(genes))]
        for row, gene in enumerate(genes):
            edges += [((1, row), (2, families.index(family))) for family in sorted(families_by_gene[gene])]
        caption = "The figure, its genes, and the families whose names were read" if families else "The figure and its genes"
        if undrawn_count := len(families_by_gene) - len(genes):
            caption += f"; {undrawn_count:,} more genes are in the table"
        return DiagramModel(tuple(column for column in columns if column), tuple(edges), caption)

    def citation_text(self) -> str:
        """The citation, with the paper that the figure is from."""
        label = f"{self.figure_label} of:" if self.figure_label else ""
        papers = " ".join(f"{self.reader.display_name(paper).rstrip('.')}. {self._citation(paper)}" for paper in self.papers)
        return " ".join(filter(None, (f"{self.title.rstrip('.')}.", label.strip(), papers))).strip()

    def structured_data(self) -> dict[str, Any]:
        """An image, which is part of a paper and mentions entities."""
        entities = [(body, type_name) for type_name, mentions in self.mentions_by_entity.items() for body in mentions]
        return {
            "@type": "ImageObject",
            "@id": self.address.iri,
            "name": self.title,
            "identifier": self.identifiers,
            "caption": self.first_text("schema:description"),
            "contentUrl": self.first_text("schema:image"),
            "creditText": self._source if self.papers else "",
            "isPartOf": [describe_entity(self.reader, paper, "paper") for paper in self.papers],
            "mentions": [describe_entity(self.reader, body, type_name) for body, type_name in entities[:_MAX_STRUCTURED_MENTIONS]],
            "sdLicense": CC0_IRI,
        }


@cache
def _evidence_links(labels: frozenset[str]) -> tuple[Link, ...]:
    """The evidence for an entity, of which there are few kinds."""
    return tuple(map(_plain, sorted({label.removeprefix("via ") for label in labels} - {""})))


@lru_cache(_CACHED_TEXTS)
def _plain(text: str) -> Link:
    """A text of the program itself."""
    return Link(text, style="plain")
