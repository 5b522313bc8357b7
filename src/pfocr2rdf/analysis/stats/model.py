"""What was counted, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pfocr2rdf.errors import DIFFERS, OK


class Ranked(NamedTuple):
    """A thing and how much there is of it.

    Attributes:
        iri: what it is.
        label: what it is called; the end of its IRI where the graph has no name for it.
        number: how many figures, or genes.
    """

    iri: str
    label: str
    number: int


class Pair(NamedTuple):
    """Two families that are drawn together.

    Attributes:
        first: the one; its number is that of the figures that it is drawn on.
        second: the other.
        number: the figures that both are drawn on.
    """

    first: Ranked
    second: Ranked
    number: int


class Stats(NamedTuple):
    """How much there is of what in a graph.

    Attributes:
        source: as it was named.
        figures: pathway figures.
        papers: the papers that they are from.
        genes: distinct genes.
        families: distinct families.
        chemicals: distinct chemicals.
        diseases: distinct diseases.
        organisms: distinct organisms.
        mentions: words that were recognised on figures.
        kinds: mentions that are a ``gene``, a ``chemical``, a ``disease``, something else (``other``), or have no identifier (``none``).
        evidence: mentions by the name of their evidence in the vocabulary; ``none`` for those without.
        years: figures by the year of their paper.
        undated: figures whose paper has no year, or that have no paper.
        mentions_per_figure: by the number of mentions, how many figures have so many.
        genes_per_figure: by the number of genes, how many figures mention so many.
        figures_per_gene: by the number of figures, how many genes are mentioned on so many.
        figures_per_family: by the number of figures, how many families are drawn on so many.
        top_genes: the genes that most figures mention.
        top_families: the families that are drawn on most figures.
        largest_families: the families with most genes.
        top_organisms: the organisms that most figures are of.
        family_pairs: families that are drawn together on most figures.
        refused: records that were refused while they were exported to be counted.
        quarantined: records that were set aside then.
    """

    source: str
    figures: int
    papers: int
    genes: int
    families: int
    chemicals: int
    diseases: int
    organisms: int
    mentions: int
    kinds: dict[str, int]
    evidence: dict[str, int]
    years: dict[int, int]
    undated: int
    mentions_per_figure: dict[int, int]
    genes_per_figure: dict[int, int]
    figures_per_gene: dict[int, int]
    figures_per_family: dict[int, int]
    top_genes: list[Ranked]
    top_families: list[Ranked]
    largest_families: list[Ranked]
    top_organisms: list[Ranked]
    family_pairs: list[Pair]
    refused: int = 0
    quarantined: int = 0

    @property
    def exit_status(self) -> int:
        """``OK``, or ``DIFFERS`` where records are left out."""
        return DIFFERS if self.refused or self.quarantined else OK

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON, but for the name of the source and what was left out of it."""
        return {
            "figures": self.figures,
            "papers": self.papers,
            "genes": self.genes,
            "families": self.families,
            "chemicals": self.chemicals,
            "diseases": self.diseases,
            "organisms": self.organisms,
            "mentions": self.mentions,
            "mentions_by_kind": self.kinds,
            "mentions_by_evidence": self.evidence,
            "figures_by_year": _texts(self.years),
            "figures_without_year": self.undated,
            "mentions_per_figure": _texts(self.mentions_per_figure),
            "genes_per_figure": _texts(self.genes_per_figure),
            "figures_per_gene": _texts(self.figures_per_gene),
            "figures_per_family": _texts(self.figures_per_family),
            "top_genes": [_ranked(one, "figures") for one in self.top_genes],
            "top_families": [_ranked(one, "figures") for one in self.top_families],
            "largest_families": [_ranked(one, "genes") for one in self.largest_families],
            "top_organisms": [_ranked(one, "figures") for one in self.top_organisms],
            "family_pairs": [
                {"families": [{"iri": one.iri, "label": one.label} for one in (pair.first, pair.second)], "figures": pair.number}
                for pair in self.family_pairs
            ],
        }


def _texts(numbers: Mapping[int, int]) -> dict[str, int]:
    return {str(key): value for key, value in numbers.items()}


def _ranked(one: Ranked, unit: str) -> dict[str, Any]:
    return {"iri": one.iri, "label": one.label, unit: one.number}
