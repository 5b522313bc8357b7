"""Evidence levels: the evidence of gene mentions, as the releases of PFOCR group it.

``strict`` has the genes whose current symbol is in the figure; ``synonyms`` also those by a synonym or a previous symbol; ``all`` every
gene of the figure, also those by the name of a family and those whose lexicon source is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pfocr2rdf.derived.nodes import Node, iris

LEVELS = ("strict", "synonyms", "all")
"""The levels by rank; each has the genes of those before it."""

_RANKS = {"pfocr:viaSymbol": 0, "pfocr:viaSynonym": 1, "pfocr:viaPreviousSymbol": 1}
_LAST_RANK = len(LEVELS) - 1
_is_ncbi_gene = re.compile(r"ncbigene:[1-9][0-9]*").fullmatch


def rank_entities(mentions: Iterable[Node]) -> dict[str, int]:
    """The entities of a figure's mentions, each once, with the rank of the first level that has them.

    >>> rank_entities([
    ...     {"hasBody": "ncbigene:6774", "evidence": "pfocr:viaFamily"},
    ...     {"hasBody": "ncbigene:6774", "evidence": "pfocr:viaSymbol"},
    ...     {"hasBody": "ncbigene:3717", "evidence": "pfocr:viaSynonym"},
    ...     {"word": "STAT"},
    ... ])
    {'ncbigene:6774': 0, 'ncbigene:3717': 1}
    """
    ranks: dict[str, int] = {}
    for mention in mentions:
        body, evidence = mention.get("hasBody"), mention.get("evidence")
        if type(evidence) is str:
            rank = _RANKS.get(evidence, _LAST_RANK)
        else:  # none, or several in a graph of another program
            rank = min((_RANKS.get(name, _LAST_RANK) for name in iris(mention, "evidence")), default=_LAST_RANK)
        for entity in (body,) if type(body) is str else iris(mention, "hasBody"):
            if rank < ranks.get(entity, len(LEVELS)):
                ranks[entity] = rank
    return ranks


def ncbi_gene_id(gene: str) -> str:
    """The NCBI Gene id of a gene; ``""`` if its identifier is of another database or is not a number.

    >>> ncbi_gene_id("ncbigene:6774"), ncbi_gene_id("ncbigene:STAT3"), ncbi_gene_id("https://identifiers.org/ensembl/ENSG00000168610")
    ('6774', '', '')
    """
    return gene.removeprefix("ncbigene:") if _is_ncbi_gene(gene) else ""


def numeric_order(identifier: str) -> tuple[int, str]:
    """A key that sorts numbers of any length by value; they have no leading zeros.

    >>> sorted(["100", "20", "3"], key=numeric_order)
    ['3', '20', '100']
    """
    return len(identifier), identifier
