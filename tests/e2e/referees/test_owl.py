"""The ontology before the judges of OWL: in the OWL 2 DL profile, consistent, and read by owlready2 without a word."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, URIRef
from tests.referees import owl
from tests.support.browser import skip_or_fail
from tests.support.disagreeing_records import DISAGREEING_RECORDS
from tests.support.foreign_jsonld import FOREIGN_TERMS, RECORDS_WITH_FOREIGN_JSONLD
from tests.support.records import write

from pfocr2rdf import export
from pfocr2rdf.rdf.ontology import serialize_ontology
from pfocr2rdf.rdf.vocabulary import PFOCR, expand_curie

pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")]


@pytest.fixture(scope="module", autouse=True)
def _tools() -> None:
    if reason := owl.missing():
        skip_or_fail(reason)


def test_the_ontology_is_accepted_alone_and_with_the_figures() -> None:
    result = owl.run()
    assert result.findings == ()
    assert result.passed == result.asked == 7


CLASS, PROPERTY = URIRef(f"{PFOCR}Gene"), URIRef(f"{PFOCR}pathway")
FAULTS = (
    ((PROPERTY, RDFS.subPropertyOf, RDFS.seeAlso), "violations", "Cannot pun between properties"),
    ((CLASS, RDFS.subClassOf, URIRef("http://example.org/Undeclared")), "violations", "Use of undeclared class"),
    ((CLASS, URIRef("http://example.org/note"), rdflib.Literal("n")), "violations", "Use of undeclared annotation property"),
    ((CLASS, RDFS.subClassOf, URIRef(f"{PFOCR}Paper")), "unsatisfiable", "vocab#Gene"),
    ((URIRef("urn:x"), RDF.type, OWL.Nothing), "unsatisfiable", "the ontology is inconsistent"),
)


def test_every_kind_of_fault_is_found(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.ttl" for number in range(len(FAULTS))]
    for path, (statement, _, _) in zip(paths, FAULTS, strict=True):
        rdflib.Graph().parse(data=serialize_ontology(), format="turtle").add(statement).serialize(path, format="turtle")
    for answer, (_, key, message) in zip(owl.check_with_owl_api(*paths), FAULTS, strict=True):
        assert message in "\n".join(answer[key])


def test_owlready2_speaks_of_a_property_of_two_kinds(tmp_path: Path) -> None:
    graph = rdflib.Graph().parse(data=serialize_ontology(), format="turtle")
    graph.add((URIRef(expand_curie("pfocr:pathway")), RDFS.subPropertyOf, RDFS.seeAlso))
    graph.serialize(tmp_path / "faulty.rdf", format="xml")
    assert "more than one entity types" in " ".join(owl.load_with_owlready2(tmp_path / "faulty.rdf"))


def test_an_export_whose_records_disagree_is_consistent(tmp_path: Path) -> None:
    export([write(tmp_path / "in", DISAGREEING_RECORDS)], tmp_path / "out", formats=["turtle"], workers=1)
    graph = rdflib.Graph().parse(tmp_path / "out" / "vocabulary.ttl").parse(tmp_path / "out" / "figures.ttl")
    graph.serialize(tmp_path / "merged.ttl", format="turtle")
    assert owl.check_with_owl_api(tmp_path / "merged.ttl") == [{"violations": [], "unsatisfiable": []}]


def test_terms_that_a_record_brings_are_all_that_is_not_declared(tmp_path: Path) -> None:
    export([write(tmp_path / "in", RECORDS_WITH_FOREIGN_JSONLD)], tmp_path / "out", formats=["turtle"], workers=1)
    graph = rdflib.Graph().parse(tmp_path / "out" / "vocabulary.ttl").parse(tmp_path / "out" / "figures.ttl")
    graph.serialize(tmp_path / "merged.ttl", format="turtle")
    (answer,) = owl.check_with_owl_api(tmp_path / "merged.ttl")
    assert answer["violations"]
    assert [line for line in answer["violations"] if not any(term in line for term in FOREIGN_TERMS)] == []
    assert answer["unsatisfiable"] == []
    for term in FOREIGN_TERMS:  # as the data model says
        kind = OWL.Class if term.endswith("Book") else OWL.AnnotationProperty
        graph.add((URIRef(term), RDF.type, kind))
    graph.serialize(tmp_path / "declared.ttl", format="turtle")
    assert owl.check_with_owl_api(tmp_path / "declared.ttl") == [{"violations": [], "unsatisfiable": []}]
