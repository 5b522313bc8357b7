"""From what the user names to the numbers."""

from __future__ import annotations

import heapq
import os
import re
import tempfile
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path

from pfocr2rdf.analysis.stats.model import Pair, Ranked, Stats
from pfocr2rdf.analysis.stats.statements import statements
from pfocr2rdf.analysis.stats.tally import GENE, Tally
from pfocr2rdf.errors import SourceError
from pfocr2rdf.pipeline.inputs import find
from pfocr2rdf.rdf.terms import lexical, term
from pfocr2rdf.rdf.vocabulary import EVIDENCE
from pfocr2rdf.storage.files import mapped_errors
from pfocr2rdf.storage.progress import Progress

PAIRED = 200
"""Families are counted in pairs that are among so many which are drawn most."""

TOP = 10
_YEAR = re.compile(rb'"(-?\d{4,9})(?:Z|[+-]\d\d:\d\d)?"\^\^<http://www\.w3\.org/2001/XMLSchema#gYear>').fullmatch


def stats(source: str | os.PathLike[str], *, top: int = TOP, progress: Progress | None = None) -> Stats:
    """Count what is in a graph. The memory that it needs does not grow with the number of mentions.

    Args:
        source: an export directory, an RDF file, or records (a file, a folder, a checkout, an archive), which are exported first.
        top: how many genes, families and organisms to list.
        progress: called with the stage, what is done of it, and how much there is to do.

    Raises:
        SourceError: the source is missing, cannot be read, is no valid RDF, or is not the file that the manifest lists.
        OutputError: there is no room for temporary files.
        ValueError: ``top`` is less than 1.
    """
    if top < 1:
        raise ValueError(f"a list of {top} says nothing; choose 1 or more")
    side = find(source)
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="pfocr2rdf-") as name:
        scratch = Path(name)
        graph = side.graph(False, scratch, progress)
        runs = scratch / "runs"
        with mapped_errors(runs):
            runs.mkdir()
        try:
            tally.read(statements(graph, runs, progress))
        except ValueError:
            raise SourceError(f"{source}: a line of its N-Triples is no statement; export again") from None
    refused, quarantined = (int(graph.identity.get(name, 0)) for name in ("refused", "quarantined"))
    return _stats(os.fspath(source), tally, top)._replace(refused=refused, quarantined=quarantined)


def _stats(source: str, tally: Tally, top: int) -> Stats:
    genes, families, chemicals, diseases, organisms, papers = tally.classes.values()
    years: Counter[int] = Counter()
    for paper, count in tally.papers.items():
        if found := _YEAR(tally.issued.get(paper, b"")):
            years[int(found[1])] += count
    drawn = {family: len(numbers) for family, numbers in tally.families.items()}
    mentioned = {thing: count for thing, count in tally.mentioned.items() if thing.startswith(GENE)}
    mentions_per_figure, genes_per_figure = tally.per_figure()
    return Stats(
        source=source,
        figures=tally.figures,
        papers=len(papers),
        genes=len(genes),
        families=len(families),
        chemicals=len(chemicals),
        diseases=len(diseases),
        organisms=len(organisms),
        mentions=tally.mentions,
        kinds=_kinds(tally.bodies, genes, chemicals, diseases),
        evidence=_evidence(tally.evidence),
        years=_sorted(years),
        undated=tally.figures - years.total(),
        mentions_per_figure=_sorted(mentions_per_figure),
        genes_per_figure=_sorted(genes_per_figure),
        figures_per_gene=_sorted(Counter(mentioned.values())),
        figures_per_family=_sorted(Counter(drawn.values())),
        top_genes=_most(mentioned, tally.labels, top),
        top_families=_most(drawn, tally.labels, top),
        largest_families=_most(tally.members, tally.labels, top),
        top_organisms=_most(tally.organisms, tally.labels, top),
        family_pairs=_pairs(tally, top),
    )


def _sorted(counts: Mapping[int, int]) -> dict[int, int]:
    return dict(sorted(counts.items()))


def _kinds(bodies: Mapping[bytes, int], genes: set[bytes], chemicals: set[bytes], diseases: set[bytes]) -> dict[str, int]:
    """Mentions by what their body is; one that is a chemical and a disease is counted as a chemical."""
    kinds = dict.fromkeys(("gene", "chemical", "disease", "other", "none"), 0)
    for body, count in bodies.items():
        places = {"none": not body, "gene": body in genes, "chemical": body in chemicals, "disease": body in diseases, "other": True}
        kinds[next(kind for kind, fits in places.items() if fits)] += count
    return kinds


def _evidence(counts: Mapping[bytes, int]) -> dict[str, int]:
    """Mentions by the local name of their evidence; evidence that is not in the vocabulary is none."""
    names = {term(row.name).encode(): row.name.partition(":")[2] for row in EVIDENCE}
    found = dict.fromkeys([*names.values(), "none"], 0)
    for evidence, count in counts.items():
        found[names.get(evidence, "none")] += count
    return found


def _ranked(thing: bytes, count: int, labels: Mapping[bytes, bytes]) -> Ranked:
    iri = thing.decode()[1:-1]
    label = labels.get(thing, b"")
    return Ranked(iri, lexical(label.decode()) if label else re.split(r"[/#]", iri)[-1] or iri, count)


def _most(counts: Mapping[bytes, int], labels: Mapping[bytes, bytes], top: int) -> list[Ranked]:
    """The first of all in the order of their counts, and of their names where these are equal."""
    return heapq.nsmallest(top, (_ranked(thing, count, labels) for thing, count in counts.items()), key=_order)


def _order(one: Ranked) -> tuple[int, str, str]:
    return -one.number, one.label, one.iri


def _pairs(tally: Tally, top: int) -> list[Pair]:
    """The pairs of families that are on most figures, of those families that are drawn most."""
    drawn = {family: len(numbers) for family, numbers in tally.families.items()}
    chosen = _most(drawn, tally.labels, PAIRED)
    bits = [(one, _bits(tally.families[f"<{one.iri}>".encode()])) for one in chosen]
    found = (Pair(first, second, (on & also).bit_count()) for (first, on), (second, also) in combinations(bits, 2))
    return heapq.nsmallest(top, filter(lambda pair: pair.number, found), key=lambda pair: (-pair.number, *_names(pair)))


def _names(pair: Pair) -> Iterable[tuple[int, str, str]]:
    return _order(pair.first), _order(pair.second)


def _bits(numbers: array[int]) -> int:
    """A number with these bits set."""
    found = bytearray(max(numbers, default=0) // 8 + 1)
    for number in numbers:
        found[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(found, "little")
