"""Summaries of entities, by which formats label the mentions of figures. They are all in memory, so they are small."""

from __future__ import annotations

from sys import intern
from typing import NamedTuple

from pfocr2rdf.derived.nodes import Node, iris, kind, value


class EntitySummary(NamedTuple):
    """What the rows of figures show of an entity; ``""`` for no value.

    Attributes:
        kind: as ``nodes.kind`` returns it.
        label: the symbol, name or title.
        organism: the CURIE of the organism of a gene.
        identifier: the identifier in its database: an NCBI Gene id, a MeSH id, a PubMed Central id.
        year: the year of a paper.
        doi: the DOI of a paper.
    """

    kind: str = "other"
    label: str = ""
    organism: str = ""
    identifier: str = ""
    year: str = ""
    doi: str = ""


UNKNOWN_ENTITY = EntitySummary()
"""The summary of an entity that the graph does not describe."""


def summarize_entity(node: Node) -> EntitySummary:
    """The summary of an entity's node; texts that many entities have are in memory once."""
    return EntitySummary(
        kind(node),
        value(node, "prefLabel") or value(node, "label") or value(node, "title"),
        intern(min(iris(node, "organism"), default="")),
        value(node, "identifier"),
        intern(value(node, "issued")),
        value(node, "doi"),
    )
