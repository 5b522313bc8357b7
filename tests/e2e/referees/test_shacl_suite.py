"""The test suite of the SHACL working group (W3C data-shapes-test-suite): the engine in Rust comes to the results that it expects.

The suite is in the tarball of shacl-engine on npm. A result is compared as SHACL wants it: focus node, path, value, severity and component.
"""

from __future__ import annotations

import logging
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
import rdflib
from rdflib import RDF, SH
from rdflib.extras.shacl import parse_shacl_path
from tests.support.browser import skip_or_fail
from tests.support.servers import program

from pfocr2rdf.errors import ShapesError
from pfocr2rdf.validation.native_engine import NativeEngine
from pfocr2rdf.validation.prebinding import check_prebinding
from pfocr2rdf.validation.report import serialize_report

MF, SHT = (
    rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"),
    rdflib.Namespace("http://www.w3.org/ns/shacl-test#"),
)
COUNTS = {"core": 98, "sparql": 23}
PACKAGE = "shacl-engine"
Outcome = Counter[tuple[str, ...]] | None


class Case(NamedTuple):
    """A test of the suite: the shapes and the data as N-Triples, and the results; ``None`` for a failure of the processor."""

    name: str
    shapes: str
    data: str
    outcome: Outcome


pytestmark = [pytest.mark.filterwarnings("ignore:Parsing weird boolean:UserWarning")]


@pytest.fixture(autouse=True)
def _as_written() -> Iterator[None]:
    """rdflib keeps literals as they are written, and says nothing of those that are ill-formed."""
    logger = logging.getLogger("rdflib.term")
    was_disabled, logger.disabled = logger.disabled, True
    rdflib.NORMALIZE_LITERALS = False
    yield
    logger.disabled = was_disabled
    rdflib.NORMALIZE_LITERALS = True


@cache
def suite_folder() -> Path | None:
    npm = program("npm", "apt-get install npm")
    prefix = subprocess.run([npm, "prefix", "--global"], capture_output=True, text=True, check=True).stdout.strip()
    folder = Path(prefix, "lib", "tarballs", PACKAGE, "package", "test", "assets", "data-shapes")
    return folder if folder.is_dir() else None


def read_cases(part: str) -> Iterator[Case]:
    folder = suite_folder()
    if folder is None:
        skip_or_fail(f"the files of {PACKAGE} are not there: .ci/system")
    for path in sorted((folder / part).rglob("*.ttl")):
        graph = parse(path)
        for test in graph.subjects(RDF.type, SHT.Validate):
            action, result = graph.value(test, MF.action), graph.value(test, MF.result)
            shapes, data = (
                parse(Path(str(graph.value(action, name)).removeprefix("file://"))).serialize(format="nt")
                for name in (SHT.shapesGraph, SHT.dataGraph)
            )
            yield Case(str(path.relative_to(folder)), shapes, data, None if result == SHT.Failure else results_of(graph, result))


def parse(path: Path) -> rdflib.Graph:
    return rdflib.Graph().parse(path, format="turtle", publicID=path.as_uri())


def results_of(graph: rdflib.Graph, report: rdflib.term.Node | None) -> Outcome:
    return Counter(
        (
            text_of(graph.value(result, SH.focusNode)),
            path_of(graph, graph.value(result, SH.resultPath)),
            text_of(graph.value(result, SH.value)),
            text_of(graph.value(result, SH.resultSeverity)),
            text_of(graph.value(result, SH.sourceConstraintComponent)),
        )
        for result in graph.objects(report, SH.result)
    )


def text_of(node: rdflib.term.Node | None) -> str:
    """The node; nothing of a blank node, which has no name outside of its file."""
    return "" if node is None or isinstance(node, rdflib.BNode) else node.n3()


def path_of(graph: rdflib.Graph, node: rdflib.term.Node | None) -> str:
    return "" if node is None else parse_shacl_path(graph, node).n3()


def outcome_of(case: Case) -> Outcome:
    try:
        check_prebinding(case.shapes)
        results = NativeEngine(case.shapes).validate(case.data)
    except ShapesError:
        return None
    # A focus node that is blank cannot be named in a report of its own.
    results = [result._replace(focus_node="<urn:blank>") if result.focus_node.startswith("_:") else result for result in results]
    report = rdflib.Graph().parse(data=serialize_report(results), format="turtle")
    outcome = results_of(report, report.value(predicate=RDF.type, object=SH.ValidationReport))
    return Counter({("", *key[1:]) if key[0] == "<urn:blank>" else key: count for key, count in (outcome or {}).items()})


@pytest.mark.parametrize("part", COUNTS)
def test_the_engine_passes_the_suite(part: str) -> None:
    cases = list(read_cases(part))
    assert len(cases) == COUNTS[part]
    failed = {case.name: (outcome, case.outcome) for case in cases if (outcome := outcome_of(case)) != case.outcome}
    assert failed == {}


def test_a_wrong_result_is_a_difference() -> None:
    case = next(case for case in read_cases("core") if case.name == "core/node/and-001.ttl")
    assert outcome_of(case._replace(shapes=case.shapes.replace("#and>", "#or>"))) != case.outcome
