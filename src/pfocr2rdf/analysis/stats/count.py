"""The statistics of a graph, from what the user names to the numbers."""

from __future__ import annotations

import heapq
import os
import re
from array import array
from collections import Counter
from collections.abc import Mapping
from itertools import combinations

from pfocr2rdf.analysis.stats.model import FamilyPair, GraphStats, RankedEntity
from pfocr2rdf.analysis.stats.tally import GENE_IRI_PREFIX, GraphTally
from pfocr2rdf.errors import OptionError, SourceError
from pfocr2rdf.pipeline.graph_statements import read_statements
from pfocr2rdf.pipeline.inputs import TRIPLES_FIRST, resolve_input
from pfocr2rdf.rdf.terms import expand_term, lexical_form
from pfocr2rdf.rdf.vocabulary import EVIDENCE_TYPES
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.progress import Progress
from pfocr2rdf.storage.scratch import scratch_directory
from pfocr2rdf.storage.urls import redact_url

MAX_PAIRED_FAMILIES = 200
"""Pairs are counted of this many of the most frequent families."""

DEFAULT_TOP_ROWS = 10
_match_year = re.compile(rb'"(-?\d{4,9})(?:Z|[+-]\d\d:\d\d)?"\^\^<http://www\.w3\.org/2001/XMLSchema#gYear>').fullmatch


def stats(source: str | os.PathLike[str], *, top: int = DEFAULT_TOP_ROWS, progress: Progress | None = None) -> GraphStats:
    """Count the resources in a graph. Memory use grows by eight bytes for each symbol in a figure.

    Args:
        source: an export directory, an RDF file, or records (a file, a folder, a checkout, an archive), which are exported first.
        top: the number of entries in each list.
        progress: called with the stage, the number of finished items, and the total.

    Raises:
        SourceError: the source is missing, cannot be read, is not valid RDF, or is not the file that the manifest lists.
        OutputError: there is no disk space for temporary files.
        ValueError: ``top`` is less than 1.
    """
    if top < 1:
        raise OptionError(f"{top} is not a valid number of entries; choose 1 or more")
    graph_input = resolve_input(source)
    tally = GraphTally()
    with scratch_directory() as scratch:
        graph = graph_input.prepare(TRIPLES_FIRST, scratch, progress)
        graph.require_default_iris()
        runs = scratch / "runs"
        with map_os_errors(runs):
            runs.mkdir()
        try:
            tally.add_statements(read_statements(graph, runs, progress))
        except ValueError:
            raise SourceError(f"{source}: a line of its N-Triples is not a statement; export again") from None
    refused, quarantined = (int(graph.identity.get(name, 0)) for name in ("refused", "quarantined"))
    return _compute_stats(redact_url(os.fspath(source)), tally, top)._replace(refused=refused, quarantined=quarantined)


def _compute_stats(source: str, tally: GraphTally, top: int) -> GraphStats:
    genes, families, chemicals, diseases, organisms, papers = tally.subjects_by_class.values()
    years: Counter[int] = Counter()
    for paper, count in tally.figures_per_paper.items():
        if match := _match_year(tally.year_by_paper.get(paper, b"")):
            years[int(match[1])] += count
    figures_by_family = {family: len(numbers) for family, numbers in tally.figure_numbers_by_family.items()}
    figures_by_gene = {entity: count for entity, count in tally.figures_per_entity.items() if entity.startswith(GENE_IRI_PREFIX)}
    mentions_per_figure, genes_per_figure = tally.count_per_figure()
    return GraphStats(
        source=source,
        figures=tally.figures,
        papers=len(papers),
        genes=len(genes),
        families=len(families),
        chemicals=len(chemicals),
        diseases=len(diseases),
        organisms=len(organisms),
        mentions=tally.mentions,
        mentions_by_kind=_count_kinds(tally.mentions_by_body, genes, chemicals, diseases),
        mentions_by_evidence=_count_evidence(tally.mentions_by_evidence),
        figures_by_year=_sort_by_key(years),
        figures_without_year=tally.figures - years.total(),
        mentions_per_figure=_sort_by_key(mentions_per_figure),
        genes_per_figure=_sort_by_key(genes_per_figure),
        figures_per_gene=_sort_by_key(Counter(figures_by_gene.values())),
        figures_per_family=_sort_by_key(Counter(figures_by_family.values())),
        top_genes=_top_entities(tally.count_figures_by_symbol(), tally.labels, top),
        top_genes_by_any_evidence=_top_entities(figures_by_gene, tally.labels, top),
        top_families=_top_entities(figures_by_family, tally.labels, top),
        largest_families=_top_entities(tally.genes_per_family, tally.labels, top),
        top_organisms=_top_entities(tally.figures_per_organism, tally.labels, top),
        family_pairs=_top_pairs(tally, figures_by_family, top),
    )


