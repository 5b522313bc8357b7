"""What figures have in common: genes that are drawn together, and figures that share genes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from pfocr2rdf.rdf.terms import expand_term
from pfocr2rdf.site.pages.listing import newest_first_key
from pfocr2rdf.site.pages.resource_reader import ResourceReader

MAX_COUNTED_FIGURES = 100  # newest figures of an entity on which neighbours are counted
_MAX_NEIGHBOURS = 12
_MAX_COUNTED_MENTIONS = 2_000  # of the genes in the fewest figures, by which similar figures are looked for
_MAX_SIMILAR_FIGURES = 6
_MIN_SHARED_GENES = 2
_MENTIONS = expand_term("pfocr:mentions")


class SimilarFigure(NamedTuple):
    """A figure, and the genes that it shares with another one."""

    figure: str
    shared_genes: tuple[str, ...]


def count_neighbours(reader: ResourceReader, entity: str, figures: Sequence[str]) -> list[tuple[str, int]]:
    """The genes whose symbols are most often drawn together with an entity in these figures, and in how many of them."""
    counts: Counter[str] = Counter()
    for figure in figures[:MAX_COUNTED_FIGURES]:
        counts.update(reader.cached_genes_by_symbol(figure))
    del counts[entity]
    genes_by_count: dict[int, list[str]] = {}
    for gene, count in counts.items():
        genes_by_count.setdefault(count, []).append(gene)
    neighbours: list[tuple[str, int]] = []
    for count in sorted(genes_by_count, reverse=True):  # no more genes are sorted by name than are needed
        if len(neighbours) >= _MAX_NEIGHBOURS:
            break
        neighbours += [(gene, count) for _, gene in sorted([(reader.display_name(gene), gene) for gene in genes_by_count[count]])]
    return neighbours[:_MAX_NEIGHBOURS]


def find_similar_figures(reader: ResourceReader, figure: str, genes: Sequence[str]) -> list[SimilarFigure]:
    """The figures that share most of these genes, the newest of those with the same number first.

    Candidates are found by the genes in the fewest figures, as a search for similar texts is by rare words.
    """
    figures_by_gene = {gene: reader.cached_subjects(_MENTIONS, gene) for gene in genes}
    counts: Counter[str] = Counter()
    mention_count = 0
    for figures in sorted(figures_by_gene.values(), key=len):
        mention_count += len(figures)
        if mention_count > _MAX_COUNTED_MENTIONS:
            break
        counts.update(figures)
    del counts[figure]
    similar = [other for other, count in counts.items() if count >= _MIN_SHARED_GENES]
    similar.sort(key=lambda other: (-counts[other], newest_first_key(other)))
    similar = similar[:_MAX_SIMILAR_FIGURES]
    shown_by_gene = {gene: set(similar).intersection(figures) for gene, figures in figures_by_gene.items()}
    return [SimilarFigure(other, tuple([gene for gene in genes if other in shown_by_gene[gene]])) for other in similar]
