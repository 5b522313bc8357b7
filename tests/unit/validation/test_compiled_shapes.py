"""The screen clears only what the engine would clear: on mutants, on shapes and nodes made up by hypothesis, on the real records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.columns import LAST, made_up
from tests.support.mutations import (
    GRAPHS,
    INLINE,
    NO_SHARED,
    complete,
    ntriples,
    shared_records,
    small_graph,
    some_mutants,
    tidy,
    write_record,
)

from pfocr2rdf.mapping.figure import decimal
from pfocr2rdf.mapping.figure_graph import describe
from pfocr2rdf.rdf.iris import MENTIONS
from pfocr2rdf.rdf.terms import TYPE, Alike, Grouped, Node, Shared, literal, ref, term
from pfocr2rdf.rdf.vocabulary import superclasses
from pfocr2rdf.records.reader import read_records
from pfocr2rdf.validation.compiled_shapes import Screen
from pfocr2rdf.validation.shapes import Shapes, load_shapes
from pfocr2rdf.validation.validator import Validator

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")  # what Python's re says of [a&&b], which is tried here

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

XSD = "http://www.w3.org/2001/XMLSchema#"


def screen(text: str) -> Screen:
    return Screen(PREFIXES + text, superclasses())


def on_value(constraints: str) -> str:
    """A shape of things that says this of the property ex:p."""
    return f"ex:S a sh:NodeShape ; sh:targetClass ex:Thing ; sh:property [ sh:path ex:p ; {constraints} ] ."


def thing(*values: str, predicate: str = "<urn:x:p>") -> list[Node]:
    """A graph with a thing that has these values."""
    return [Node("<urn:x:a>", ((TYPE, ref(THING)), *((predicate, value) for value in values)))]


def assert_sound(shapes: str, nodes: list[Node]) -> None:
    """The screen calls the nodes clean only where the engine finds nothing."""
    validator = Validator(Shapes(PREFIXES + shapes, ()))
    found = validator.validate_ntriples(ntriples(nodes))
    assert validator.validate(nodes) == found
    if screen(shapes).clean(nodes):
        assert found == []


# -- the built-in shapes ---------------------------------------------------------------------------------------------------


def test_the_built_in_shapes_are_all_known_to_the_screen() -> None:
    assert Screen(load_shapes().text, superclasses()).complete


@pytest.mark.parametrize("name", GRAPHS)
def test_no_mutant_passes_the_screen_that_the_engine_would_stop(name: str) -> None:
    validator, quick = Validator(load_shapes()), Screen(load_shapes().text, superclasses())
    said: Counter[bool] = Counter()
    for fault, nodes in some_mutants(name, 600, 200) or pytest.skip(NO_SHARED):
        found = validator.validate_ntriples(ntriples(nodes))
        cleared = quick.clean(nodes)
        said[cleared] += 1
        assert not (cleared and found), fault
        assert validator.validate(nodes) == found, fault
    assert said[True] > 50
    assert said[False] > 400


@pytest.mark.parametrize("name", GRAPHS)
def test_small_graphs_without_a_fault_are_cleared(name: str) -> None:
    assert Screen(load_shapes().text, superclasses()).clean(small_graph(name) or pytest.skip(NO_SHARED))


def test_a_screen_that_saw_good_graphs_before_still_finds_the_bad_one() -> None:
    quick = Screen(load_shapes().text, superclasses())
    nodes = list(complete())
    for missing in nodes:
        rest = [node for node in nodes if node is not missing]
        assert quick.clean(nodes)
        if missing.pairs[0] in [(TYPE, term(f"pfocr:{name}")) for name in ("Figure", "Paper", "Organism", "Pathway", "Family")]:
            assert not quick.clean(rest), missing.subject
        assert quick.clean(nodes)


@pytest.mark.parametrize("score", ["9.313225746154785e-10", "0.0000000009313225746154785", "0.9999999999999999999"])
def test_a_score_of_many_digits_conforms(score: str) -> None:
    """shacl 0.3.4 takes a decimal of more than 18 fraction digits for ill-formed (XSD has no such limit), so the mapping rounds."""
    old, new = '"0.95"', f'"{decimal(score)}"'
    graph = [Node(node.subject, tuple((one, value.replace(old, new)) for one, value in node.pairs)) for node in complete()]
    assert new in ntriples(graph)
    assert Validator(load_shapes()).validate(graph) == Validator(load_shapes()).validate_ntriples(ntriples(graph)) == []


def test_few_real_records_need_the_engine() -> None:
    records = shared_records() or pytest.skip(NO_SHARED)
    quick = Screen(load_shapes().text, superclasses())
    sent = [record.figid for record in records if not quick.clean(describe(record).nodes())]
    assert len(records) > 600
    assert len(sent) < 0.05 * len(records), sent


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
    "what says nothing": 'sh:name "a" ; sh:description "b" ; sh:message "c" ; sh:severity sh:Info ; sh:order 1 ; rdfs:label "d"',
}


@pytest.mark.parametrize("constraint", KNOWN.values(), ids=KNOWN)
def test_everyday_constraints_are_known(constraint: str) -> None:
    assert screen(on_value(constraint)).complete


UNKNOWN = {
    "or": on_value("sh:or ( [ sh:datatype xsd:string ] [ sh:nodeKind sh:IRI ] )"),
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
def test_what_the_screen_does_not_know_makes_it_incomplete(text: str) -> None:
    quick = screen(text)
    assert not quick.complete
    assert not quick.clean([])
    assert not quick.clean(thing('"a"'))


def typed(text: str, name: str) -> str:
    return literal(text, f"xsd:{name}")


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
]  # fmt: skip


@pytest.mark.parametrize(("constraints", "value"), SOUND)
def test_a_value_that_the_engine_stops_is_not_cleared(constraints: str, value: str) -> None:
    assert_sound(on_value(constraints), thing(value))


def test_all_shapes_on_a_class_hold_together() -> None:
    two = on_value("sh:minCount 1") + on_value("sh:maxLength 2").replace("ex:S", "ex:T")
    for values in ((), ('"a"',), ('"abc"',)):
        assert screen(two).clean(thing(*values)) is (values == ('"a"',))
        assert_sound(two, thing(*values))


def test_a_shape_on_the_type_itself_is_looked_at() -> None:
    shape = on_value("sh:maxCount 1").replace("ex:p", "rdf:type")
    node = Node("<urn:x:a>", ((TYPE, ref(THING)), (TYPE, ref(OTHER))))
    assert not screen(shape).clean([node])
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
    graph = describe(record).nodes()
    shape = f"ex:S a sh:NodeShape ; sh:targetClass pfocr:Figure ; sh:property [ sh:path {path} ; sh:minCount 2 ] ."
    assert_sound(shape, graph)
    lines = ntriples(graph).splitlines()
    assert len(lines) == len(set(lines))


# -- shapes and nodes made up ----------------------------------------------------------------------------------------------


CLASSES = ("ex:Thing", "ex:Other", "pfocr:Mention", "oa:Annotation")

IRIS = {"ex:Thing": ref(THING), "ex:Other": ref(OTHER), "pfocr:Mention": term("pfocr:Mention"), "oa:Annotation": term("oa:Annotation")}

NUMBERS = st.integers(-2, 3).map(str) | st.decimals(-2, 3, allow_nan=False, places=1).map(str)

WORDS = st.text(alphabet='ab-[]&\u00e9\U0001d6fc1 \n"\\', max_size=4)

BOUNDS = st.one_of(NUMBERS, NUMBERS, st.sampled_from(['"1"', '"1"^^xsd:gYear', '"2020-01-01"^^xsd:date', "1e0", '"NaN"^^xsd:double']))

PARTS = ("a", "b", "^a", "b$", "[ab]", "[^ab]", ".", "a|b", "(a|b)", "a?", "b+", "[0-9]{1,2}", "\\\\-", "\\\\.", "-", "$")

PATTERNS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=3).map("".join)


def constraints() -> st.SearchStrategy[str]:
    """One constraint."""
    types = st.sampled_from(["string", "gYear", "integer", "decimal", "double", "boolean", "date"])
    return st.one_of(
        st.integers(0, 2).map("sh:minCount {}".format),
        st.integers(0, 2).map("sh:maxCount {}".format),
        types.map("sh:datatype xsd:{}".format),
        st.sampled_from(["sh:nodeKind sh:IRI", "sh:nodeKind sh:Literal"]),
        PATTERNS.map('sh:pattern "{}"'.format),
        st.integers(0, 3).map("sh:minLength {}".format),
        st.integers(0, 3).map("sh:maxLength {}".format),
        BOUNDS.map("sh:minInclusive {}".format),
        BOUNDS.map("sh:maxInclusive {}".format),
        st.lists(st.sampled_from(["ex:a", "ex:b", '"a"', '"1"', "1", '"a"@en']), max_size=4).map(" ".join).map("sh:in ( {} )".format),
        st.sampled_from(CLASSES).map("sh:class {}".format),
    )


def shapes() -> st.SearchStrategy[str]:
    """Up to three node shapes with up to three property shapes each."""
    fields = st.tuples(st.sampled_from(["ex:p", "ex:q"]), st.lists(constraints(), min_size=1, max_size=2))
    one = st.tuples(st.sampled_from(CLASSES), st.lists(fields, min_size=1, max_size=3))
    return st.lists(one, min_size=1, max_size=3).map(
        lambda found: "\n".join(
            f"ex:S{number} a sh:NodeShape ; sh:targetClass {target} "
            + "".join(f"; sh:property [ sh:path {path} ; {' ; '.join(each)} ] " for path, each in properties) + "."
            for number, (target, properties) in enumerate(found)
        )
    )  # fmt: skip


def values() -> st.SearchStrategy[str]:
    """A value, sometimes an ill-formed one."""
    odd = st.sampled_from(["NaN", "INF", "1e0", "1_0", " 1", "1\n", "true", "2020", "2020-01-01", "\uff11"])
    types = st.sampled_from(["integer", "decimal", "double", "boolean", "gYear", "float", "date"])
    return st.one_of(
        WORDS.map(literal),
        WORDS.map(lambda word: f"{literal(word)}@en"),
        WORDS.map(lambda word: literal(word, "xsd:anyURI")),
        st.builds(typed, st.one_of(NUMBERS, NUMBERS, odd, WORDS), types),
        st.sampled_from(["<urn:x:a>", "<urn:x:b>", "<urn:x:1>", "<urn:x:c>"]),
    )


def nodes() -> st.SearchStrategy[list[Node]]:
    """Up to three nodes that may refer to each other."""
    pairs = st.lists(st.tuples(st.sampled_from(["<urn:x:p>", "<urn:x:q>", "<urn:x:r>"]), values()), max_size=5)
    node = st.tuples(st.lists(st.sampled_from(CLASSES), max_size=2), pairs)
    return st.lists(node, min_size=1, max_size=3).map(
        lambda found: [
            tidy(subject, (*((TYPE, IRIS[name]) for name in types), *pairs))
            for subject, (types, pairs) in zip(("<urn:x:a>", "<urn:x:b>", "<urn:x:1>"), found, strict=False)
        ]
    )


CHECKED = settings(max_examples=700, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


def test_whatever_the_shapes_and_the_nodes_what_is_cleared_is_clean() -> None:
    said: Counter[bool] = Counter()

    @CHECKED
    @given(shapes(), nodes())
    def holds(text: str, graph: list[Node]) -> None:
        quick = screen(text)
        said[quick.complete and quick.clean(graph)] += 1
        assert_sound(text, graph)

    holds()
    assert said[True] > 100
    assert said[False] > 100


def test_whatever_the_constraints_and_the_value_what_is_cleared_is_clean() -> None:
    said: Counter[bool] = Counter()

    @settings(CHECKED, max_examples=1500)
    @given(st.lists(constraints(), min_size=1, max_size=2).map(" ; ".join), values())
    def holds(text: str, value: str) -> None:
        said[screen(on_value(text)).clean(thing(value))] += 1
        assert_sound(on_value(text), thing(value))

    holds()
    assert said[True] > 150
    assert said[False] > 150


FIRST = (TYPE, term("oa:hasTarget"))


def as_columns(nodes: Iterable[Node]) -> tuple[list[Node], Grouped | None, Alike | None]:
    """A graph with its figure grouped, and those of its mentions as columns that begin alike; the others stay as they are."""
    figure: Grouped | None = None
    rest: list[Node] = []
    alike: Alike | None = None
    for node in nodes:
        name = node.subject[1:-1].removeprefix(MENTIONS)
        first = tuple(pair for pair in node.pairs if pair[0] in FIRST)
        last = tuple(pair for pair in node.pairs if pair[0] == LAST)
        said = node.pairs[len(first) : len(node.pairs) - len(last)]
        fits = node.subject == ref(MENTIONS + name) and name.isalnum() and node.pairs == first + said + last
        if fits and said and first and (alike is None or alike.first == first):
            alike = alike or Alike(MENTIONS, [], first, [], [])
            alike.names.append(name)
            alike.said.append(Shared(said))
            alike.last.append(Shared(last))
        elif not figure and (TYPE, term("pfocr:Figure")) in node.pairs:
            figure = Grouped(node.subject, node.values)
        else:
            rest.append(node)
    return rest, figure, alike


@pytest.mark.parametrize("name", GRAPHS)
def test_no_mutant_passes_as_columns_that_the_engine_would_stop(name: str) -> None:
    validator, quick = Validator(load_shapes()), Screen(load_shapes().text, superclasses())
    said: Counter[tuple[bool, bool]] = Counter()
    for fault, nodes in some_mutants(name, 600, 200) or pytest.skip(NO_SHARED):
        rest, figure, alike = as_columns(nodes)
        found = validator.validate_ntriples(ntriples(nodes))
        cleared = quick.clean(rest, figure, alike)
        said[cleared, bool(found)] += 1
        assert not (cleared and found), fault
        assert cleared == quick.clean(nodes), fault
        assert validator.validate(rest, figure=figure, mentions=alike) == found, fault
    assert said[True, False] > 50
    assert said[False, True] > 300


@pytest.mark.parametrize("name", GRAPHS)
def test_small_graphs_are_cleared_as_columns(name: str) -> None:
    nodes = small_graph(name) or pytest.skip(NO_SHARED)
    rest, figure, alike = as_columns(nodes)
    assert figure
    assert alike
    assert len(rest) + 1 + len(alike.names) == len(nodes)
    assert Screen(load_shapes().text, superclasses()).clean(rest, figure, alike)


COLUMN_PREFIXES = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <urn:> . @prefix pfocr: <https://pfocr.wikipathways.org/vocab#> .\n"
)

PATHS = ("ex:a", "ex:p:q", "ex:p:r", "ex:z", "pfocr:word", "pfocr:occurrences", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>")

RULES = (
    "sh:minCount 1", "sh:minCount 2", "sh:maxCount 0", "sh:maxCount 1", "sh:nodeKind sh:IRI", "sh:class ex:F", "sh:class pfocr:Mention",
    "sh:minLength 2",
)  # fmt: skip

NODE_RULES = ("", "sh:nodeKind sh:IRI ;", "sh:nodeKind sh:Literal ;", 'sh:pattern "^urn" ;', "sh:maxLength 12 ;", "sh:in ( <urn:x:0> ) ;")

SHAPES = st.tuples(
    st.sampled_from(["pfocr:Mention", "ex:C"]),
    st.sampled_from(NODE_RULES),
    st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(RULES)).map("sh:property [ sh:path {0[0]} ; {0[1]} ]".format), max_size=3),
).map(
    lambda drawn: COLUMN_PREFIXES + f"ex:S a sh:NodeShape ; sh:targetClass {drawn[0]} ; {drawn[1]} {' ; '.join(drawn[2]) or 'sh:order 1'} ."
)


@settings(deadline=None, max_examples=300)
@given(SHAPES, st.lists(made_up(), min_size=1, max_size=3))
def test_whatever_columns_hold_is_cleared_only_where_the_engine_finds_nothing(shape: str, several: list[Alike]) -> None:
    validator, quick = Validator(Shapes(shape, ())), Screen(shape, superclasses())
    figure = Grouped("<urn:x>", {TYPE: ["<urn:F>"]})
    for alike in several:
        found = validator.validate_ntriples(ntriples([Node(figure.subject, figure.pairs), *alike.nodes()]))
        assert not (quick.clean([], figure, alike) and found)
        assert validator.validate([], figure=figure, mentions=alike) == found
