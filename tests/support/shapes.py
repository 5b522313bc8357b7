"""Small shapes and graphs, and whether the compiled shapes clear no more than the engine."""

from __future__ import annotations

from tests.support.mutations import (
    ntriples,
)

from pfocr2rdf.rdf.terms import RDF_TYPE, Resource, iri_term, literal
from pfocr2rdf.rdf.vocabulary import superclasses
from pfocr2rdf.validation.compiled_shapes import CompiledShapes
from pfocr2rdf.validation.shapes import Shapes
from pfocr2rdf.validation.validator import Validator

PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix pfocr: <https://pfocr.wikipathways.org/vocab#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix ex: <urn:x:> .
"""

THING, OTHER = "urn:x:Thing", "urn:x:Other"


def compile_shapes(text: str) -> CompiledShapes:
    return CompiledShapes(PREFIXES + text, superclasses())


def on_value(constraints: str) -> str:
    """A node shape with these constraints on the property ex:p."""
    return f"ex:S a sh:NodeShape ; sh:targetClass ex:Thing ; sh:property [ sh:path ex:p ; {constraints} ] ."


def resource(*values: str, predicate: str = "<urn:x:p>") -> list[Resource]:
    """A graph of one resource that has these values."""
    return [Resource("<urn:x:a>", ((RDF_TYPE, iri_term(THING)), *((predicate, value) for value in values)))]


def assert_sound(shapes: str, nodes: list[Resource]) -> None:
    """The compiled shapes say that the nodes conform only where the engine finds nothing."""
    validator = Validator(Shapes(PREFIXES + shapes, ()))
    results = validator.validate_ntriples(ntriples(nodes))
    assert validator.validate(nodes) == results
    if compile_shapes(shapes).conforms(nodes):
        assert results == []


def typed(text: str, name: str) -> str:
    return literal(text, f"xsd:{name}")
