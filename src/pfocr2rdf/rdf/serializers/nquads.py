"""N-Triples and N-Quads: a statement a line."""

from __future__ import annotations

from collections.abc import Sequence

from pfocr2rdf.rdf.serializers.base import Serializer
from pfocr2rdf.rdf.terms import Resource


class NTriplesSerializer(Serializer):
    """Serializer of N-Triples, in the canonical form of RDF 1.2."""

    name = "ntriples"
    suffix = ".nt"
    media_type = "application/n-triples"

    def serialize_resources(self, resources: Sequence[Resource], graph: str) -> str:
        """The statements, without the name of their graph."""
        mapped = self._map(resources)
        return "".join([f"{resource.subject} {predicate} {value} .\n" for resource in mapped for predicate, value in resource.pairs])


class NQuadsSerializer(Serializer):
    """Serializer of N-Quads, in the canonical form of RDF 1.2."""

    name = "nquads"
    suffix = ".nq"
    media_type = "application/n-quads"

    def serialize_resources(self, resources: Sequence[Resource], graph: str) -> str:
        """The statements, each in its named graph."""
        end = f"<{graph}> .\n"
        mapped = self._map(resources)
        return "".join([f"{resource.subject} {predicate} {value} {end}" for resource in mapped for predicate, value in resource.pairs])
