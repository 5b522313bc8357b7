"""Gene sets in GMT: a line for each figure with its name, its title and its genes, by organism and evidence.

As in the releases of PFOCR, a figure is a gene set if at least three distinct genes of the organism were matched with the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import BinaryIO

from pfocr2rdf.derived.base import DerivedFormat, OutputFiles
from pfocr2rdf.derived.entities import UNKNOWN_ENTITY, EntitySummary
from pfocr2rdf.derived.nodes import FigureNodes, local_id, node_id, value, values

MIN_GENES = 3
EVIDENCE_BY_LEVEL = {
    "strict": frozenset(("pfocr:viaSymbol",)),
    "synonyms": frozenset(("pfocr:viaSymbol", "pfocr:viaSynonym", "pfocr:viaPreviousSymbol")),
    "all": frozenset(("pfocr:viaSymbol", "pfocr:viaSynonym", "pfocr:viaPreviousSymbol", "pfocr:viaFamily")),
}
_replace_separators = re.compile(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+").sub


class GeneSets(DerivedFormat):
    """Writes ``genesets/<organism>.<evidence>.gmt`` with NCBI Gene ids, and ``...symbols.gmt`` with symbols."""

    name = "gmt"

    def __init__(self, files: OutputFiles, entities: Mapping[str, EntitySummary]) -> None:
        super().__init__(files, entities)
        self._open_files: dict[str, BinaryIO] = {}

    def add_figure(self, nodes: FigureNodes) -> None:
        """Write the gene sets of a figure."""
        figid, title = local_id(node_id(nodes.figure)).removesuffix(".html"), value(nodes.figure, "title")
        for level, evidence in EVIDENCE_BY_LEVEL.items():
            genes_by_organism: dict[str, dict[str, None]] = {}
            for mention in nodes.mentions:
                if value(mention, "evidence") in evidence:
                    for gene in values(mention, "hasBody"):
                        organism = self.entities.get(gene, UNKNOWN_ENTITY).organism
                        genes_by_organism.setdefault(organism, {})[gene] = None
            for organism, genes in genes_by_organism.items():
                if len(genes) >= MIN_GENES:
                    self._write(organism, level, figid, title, sorted(genes, key=lambda gene: int(local_id(gene))))

    def _write(self, organism: str, level: str, figid: str, title: str, genes: list[str]) -> None:
        name = self.entities.get(organism, UNKNOWN_ENTITY).label.replace(" ", "_") or "unknown"
        symbols = [self.entities.get(gene, UNKNOWN_ENTITY).label or local_id(gene) for gene in genes]
        for suffix, members in (("gmt", list(map(local_id, genes))), ("symbols.gmt", symbols)):
            columns = [figid, title, *members]
            line = "\t".join(_replace_separators(" ", column) for column in columns) + "\n"
            self._file(f"genesets/{name}.{level}.{suffix}").write(line.encode())

    def _file(self, name: str) -> BinaryIO:
        if name not in self._open_files:
            self._open_files[name] = self.files.create(name)
        return self._open_files[name]
