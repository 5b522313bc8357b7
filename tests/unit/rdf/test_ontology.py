"""The ontology defines each term once, and is read alike by two parsers."""

from __future__ import annotations

import re
from collections import Counter

import pyoxigraph
import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SKOS, XSD, URIRef

from pfocr2rdf.rdf.ontology import ontology_resources, serialize_ontology
from pfocr2rdf.rdf.vocabulary import CLASSES, EVIDENCE_TYPES, PFOCR, PROPERTIES, expand_curie, superclasses

pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")]


# -- the vocabulary ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def vocabulary() -> rdflib.Graph:
    """The ontology, as rdflib reads it."""
    return rdflib.Graph().parse(data=serialize_ontology(), format="turtle")


def test_the_ontology_is_read_alike_by_two_parsers_and_has_no_blank_node(vocabulary: rdflib.Graph) -> None:
    assert not any(isinstance(part, rdflib.BNode) for triple in vocabulary for part in triple)
    other = pyoxigraph.parse(serialize_ontology(), format=pyoxigraph.RdfFormat.TURTLE)
    assert {str(quad.triple) for quad in other} == {" ".join(part.n3() for part in triple) for triple in vocabulary}
    assert len(vocabulary) == sum(len(node.pairs) for node in ontology_resources())


def test_every_class_property_and_individual_has_one_label_and_one_definition(vocabulary: rdflib.Graph) -> None:
    term_types = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, URIRef(f"{PFOCR}Evidence"))
    terms = [term for term_type in term_types for term in vocabulary.subjects(RDF.type, term_type)]
    declared = {expand_curie(row.name) for table in (CLASSES, PROPERTIES, EVIDENCE_TYPES) for row in table if row.name.startswith("pfocr:")}
    assert {str(term) for term in terms} == declared
    assert len(terms) == len(declared), "a term is of two kinds"
    for predicate in (RDFS.label, SKOS.definition):
        texts = [str(vocabulary.value(term, predicate, any=False)) for term in terms]
        assert "None" not in texts
        assert all(text.strip() == text and text for text in texts)
    definitions = [str(vocabulary.value(term, SKOS.definition)) for term in terms]
    assert [text for text in definitions if not re.fullmatch(r"[A-Z].*\.", text)] == []
    assert [text for text, many in Counter(definitions).items() if many > 1] == []


def test_every_property_says_what_it_relates(vocabulary: rdflib.Graph) -> None:
    classes = {URIRef(expand_curie(row.name)) for row in CLASSES}
    for term in vocabulary.subjects(RDF.type, OWL.ObjectProperty):
        assert set(vocabulary.objects(term, RDFS.range)) <= classes
    for term in vocabulary.subjects(RDF.type, OWL.DatatypeProperty):
        (value,) = vocabulary.objects(term, RDFS.range)
        assert str(value).startswith(str(XSD))
    for term, _, value in vocabulary.triples((None, RDFS.domain, None)):
        assert value in classes, term


def test_superclasses_of_the_validator_are_those_of_the_ontology(vocabulary: rdflib.Graph) -> None:
    axioms = {(str(term), str(above)) for term, _, above in vocabulary.triples((None, RDFS.subClassOf, None))}
    assert axioms == {(name, above) for name, all_above in superclasses().items() for above in all_above}
