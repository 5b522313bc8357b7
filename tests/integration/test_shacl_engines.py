"""pySHACL, which takes the place of the SHACL engine in Rust where there is no wheel of it, gives the same results."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from click.testing import CliRunner
from rdflib import SH
from tests.support.federation import trap
from tests.support.mutations import GRAPHS, NO_SHARED, complete, ntriples, some_mutants

from pfocr2rdf.cli import main
from pfocr2rdf.errors import ShapesError
from pfocr2rdf.rdf.terms import expand_term, literal
from pfocr2rdf.validation.engines import Engine
from pfocr2rdf.validation.native_engine import NativeEngine
from pfocr2rdf.validation.pyshacl_engine import PyshaclEngine
from pfocr2rdf.validation.report import serialize_report
from pfocr2rdf.validation.shapes import load_shapes
from pfocr2rdf.validation.validator import subclass_axioms

COMPARED = 8
"""Mutants of each small graph; ``test_validation_agreement.py`` compares hundreds of them."""


@pytest.fixture(scope="module")
def engines() -> tuple[Engine, Engine]:
    shapes = load_shapes().text
    return NativeEngine(shapes), PyshaclEngine(shapes)


@pytest.mark.parametrize("name", GRAPHS)
def test_mutants_have_the_same_results(name: str, engines: tuple[Engine, Engine]) -> None:
    native, fallback = engines
    mutants = some_mutants(name, COMPARED, COMPARED // 2) or pytest.skip(NO_SHARED)
    for fault, nodes in mutants:
        data = ntriples(nodes) + subclass_axioms()
        assert sorted(native.validate(data)) == sorted(fallback.validate(data)), fault


NUMBERS = [
    (predicate, text, datatype)
    for predicate, datatype, texts in (
        (
            "pfocr:pathwayScore",
            "xsd:decimal",
            ("high", "", "0_5", "5e-1", "NaN", "INF", " 0.5", "0.5\n", "0,5", "\u0661", ".", "1.5", "-1"),
        ),
        ("pfocr:occurrences", "xsd:integer", ("one", "", "1.0", "1_0", "3\n", " 3", "\u0663", "1e3", "0", "-1", "+1", "007")),
        ("dcterms:issued", "xsd:gYear", ("abc", "", "99", "2020\n", " 2020", "20_20")),
    )
    for text in texts
]


@pytest.mark.parametrize(("predicate", "text", "datatype"), NUMBERS)
def test_a_number_that_only_python_reads_is_a_violation(predicate: str, text: str, datatype: str, engines: tuple[Engine, Engine]) -> None:
    native, fallback = engines
    value = literal(text, datatype)
    lines = ntriples(list(complete())).splitlines(keepends=True)
    subject = next(line.split()[0] for line in lines if line.split()[1] == expand_term(predicate))
    data = "".join(line for line in lines if line.split()[1] != expand_term(predicate)) + f"{subject} {expand_term(predicate)} {value} .\n"
    assert sorted(native.validate(data)) == sorted(fallback.validate(data))


def test_shapes_that_are_none_or_wrong_are_the_same_error() -> None:
    prefixes = "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    for text in ("", prefixes, "no turtle"):
        for engine in (NativeEngine, PyshaclEngine):
            with pytest.raises(ShapesError, match=r"there is no shape in the files|the shapes cannot be used"):
                engine(text)


OWN_NAMES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
<urn:shape> a sh:NodeShape ; sh:targetNode <urn:node> ; sh:severity <urn:my#Trifle> ; <urn:my#word> "word" .
<urn:my#Component> a sh:ConstraintComponent ; sh:parameter <urn:parameter> ;
    sh:validator [ a sh:SPARQLAskValidator ; sh:message "No." ; sh:ask "ASK { FILTER (STR($value) = $word) }" ] .
<urn:parameter> a sh:Parameter ; sh:path <urn:my#word> .
"""


@pytest.mark.parametrize("engine", [NativeEngine, PyshaclEngine])
def test_a_severity_and_a_component_of_the_shapes_own_are_reported_by_their_iris(engine: type[NativeEngine | PyshaclEngine]) -> None:
    (result,) = engine(OWN_NAMES).validate("<urn:node> <urn:p> <urn:o> .\n")
    assert (result.severity, result.component) == ("<urn:my#Trifle>", "<urn:my#Component>")
    report = rdflib.Graph().parse(data=serialize_report([result]), format="turtle")
    assert [*report.objects(None, SH.resultSeverity), *report.objects(None, SH.sourceConstraintComponent)] == [
        rdflib.URIRef("urn:my#Trifle"),
        rdflib.URIRef("urn:my#Component"),
    ]


def test_validate_counts_a_severity_of_the_shapes_own(tmp_path: Path) -> None:
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "mine.ttl").write_text(OWN_NAMES, encoding="utf-8")
    (tmp_path / "data.nt").write_text("<urn:node> <urn:p> <urn:o> .\n", encoding="utf-8")
    ran = CliRunner().invoke(main, ["validate", str(tmp_path / "data.nt"), "--shapes", str(tmp_path / "shapes")])
    assert ran.exit_code == 0
    assert ran.output.splitlines()[-1] == "1 validated: 0 violation, 0 warning, 0 info, 1 <urn:my#Trifle>, 0 refused"


@pytest.mark.parametrize("clause", ["SERVICE <{url}>", "service silent <{url}>", r"\u0053ERVICE <{url}>", "SERVICE ?server"])
def test_the_engine_in_python_asks_no_server(clause: str) -> None:
    """Unlike the engine in Rust, rdflib would send the clause."""
    with trap() as trapped:
        where = clause.format(url=trapped.url).replace("\\", "\\\\")
        shape = f'[] a sh:NodeShape ; sh:targetNode sh:x ; sh:sparql [ sh:select "SELECT $this {{ {where} {{ ?s ?p ?o }} }}" ] .'
        with pytest.raises(ShapesError, match="SERVICE, or an escape that may hide it, is not executed"):
            PyshaclEngine(f"@prefix sh: <http://www.w3.org/ns/shacl#> .\n{shape}")
        assert trapped.connections == 0
