"""A subquery that does not return $this is refused; every other query is left to the engine."""

from __future__ import annotations

import pytest
from tests.support.shapes import PREFIXES

from pfocr2rdf.errors import ShapesError
from pfocr2rdf.validation.shapes import Shapes
from pfocr2rdf.validation.validator import Validator

SHAPE = 'ex:S a sh:NodeShape ; sh:targetClass ex:Thing ; sh:sparql [ sh:select """{query}""" ] .'
SUBQUERIES = {
    "without": ("SELECT $this { $this ?p ?o . { SELECT ?a ?b { ?a ?p ?b } } }", True),
    "aggregate": ("SELECT $this { { SELECT ?a (COUNT(?b) AS ?n) { ?a ?p ?b } GROUP BY ?a } $this ?p ?a }", True),
    "the inner of two": ("SELECT $this { { SELECT $this ?a { { select\n ?a { ?a ?p ?b } } $this ?q ?a } } }", True),
    "in a filter": ("SELECT $this { $this ?p ?o FILTER EXISTS { { SELECT ?o { ?o ?q ?r } } } }", True),
    "after a comment": ("SELECT $this { $this ?p ?o . { # of all\n SELECT ?a { ?a ?p ?b } } }", True),
    "after an escape of Turtle": (r"SELECT $this {\n$this ?p ?o . {\nSELECT ?a { ?a ?p ?b }\n}\n}", True),
    "with $this": ("SELECT $this { { SELECT $this (COUNT(?b) AS ?n) { $this ?p ?b } GROUP BY $this } FILTER (?n > 9) }", False),
    "$this as an expression": ("SELECT $this { { SELECT (?a AS ?b) { ?a ?p $this } } }", True),
    "with ?this": ("SELECT $this { { SELECT ?this { ?this ?p ?b } } }", False),
    "with all": ("SELECT $this { { SELECT * { $this ?p ?b } } }", False),
    "with all of another node": ("SELECT $this { $this ?p ?o . { SELECT * { ?a ?p ?b } } }", True),
    "with all of no node": ("SELECT $this { $this ?p ?o . { SELECT * { <urn:a> <urn:p> <urn:b> } } }", True),
    "with all, in a filter": ("SELECT $this { { SELECT * { ?a ?p ?b FILTER (?b = $this) } } }", True),
    "with all, taken away": ("SELECT $this { { SELECT * { ?a ?p ?b MINUS { $this ?p ?b } } } }", True),
    "with all of an inner one": ("SELECT $this { { SELECT * { { SELECT $this { $this ?p ?b } } } } }", False),
    "with all but that of an inner one": ("SELECT $this { { SELECT * { ?b ?p ?c { SELECT ?b { ?b ?p $this } } } } }", True),
    "with all, optional": ("SELECT $this { { SELECT * { ?a ?p ?b OPTIONAL { $this ?p ?b } } } }", False),
    "no subquery": ("SELECT $this { $this ?p 'x { SELECT ?a' }", False),
}


@pytest.mark.parametrize(("query", "is_refused"), SUBQUERIES.values(), ids=SUBQUERIES)
def test_a_subquery_returns_this(query: str, is_refused: bool) -> None:
    shapes = Shapes(PREFIXES + SHAPE.format(query=query), ())
    if is_refused:
        with pytest.raises(ShapesError, match=r"does not return \$this.*add \$this"):
            Validator(shapes)
    else:
        Validator(shapes).validate_ntriples("<urn:x:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:x:Thing> .")


def test_a_query_that_cannot_be_parsed_is_left_to_the_engine() -> None:
    shapes = Shapes(PREFIXES + SHAPE.format(query="SELECT $this { { SELECT ?a { ?a } }"), ())
    with pytest.raises(ShapesError, match="the shapes cannot be used") as refusal:
        Validator(shapes).validate_ntriples("<urn:x:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:x:Thing> .")
    assert "does not return" not in str(refusal.value)
