"""The base of all serializers: a header, resources, a footer. Resources are made into text in batches, in any process."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from pfocr2rdf.rdf.terms import GroupedResource, Resource, ResourceColumns


class Serializer(ABC):
    """One RDF syntax. All methods return text; nothing here touches a file."""

    name: ClassVar[str]  # what ``--format`` calls it
    suffix: ClassVar[str]  # the ending of its files
    media_type: ClassVar[str]  # its IANA media type
    separator: ClassVar[str] = ""  # the text between two batches

    def header(self) -> str:
        """The text before the first resource."""
        return ""

    @abstractmethod
    def serialize_resources(self, resources: Sequence[Resource], graph: str) -> str:
        """The resources, of which there is at least one, as statements of the named graph (an IRI) where the syntax has such."""

    def serialize_figure(self, figure: GroupedResource, mentions: ResourceColumns, graph: str) -> str:
        """A figure and its mentions, in the same text as ``serialize_resources`` makes of them."""
        return self.serialize_resources([Resource(figure.subject, figure.pairs), *mentions.resources()], graph)

    def footer(self) -> str:
        """The text after the last resource."""
        return ""
