"""The nodes of a finished graph, read from its files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from typing import IO, Any, NamedTuple, Protocol

import pyoxigraph

from pfocr2rdf.derived.nodes import FigureNodes, Node, values
from pfocr2rdf.rdf.iri_profiles import DEFAULT_PROFILE, IriProfile
from pfocr2rdf.rdf.serializers.jsonld import JsonLdSerializer
from pfocr2rdf.rdf.terms import Resource
from pfocr2rdf.rdf.vocabulary import DEFAULT_PREFIXES

_FIGURE, _MENTION = "pfocr:Figure", "pfocr:Mention"
_FIGURE_OR_MENTION = frozenset((_FIGURE, _MENTION))
_MENTION_STARTS = (b'{"type": "pfocr:Mention", ', b'{"type": ["pfocr:Mention", ')
_FIGURE_STARTS = (b'{"type": "pfocr:Figure", ', b'{"type": ["pfocr:Figure", ')
_FIGURE_OR_MENTION_STARTS = _FIGURE_STARTS + _MENTION_STARTS
_RdfFormat = pyoxigraph.RdfFormat
SYNTAXES_BY_COST = (
    _RdfFormat.JSON_LD, _RdfFormat.N_TRIPLES, _RdfFormat.N_QUADS, _RdfFormat.TRIG, _RdfFormat.TURTLE, _RdfFormat.RDF_XML,
)  # fmt: skip
"""The syntaxes by the cost of reading their nodes."""

_JSON_LD = _RdfFormat.JSON_LD
_TEXTS_ONLY = {str}
_VALUE_KEYS = ({"id"}, {"@value"}, {"@value", "@type"}, {"@value", "@language"})
_GRAPH_END = b"]}\n"
_NO_NODES = (_GRAPH_END, b"\n")


class NodeGraph(Protocol):
    """A graph that can be read several times."""

    def iter_entities(self) -> Iterator[Node]:
        """The nodes that are neither figures nor mentions, each once."""

    def iter_figures(self) -> Iterator[FigureNodes]:
        """The figures, each with its mentions."""


class UnorderedGraphError(Exception):
    """The nodes are not in the order or the form of an export: another program has written the file."""


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
        UnorderedGraphError: in a loop, a node comes twice, the mentions do not follow their figure, or JSON-LD has not the form that an
            export writes.
    """

    def __init__(self, parts: Sequence[GraphPart]) -> None:
        self._parts = parts

    def iter_entities(self) -> Iterator[Node]:
        """The nodes that are neither figures nor mentions."""
        identifiers: set[str] = set()
        for part in self._parts:
            with part.open() as file:
                for node in _iter_entity_lines(file, part) if part.syntax == _JSON_LD else _iter_statement_nodes(file, part):
                    if not _FIGURE_OR_MENTION.intersection(values(node, "type")):
                        _add_new(node["id"], identifiers)
                        yield node

    def iter_figures(self) -> Iterator[FigureNodes]:
        """The figures, each with its mentions."""
        identifiers: set[str] = set()
        for part in self._parts:
            with part.open() as file:
                groups = _iter_figure_lines(file, part) if part.syntax == _JSON_LD else _group_figures(_iter_statement_nodes(file, part))
                for nodes in groups:
                    _check_figure(nodes)
                    _add_new(nodes.figure["id"], identifiers)
                    yield nodes


def _iter_entity_lines(file: IO[bytes], part: GraphPart) -> Iterator[Node]:
    """The entities among the lines of JSON-LD."""
    line = b""
    for line in _skip_context(file, part):
        if not line.startswith(_FIGURE_OR_MENTION_STARTS) and line not in _NO_NODES:
            for node in _parse_lines([line]):
                if any(name in _FIGURE_OR_MENTION or DEFAULT_PREFIXES.compress(name) for name in values(node, "type")):
                    raise UnorderedGraphError  # a figure or mention of another form, or a class that may be one of them
                yield node
    if line != _GRAPH_END:
        raise UnorderedGraphError


def _iter_figure_lines(file: IO[bytes], part: GraphPart) -> Iterator[FigureNodes]:
    """The figures among the lines of JSON-LD; those of a figure are parsed together, which takes half the time."""
    lines: list[bytes] = []
    for line in _skip_context(file, part):
        if line.startswith(_FIGURE_STARTS):
            if lines:
                yield _build_figure(_parse_lines(lines))
            lines = [line]
        elif line.startswith(_MENTION_STARTS):
            lines.append(line)
    if lines:
        yield _build_figure(_parse_lines(lines))


def _skip_context(file: IO[bytes], part: GraphPart) -> Iterator[bytes]:
    """The lines of the graph, after the context by which ``id``, ``type`` and CURIEs mean what they mean in nodes."""
    header = JsonLdSerializer(profile=part.profile).header().encode()
    if file.read(len(header)) != header:
        raise UnorderedGraphError
    return iter(file)


def _parse_lines(lines: list[bytes]) -> list[dict[str, Any]]:
    """The nodes in lines, which end with commas except for the last one of a file."""
    try:
        nodes: list[dict[str, Any]] = json.loads("[" + b"".join(lines).decode().rstrip(",\n") + "]")
    except ValueError:
        raise UnorderedGraphError from None
    for node in nodes:
        if type(node) is not dict or "id" not in node:
            raise UnorderedGraphError
        if set(map(type, node.values())) != _TEXTS_ONLY and not all(map(_is_value, node.values())):
            raise UnorderedGraphError
    return nodes


def _is_value(content: Any) -> bool:
    """Whether the content of a term is text, an identifier, a literal, or a list of these, as the serializer writes them."""
    if type(content) is list:
        return all(type(item) is not list and _is_value(item) for item in content)
    if type(content) is dict:
        return content.keys() in _VALUE_KEYS and all(type(text) is str for text in content.values())
    return type(content) is str


def _iter_statement_nodes(file: IO[bytes], part: GraphPart) -> Iterator[Node]:
    """The nodes of a file in another syntax, by the serializer of JSON-LD: both syntaxes give the same nodes."""
    serializer = JsonLdSerializer()
    triples = (quad.triple for quad in pyoxigraph.parse(file, format=part.syntax))
    for subject, group in groupby(triples, lambda triple: triple.subject):
        resource = Resource(str(subject), tuple((str(triple.predicate), str(triple.object)) for triple in group))
        yield json.loads(serializer.serialize_resources([part.profile.unmap_resource(resource)], ""))


def _group_figures(nodes: Iterable[Node]) -> Iterator[FigureNodes]:
    """The figures among nodes in the order of an export."""
    group: list[Node] = []
    for node in nodes:
        types = values(node, "type")
        if _FIGURE in types:
            if group:
                yield _build_figure(group)
            group = [node]
        elif _MENTION in types:
            group.append(node)
    if group:
        yield _build_figure(group)


def _build_figure(nodes: Sequence[Node]) -> FigureNodes:
    return FigureNodes(nodes[0], list(nodes[1:]))


def _check_figure(nodes: FigureNodes) -> None:
    """Check that the nodes are a figure and its mentions, each once."""
    figure = nodes.figure["id"]
    if _FIGURE not in values(nodes.figure, "type") or any(mention.get("hasTarget") != figure for mention in nodes.mentions):
        raise UnorderedGraphError
    if len({mention["id"] for mention in nodes.mentions}) != len(nodes.mentions):
        raise UnorderedGraphError


def _add_new(identifier: str, identifiers: set[str]) -> None:
    if identifier in identifiers:
        raise UnorderedGraphError
    identifiers.add(identifier)
