"""The pages of a figure: what was read on it, and whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from pfocr2rdf.rdf.iris import CC0_IRI
from pfocr2rdf.rdf.terms import Resource, expand_term, lexical_form
from pfocr2rdf.site.pages.mentions import HAS_TARGET, MentionView, entity_link, mention_links
from pfocr2rdf.site.pages.resource import ResourcePage
from pfocr2rdf.site.pages.view_models import DiagramModel, DiagramNode, Fact, Link, TableView

_MAX_DIAGRAM_GENES = 16  # genes in a drawing
_MAX_STRUCTURED_MENTIONS = 200  # things in what search engines read
_CLASSES = {"gene": expand_term("pfocr:Gene"), "chemical": expand_term("pfocr:Chemical"), "disease": expand_term("pfocr:Disease")}
_ORGANISM = expand_term("pfocr:organism")
_SCHEMA_ORG_TYPES = {"gene": "Gene", "chemical": "ChemicalSubstance", "disease": "MedicalCondition"}
_HANDLED_PREDICATES = (
    "dcterms:title", "dcterms:identifier", "pfocr:figureNumber", "pfocr:figureType", "schema:image", "foaf:page", "pfocr:organismName",
    "pfocr:organism", "dcterms:license", "pfocr:citedIn", "pfocr:mentions", "pfocr:mentionsFamily", "schema:name", "schema:description",
    "schema:keywords", "schema:license", "schema:creator", "pfocr:pathway",
)  # fmt: skip


class FigurePage(ResourcePage):
    """A figure. All that was read on it is on one page: there are hundreds of words at most."""

    type_label = "pathway figure"

    @cached_property
    def mention_resources(self) -> list[Resource]:
        """Its mentions."""
        return self.reader.find_resources(HAS_TARGET, self.subject)

    @cached_property
    def mention_views(self) -> list[MentionView]:
        """The same as people read them."""
        return list(map(MentionView.from_resource, self.mention_resources))

    @cached_property
    def mentions_by_entity(self) -> dict[str, dict[str, list[MentionView]]]:
        """What was recognised, by kind, and the mentions of it; the names in the order of the alphabet."""
        found: dict[str, list[MentionView]] = {}
        for one in self.mention_views:
            found.setdefault(one.body, []).append(one)
        ranked = sorted(found, key=lambda body: (self.reader.display_name(body).casefold(), body) if body else ("", ""))
        kinds: dict[str, dict[str, list[MentionView]]] = {kind: {} for kind in _CLASSES}
        for body in ranked:
            for kind, cls in _CLASSES.items():
                if body and self.reader.is_instance_of(body, cls):
                    kinds[kind][body] = found[body]
        return kinds

    @property
    def families(self) -> list[str]:
        """The families that are named on it."""
        return sorted(self.values.get(expand_term("pfocr:mentionsFamily"), ()), key=lambda one: self.reader.display_name(one).casefold())

    @property
    def papers(self) -> list[str]:
        """The papers it was published in: one, if any."""
        return self.values.get(expand_term("pfocr:citedIn"), [])

    @property
    def figure_label(self) -> str:
        """What the paper calls it.

        A type is named before a number that has none itself: ``Figure 2``, but ``F2`` as it stands.
        """
        kind, number = self.first_text("pfocr:figureType"), self.first_text("pfocr:figureNumber")
        return f"{kind or 'Figure'} {number}" if number[:1].isdigit() else number or kind

    def resources(self) -> Iterator[Resource]:
        """The figure, its mentions, its paper, and the names of what is on it."""
        yield self.resource
        yield from self.mention_resources
        for paper in self.papers:
            if node := self.reader.find_resource(paper):
                yield node
        near = (
            {body for of_kind in self.mentions_by_entity.values() for body in of_kind}
            | set(self.families)
            | set(self.values.get(_ORGANISM, ()))
        )
        near.update(self.values.get(expand_term("schema:creator"), ()))
        for subject in sorted(near):
            if pairs := self.type_and_label(subject):
                yield Resource(subject, tuple(pairs))

    def facts(self) -> Iterator[Fact]:
        """The picture first."""
        if image := self.first_text("schema:image"):
            yield Fact("Picture", (Link("the figure at PubMed Central", self.first_text("foaf:page") or image), Link("as JPEG", image)))
        if self.papers:
            papers = [entity_link(self.reader, one, "paper", self._citation(one)) for one in self.papers]
            yield Fact("Paper", tuple(papers))
        if self.figure_label:
            yield Fact("Number", (Link(self.figure_label),))
        if caption := self.first_text("schema:description"):
            yield Fact("Caption", (Link(caption),))
        organisms = [entity_link(self.reader, one, "organism") for one in self.values.get(_ORGANISM, ())]
        named = {one.text for one in organisms}
        others = [name for name in map(lexical_form, self.values.get(expand_term("pfocr:organismName"), ())) if name not in named]
        if organisms or others:
            yield Fact("Organisms", (*organisms, *map(Link, others)))
        for pathway in self.values.get(expand_term("pfocr:pathway"), ()):
            yield Fact("Pathway", (Link(pathway[1:-1].rpartition("/")[2], pathway[1:-1]),))
        yield from self.remaining_facts(*_HANDLED_PREDICATES)
        yield Fact("Identifiers", tuple(map(Link, map(lexical_form, self.values.get(expand_term("dcterms:identifier"), ())))))
        yield Fact("Credit", (Link(f"the authors of the paper ({self._source}); the picture is under the licence of the paper"),))
        if self._licences:
            yield Fact(
                "Licence of the data", tuple(Link("CC0" if one[1:-1] == CC0_IRI else one[1:-1], one[1:-1]) for one in self._licences)
            )

    @property
    def _licences(self) -> list[str]:
        return self.values.get(expand_term("dcterms:license"), [])

    def _citation(self, paper: str) -> str:
        return " ".join(map(lexical_form, self.reader.values(paper, expand_term("dcterms:bibliographicCitation"))))

    @property
    def _source(self) -> str:
        return " ".join(filter(None, map(self._citation, self.papers))) or "see the page at PubMed Central"

    def tables(self, page_number: int) -> Iterator[TableView]:
        """Genes, families, chemicals, diseases, and words that are none of these."""
        genes = [
            ((entity_link(self.reader, gene, "gene", self._organism(gene)),), mention_links(said, self.reader, anchors=True))
            for gene, said in self.mentions_by_entity["gene"].items()
        ]
        yield TableView("Genes", ("Gene", "Words on the figure"), genes, len(genes))
        reached = {one: [said.body for said in self.mention_views if said.family == one] for one in self.families}
        families = [
            ((entity_link(self.reader, one, "family"),), tuple(entity_link(self.reader, gene, "gene") for gene in dict.fromkeys(genes)))
            for one, genes in reached.items()
        ]
        yield TableView("Families", ("Family", "Genes of it, reached by its name"), families, len(families))
        for kind, heading in (("chemical", "Chemicals"), ("disease", "Diseases")):
            rows = [
                ((entity_link(self.reader, one, kind),), mention_links(said, self.reader, anchors=True))
                for one, said in self.mentions_by_entity[kind].items()
            ]
            yield TableView(heading, (kind.title(), "Words on the figure"), rows, len(rows))
        known = {body for of_kind in self.mentions_by_entity.values() for body in of_kind}
        others = [mention_links([one], self.reader, anchors=True) for one in self.mention_views if one.body not in known]
        yield TableView("Words without an identifier", ("Word",), [(one,) for one in sorted(others)], len(others))

    def _organism(self, gene: str) -> str:
        names = ", ".join(map(self.reader.display_name, self.reader.cached_values(gene, _ORGANISM)))
        return f"{gene[1:-1].rpartition('/')[2]}, {names}" if names else gene[1:-1].rpartition("/")[2]

    def diagram(self) -> DiagramModel | None:
        """The figure, genes on it, and the families by whose names they were reached. Genes with families come first."""
        genes = self.mentions_by_entity["gene"]
        chosen = sorted(genes, key=lambda gene: not any(one.family for one in genes[gene]))[:_MAX_DIAGRAM_GENES]
        if not chosen:
            return None
        families = sorted({one.family for gene in chosen for one in genes[gene] if one.family}, key=self.reader.display_name)
        columns = [
            (DiagramNode("figure", self.title, ""),),
            tuple(self.diagram_node(one, "gene") for one in chosen),
            tuple(self.diagram_node(one, "family") for one in families),
        ]
        edges = [((0, 0), (1, row)) for row in range(len(chosen))]
        for row, gene in enumerate(chosen):
            edges += [((1, row), (2, families.index(one))) for one in sorted({one.family for one in genes[gene] if one.family})]
        more = len(genes) - len(chosen)
        caption = "The figure, genes on it, and the families by whose names they were found" if families else "The figure and genes on it"
        if more:
            caption += f"; {more:,} more genes are in the table"
        return DiagramModel(tuple(column for column in columns if column), tuple(edges), caption)

    def citation_text(self) -> str:
        """With the paper that it is from."""
        numbered = f" {self.figure_label} of:" if self.figure_label else ""
        papers = " ".join(f"{self.reader.display_name(one).rstrip('.')}. {self._citation(one)}" for one in self.papers)
        return " ".join(filter(None, (f"{self.title.rstrip('.')}.", numbered.strip(), papers))).strip()

    def structured_data(self) -> dict[str, Any]:
        """An image, of a paper, that mentions things."""
        things = [(body, kind) for kind, of_kind in self.mentions_by_entity.items() for body in of_kind][:_MAX_STRUCTURED_MENTIONS]
        return {
            "@type": "ImageObject",
            "name": self.title,
            "identifier": self.first_text("dcterms:identifier"),
            "caption": self.first_text("schema:description"),
            "contentUrl": self.first_text("schema:image"),
            "creditText": self._source if self.papers else "",
            "isPartOf": [{"@type": "ScholarlyArticle", "@id": one[1:-1], "name": self.reader.display_name(one)} for one in self.papers],
            "mentions": [
                {"@type": _SCHEMA_ORG_TYPES[kind], "@id": body[1:-1], "name": self.reader.display_name(body)} for body, kind in things
            ],
            "sdLicense": CC0_IRI,
        }

    def search_terms(self) -> tuple[str, ...]:
        """The words that it is searched by: those on it, what they were recognised as, and its id."""
        bodies = [self.reader.display_name(body) for of_kind in self.mentions_by_entity.values() for body in of_kind]
        names = [self.reader.display_name(one) for one in self.families]
        return tuple(dict.fromkeys([self.first_text("dcterms:identifier"), *bodies, *names, *(one.word for one in self.mention_views)]))
