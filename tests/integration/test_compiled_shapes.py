"""The compiled shapes clear only what the engine would clear: on mutants, on real records, on shapes and nodes made up by hypothesis."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.columns import as_columns, resource_columns
from tests.support.mutations import (
    GRAPHS,
    NO_SHARED,
    complete,
    ntriples,
    shared_records,
    some_mutants,
    tidy,
)
from tests.support.profiles import example_count
from tests.support.shapes import OTHER, THING, assert_sound, compile_shapes, on_value, resource, typed

from pfocr2rdf.mapping.figure_graph import build_figure_graph
from pfocr2rdf.rdf.terms import RDF_TYPE, GroupedResource, Resource, ResourceColumns, expand_term, iri_term, literal
from pfocr2rdf.rdf.vocabulary import superclasses
from pfocr2rdf.validation.compiled_shapes import CompiledShapes
from pfocr2rdf.validation.shapes import Shapes, load_shapes
from pfocr2rdf.validation.validator import Validator

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")  # what Python's re says of [a&&b], which is tried here


# -- the built-in shapes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GRAPHS)
def test_no_mutant_conforms_that_the_engine_refuses(name: str) -> None:
    validator, compiled = Validator(load_shapes()), CompiledShapes(load_shapes().text, superclasses())
    verdicts: Counter[bool] = Counter()
    for fault, nodes in some_mutants(name, 600, 200) or pytest.skip(NO_SHARED):
        results = validator.validate_ntriples(ntriples(nodes))
        conforms = compiled.conforms(nodes)
        verdicts[conforms] += 1
        assert not (conforms and results), fault
        assert validator.validate(nodes) == results, fault
    assert verdicts[True] > 50
    assert verdicts[False] > 400


def test_shapes_that_saw_good_graphs_still_find_the_bad_one() -> None:
    compiled = CompiledShapes(load_shapes().text, superclasses())
    nodes = list(complete())
    for missing in nodes:
        remaining = [node for node in nodes if node is not missing]
        assert compiled.conforms(nodes)
        if missing.pairs[0] in [(RDF_TYPE, expand_term(f"pfocr:{name}")) for name in ("Figure", "Paper", "Organism", "Pathway", "Family")]:
            assert not compiled.conforms(remaining), missing.subject
        assert compiled.conforms(nodes)


def test_few_real_records_need_the_engine() -> None:
    records = shared_records() or pytest.skip(NO_SHARED)
    compiled = CompiledShapes(load_shapes().text, superclasses())
    nonconforming = [record.figid for record in records if not compiled.conforms(build_figure_graph(record).resources())]
    assert len(records) > 600
    assert len(nonconforming) < 0.05 * len(records), nonconforming


# -- shapes that somebody else wrote ---------------------------------------------------------------------------------------


# -- shapes and nodes made up ----------------------------------------------------------------------------------------------


CLASSES = ("ex:Thing", "ex:Other", "pfocr:Mention", "oa:Annotation")

IRIS = {
    "ex:Thing": iri_term(THING),
    "ex:Other": iri_term(OTHER),
    "pfocr:Mention": expand_term("pfocr:Mention"),
    "oa:Annotation": expand_term("oa:Annotation"),
}

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
    shape = st.tuples(st.sampled_from(CLASSES), st.lists(fields, min_size=1, max_size=3))
    return st.lists(shape, min_size=1, max_size=3).map(
        lambda drafts: "\n".join(
            f"ex:S{number} a sh:NodeShape ; sh:targetClass {target} "
            + "".join(f"; sh:property [ sh:path {path} ; {' ; '.join(each)} ] " for path, each in properties) + "."
            for number, (target, properties) in enumerate(drafts)
        )
    )  # fmt: skip


def values() -> st.SearchStrategy[str]:
    """A value, sometimes an ill-formed one."""
    unusual = st.sampled_from(["NaN", "INF", "1e0", "1_0", " 1", "1\n", "true", "2020", "2020-01-01", "\uff11"])
    types = st.sampled_from(["integer", "decimal", "double", "boolean", "gYear", "float", "date"])
    return st.one_of(
        WORDS.map(literal),
        WORDS.map(lambda word: f"{literal(word)}@en"),
        WORDS.map(lambda word: literal(word, "xsd:anyURI")),
        st.builds(typed, st.one_of(NUMBERS, NUMBERS, unusual, WORDS), types),
        st.sampled_from(["<urn:x:a>", "<urn:x:b>", "<urn:x:1>", "<urn:x:c>"]),
    )


def nodes() -> st.SearchStrategy[list[Resource]]:
    """Up to three nodes that may refer to each other."""
    pairs = st.lists(st.tuples(st.sampled_from(["<urn:x:p>", "<urn:x:q>", "<urn:x:r>"]), values()), max_size=5)
    node = st.tuples(st.lists(st.sampled_from(CLASSES), max_size=2), pairs)
    return st.lists(node, min_size=1, max_size=3).map(
        lambda drafts: [
            tidy(subject, (*((RDF_TYPE, IRIS[name]) for name in types), *pairs))
            for subject, (types, pairs) in zip(("<urn:x:a>", "<urn:x:b>", "<urn:x:1>"), drafts, strict=False)
        ]
    )


CHECKED = settings(max_examples=700, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


def test_whatever_the_shapes_and_the_nodes_the_compiled_shapes_are_sound() -> None:
    verdicts: Counter[bool] = Counter()

    @CHECKED
    @given(shapes(), nodes())
    def holds(text: str, graph: list[Resource]) -> None:
        compiled = compile_shapes(text)
        verdicts[compiled.is_exact and compiled.conforms(graph)] += 1
        assert_sound(text, graph)

    holds()
    assert verdicts[True] > 100
    assert verdicts[False] > 100


def test_whatever_the_constraints_and_the_value_the_compiled_shapes_are_sound() -> None:
    verdicts: Counter[bool] = Counter()

    @settings(CHECKED, max_examples=1500)
    @given(st.lists(constraints(), min_size=1, max_size=2).map(" ; ".join), values())
    def holds(text: str, value: str) -> None:
        verdicts[compile_shapes(on_value(text)).conforms(resource(value))] += 1
        assert_sound(on_value(text), resource(value))

    holds()
    assert verdicts[True] > 150
    assert verdicts[False] > 150


@pytest.mark.parametrize("name", GRAPHS)
def test_no_mutant_conforms_as_columns_that_the_engine_refuses(name: str) -> None:
    validator, compiled = Validator(load_shapes()), CompiledShapes(load_shapes().text, superclasses())
    verdicts: Counter[tuple[bool, bool]] = Counter()
    for fault, nodes in some_mutants(name, 600, 200) or pytest.skip(NO_SHARED):
        resources, figure, columns = as_columns(nodes)
        results = validator.validate_ntriples(ntriples(nodes))
        conforms = compiled.conforms(resources, figure, columns)
        verdicts[conforms, bool(results)] += 1
        assert not (conforms and results), fault
        assert conforms == compiled.conforms(nodes), fault
        assert validator.validate(resources, figure=figure, mentions=columns) == results, fault
    assert verdicts[True, False] > 50
    assert verdicts[False, True] > 300


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


@settings(deadline=None, max_examples=example_count(300))
@given(SHAPES, st.lists(resource_columns(), min_size=1, max_size=3))
def test_whatever_columns_hold_the_compiled_shapes_are_sound(shape: str, several: list[ResourceColumns]) -> None:
    validator, compiled = Validator(Shapes(shape, ())), CompiledShapes(shape, superclasses())
    figure = GroupedResource("<urn:x>", {RDF_TYPE: ["<urn:F>"]})
    for columns in several:
        results = validator.validate_ntriples(ntriples([Resource(figure.subject, figure.pairs), *columns.resources()]))
        assert not (compiled.conforms([], figure, columns) and results)
        assert validator.validate([], figure=figure, mentions=columns) == results
