"""The shapes bear reasoning: an export conforms to its own shapes with what RDFS and OWL 2 RL entail."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.referees import shacl_entailment
from tests.referees.example_export import example_export
from tests.support.disagreeing_records import DISAGREEING_RECORDS
from tests.support.records import write

from pfocr2rdf import export

pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")]


def test_an_export_conforms_under_every_entailment() -> None:
    result = shacl_entailment.run()
    assert result.findings == ()
    assert result.passed == result.asked == 8


def test_a_second_paper_of_a_figure_is_found_with_reasoning(tmp_path: Path) -> None:
    for name in ("shapes.ttl", "figures.ttl"):
        shutil.copy(example_export() / name, tmp_path)
    with (tmp_path / "figures.ttl").open("a", encoding="utf-8") as file:
        file.write("\nfigure:PMC7378365__fimmu-11-01424-g0002.html pfocr:citedIn pmc:PMC2628838 .\n")
    assert shacl_entailment.find_violations(tmp_path, "owlrl", with_ontology=False) == [
        "A figure is cited in one paper, which is described."
    ]


@pytest.mark.parametrize("inference", ["none", "owlrl", "both"])
def test_records_that_disagree_conform_with_reasoning(inference: str, tmp_path: Path) -> None:
    export([write(tmp_path / "in", DISAGREEING_RECORDS)], tmp_path / "out", formats=["turtle"], workers=1)
    assert shacl_entailment.find_violations(tmp_path / "out", inference, with_ontology=True) == []
