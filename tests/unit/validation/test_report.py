"""The report as Turtle: other programs read the same property paths in it as in the shapes."""

from __future__ import annotations

import pytest
import rdflib
from rdflib import SH
from rdflib.extras.shacl import parse_shacl_path

from pfocr2rdf.validation.engines import load_engine
from pfocr2rdf.validation.pyshacl_engine import PyshaclEngine
from pfocr2rdf.validation.report import serialize_report

PREFIXES = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://example.org/> .\n"
PATHS = [
    "ex:a",
    "( ex:a ex:b ex:c )",
    "[ sh:alternativePath ( ex:a ex:b ex:c ) ]",
    "[ sh:inversePath ex:a ]",
    "[ sh:zeroOrMorePath ex:a ]",
    "[ sh:oneOrMorePath ( ex:a ex:b ) ]",
    "[ sh:zeroOrOnePath ex:a ]",
    "[ sh:inversePath ( ex:a [ sh:oneOrMorePath ex:b ] ) ]",
    "[ sh:zeroOrOnePath ( ex:a [ sh:alternativePath ( [ sh:inversePath ex:a ] ( ex:b [ sh:zeroOrMorePath ex:c ] ) ) ] ) ]",
]


@pytest.mark.parametrize("engine", [load_engine, PyshaclEngine])
@pytest.mark.parametrize("path", PATHS)
def test_a_path_of_the_report_is_that_of_the_shape(path: str, engine: type[PyshaclEngine]) -> None:
    shapes = f"{PREFIXES}ex:S a sh:PropertyShape ; sh:targetNode ex:focus ; sh:path {path} ; sh:minCount 9 .\n"
    results = engine(shapes).validate("<urn:s> <urn:p> <urn:o> .\n")
    report = rdflib.Graph().parse(data=serialize_report(results), format="turtle")
    (node,) = report.objects(None, SH.resultPath)
    shapes_graph = rdflib.Graph().parse(data=shapes, format="turtle")
    expected = shapes_graph.value(rdflib.URIRef("https://example.org/S"), SH.path)
    assert isinstance(node, rdflib.BNode) is isinstance(expected, rdflib.BNode)
    assert parse_shacl_path(report, node) == parse_shacl_path(shapes_graph, expected)
    blank = {subject for subject in report.subjects() if isinstance(subject, rdflib.BNode)}
    assert blank == {item for item in report.transitive_objects(node, None) if isinstance(item, rdflib.BNode)}