def _sort_by_key(counts: Mapping[int, int]) -> dict[int, int]:
    return dict(sorted(counts.items()))


def _count_kinds(bodies: Mapping[bytes, int], genes: set[bytes], chemicals: set[bytes], diseases: set[bytes]) -> dict[str, int]:
    """Mentions by what their body is; one that is a chemical and a disease is counted as a chemical."""
    kinds = dict.fromkeys(("gene", "chemical", "disease", "other", "none"), 0)
    for body, count in bodies.items():
        matches = {"none": not body, "gene": body in genes, "chemical": body in chemicals, "disease": body in diseases, "other": True}
        kinds[next(name for name, is_match in matches.items() if is_match)] += count
    return kinds


def _count_evidence(counts: Mapping[bytes, int]) -> dict[str, int]:
    """Mentions by the local name of their evidence; evidence that is not in the vocabulary is none."""
    names = {expand_term(row.name).encode(): row.name.partition(":")[2] for row in EVIDENCE_TYPES}
    totals = dict.fromkeys([*names.values(), "none"], 0)
    for evidence, count in counts.items():
        totals[names.get(evidence, "none")] += count
    return totals


def _rank_entity(term: bytes, count: int, labels: Mapping[bytes, bytes]) -> RankedEntity:
    iri = term.decode()[1:-1]
    label = labels.get(term, b"")
    return RankedEntity(iri, lexical_form(label.decode()) if label else re.split(r"[/#]", iri)[-1] or iri, count)


def _top_entities(counts: Mapping[bytes, int], labels: Mapping[bytes, bytes], top: int) -> list[RankedEntity]:
    """The top entities by count; ties are ordered by name."""
    return heapq.nsmallest(top, (_rank_entity(term, count, labels) for term, count in counts.items()), key=_rank_key)


def _rank_key(entity: RankedEntity) -> tuple[int, str, str]:
    return -entity.total, entity.label, entity.iri


def _top_pairs(tally: GraphTally, figures_by_family: Mapping[bytes, int], top: int) -> list[FamilyPair]:
    """The most frequent pairs of the most frequent families."""
    chosen = _top_entities(figures_by_family, tally.labels, MAX_PAIRED_FAMILIES)
    masks = [(family, _bit_mask(tally.figure_numbers_by_family[f"<{family.iri}>".encode()])) for family in chosen]
    pairs = (FamilyPair(first, second, (left & right).bit_count()) for (first, left), (second, right) in combinations(masks, 2))
    frequent_pairs = filter(lambda pair: pair.figures, pairs)
    return heapq.nsmallest(top, frequent_pairs, key=lambda pair: (-pair.figures, _rank_key(pair.first), _rank_key(pair.second)))


def _bit_mask(numbers: array[int]) -> int:
    """The integer with these bits set."""
    bits = bytearray(max(numbers, default=0) // 8 + 1)
    for number in numbers:
        bits[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(bits, "little")
