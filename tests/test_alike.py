"""Mentions are kept as columns: written, counted and screened as a whole, they are what they are one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mutations import GRAPHS, NO_SHARED, made_figures, ntriples, shared_records, small_graph, some_mutants

from pfocr2rdf.mapping.figure_graph import describe
from pfocr2rdf.pipeline.counts import Counts
from pfocr2rdf.rdf.cache import Remembered
from pfocr2rdf.rdf.iris import MENTIONS, figure_graph
from pfocr2rdf.rdf.serializers.formats import FORMATS
from pfocr2rdf.rdf.terms import TYPE, Alike, Grouped, Node, Pair, Shared, literal, ref, term
from pfocr2rdf.rdf.vocabulary import superclasses
from pfocr2rdf.validation.compiled_shapes import Screen
from pfocr2rdf.validation.shapes import Shapes, load_shapes
from pfocr2rdf.validation.validator import Validator

LAST = term("pfocr:occurrences")
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


def counted(counts: Counts) -> tuple[object, ...]:
    return counts.triples, counts.subjects, counts.classes, counts.properties


@pytest.mark.parametrize("form", FORMATS)
def test_a_figure_is_written_as_its_nodes_are(form: str) -> None:
    writer, slow = FORMATS[form](), FORMATS[form]()
    graphs = [*made_figures(), *map(describe, shared_records()[:100])]
    for graph in graphs * 2:
        name = figure_graph(graph.figid)
        nodes = [Node(graph.figure.subject, graph.figure.pairs), *graph.mentions.nodes()]
        assert writer.figure(graph.figure, graph.mentions, name) == slow.nodes(nodes, name)


WORDS = st.text(alphabet='aé"\\\n<> ;', max_size=4).map(literal)
VALUES = st.one_of(WORDS, st.sampled_from([term("pfocr:viaNer"), '"1"^^<http://www.w3.org/2001/XMLSchema#integer>', '"a"@en', "<urn:x>"]))


def pairs_of(*predicates: str) -> st.SearchStrategy[tuple[Pair, ...]]:
    """One statement or more with these predicates, side by side."""
    return st.lists(st.tuples(st.sampled_from(predicates), VALUES), min_size=1, max_size=5, unique=True).map(
        lambda found: tuple(sorted(found))
    )


@st.composite
def made_up(draw: st.DrawFn) -> Alike:
    said = [Shared(pairs) for pairs in draw(st.lists(pairs_of("<urn:p:q>", "<urn:p:r>", term("pfocr:word")), min_size=1, max_size=3))]
    last = [Shared(pairs) for pairs in draw(st.lists(pairs_of("<urn:z>", LAST), min_size=1, max_size=2))]
    names = draw(st.lists(st.text(alphabet="0aZ", min_size=1, max_size=3), max_size=5, unique=True))
    return Alike(
        draw(st.sampled_from([MENTIONS, "urn:x:"])),
        names,
        ((TYPE, draw(st.sampled_from([term("pfocr:Mention"), "<urn:C>"]))), ("<urn:a>", draw(VALUES))),
        [draw(st.sampled_from(said)) for _ in names],
        [draw(st.sampled_from(last)) for _ in names],
    )


@settings(deadline=None)
@given(made_up())
def test_whatever_columns_hold_they_are_written_and_counted_as_nodes(alike: Alike) -> None:
    figure = Grouped("<urn:f>", {TYPE: ["<urn:F>", "<urn:G>"], "<urn:p>": ['"f"'], "<urn:q>": ['"f"', '"g"@en', "<urn:F>"]})
    nodes = [Node(figure.subject, figure.pairs), *alike.nodes()]
    for make in FORMATS.values():
        assert make().figure(figure, alike, "urn:g") == make().nodes(nodes, "urn:g")
    one_by_one = Counts()
    one_by_one.add(nodes)
    assert counted(Counts.of(figure, alike)) == counted(one_by_one)


def test_counts_of_figures_are_those_of_their_nodes() -> None:
    merged, one_by_one = Counts(), Counts()
    for graph in (*made_figures(), *map(describe, shared_records())):
        merged.merge(Counts.of(graph.figure, graph.mentions))
        one_by_one.add([Node(graph.figure.subject, graph.figure.pairs), *graph.mentions.nodes()])
    triples = sum(one_by_one.properties.values())
    assert counted(merged) == counted(one_by_one)
    assert merged.triples == triples
    assert 0 not in merged.classes.values()


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


PREFIXES = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <urn:> . @prefix pfocr: <https://pfocr.wikipathways.org/vocab#> .\n"
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
).map(lambda drawn: PREFIXES + f"ex:S a sh:NodeShape ; sh:targetClass {drawn[0]} ; {drawn[1]} {' ; '.join(drawn[2]) or 'sh:order 1'} .")


@settings(deadline=None, max_examples=300)
@given(SHAPES, st.lists(made_up(), min_size=1, max_size=3))
def test_whatever_columns_hold_is_cleared_only_where_the_engine_finds_nothing(shape: str, several: list[Alike]) -> None:
    validator, quick = Validator(Shapes(shape, ())), Screen(shape, superclasses())
    figure = Grouped("<urn:x>", {TYPE: ["<urn:F>"]})
    for alike in several:
        found = validator.validate_ntriples(ntriples([Node(figure.subject, figure.pairs), *alike.nodes()]))
        assert not (quick.clean([], figure, alike) and found)
        assert validator.validate([], figure=figure, mentions=alike) == found


# -- what is remembered ----------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 30)), st.integers(1, 10))
def test_what_is_remembered_is_what_was_made(keys: list[int], limit: int) -> None:
    made: Counter[int] = Counter()

    def make(key: int) -> str:
        made[key] += 1
        return str(key)

    remembered = Remembered(limit, make)
    for key in keys:
        assert remembered[key] == str(key)
        assert remembered.recall(key) == str(key)
        assert len(remembered) <= limit
    if len(set(keys)) <= limit:
        assert set(made.values()) <= {1}


def test_what_is_asked_for_again_and_again_is_never_forgotten() -> None:
    made: Counter[int] = Counter()
    remembered: Remembered[int, int] = Remembered(10, lambda key: made.update([key]) or key)
    for key in range(1, 1_000):
        assert remembered[0] == 0
        assert remembered[key] == key
    assert made[0] == 1


def test_a_very_long_text_is_not_kept() -> None:
    remembered: Remembered[int, str] = Remembered(10, lambda key: "x" * key)
    assert remembered[10_000] == "x" * 10_000
    assert remembered.recall(10_000) is None


def test_without_a_maker_what_is_not_known_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Remembered[str, str]()["x"]
