"""The nodes of a finished graph, read from its files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from typing import IO, Any, NamedTuple, Protocol

import pyoxigraph

from pfocr2rdf.derived.nodes import FigureNodes, Node, are_plain, values
from pfocr2rdf.rdf.iri_profiles import DEFAULT_PROFILE, IriProfile
from pfocr2rdf.rdf.serializers.jsonld import JsonLdSerializer
from pfocr2rdf.rdf.terms import Resource, is_iri_or_literal, is_literal_type
from pfocr2rdf.rdf.vocabulary import DEFAULT_PREFIXES, PREFIXES, PROPERTIES
from pfocr2rdf.storage.rdf_files import parse_rdf

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
_GRAPH_END = b"]}\n"
_NO_NODES = (_GRAPH_END, b"\n")
_BATCH_LINES = 100
_TERMS = frozenset(("id", "type", *(row.jsonld_key for row in PROPERTIES)))
_IRI_TERMS = frozenset(("id", "type", *(row.jsonld_key for row in PROPERTIES if row.is_object)))
_NAMES_WITH_TERMS = frozenset(("rdf:type", *(row.name for row in PROPERTIES)))
_DATATYPES = {row.jsonld_key: "" if row.is_object else row.range for row in PROPERTIES}
_TEXTS_ONLY = {str}
_VALUE_KEYS = ({"id"}, {"@value"}, {"@value", "@type"}, {"@value", "@language"})
_IRI_STARTS = tuple(namespace.removeprefix("http").encode() for namespace in PREFIXES.values())


class NodeGraph(Protocol):
    """A graph that can be read several times."""

    def iter_entities(self) -> Iterator[Node]:
        """The nodes that are neither figures nor mentions, each once."""

    def iter_figures(self) -> Iterator[FigureNodes]:
        """The figures, each with its mentions."""


class UnorderedGraphError(Exception):
    """The nodes are not in the order of an export, or not in the form of its lines: another program has written the file."""


class GraphPart(NamedTuple):
    """A file of the graph.

    Attributes:
        name: the name for messages.
        open: opens it, decompressed.
        syntax: its RDF syntax.
        profile: the profile of its IRIs.
        is_own: whether this run has written the file, so that the form of its lines needs no check.
    """

    name: str
    open: Callable[[], AbstractContextManager[IO[bytes]]]
    syntax: pyoxigraph.RdfFormat
    profile: IriProfile = DEFAULT_PROFILE
    is_own: bool = False


class ExportedGraph:
    """The graph in the files of an export, in which mentions follow their figure. JSON-LD is the fastest syntax to read.

    Raises:
        SourceError: in a loop, a file cannot be read, or is not valid RDF.
        UnorderedGraphError: in a loop, a node comes twice, the mentions do not follow their figure, there is a blank node, or JSON-LD has
            another context, or not one node a line with the keys and values that the serializer writes.
    """

    def __init__(self, parts: Sequence[GraphPart]) -> None:
        self._parts = parts

    def iter_entities(self) -> Iterator[Node]:
        """The nodes that are neither figures nor mentions."""
        identifiers: set[str] = set()
        for part in self._parts:
            with part.open() as file:
                is_jsonld = part.syntax == _JSON_LD
                for node in _iter_entity_lines(file, part) if is_jsonld else _iter_statement_nodes(file, part):
                    if not _FIGURE_OR_MENTION.intersection(values(node, "type")):
                        if not part.is_own:
                            _add_new(node["id"], identifiers)
                        yield node
                    elif is_jsonld:  # else their lines are recognised by their start
                        raise UnorderedGraphError

    def iter_figures(self) -> Iterator[FigureNodes]:
        """The figures, each with its mentions."""
        identifiers: set[str] = set()
        for part in self._parts:
            with part.open() as file:
                groups = _iter_figure_lines(file, part) if part.syntax == _JSON_LD else _group_figures(_iter_statement_nodes(file, part))
                for nodes in groups:
                    if not part.is_own:
                        _check_figure(nodes)
                        _add_new(nodes.figure["id"], identifiers)
                    yield nodes


def _iter_entity_lines(file: IO[bytes], part: GraphPart) -> Iterator[Node]:
    """The entities among the lines of JSON-LD."""
    parse = _load_lines if part.is_own else _parse_lines
    lines: list[bytes] = []
    last = b""
    for line in _skip_context(file, part):
        if last == _GRAPH_END:
            raise UnorderedGraphError
        last = line
        if not line.startswith(_FIGURE_OR_MENTION_STARTS) and line not in _NO_NODES:
            lines.append(line)
            if len(lines) == _BATCH_LINES:
                yield from parse(lines)
                lines = []
    yield from parse(lines)
    if last != _GRAPH_END:
        raise UnorderedGraphError


def _iter_figure_lines(file: IO[bytes], part: GraphPart) -> Iterator[FigureNodes]:
    """The figures among the lines of JSON-LD; those of a figure are parsed together, which takes half the time."""
    parse = _load_lines if part.is_own else _parse_lines
    lines: list[bytes] = []
    for line in _skip_context(file, part):
        if line.startswith(_FIGURE_STARTS):
            if lines:
                yield _build_figure(parse(lines))
            lines = [line]
        elif line.startswith(_MENTION_STARTS):
            lines.append(line)
    if lines:
        yield _build_figure(parse(lines))


def _skip_context(file: IO[bytes], part: GraphPart) -> Iterator[bytes]:
    """The lines of the graph, which follow the project's context: with another one, terms and prefixes can have other meanings."""
    header = JsonLdSerializer(profile=part.profile).header().encode()
    if file.read(len(header)) != header:
        raise UnorderedGraphError
    return iter(file)


