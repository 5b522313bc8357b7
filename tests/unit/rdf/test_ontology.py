"""The ontology defines each term once, and is read alike by two parsers."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations

import pyoxigraph
import pytest
import rdflib
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, XSD, URIRef
from tests.support.records import ROOT

from pfocr2rdf.mapping.figure_graph import build_figure_graph
from pfocr2rdf.rdf.borrowed_terms import BORROWED_TERMS
from pfocr2rdf.rdf.ontology import ontology_resources, serialize_ontology
from pfocr2rdf.rdf.serializers.turtle import TurtleSerializer
from pfocr2rdf.rdf.term_examples import TERM_EXAMPLES
from pfocr2rdf.rdf.vocabulary import CLASSES, EVIDENCE_TYPES, INVERSES, PFOCR, PROPERTIES, expand_curie, superclasses
from pfocr2rdf.records.reader import read_records

pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")]


# -- the vocabulary ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def vocabulary() -> rdflib.Graph:
    """The ontology, as rdflib reads it."""
    return rdflib.Graph().parse(data=serialize_ontology(), format="turtle")


def test_the_ontology_is_read_alike_by_two_parsers_and_has_no_blank_node(vocabulary: rdflib.Graph) -> None:
    assert not any(isinstance(part, rdflib.BNode) for triple in vocabulary for part in triple)
    other = rdflib.Graph()  # as pyoxigraph reads it: the two write escapes in different ways
    for quad in pyoxigraph.parse(serialize_ontology(), format=pyoxigraph.RdfFormat.TURTLE):
        other.parse(data=f"{quad.triple} .", format="nt")
    assert set(other) == set(vocabulary)
    assert len(vocabulary) == sum(len(node.pairs) for node in ontology_resources())


def test_every_class_property_and_individual_has_one_label_and_one_definition(vocabulary: rdflib.Graph) -> None:
    term_types = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, URIRef(f"{PFOCR}Evidence"))
    terms = [term for term_type in term_types for term in vocabulary.subjects(RDF.type, term_type) if str(term).startswith(PFOCR)]
    tables = (CLASSES, PROPERTIES, INVERSES, EVIDENCE_TYPES)
    declared = {expand_curie(row.name) for table in tables for row in table if row.name.startswith("pfocr:")}
    assert {str(term) for term in terms} == declared
    assert len(terms) == len(declared), "a term is of two kinds"
    for predicate in (RDFS.label, SKOS.definition):
        texts = [vocabulary.value(term, predicate, any=False) for term in terms]
        assert {getattr(text, "language", "") for text in texts} == {"en"}
        assert all(str(text).strip() == str(text) and str(text) for text in texts)
    definitions = [str(vocabulary.value(term, SKOS.definition)) for term in terms]
    assert [text for text in definitions if not re.fullmatch(r"[A-Z].*\.", text)] == []
    assert [text for text, many in Counter(definitions).items() if many > 1] == []


def test_every_property_says_what_it_relates(vocabulary: rdflib.Graph) -> None:
    classes = {URIRef(expand_curie(row.name)) for row in CLASSES}
    for term in (URIRef(expand_curie(row.name)) for row in PROPERTIES if row.name.startswith("pfocr:") and row.is_object):
        assert set(vocabulary.objects(term, RDFS.range)) <= classes
    for term in (URIRef(expand_curie(row.name)) for row in PROPERTIES if row.name.startswith("pfocr:") and not row.is_object):
        (value,) = vocabulary.objects(term, RDFS.range)
        assert str(value).startswith(str(XSD))
    for term, _, value in vocabulary.triples((None, RDFS.domain, None)):
        assert value in classes, term


def test_superclasses_of_the_validator_are_those_of_the_ontology(vocabulary: rdflib.Graph) -> None:
    axioms = {(str(term), str(above)) for term, _, above in vocabulary.triples((None, RDFS.subClassOf, None))}
    assert axioms == {(name, above) for name, all_above in superclasses().items() for above in all_above}


def test_the_ontology_has_a_version_creators_dates_and_a_licence(vocabulary: rdflib.Graph) -> None:
    ontology = URIRef(PFOCR.rstrip("#"))
    version = str(vocabulary.value(ontology, OWL.versionInfo, any=False))
    assert str(vocabulary.value(ontology, OWL.versionIRI, any=False)) == f"{ontology}/{version}"
    for predicate in (DCTERMS.creator, DCTERMS.contributor, DCTERMS.license):
        assert vocabulary.value(ontology, predicate, any=False)
    created, modified = (vocabulary.value(ontology, predicate, any=False) for predicate in (DCTERMS.created, DCTERMS.modified))
    assert created.datatype == modified.datatype == XSD.dateTime
    assert created.toPython() <= modified.toPython()
    assert {vocabulary.value(ontology, predicate).language for predicate in (DCTERMS.title, DCTERMS.description)} == {"en"}


def test_no_two_terms_have_one_label(vocabulary: rdflib.Graph) -> None:
    assert [text for text, many in Counter(vocabulary.objects(None, RDFS.label)).items() if many > 1] == []


def test_each_two_classes_but_chemicals_and_diseases_are_disjoint(vocabulary: rdflib.Graph) -> None:
    pairs = {frozenset(map(str, pair)) for pair in vocabulary.subject_objects(OWL.disjointWith)}
    expected = {frozenset(map(expand_curie, pair)) for pair in combinations([row.name for row in CLASSES], 2)}
    assert expected - pairs == {frozenset(map(expand_curie, ("pfocr:Chemical", "pfocr:Disease")))}
    assert pairs < expected


def test_no_property_is_below_an_annotation_property(vocabulary: rdflib.Graph) -> None:
    for term, above in vocabulary.subject_objects(RDFS.subPropertyOf):
        kinds = {kind for row in BORROWED_TERMS for kind in [expand_curie(row.owl_type)] if expand_curie(row.name) == str(above)}
        assert kinds == {str(kind) for kind in vocabulary.objects(term, RDF.type)}, term


NOT_IN_THE_EXAMPLES = {"pfocr:Pathway", "pfocr:Evidence", "pfocr:pathway", "pfocr:annotation", *(row.name for row in INVERSES)}


@pytest.fixture(scope="module")
def prefixes() -> str:
    return TurtleSerializer().header()


@pytest.fixture(scope="module")
def example_graph(prefixes: str) -> rdflib.Graph:
    nodes = [node for record in read_records(ROOT / "examples") for node in build_figure_graph(record).resources()]
    return rdflib.Graph().parse(data=prefixes + TurtleSerializer().serialize_resources(nodes, ""), format="turtle")


@pytest.mark.parametrize("name", TERM_EXAMPLES)
def test_an_example_of_a_term_is_a_statement_with_it(
    name: str, vocabulary: rdflib.Graph, prefixes: str, example_graph: rdflib.Graph
) -> None:
    ((subject, predicate, value),) = rdflib.Graph().parse(data=prefixes + TERM_EXAMPLES[name], format="turtle")
    term = URIRef(expand_curie(name))
    assert term in ((value,) if predicate == RDF.type else (predicate, value))
    assert vocabulary.value(term, SKOS.example, any=False) == rdflib.Literal(TERM_EXAMPLES[name])
    inverse = next((URIRef(expand_curie(row.inverse_of)) for row in INVERSES if row.name == name), None)
    if inverse is not None and name != "pfocr:drawnFrom":
        assert (value, inverse, subject) in example_graph
    assert ((subject, predicate, value) in example_graph) == (name not in NOT_IN_THE_EXAMPLES)


def test_every_term_has_an_example() -> None:
    tables = (CLASSES, PROPERTIES, INVERSES, EVIDENCE_TYPES)
    assert TERM_EXAMPLES.keys() == {row.name for table in tables for row in table if row.name.startswith("pfocr:")}
