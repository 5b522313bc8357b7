"""N-Triples and N-Quads: a statement a line."""

from __future__ import annotations

from collections.abc import Sequence

from pfocr2rdf.rdf.terms import Alike, Grouped, Node


class NTriplesWriter:
    """Writes nodes as N-Triples, in the canonical form of RDF 1.2."""

    name = "ntriples"
    suffix = ".nt"
    media_type = "application/n-triples"
    separator = ""

    def head(self) -> str:
        """Nothing."""
        return ""

    def nodes(self, nodes: Sequence[Node], graph: str) -> str:
        """The statements. N-Triples has one graph, so the name goes nowhere."""
        return "".join([f"{node.subject} {predicate} {value} .\n" for node in nodes for predicate, value in node.pairs])

    def figure(self, figure: Grouped, mentions: Alike, graph: str) -> str:
        """A figure and its mentions, one by one."""
        return self.nodes([Node(figure.subject, figure.pairs), *mentions.nodes()], graph)

    def tail(self) -> str:
        """Nothing."""
        return ""


class NQuadsWriter(NTriplesWriter):
    """Writes nodes as N-Quads."""

    name = "nquads"
    suffix = ".nq"
    media_type = "application/n-quads"

    def nodes(self, nodes: Sequence[Node], graph: str) -> str:
        """The statements, each in its named graph."""
        end = f"<{graph}> .\n"
        return "".join([f"{node.subject} {predicate} {value} {end}" for node in nodes for predicate, value in node.pairs])
