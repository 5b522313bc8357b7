"""The nodes of a finished graph, read from its files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from typing import IO, NamedTuple, Protocol

import pyoxigraph

from pfocr2rdf.derived.nodes import FigureNodes, Node, value, values
from pfocr2rdf.rdf.iri_profiles import DEFAULT_PROFILE, IriProfile
from pfocr2rdf.rdf.serializers.jsonld import JsonLdSerializer
from pfocr2rdf.rdf.terms import Resource

_FIGURE, _MENTION = "pfocr:Figure", "pfocr:Mention"
_MENTION_STARTS = (b'{"type": "pfocr:Mention", ', b'{"type": ["pfocr:Mention", ')
_FIGURE_STARTS = (b'{"type": "pfocr:Figure", ', b'{"type": ["pfocr:Figure", ')
_RdfFormat = pyoxigraph.RdfFormat
SYNTAXES_BY_COST = (
    _RdfFormat.JSON_LD, _RdfFormat.N_TRIPLES, _RdfFormat.N_QUADS, _RdfFormat.TRIG, _RdfFormat.TURTLE, _RdfFormat.RDF_XML,
)  # fmt: skip
"""The syntaxes by the cost of reading their nodes."""

_GRAPH_START, _GRAPH_END = b'"@graph": [\n', b"]}\n"


class NodeGraph(Protocol):
    """A graph that can be read several times."""

    def iter_entities(self) -> Iterator[Node]:
        """The nodes that are neither figures nor mentions, each once."""

    def iter_figures(self) -> Iterator[FigureNodes]:
        """The figures, each with its mentions."""


class UnorderedGraphError(Exception):
    """The nodes are not in the order of an export, or not in its lines: another program has written the file."""


class GraphPart(NamedTuple):
    """A file of the graph: its name for messages, a function that opens it (decompressed), its syntax, and the profile of its IRIs."""

    name: str
    open: Callable[[], AbstractContextManager[IO[bytes]]]
    syntax: pyoxigraph.RdfFormat
    profile: IriProfile = DEFAULT_PROFILE


class ExportedGraph:
    """The graph in the files of an export, in which mentions follow their figure. JSON-LD is the fastest syntax to read.

    Raises:
        SourceError: in a loop, a file cannot be read, or is not valid RDF.
        UnorderedGraphError: in a loop, a node comes twice, the mentions do not follow their figure, or JSON-LD has not one node a line.
    """

    def __init__(self, parts: Sequence[GraphPart]) -> None:
        self._parts = parts

    def iter_entities(self) -> Iterator[Node]:
        """The nodes that are neither figures nor mentions."""
        entities: set[str] = set()
        for part in self._parts:
            with part.open() as file:
                if part.syntax == pyoxigraph.RdfFormat.JSON_LD:
                    lines = (line for line in _iter_node_lines(file) if not line.startswith(_MENTION_STARTS + _FIGURE_STARTS))
                    nodes = _parse_lines(lines)
                else:
                    nodes = _iter_statement_nodes(file, part)
                for node in nodes:
                    if not {_FIGURE, _MENTION}.intersection(values(node, "type")):
                        _add_new(node["id"], entities)
                        yield node

    def iter_figures(self) -> Iterator[FigureNodes]:
        """The figures, each with its mentions."""
        figures: set[str] = set()
        for part in self._parts:
            with part.open() as file:
                if part.syntax == pyoxigraph.RdfFormat.JSON_LD:
                    lines = (line for line in _iter_node_lines(file) if line.startswith(_MENTION_STARTS + _FIGURE_STARTS))
                    yield from _join_figures(_parse_lines(lines), figures)
                else:
                    yield from _join_figures(_iter_statement_nodes(file, part), figures)


def _iter_node_lines(file: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of the nodes, without the commas."""
    lines = iter(file)
    if _GRAPH_START not in lines:  # reads until then
        raise UnorderedGraphError
    for line in lines:
        if line != _GRAPH_END and line != b"\n":
            yield line[:-2] if line.endswith(b",\n") else line


def _parse_lines(lines: Iterable[bytes]) -> Iterator[Node]:
    loads = json.loads
    for line in lines:
        try:
            yield loads(line)
        except ValueError:
            raise UnorderedGraphError from None


def _iter_statement_nodes(file: IO[bytes], part: GraphPart) -> Iterator[Node]:
    """The nodes of a file in another syntax, by the serializer of JSON-LD: both syntaxes give the same nodes."""
    serializer = JsonLdSerializer()
    triples = (quad.triple for quad in pyoxigraph.parse(file, format=part.syntax))
    for subject, group in groupby(triples, lambda triple: triple.subject):
        resource = Resource(str(subject), tuple((str(triple.predicate), str(triple.object)) for triple in group))
        yield json.loads(serializer.serialize_resources([part.profile.unmap_resource(resource)], ""))


def _join_figures(nodes: Iterable[Node], figures: set[str]) -> Iterator[FigureNodes]:
    """The figures, whose identifiers are added to those of other files."""
    current: FigureNodes | None = None
    for node in nodes:
        types = values(node, "type")
        if _FIGURE in types:
            if current:
                yield _check_figure(current)
            _add_new(node["id"], figures)
            current = FigureNodes(node, [])
        elif _MENTION in types:
            if not current or value(node, "hasTarget") != current.figure["id"]:
                raise UnorderedGraphError
            current.mentions.append(node)
    if current:
        yield _check_figure(current)


def _add_new(identifier: str, identifiers: set[str]) -> None:
    if identifier in identifiers:
        raise UnorderedGraphError
    identifiers.add(identifier)


def _check_figure(nodes: FigureNodes) -> FigureNodes:
    if len({mention["id"] for mention in nodes.mentions}) != len(nodes.mentions):
        raise UnorderedGraphError
    return nodes
