"""The SHACL engine in Python (pySHACL), for machines for which there is no wheel of the engine in Rust.

It asks Python where SHACL asks XPath and XSD; what it would miss by that is corrected here: ``$`` before a line feed at the end of a
value, and numbers that Python can read and XSD cannot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pyoxigraph
import pyshacl
import rdflib
from rdflib import RDF, SH
from rdflib.extras.shacl import SHACLPathError, parse_shacl_path

from pfocr2rdf.errors import ShapesError
from pfocr2rdf.validation.results import ValidationResult, name_in_shacl

_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMBER = re.compile(rf'"((?:[^"\\]|\\.)*)"\^\^<{_XSD}(integer|decimal)>')
_WELL_FORMED = {"integer": re.compile(r"[+-]?[0-9]+"), "decimal": re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")}
_ILL_FORMED_MARK = "no number: "  # before a number that XSD cannot read, so that Python cannot either
_MAY_USE_SERVICE = re.compile(r"service|\\u", re.IGNORECASE).search
_END_OF_LINE = re.compile(r"(?<!\\)((?:\\\\)*)\$\Z")


class PyshaclEngine:
    """Validates graphs against shapes in Turtle; ``ShapesError`` where these are invalid or none."""

    def __init__(self, shapes: str) -> None:
        try:
            self._shapes = rdflib.Graph().parse(data=shapes, format="turtle")
        except Exception as error:  # rdflib's parsers raise what comes
            raise ShapesError(f"the shapes cannot be used: {error}") from None
        if not any((None, RDF.type, kind) in self._shapes for kind in (SH.NodeShape, SH.PropertyShape)):
            raise ShapesError("there is no shape in the files of shapes")
        self._refuse_federation()
        for shape, pattern in list(self._shapes.subject_objects(SH.pattern)):
            self._shapes.set((shape, SH.pattern, rdflib.Literal(_END_OF_LINE.sub(r"\1\\Z", str(pattern)))))
        self.validate("")

    def _refuse_federation(self) -> None:
        """Refuse queries that could ask another server: rdflib, which executes them here, would connect to it."""
        for predicate in (SH.select, SH.ask, SH.construct, SH.update):
            for query in self._shapes.objects(None, predicate):
                if _MAY_USE_SERVICE(str(query)):
                    raise ShapesError("the shapes cannot be used: a query with SERVICE, or an escape that may hide it, is not executed")

    def validate(self, ntriples: str) -> list[ValidationResult]:
        """The results for a graph; ``ShapesError`` where the shapes are invalid."""
        with _literals_as_written():
            graph = rdflib.Graph().parse(data=_NUMBER.sub(_mark_ill_formed, ntriples), format="nt")
            try:
                _, report, _ = pyshacl.validate(graph, shacl_graph=self._shapes, inplace=True)
            except Exception as error:  # its own, and what rdflib raises of queries
                raise ShapesError(f"the shapes cannot be used: {error}") from None
        if not isinstance(report, rdflib.Graph):
            raise ShapesError(f"the shapes cannot be used: {report}")
        return [self._read_result(report, node) for node in report.subjects(RDF.type, SH.ValidationResult)]

    def _read_result(self, report: rdflib.Graph, node: rdflib.term.Node) -> ValidationResult:
        return ValidationResult(
            focus_node=_serialize(report.value(node, SH.focusNode)),
            path=self._serialize_path(report.value(node, SH.resultPath), report),
            value=_serialize(report.value(node, SH.value)),
            component=name_in_shacl(str(report.value(node, SH.sourceConstraintComponent))),
            severity=name_in_shacl(str(report.value(node, SH.resultSeverity))),
            message=str(report.value(node, SH.resultMessage) or ""),
            shape=_serialize(self._find_named_shape(report.value(node, SH.sourceShape))),
        )

    def _serialize_path(self, path: rdflib.term.Node | None, report: rdflib.Graph) -> str:
        """A property path in SPARQL's syntax."""
        if not isinstance(path, rdflib.BNode):
            return _serialize(path)
        graph = self._shapes if (path, None, None) in self._shapes else report
        try:
            return str(parse_shacl_path(graph, path).n3())
        except SHACLPathError:
            return ""

    def _find_named_shape(self, shape: rdflib.term.Node | None) -> rdflib.term.Node | None:
        """The nearest enclosing shape that has an IRI."""
        while isinstance(shape, rdflib.BNode):
            shape = self._shapes.value(predicate=SH.property, object=shape)
        return shape


@contextmanager
def _literals_as_written() -> Iterator[None]:
    """Have rdflib keep literals as they are written."""
    normalizes, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = normalizes


def _mark_ill_formed(match: re.Match[str]) -> str:
    text, datatype = match.groups()
    return match[0] if _WELL_FORMED[datatype].fullmatch(text) else f'"{_ILL_FORMED_MARK}{text}"^^<{_XSD}{datatype}>'


def _serialize(node: rdflib.term.Node | None) -> str:
    """A term as N-Triples; ``""`` for none."""
    if node is None:
        return ""
    if isinstance(node, rdflib.BNode):
        return f"_:{node}"
    if not isinstance(node, rdflib.Literal):
        return f"<{node}>"
    text = str(node).removeprefix(_ILL_FORMED_MARK) if node.datatype else str(node)
    if node.language:
        return str(pyoxigraph.Literal(text, language=node.language))
    return str(pyoxigraph.Literal(text, datatype=pyoxigraph.NamedNode(node.datatype)) if node.datatype else pyoxigraph.Literal(text))