def _load_lines(lines: list[bytes]) -> list[dict[str, Any]]:
    """The nodes in lines, which end with commas except for the last one of a file."""
    nodes: list[dict[str, Any]] = json.loads("[" + b"".join(lines).decode().rstrip(",\n") + "]")
    return nodes


def _parse_lines(lines: list[bytes]) -> list[dict[str, Any]]:
    """The same, with a check that all lines are in the form that the serializer writes."""
    try:
        nodes = _load_lines(lines)
    except ValueError:
        raise UnorderedGraphError from None
    data = b"".join(lines)
    for group in (nodes[:1], nodes[1:]):  # figures have lists
        if not are_plain(group, _TERMS):
            for node in group:
                _check_values(node)
    if len(nodes) != len(lines) or False in [":" in node.get("id", "") for node in nodes]:
        raise UnorderedGraphError
    if b'"_:' in data or b"\\u" in data or b"\\/" in data or any(rest.startswith(_IRI_STARTS) for rest in data.split(b'"http')[1:]):
        for node in nodes:
            _check_iris(node)
    return nodes


def _check_values(node: Any) -> None:
    """Check that a node is an object whose keys and values are as the serializer writes them."""
    if type(node) is not dict:
        raise UnorderedGraphError
    for key in node.keys() - _TERMS:
        if ":" not in key or key in _NAMES_WITH_TERMS or DEFAULT_PREFIXES.compress(key):
            raise UnorderedGraphError
    for key, content in node.items():
        if type(content) is not str:
            for value in content if type(content) is list else [content]:
                if type(value) is not str and not _is_typed_value(key, value):
                    raise UnorderedGraphError


def _is_typed_value(key: str, value: Any) -> bool:
    """Whether a value is an IRI of a term that has literals, or a literal of which the context does not give the type."""
    if type(value) is not dict or key == "type" or value.keys() not in _VALUE_KEYS or set(map(type, value.values())) != _TEXTS_ONLY:
        return False
    if "id" in value:
        return key not in _IRI_TERMS
    return "@language" in value or value.get("@type", "xsd:string") != _DATATYPES.get(key, "xsd:string")


def _check_iris(node: dict[str, Any]) -> None:
    """Check that IRIs are CURIEs where the context has a prefix, and that no node is blank."""
    for key, content in node.items():
        for value in content if type(content) is list else [content]:
            iri = value.get("id") or value.get("@type", "") if type(value) is dict else value if key in _IRI_TERMS else ""
            if iri.startswith("_:") or DEFAULT_PREFIXES.compress(iri):
                raise UnorderedGraphError


def _iter_statement_nodes(file: IO[bytes], part: GraphPart) -> Iterator[Node]:
    """The nodes of a file in another syntax, by the serializer of JSON-LD: both syntaxes give the same nodes."""
    serializer = JsonLdSerializer()
    triples = (quad.triple for quad in parse_rdf(file, part.syntax))
    for subject, group in groupby(triples, lambda triple: triple.subject):
        resource = Resource(str(subject), tuple(dict.fromkeys((str(triple.predicate), str(triple.object)) for triple in group)))
        if not all(map(is_iri_or_literal, (resource.subject, *(value for _, value in resource.pairs)))) or any(
            map(is_literal_type, resource.pairs)
        ):
            raise UnorderedGraphError
        try:
            text = serializer.serialize_resources([part.profile.unmap_resource(resource)], "")
        except ValueError:  # which the general reader reports
            raise UnorderedGraphError from None
        yield json.loads(text)


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
    if _FIGURE not in values(nodes.figure, "type") or any(
        mention.get("hasTarget") != figure or _MENTION not in mention["type"] for mention in nodes.mentions
    ):
        raise UnorderedGraphError
    if len({mention["id"] for mention in nodes.mentions}) != len(nodes.mentions):
        raise UnorderedGraphError


def _add_new(identifier: str, identifiers: set[str]) -> None:
    if identifier in identifiers:
        raise UnorderedGraphError
    identifiers.add(identifier)
