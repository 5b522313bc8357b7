"""The base of all serializers: a header, resources, a footer. Resources are made into text in batches, in any process."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from pfocr2rdf.rdf.iri_profiles import DEFAULT_PROFILE, IriProfile
from pfocr2rdf.rdf.terms import GroupedResource, Resource, ResourceColumns


class Serializer(ABC):
    """One RDF syntax. All methods return text; nothing here touches a file. IRIs are written in the form of the ``profile``."""

    name: ClassVar[str]  # what ``--format`` calls it
    suffix: ClassVar[str]  # the ending of its files
    media_type: ClassVar[str]  # its IANA media type
    separator: ClassVar[str] = ""  # the text between two batches
    resource_separator: ClassVar[str] = ""  # the text between two resources of a batch

    def __init__(self, *, profile: IriProfile = DEFAULT_PROFILE) -> None:
        self._profile = profile

    def header(self) -> str:
        """The text before the first resource."""
        return ""

    def _map(self, resources: Sequence[Resource]) -> Sequence[Resource]:
        """The resources with the IRIs of the profile, for syntaxes without prefixes."""
        return resources if self._profile.is_default else list(map(self._profile.map_resource, resources))

    @abstractmethod
    def serialize_resources(self, resources: Sequence[Resource], graph: str) -> str:
        """The resources, of which there is at least one, as statements of the named graph (an IRI) where the syntax has such."""

    def batch_delimiters(self, graph: str) -> tuple[str, str]:
        """The text before the first resource of a batch, and that after the last one."""
        return "", ""

    def serialize_each(self, resources: Sequence[Resource], graph: str) -> list[bytes]:
        """The text of each resource, encoded: ``serialize_resources`` puts the delimiters around them, and the separator in between."""
        begin, end = map(len, self.batch_delimiters(graph))
        texts = [self.serialize_resources([resource], graph) for resource in resources]
        return [text[begin : len(text) - end].encode() for text in texts]

    def serialize_figure(self, figure: GroupedResource, mentions: ResourceColumns, graph: str) -> str:
        """A figure and its mentions, in the same text as ``serialize_resources`` makes of them."""
        return self.serialize_resources([Resource(figure.subject, figure.pairs), *mentions.resources()], graph)

    def footer(self) -> str:
        """The text after the last resource."""
        return ""
