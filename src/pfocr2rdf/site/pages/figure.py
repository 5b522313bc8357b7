"""The pages of a figure: what was read on it, and whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from pfocr2rdf.rdf.iris import CC0
from pfocr2rdf.rdf.terms import Node, lexical, term
from pfocr2rdf.site.pages.mentions import HAS_TARGET, Said, link, words
from pfocr2rdf.site.pages.resource import Thing
from pfocr2rdf.site.pages.view_models import Box, Fact, Link, Neighbourhood, Table

_DRAWN = 16  # genes in a drawing
_MARKED = 200  # things in what search engines read
_CLASSES = {"gene": term("pfocr:Gene"), "chemical": term("pfocr:Chemical"), "disease": term("pfocr:Disease")}
_ORGANISM = term("pfocr:organism")
_TYPES = {"gene": "Gene", "chemical": "ChemicalSubstance", "disease": "MedicalCondition"}
_SHOWN = (
    "dcterms:title", "dcterms:identifier", "pfocr:figureNumber", "pfocr:figureType", "schema:image", "foaf:page", "pfocr:organismName",
    "pfocr:organism", "dcterms:license", "pfocr:citedIn", "pfocr:mentions", "pfocr:mentionsFamily", "schema:name", "schema:description",
    "schema:keywords", "schema:license", "schema:creator", "pfocr:pathway",
)  # fmt: skip


class Figure(Thing):
    """A figure. All that was read on it is on one page: there are hundreds of words at most."""

    what = "pathway figure"

    @cached_property
    def mentions(self) -> list[Node]:
        """Its mentions."""
        return self.reader.nodes(HAS_TARGET, self.subject)

    @cached_property
    def said(self) -> list[Said]:
        """The same as people read them."""
        return list(map(Said.of, self.mentions))

    @cached_property
    def bodies(self) -> dict[str, dict[str, list[Said]]]:
        """What was recognised, by kind, and the mentions of it; the names in the order of the alphabet."""
        found: dict[str, list[Said]] = {}
        for one in self.said:
            found.setdefault(one.body, []).append(one)
        ranked = sorted(found, key=lambda body: (self.reader.name(body).casefold(), body) if body else ("", ""))
        kinds: dict[str, dict[str, list[Said]]] = {kind: {} for kind in _CLASSES}
        for body in ranked:
            for kind, cls in _CLASSES.items():
                if body and self.reader.is_a(body, cls):
                    kinds[kind][body] = found[body]
        return kinds

    @property
    def families(self) -> list[str]:
        """The families that are named on it."""
        return sorted(self.values.get(term("pfocr:mentionsFamily"), ()), key=lambda one: self.reader.name(one).casefold())

    @property
    def papers(self) -> list[str]:
        """The papers it was published in: one, if any."""
        return self.values.get(term("pfocr:citedIn"), [])

    @property
    def numbered(self) -> str:
        """What the paper calls it.

        A type is named before a number that has none itself: ``Figure 2``, but ``F2`` as it stands.
        """
        kind, number = self.text("pfocr:figureType"), self.text("pfocr:figureNumber")
        return f"{kind or 'Figure'} {number}" if number[:1].isdigit() else number or kind

    def nodes(self) -> Iterator[Node]:
        """The figure, its mentions, its paper, and the names of what is on it."""
        yield self.own
        yield from self.mentions
        for paper in self.papers:
            if node := self.reader.node(paper):
                yield node
        near = {body for of_kind in self.bodies.values() for body in of_kind} | set(self.families) | set(self.values.get(_ORGANISM, ()))
        near.update(self.values.get(term("schema:creator"), ()))
        for subject in sorted(near):
            if pairs := self.short(subject):
                yield Node(subject, tuple(pairs))

    def facts(self) -> Iterator[Fact]:
        """The picture first."""
        if image := self.text("schema:image"):
            yield Fact("Picture", (Link("the figure at PubMed Central", self.text("foaf:page") or image), Link("as JPEG", image)))
        if self.papers:
            papers = [link(self.reader, one, "paper", self._citation(one)) for one in self.papers]
            yield Fact("Paper", tuple(papers))
        if self.numbered:
            yield Fact("Number", (Link(self.numbered),))
        if caption := self.text("schema:description"):
            yield Fact("Caption", (Link(caption),))
        organisms = [link(self.reader, one, "organism") for one in self.values.get(_ORGANISM, ())]
        named = {one.text for one in organisms}
        others = [name for name in map(lexical, self.values.get(term("pfocr:organismName"), ())) if name not in named]
        if organisms or others:
            yield Fact("Organisms", (*organisms, *map(Link, others)))
        for pathway in self.values.get(term("pfocr:pathway"), ()):
            yield Fact("Pathway", (Link(pathway[1:-1].rpartition("/")[2], pathway[1:-1]),))
        yield from self.plain(*_SHOWN)
        yield Fact("Identifiers", tuple(map(Link, map(lexical, self.values.get(term("dcterms:identifier"), ())))))
        yield Fact("Credit", (Link(f"the authors of the paper ({self._source}); the picture is under the licence of the paper"),))
        if self._licences:
            yield Fact("Licence of the data", tuple(Link("CC0" if one[1:-1] == CC0 else one[1:-1], one[1:-1]) for one in self._licences))

    @property
    def _licences(self) -> list[str]:
        return self.values.get(term("dcterms:license"), [])

    def _citation(self, paper: str) -> str:
        return " ".join(map(lexical, self.reader.values(paper, term("dcterms:bibliographicCitation"))))

    @property
    def _source(self) -> str:
        return " ".join(filter(None, map(self._citation, self.papers))) or "see the page at PubMed Central"

    def tables(self, number: int) -> Iterator[Table]:
        """Genes, families, chemicals, diseases, and words that are none of these."""
        genes = [
            ((link(self.reader, gene, "gene", self._organism(gene)),), words(said, self.reader, anchors=True))
            for gene, said in self.bodies["gene"].items()
        ]
        yield Table("Genes", ("Gene", "Words on the figure"), genes, len(genes))
        reached = {one: [said.body for said in self.said if said.family == one] for one in self.families}
        families = [
            ((link(self.reader, one, "family"),), tuple(link(self.reader, gene, "gene") for gene in dict.fromkeys(genes)))
            for one, genes in reached.items()
        ]
        yield Table("Families", ("Family", "Genes of it, reached by its name"), families, len(families))
        for kind, heading in (("chemical", "Chemicals"), ("disease", "Diseases")):
            rows = [((link(self.reader, one, kind),), words(said, self.reader, anchors=True)) for one, said in self.bodies[kind].items()]
            yield Table(heading, (kind.title(), "Words on the figure"), rows, len(rows))
        known = {body for of_kind in self.bodies.values() for body in of_kind}
        others = [words([one], self.reader, anchors=True) for one in self.said if one.body not in known]
        yield Table("Words without an identifier", ("Word",), [(one,) for one in sorted(others)], len(others))

    def _organism(self, gene: str) -> str:
        names = ", ".join(map(self.reader.name, self.reader.known(gene, _ORGANISM)))
        return f"{gene[1:-1].rpartition('/')[2]}, {names}" if names else gene[1:-1].rpartition("/")[2]

    def neighbourhood(self) -> Neighbourhood | None:
        """The figure, genes on it, and the families by whose names they were reached. Genes with families come first."""
        genes = self.bodies["gene"]
        chosen = sorted(genes, key=lambda gene: not any(one.family for one in genes[gene]))[:_DRAWN]
        if not chosen:
            return None
        families = sorted({one.family for gene in chosen for one in genes[gene] if one.family}, key=self.reader.name)
        columns = [
            (Box("figure", self.title, ""),),
            tuple(self.box(one, "gene") for one in chosen),
            tuple(self.box(one, "family") for one in families),
        ]
        edges = [((0, 0), (1, row)) for row in range(len(chosen))]
        for row, gene in enumerate(chosen):
            edges += [((1, row), (2, families.index(one))) for one in sorted({one.family for one in genes[gene] if one.family})]
        more = len(genes) - len(chosen)
        caption = "The figure, genes on it, and the families by whose names they were found" if families else "The figure and genes on it"
        if more:
            caption += f"; {more:,} more genes are in the table"
        return Neighbourhood(tuple(column for column in columns if column), tuple(edges), caption)

    def cited(self) -> str:
        """With the paper that it is from."""
        numbered = f" {self.numbered} of:" if self.numbered else ""
        papers = " ".join(f"{self.reader.name(one).rstrip('.')}. {self._citation(one)}" for one in self.papers)
        return " ".join(filter(None, (f"{self.title.rstrip('.')}.", numbered.strip(), papers))).strip()

    def markup(self) -> dict[str, Any]:
        """An image, of a paper, that mentions things."""
        things = [(body, kind) for kind, of_kind in self.bodies.items() for body in of_kind][:_MARKED]
        return {
            "@type": "ImageObject",
            "name": self.title,
            "identifier": self.text("dcterms:identifier"),
            "caption": self.text("schema:description"),
            "contentUrl": self.text("schema:image"),
            "creditText": self._source if self.papers else "",
            "isPartOf": [{"@type": "ScholarlyArticle", "@id": one[1:-1], "name": self.reader.name(one)} for one in self.papers],
            "mentions": [{"@type": _TYPES[kind], "@id": body[1:-1], "name": self.reader.name(body)} for body, kind in things],
            "sdLicense": CC0,
        }

    def found_by(self) -> tuple[str, ...]:
        """The words that it is searched by: those on it, what they were recognised as, and its id."""
        bodies = [self.reader.name(body) for of_kind in self.bodies.values() for body in of_kind]
        names = [self.reader.name(one) for one in self.families]
        return tuple(dict.fromkeys([self.text("dcterms:identifier"), *bodies, *names, *(one.word for one in self.said)]))
