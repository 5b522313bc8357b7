"""Compiled shapes are sound: what conforms to them has no result of the engine. The built-in shapes, and constraints one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.columns import as_columns
from tests.support.mutations import (
    GRAPHS,
    INLINE,
    NO_SHARED,
    complete,
    ntriples,
    small_graph,
    write_record,
)
from tests.support.shapes import OTHER, PREFIXES, THING, assert_sound, compile_shapes, on_value, resource, typed

from pfocr2rdf.mapping.figure import decimal_lexical_form
from pfocr2rdf.mapping.figure_graph import build_figure_graph
from pfocr2rdf.rdf.terms import RDF_TYPE, Resource, iri_term
from pfocr2rdf.rdf.vocabulary import superclasses
from pfocr2rdf.records.reader import read_records
from pfocr2rdf.validation.compiled_shapes import CompiledShapes
from pfocr2rdf.validation.shapes import Shapes, load_shapes
from pfocr2rdf.validation.validator import Validator

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")  # what Python's re says of [a&&b], which is tried here


XSD = "http://www.w3.org/2001/XMLSchema#"


# -- the built-in shapes ---------------------------------------------------------------------------------------------------


def test_the_built_in_shapes_are_all_compiled() -> None:
    assert CompiledShapes(load_shapes().text, superclasses()).is_exact


@pytest.mark.parametrize("name", GRAPHS)
def test_small_graphs_without_a_fault_conform(name: str) -> None:
    assert CompiledShapes(load_shapes().text, superclasses()).conforms(small_graph(name) or pytest.skip(NO_SHARED))


@pytest.mark.parametrize("score", ["9.313225746154785e-10", "0.0000000009313225746154785", "0.9999999999999999999"])
def test_a_score_of_many_digits_conforms(score: str) -> None:
    """shacl 0.3.4 takes a decimal of more than 18 fraction digits for ill-formed (XSD has no such limit), so the mapping rounds."""
    old, new = '"0.95"', f'"{decimal_lexical_form(score)}"'
    graph = [Resource(node.subject, tuple((predicate, value.replace(old, new)) for predicate, value in node.pairs)) for node in complete()]
    assert new in ntriples(graph)
    assert Validator(load_shapes()).validate(graph) == Validator(load_shapes()).validate_ntriples(ntriples(graph)) == []


# -- shapes that somebody else wrote ---------------------------------------------------------------------------------------


KNOWN = {
    "minCount": "sh:minCount 1",
    "maxCount": "sh:maxCount 1",
    "datatype": "sh:datatype xsd:string",
    "nodeKind IRI": "sh:nodeKind sh:IRI",
    "nodeKind Literal": "sh:nodeKind sh:Literal",
    "pattern": 'sh:pattern "^[a-z]+$"',
    "minLength": "sh:minLength 1",
    "maxLength": "sh:maxLength 3",
    "minInclusive": "sh:datatype xsd:decimal ; sh:minInclusive 0",
    "maxInclusive": "sh:datatype xsd:decimal ; sh:maxInclusive 1.5",
    "in": 'sh:in ( ex:a "b" 3 )',
    "class": "sh:class ex:Other",
    "or": "sh:or ( [ sh:datatype xsd:string ] [ sh:nodeKind sh:IRI ] )",
    "qualifiedMaxCount": "sh:qualifiedValueShape [ sh:minExclusive 0 ] ; sh:qualifiedMaxCount 1",
    "what says nothing": 'sh:name "a" ; sh:description "b" ; sh:message "c" ; sh:severity sh:Info ; sh:order 1 ; rdfs:label "d"',
}


@pytest.mark.parametrize("constraint", KNOWN.values(), ids=KNOWN)
def test_everyday_constraints_are_compiled(constraint: str) -> None:
    assert compile_shapes(on_value(constraint)).is_exact


UNKNOWN = {
    "or of property shapes": on_value("sh:or ( [ sh:path ex:q ; sh:minCount 1 ] [ sh:nodeKind sh:IRI ] )"),
    "or of shapes with properties": on_value("sh:or ( [ sh:property [ sh:path ex:q ; sh:minCount 1 ] ] [ sh:nodeKind sh:IRI ] )"),
    "or of nothing": on_value("sh:or ()"),
    "or of a deactivated shape": on_value("sh:or ( [ sh:deactivated true ; sh:nodeKind sh:IRI ] )"),
    "or of a constraint that is not compiled": on_value("sh:or ( [ sh:minExclusive 0 ] [ sh:nodeKind sh:IRI ] )"),
    "and": on_value("sh:and ( [ sh:datatype xsd:string ] [ sh:minLength 2 ] )"),
    "not": on_value("sh:not [ sh:datatype xsd:string ]"),
    "xone": on_value("sh:xone ( [ sh:datatype xsd:string ] [ sh:minLength 2 ] )"),
    "closed": "ex:S a sh:NodeShape ; sh:targetClass ex:Thing ; sh:closed true ; sh:property [ sh:path ex:p ] .",
    "ignoredProperties": "ex:S a sh:NodeShape ; sh:targetClass ex:Thing ; sh:closed true ; sh:ignoredProperties ( rdf:type ) .",
    "equals": on_value("sh:equals ex:q"),
    "disjoint": on_value("sh:disjoint ex:q"),
    "lessThan": on_value("sh:lessThan ex:q"),
    "lessThanOrEquals": on_value("sh:lessThanOrEquals ex:q"),
    "hasValue": on_value("sh:hasValue ex:a"),
    "minExclusive": on_value("sh:minExclusive 0"),
    "maxExclusive": on_value("sh:maxExclusive 0"),
    "flags": on_value('sh:pattern "^a$" ; sh:flags "i"'),
    "languageIn": on_value('sh:languageIn ( "en" )'),
    "uniqueLang": on_value("sh:uniqueLang true"),
    "qualifiedValueShape": on_value("sh:qualifiedValueShape [ sh:class ex:Other ] ; sh:qualifiedMinCount 1"),
    "node": on_value("sh:node [ sh:property [ sh:path ex:q ; sh:minCount 1 ] ]"),
    "node on a node shape": "ex:S a sh:NodeShape ; sh:targetClass ex:Thing ; sh:node [ a sh:NodeShape ; sh:nodeKind sh:IRI ] .",
    "nodeKind BlankNode": on_value("sh:nodeKind sh:BlankNode"),
    "nodeKind IRIOrLiteral": on_value("sh:nodeKind sh:IRIOrLiteral"),
    "sparql": on_value('sh:sparql [ sh:select "SELECT $this WHERE { $this ex:p ?p }" ]'),
    "rule": "ex:S a sh:NodeShape ; sh:targetClass ex:Thing ; sh:rule [ a sh:TripleRule ] .",
    "deactivated": on_value("sh:minCount 1 ; sh:deactivated true"),
    "deactivated node shape": "ex:S a sh:NodeShape ; sh:targetClass ex:Thing ; sh:deactivated true .",
    "targetNode": "ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:nodeKind sh:Literal .",
    "targetNode beside a class": on_value("sh:minCount 1").replace("ex:Thing", "ex:Thing ; sh:targetNode ex:b"),
    "targetObjectsOf": "ex:S a sh:NodeShape ; sh:targetObjectsOf ex:p ; sh:nodeKind sh:IRI .",
    "targetSubjectsOf": "ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:nodeKind sh:Literal .",
    "target": "ex:S a sh:NodeShape ; sh:targetClass ex:Thing ; sh:target [ a sh:SPARQLTarget ] .",
    "implicit class": "ex:Thing a sh:NodeShape , rdfs:Class ; sh:property [ sh:path ex:p ; sh:minCount 1 ] .",
    "implicit class beside a class": "ex:Thing a sh:NodeShape , rdfs:Class ; sh:targetClass ex:Other ; sh:property [ sh:path ex:p ] .",
    "property shape with a target": "ex:P a sh:PropertyShape ; sh:targetClass ex:Thing ; sh:path ex:p ; sh:minCount 1 .",
    "property shape that is a class": "ex:S a sh:NodeShape ; sh:targetClass ex:Other ; sh:property ex:Thing ."
    "ex:Thing a sh:PropertyShape , rdfs:Class ; sh:path ex:p ; sh:minCount 1 .",
    "property in a property": on_value("sh:property [ sh:path ex:q ; sh:minCount 1 ]"),
    "sequence path": on_value("sh:minCount 1").replace("ex:p", "( ex:p ex:q )"),
    "inverse path": on_value("sh:minCount 1").replace("ex:p", "[ sh:inversePath ex:p ]"),
    "alternative path": on_value("sh:minCount 1").replace("ex:p", "[ sh:alternativePath ( ex:p ex:q ) ]"),
    "repeated path": on_value("sh:minCount 1").replace("ex:p", "[ sh:oneOrMorePath ex:p ]"),
    "class on a node shape": "ex:S a sh:NodeShape ; sh:targetClass ex:Thing ; sh:class ex:Other .",
    "a shape that nothing leads to": f"{on_value('sh:minCount 1')} ex:T a sh:NodeShape ; sh:nodeKind sh:IRI .",
    "a pattern with a class of letters": on_value('sh:pattern "\\\\w"'),
    "a pattern with a look-ahead": on_value('sh:pattern "^(?!a)"'),
    "a pattern with flags": on_value('sh:pattern "(?x)^[a b]$"'),
}


@pytest.mark.parametrize("text", UNKNOWN.values(), ids=UNKNOWN)
def test_a_constraint_that_is_not_compiled_makes_the_shapes_inexact(text: str) -> None:
    compiled = compile_shapes(text)
    assert not compiled.is_exact
    assert not compiled.conforms([])
    assert not compiled.conforms(resource('"a"'))


SOUND = [
    ("sh:datatype xsd:integer", typed("abc", "integer")),
    ("sh:datatype xsd:decimal", typed("1e5", "decimal")),
    ("sh:datatype xsd:double", typed("1_0", "double")),
    ("sh:datatype xsd:boolean", typed("maybe", "boolean")),
    ("sh:datatype xsd:date", typed("2020-13-01", "date")),
    ("sh:datatype xsd:dateTime", typed("today", "dateTime")),
    ("sh:datatype xsd:byte", f'"300"^^<{XSD}byte>'),
    ("sh:datatype xsd:nonNegativeInteger", typed("-5", "nonNegativeInteger")),
    ("sh:minInclusive 0", '"5"'),
    ("sh:minInclusive 0", '"5"@en'),
    ('sh:minInclusive "0"', typed("5", "integer")),
    ("sh:maxInclusive 3000", typed("2020", "gYear")),
    ('sh:minInclusive "1990"^^xsd:gYear', typed("1995", "gYear")),
    ("sh:minInclusive 0", typed("1_0", "integer")),
    ("sh:minInclusive 0", typed(" 1", "decimal")),
    ("sh:minInclusive 0", typed("NaN", "double")),
    ("sh:maxInclusive 1", typed("NaN", "decimal")),
    ('sh:minInclusive "2020-01-01"^^xsd:date', typed("2021-01-01", "date")),
    ('sh:pattern "^[a-c&&[ab]]?$"', '"c"'),
    ('sh:pattern "^[a-c--b]$"', '"b"'),
    ('sh:pattern "^[a-b~~b]$"', '"b"'),
    ('sh:pattern "^[^a-c[b]]*$"', '"b"'),
    ('sh:pattern "(?x)^[a b]$"', '" "'),
    ('sh:pattern "a**"', '"b"'),
    ("sh:minInclusive 0", typed("-1", "integer")),
    ("sh:minInclusive 0", "<urn:x:5>"),
    ('sh:pattern "^a$"', '"a\\n"'),
    ('sh:pattern "^a.b$"', '"a\\nb"'),
    ('sh:pattern "^.$"', '"\U0001d6fc"'),
    ('sh:pattern "^[^-]$"', '"-"'),
    ('sh:pattern "[a-z-[aeiou]]"', '"e"'),
    ("sh:maxLength 1", '"\U0001d6fc"'),
    ("sh:maxLength 1", '"e\u0301"'),
    ("sh:minLength 2", '"\\n"'),
    ("sh:in ( 1 )", typed("01", "integer")),
    ('sh:in ( "a" )', '"a"@en'),
    ("sh:in ()", '"a"'),
    ("sh:datatype rdf:langString", '"a"@en'),
    ("sh:class ex:Other", "<urn:x:a>"),
    ("sh:class ex:Thing", "<urn:x:a>"),
    ("sh:class ex:Thing", "<urn:x:b>"),
    ("sh:class ex:Thing", '"a"'),
    ("sh:minCount 2 ; sh:maxCount 1", '"a"'),
    ("sh:or ( [ sh:datatype xsd:integer ] [ sh:nodeKind sh:IRI ] )", '"a"'),
    ("sh:or ( [ sh:class ex:Other ] [ sh:datatype xsd:integer ] )", '"a"'),
    ("sh:or ()", '"a"'),
    ("sh:qualifiedValueShape [ sh:datatype xsd:string ] ; sh:qualifiedMaxCount 0", '"a"'),
    ("sh:qualifiedValueShape [ sh:datatype xsd:integer ] ; sh:qualifiedMinCount 1", '"a"'),
]  # fmt: skip


@pytest.mark.parametrize(("constraints", "value"), SOUND)
def test_a_value_that_the_engine_refuses_does_not_conform(constraints: str, value: str) -> None:
    assert_sound(on_value(constraints), resource(value))


def test_all_shapes_on_a_class_hold_together() -> None:
    two = on_value("sh:minCount 1") + on_value("sh:maxLength 2").replace("ex:S", "ex:T")
    for values in ((), ('"a"',), ('"abc"',)):
        assert compile_shapes(two).conforms(resource(*values)) is (values == ('"a"',))
        assert_sound(two, resource(*values))


def test_the_first_alternative_is_decided_without_the_engine_and_the_rest_is_left_to_it() -> None:
    shape = on_value("sh:or ( [ sh:datatype xsd:string ] [ sh:nodeKind sh:IRI ] )")
    assert compile_shapes(shape).conforms(resource('"a"'))
    assert not compile_shapes(shape).conforms(resource("<urn:x:b>"))
    assert Validator(Shapes(PREFIXES + shape, ())).validate(resource("<urn:x:b>")) == []


def test_a_shape_on_the_type_itself_is_checked() -> None:
    shape = on_value("sh:maxCount 1").replace("ex:p", "rdf:type")
    node = Resource("<urn:x:a>", ((RDF_TYPE, iri_term(THING)), (RDF_TYPE, iri_term(OTHER))))
    assert not compile_shapes(shape).conforms([node])
    assert_sound(shape, [node])


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"wpid": "WP1, WP1"}, "pfocr:pathway"),
        ({"annotations": [{"type": "a", "value": "b: c"}, {"type": "a: b", "value": "c"}]}, "pfocr:annotation"),
    ],
)
def test_what_a_record_says_twice_counts_once(tmp_path: Path, fields: dict[str, object], path: str) -> None:
    write_record(tmp_path, {**INLINE, **fields})
    (record,) = read_records(tmp_path)
    graph = build_figure_graph(record).resources()
    shape = f"ex:S a sh:NodeShape ; sh:targetClass pfocr:Figure ; sh:property [ sh:path {path} ; sh:minCount 2 ] ."
    assert_sound(shape, graph)
    lines = ntriples(graph).splitlines()
    assert len(lines) == len(set(lines))


# -- shapes and nodes made up ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GRAPHS)
def test_small_graphs_conform_as_columns(name: str) -> None:
    nodes = small_graph(name) or pytest.skip(NO_SHARED)
    resources, figure, columns = as_columns(nodes)
    assert figure
    assert columns
    assert len(resources) + 1 + len(columns.local_names) == len(nodes)
    assert CompiledShapes(load_shapes().text, superclasses()).conforms(resources, figure, columns)
