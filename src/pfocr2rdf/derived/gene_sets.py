"""Gene sets in GMT: a line for each figure with its figid, its title and its genes, by organism and evidence level.

As in the releases of PFOCR, a figure is a gene set if at least three distinct genes of the organism have the evidence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from pfocr2rdf.derived.base import DerivedFormat, OutputFiles
from pfocr2rdf.derived.entities import UNKNOWN_ENTITY, EntitySummary
from pfocr2rdf.derived.gene_evidence import LEVELS, ncbi_gene_id, numeric_order, rank_entities
from pfocr2rdf.derived.line_spool import LineSpool
from pfocr2rdf.derived.nodes import FigureNodes, Node, figid, iris, kind, local_id, value
from pfocr2rdf.derived.plain_text import to_plain_text

MIN_GENES = 3
NO_DESCRIPTION = "na"  # as the GMT specification of the Broad Institute has it
_MAX_NAME_CHARS = 80
_is_reserved = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]", re.IGNORECASE).fullmatch  # on Windows, with any suffix
_find_words = re.compile(r"[A-Za-z0-9-]+").findall


class _Member(NamedTuple):
    """A gene: its sort key, its organism, its NCBI Gene id, and its symbol or ``""``."""

    key: tuple[int, str]
    organism: str
    identifier: str
    symbol: str


class GeneSets(DerivedFormat):
    """Writes ``genesets/<organism>.<level>.gmt`` with NCBI Gene ids, and ``...symbols.gmt`` with symbols.

    Both have the figures in the order of the graph, and the genes in the order of their ids.
    """

    name = "gmt"

    def __init__(self, files: OutputFiles, entities: Mapping[str, EntitySummary]) -> None:
        super().__init__(files, entities)
        self._lines = files.keep(LineSpool())
        self._members: dict[str, _Member | None] = {}
        self._organism_names: dict[str, str] = {}

    def add_entity(self, entity: Node) -> None:
        """Count a gene with several organisms, of which ``EntitySummary`` has one."""
        if len(iris(entity, "organism")) > 1 and kind(entity) == "gene":
            self.warn("genes with several organisms, only in the gene sets of the first")

    def add_figure(self, nodes: FigureNodes) -> None:
        """Add the gene sets of a figure."""
        by_organism: dict[str, list[tuple[_Member, int]]] = {}
        for entity, rank in rank_entities(nodes.mentions).items():
            member = self._members[entity] if entity in self._members else self._add_member(entity)
            if member:
                by_organism.setdefault(member.organism, []).append((member, rank))
        figure_columns: list[str] = []
        for organism, ranked in by_organism.items():
            if len(ranked) >= MIN_GENES:
                figure_columns = figure_columns or [
                    self._clean(figid(nodes.figure)),
                    self._clean(value(nodes.figure, "title")) or NO_DESCRIPTION,
                ]
                self._add_sets(organism, figure_columns, sorted(ranked))

    def finish(self) -> None:
        """Write the files, one after the other."""
        for name in self._lines.names():
            with self.files.open(name) as file:
                file.writelines(self._lines.iter_chunks(name))

    def _add_sets(self, organism: str, figure_columns: list[str], ranked: list[tuple[_Member, int]]) -> None:
        stem = f"genesets/{self._organism_name(organism)}"
        for level, level_name in enumerate(LEVELS):
            members = [member for member, rank in ranked if rank <= level]
            if len(members) < MIN_GENES:
                continue
            self._add_line(f"{stem}.{level_name}.gmt", figure_columns, [member.identifier for member in members])
            symbols = list(dict.fromkeys(member.symbol for member in members if member.symbol))
            if len(symbols) >= MIN_GENES:
                self._add_line(f"{stem}.{level_name}.symbols.gmt", figure_columns, symbols)
            else:
                self.warn("gene sets with fewer than three symbols, which only the files with NCBI Gene ids have")

    def _add_line(self, name: str, figure_columns: list[str], genes: list[str]) -> None:
        self._lines.add(name, ("\t".join((*figure_columns, *genes)) + "\n").encode())

    def _add_member(self, entity: str) -> _Member | None:
        summary = self.entities.get(entity, UNKNOWN_ENTITY)
        member = None
        if summary.kind == "gene" or entity.startswith("ncbigene:"):
            if identifier := ncbi_gene_id(entity):
                symbol = self._clean(summary.label)
                member = _Member(numeric_order(identifier), summary.organism, identifier, symbol)
                if not symbol:
                    self.warn("genes without a symbol, left out of the gene sets with symbols")
            else:
                self.warn("genes without an NCBI Gene id, left out of gene sets")
        self._members[entity] = member
        return member

    def _clean(self, text: str) -> str:
        clean_text, is_changed = to_plain_text(text)
        if is_changed:
            self.warn("text with control characters or lone surrogates, replaced in gene sets")
        return clean_text.strip()

    def _organism_name(self, organism: str) -> str:
        if not self._organism_names:  # all entities are known once the first figure comes
            organisms = {summary.organism for summary in self.entities.values()}
            labels = {curie: self.entities.get(curie, UNKNOWN_ENTITY).label for curie in organisms}
            self._organism_names = file_names(labels | {"": "unknown organism"})
        return self._organism_names[organism]


def file_names(labels: Mapping[str, str]) -> dict[str, str]:
    """Distinct names of files for organisms, by CURIE: letters, digits, hyphens and underscores; distinct also where case is ignored.

    An organism without a name, or with one that Windows reserves, also has its identifier in the name. So have organisms with the same
    name, except for one whose label has no other characters, if there is only one.

    >>> file_names({"": "unknown organism", "taxon:9606": "Homo sapiens", "taxon:1": "Sp. A/1", "taxon:2": "sp/a 1", "taxon:3": ""})
    {'': 'unknown_organism', 'taxon:1': 'Sp_A_1_1', 'taxon:2': 'sp_a_1_2', 'taxon:3': 'organism_3', 'taxon:9606': 'Homo_sapiens'}
    >>> file_names({"taxon:9606": "Homo sapiens", "taxon:1": "Homo  sapiens", "taxon:2": "NUL", "taxon:3": "-rf"})
    {'taxon:1': 'Homo_sapiens_1', 'taxon:2': 'NUL_2', 'taxon:3': 'rf', 'taxon:9606': 'Homo_sapiens'}
    """
    plain = {curie: _to_name(label) for curie, label in sorted(labels.items())}
    counts = Counter(name.casefold() for name in plain.values())
    exact_counts = Counter(name.casefold() for curie, name in plain.items() if _is_exact(labels[curie], name))
    names, folded = {}, set()
    for curie, name in plain.items():
        is_shared = counts[name.casefold()] > 1 and not (_is_exact(labels[curie], name) and exact_counts[name.casefold()] == 1)
        if not name or is_shared or _is_reserved(name):
            name = f"{name or 'organism'}_{_to_name(local_id(curie))}"
        while name.casefold() in folded:
            name += "_"
        folded.add(name.casefold())
        names[curie] = name
    return names


def _to_name(text: str) -> str:
    return "_".join(_find_words(text))[:_MAX_NAME_CHARS].lstrip("-")  # a command would take it for an option


def _is_exact(label: str, name: str) -> bool:
    return label.replace(" ", "_") == name
