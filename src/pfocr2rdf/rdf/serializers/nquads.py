"""N-Triples and N-Quads: a statement a line."""

from __future__ import annotations

from collections.abc import Sequence

from pfocr2rdf.rdf.terms import GroupedResource, Resource, ResourceColumns


class NTriplesSerializer:
    """Writes nodes as N-Triples, in the canonical form of RDF 1.2."""

    name = "ntriples"
    suffix = ".nt"
    media_type = "application/n-triples"
    separator = ""

    def header(self) -> str:
        """Nothing."""
        return ""

    def serialize_resources(self, resources: Sequence[Resource], graph: str) -> str:
        """The statements. N-Triples has one graph, so the name goes nowhere."""
        return "".join([f"{node.subject} {predicate} {value} .\n" for node in resources for predicate, value in node.pairs])

    def serialize_figure(self, figure: GroupedResource, mentions: ResourceColumns, graph: str) -> str:
        """A figure and its mentions, one by one."""
        return self.serialize_resources([Resource(figure.subject, figure.pairs), *mentions.resources()], graph)

    def footer(self) -> str:
        """Nothing."""
        return ""


class NQuadsSerializer(NTriplesSerializer):
    """Writes nodes as N-Quads."""

    name = "nquads"
    suffix = ".nq"
    media_type = "application/n-quads"

    def serialize_resources(self, resources: Sequence[Resource], graph: str) -> str:
        """The statements, each in its named graph."""
        end = f"<{graph}> .\n"
        return "".join([f"{node.subject} {predicate} {value} {end}" for node in resources for predicate, value in node.pairs])
