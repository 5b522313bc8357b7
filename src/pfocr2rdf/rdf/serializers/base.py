"""What every format has in common: a head, nodes, a tail. Nodes are made into text in batches, in any process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pfocr2rdf.rdf.terms import GroupedResource, Resource, ResourceColumns


class Serializer(Protocol):
    """One RDF syntax. All methods return text; nothing here touches a file.

    Attributes:
        name: what ``--format`` calls it.
        suffix: the ending of its files.
        media_type: its IANA media type.
        separator: what stands between two texts.
    """

    name: str
    suffix: str
    media_type: str
    separator: str

    def header(self) -> str:
        """What stands before the first node."""

    def serialize_resources(self, resources: Sequence[Resource], graph: str) -> str:
        """The nodes, which are not empty, as statements of the named graph (an IRI), where the format has such."""

    def serialize_figure(self, figure: GroupedResource, mentions: ResourceColumns, graph: str) -> str:
        """The same for a figure and its mentions."""

    def footer(self) -> str:
        """What stands after the last node."""
