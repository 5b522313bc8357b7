"""Records that disagree give a graph that contradicts neither itself nor the ontology; the report says where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import rdflib
from rdflib import OWL, RDF, URIRef
from tests.support.disagreeing_records import DISAGREEING_RECORDS
from tests.support.records import write

from pfocr2rdf import export
from pfocr2rdf.rdf.vocabulary import PFOCR

MESH, PAPER = "http://id.nlm.nih.gov/mesh/D009538", "https://identifiers.org/pmc/PMC"
DOI = URIRef("https://doi.org/10.1000/twice")
LAYOUTS = [{"workers": 1}, {"workers": 2}, {"workers": 1, "partition_size": 1, "merge": True}]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write(tmp_path / "in", DISAGREEING_RECORDS)


def exported(source: Path, output: Path, **options: Any) -> tuple[rdflib.Graph, list[dict[str, str]]]:
    """The vocabulary and the figures as one graph, and the warnings."""
    summary = export([source], output, formats=["turtle"], **options)
    assert (summary.exported, summary.quarantined, summary.exit_status) == (3, 0, 0)
    graph = rdflib.Graph().parse(output / "vocabulary.ttl").parse(output / "figures.ttl")
    return graph, json.loads((output / "report.json").read_text(encoding="utf-8"))["warnings"]


@pytest.mark.parametrize("options", LAYOUTS)
def test_no_resource_has_two_disjoint_classes(options: dict[str, Any], source: Path, tmp_path: Path) -> None:
    graph, warnings = exported(source, tmp_path / "out", **options)
    disjoint = list(graph.subject_objects(OWL.disjointWith))
    assert len(disjoint) > 10
    for first, second in disjoint:
        assert set(graph.subjects(RDF.type, first)).isdisjoint(graph.subjects(RDF.type, second)), (first, second)
    assert {str(cls) for cls in graph.objects(URIRef(MESH), RDF.type)} == {f"{PFOCR}Chemical", f"{PFOCR}Disease"}
    assert [row for row in warnings if "both classes" in row["warning"]] == [
        {
            "figid": "PMC11__a",
            "source": "merged from PMC11__a, PMC12__b, PMC13__c",
            "warning": f"<{MESH}> was read as a chemical (PMC11__a, PMC13__c) and as a disease (PMC12__b, PMC13__c), so that it has both "
            "classes; correct the rows that are wrong",
        }
    ]


@pytest.mark.parametrize("options", LAYOUTS)
def test_a_doi_is_the_same_as_one_paper(options: dict[str, Any], source: Path, tmp_path: Path) -> None:
    graph, warnings = exported(source, tmp_path / "out", **options)
    assert set(graph.subject_objects(OWL.sameAs)) == {
        (URIRef(f"{PAPER}11"), DOI),
        (URIRef(f"{PAPER}13"), URIRef("https://doi.org/10.1000/once")),
    }
    dois = {str(paper): str(doi) for paper, doi in graph.subject_objects(URIRef("http://purl.org/ontology/bibo/doi"))}
    assert dois == {f"{PAPER}11": "10.1000/twice", f"{PAPER}12": "10.1000/twice", f"{PAPER}13": "10.1000/once"}
    assert [row for row in warnings if row["warning"].startswith("doi: ")] == [
        {
            "figid": "PMC12__b",
            "source": "merged from PMC11__a, PMC12__b",
            "warning": f"doi: <{DOI}> is also that of <{PAPER}11> (PMC11__a), so only the latter is owl:sameAs the DOI, and "
            f"<{PAPER}12> (PMC12__b) is not; correct the wrong doi or pmcid",
        }
    ]


def test_a_doi_that_a_record_gave_up_is_another_papers(source: Path, tmp_path: Path) -> None:
    """Two records of one paper have two DOIs; the one that is dropped is left to the other paper that has it."""
    records = {
        "1.md": DISAGREEING_RECORDS["_figures/PMC11__a.md"],
        "2.md": DISAGREEING_RECORDS["_figures/PMC11__a.md"].replace("__a", "__b").replace("twice", "a-first"),
        "3.md": DISAGREEING_RECORDS["_figures/PMC12__b.md"],
    }
    graph, warnings = exported(write(tmp_path / "other", records), tmp_path / "out", workers=1)
    assert set(graph.subject_objects(OWL.sameAs)) == {
        (URIRef(f"{PAPER}11"), URIRef("https://doi.org/10.1000/a-first")),
        (URIRef(f"{PAPER}12"), DOI),
    }
    assert warnings == []


def test_text_that_looks_like_a_statement_is_no_doi(tmp_path: Path) -> None:
    text = 'papertitle: "<http://www.w3.org/2002/07/owl#sameAs> <https://doi.org/10.1000/twice>"'
    records = {
        "1.md": DISAGREEING_RECORDS["_figures/PMC11__a.md"].replace("papertitle: A paper", text),
        "2.md": DISAGREEING_RECORDS["_figures/PMC12__b.md"].replace("papertitle: A paper", text).replace("doi: 10.1000/twice\n", ""),
        "3.md": DISAGREEING_RECORDS["_figures/PMC13__c.md"].replace("papertitle: A paper", text),
    }
    graph, warnings = exported(write(tmp_path / "in", records), tmp_path / "out", workers=1)
    assert len(list(graph.subject_objects(OWL.sameAs))) == 2
    assert warnings == []
