"""What was counted, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pfocr2rdf.errors import ExitStatus


class RankedEntity(NamedTuple):
    """A thing and how much there is of it.

    Attributes:
        iri: what it is.
        label: what it is called; the end of its IRI where the graph has no name for it.
        total: how many figures, or genes.
    """

    iri: str
    label: str
    total: int


class FamilyPair(NamedTuple):
    """Two families that are drawn together.

    Attributes:
        first: the one; its number is that of the figures that it is drawn on.
        second: the other.
        figures: the figures that both are drawn on.
    """

    first: RankedEntity
    second: RankedEntity
    figures: int


class GraphStats(NamedTuple):
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
        mentions_by_kind: mentions that are a ``gene``, a ``chemical``, a ``disease``, something else (``other``), or have no
            identifier (``none``).
        mentions_by_evidence: mentions by the name of their evidence in the vocabulary; ``none`` for those without.
        figures_by_year: figures by the year of their paper.
        figures_without_year: figures whose paper has no year, or that have no paper.
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
    mentions_by_kind: dict[str, int]
    mentions_by_evidence: dict[str, int]
    figures_by_year: dict[int, int]
    figures_without_year: int
    mentions_per_figure: dict[int, int]
    genes_per_figure: dict[int, int]
    figures_per_gene: dict[int, int]
    figures_per_family: dict[int, int]
    top_genes: list[RankedEntity]
    top_families: list[RankedEntity]
    largest_families: list[RankedEntity]
    top_organisms: list[RankedEntity]
    family_pairs: list[FamilyPair]
    refused: int = 0
    quarantined: int = 0

    @property
    def exit_status(self) -> ExitStatus:
        """``OK``, or ``DIFFERS`` where records are left out."""
        return ExitStatus.DIFFERS if self.refused or self.quarantined else ExitStatus.OK

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
            "mentions_by_kind": self.mentions_by_kind,
            "mentions_by_evidence": self.mentions_by_evidence,
            "figures_by_year": _with_text_keys(self.figures_by_year),
            "figures_without_year": self.figures_without_year,
            "mentions_per_figure": _with_text_keys(self.mentions_per_figure),
            "genes_per_figure": _with_text_keys(self.genes_per_figure),
            "figures_per_gene": _with_text_keys(self.figures_per_gene),
            "figures_per_family": _with_text_keys(self.figures_per_family),
            "top_genes": [_ranked_as_dict(one, "figures") for one in self.top_genes],
            "top_families": [_ranked_as_dict(one, "figures") for one in self.top_families],
            "largest_families": [_ranked_as_dict(one, "genes") for one in self.largest_families],
            "top_organisms": [_ranked_as_dict(one, "figures") for one in self.top_organisms],
            "family_pairs": [
                {"families": [{"iri": one.iri, "label": one.label} for one in (pair.first, pair.second)], "figures": pair.figures}
                for pair in self.family_pairs
            ],
        }


def _with_text_keys(numbers: Mapping[int, int]) -> dict[str, int]:
    return {str(key): value for key, value in numbers.items()}


def _ranked_as_dict(entity: RankedEntity, unit: str) -> dict[str, Any]:
    return {"iri": entity.iri, "label": entity.label, unit: entity.total}
