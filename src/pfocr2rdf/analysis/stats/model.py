"""The statistics of a graph."""

from __future__ import annotations

from typing import Any, NamedTuple

from pfocr2rdf.errors import ExitStatus


class RankedEntity(NamedTuple):
    """An entity with its count.

    Attributes:
        iri: its IRI.
        label: its label; the end of its IRI where the graph has none.
        total: the number of figures, or of genes.
    """

    iri: str
    label: str
    total: int

    def as_dict(self, unit: str) -> dict[str, Any]:
        """A dictionary for JSON, where the count is that of a unit."""
        return {"iri": self.iri, "label": self.label, unit: self.total}


class FamilyPair(NamedTuple):
    """Two families, each with the figures that it is drawn on, and the number of figures that both are drawn on."""

    first: RankedEntity
    second: RankedEntity
    figures: int

    def as_dict(self, unit: str) -> dict[str, Any]:
        """A dictionary for JSON."""
        return {"families": [{"iri": family.iri, "label": family.label} for family in self[:2]], unit: self.figures}


class GraphStats(NamedTuple):
    """The statistics of a graph.

    Attributes:
        source: as it was named.
        figures: pathway figures.
        papers: the papers that they are from.
        genes, families, chemicals, diseases, organisms: distinct ones.
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
        top_genes: the genes whose symbols are on most figures.
        top_genes_by_any_evidence: the genes that most figures mention, also by a synonym or by the name of a family.
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
    top_genes_by_any_evidence: list[RankedEntity]
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
        """A dictionary for JSON, but for the name of the source and what was left out of it."""
        counts = self._asdict().items()
        return {name: _as_json(name, value) for name, value in counts if name not in ("source", "refused", "quarantined")}


def _as_json(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): count for key, count in value.items()}
    if isinstance(value, list):
        return [entry.as_dict("genes" if name == "largest_families" else "figures") for entry in value]
    return value
