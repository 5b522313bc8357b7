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
        source: the source, as specified.
        figures: pathway figures.
        papers: papers that contain the figures.
        genes, families, chemicals, diseases, organisms: distinct entities.
        mentions: words that were recognised in figures.
        mentions_by_kind: mentions that are a ``gene``, a ``chemical``, a ``disease``, something else (``other``), or have no
            identifier (``none``).
        mentions_by_evidence: mentions by the name of their evidence in the vocabulary; ``none`` for those without.
        figures_by_year: figures by the year of their paper.
        figures_without_year: figures whose paper has no year, or that have no paper.
        mentions_per_figure: a histogram: number of mentions to number of figures.
        genes_per_figure: a histogram: number of genes to number of figures.
        figures_per_gene: a histogram: number of figures to number of genes.
        figures_per_family: a histogram: number of figures to number of families.
        top_genes: the genes with the most figures by symbol.
        top_genes_by_any_evidence: the genes with the most figures by any evidence, including synonyms and family names.
        top_families: the families with the most figures.
        largest_families: the families with the most genes.
        top_organisms: the organisms with the most figures.
        family_pairs: the pairs of families with the most common figures.
        refused: records that were refused during the export.
        quarantined: records that were quarantined during the export.
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
        """``OK``, or ``DIFFERS`` if records were refused or quarantined."""
        return ExitStatus.DIFFERS if self.refused or self.quarantined else ExitStatus.OK

    def as_dict(self) -> dict[str, Any]:
        """A dictionary for JSON, without the source and the numbers of excluded records."""
        counts = self._asdict().items()
        return {name: _as_json(name, value) for name, value in counts if name not in ("source", "refused", "quarantined")}


def _as_json(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): count for key, count in value.items()}
    if isinstance(value, list):
        return [entry.as_dict("genes" if name == "largest_families" else "figures") for entry in value]
    return value
