"""Columns of mentions: some that are made up, and what they count for."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from pfocr2rdf.pipeline.counts import TripleCounts
from pfocr2rdf.rdf.iris import MENTION_NAMESPACE
from pfocr2rdf.rdf.terms import (
    RDF_TYPE,
    GroupedResource,
    PredicateObject,
    PredicateObjectList,
    Resource,
    ResourceColumns,
    expand_term,
    iri_term,
    literal,
)

LAST = expand_term("pfocr:occurrences")


def counted(counts: TripleCounts) -> tuple[object, ...]:
    return counts.triples, counts.subjects, counts.classes, counts.properties


WORDS = st.text(alphabet='aé"\\\n<> ;', max_size=4).map(literal)

VALUES = st.one_of(
    WORDS, st.sampled_from([expand_term("pfocr:viaNer"), '"1"^^<http://www.w3.org/2001/XMLSchema#integer>', '"a"@en', "<urn:x>"])
)


def pairs_of(*predicates: str) -> st.SearchStrategy[tuple[PredicateObject, ...]]:
    """One statement or more with these predicates, side by side."""
    return st.lists(st.tuples(st.sampled_from(predicates), VALUES), min_size=1, max_size=5, unique=True).map(
        lambda pairs: tuple(sorted(pairs))
    )


@st.composite
def resource_columns(draw: st.DrawFn) -> ResourceColumns:
    bodies = [
        PredicateObjectList(pairs)
        for pairs in draw(st.lists(pairs_of("<urn:p:q>", "<urn:p:r>", expand_term("pfocr:word")), min_size=1, max_size=3))
    ]
    trailers = [PredicateObjectList(pairs) for pairs in draw(st.lists(pairs_of("<urn:z>", LAST), min_size=1, max_size=2))]
    names = draw(st.lists(st.text(alphabet="0aZ", min_size=1, max_size=3), max_size=5, unique=True))
    return ResourceColumns(
        draw(st.sampled_from([MENTION_NAMESPACE, "urn:x:"])),
        names,
        ((RDF_TYPE, draw(st.sampled_from([expand_term("pfocr:Mention"), "<urn:C>"]))), ("<urn:a>", draw(VALUES))),
        [draw(st.sampled_from(bodies)) for _ in names],
        [draw(st.sampled_from(trailers)) for _ in names],
    )


FIRST = (RDF_TYPE, expand_term("oa:hasTarget"))


def as_columns(nodes: Iterable[Resource]) -> tuple[list[Resource], GroupedResource | None, ResourceColumns | None]:
    """A graph with its figure grouped, and those of its mentions as columns that begin alike; the others stay as they are."""
    figure: GroupedResource | None = None
    others: list[Resource] = []
    columns: ResourceColumns | None = None
    for node in nodes:
        name = node.subject[1:-1].removeprefix(MENTION_NAMESPACE)
        common = tuple(pair for pair in node.pairs if pair[0] in FIRST)
        trailer = tuple(pair for pair in node.pairs if pair[0] == LAST)
        body = node.pairs[len(common) : len(node.pairs) - len(trailer)]
        fits = node.subject == iri_term(MENTION_NAMESPACE + name) and name.isalnum() and node.pairs == common + body + trailer
        if fits and body and common and (columns is None or columns.common == common):
            columns = columns or ResourceColumns(MENTION_NAMESPACE, [], common, [], [])
            columns.local_names.append(name)
            columns.bodies.append(PredicateObjectList(body))
            columns.trailers.append(PredicateObjectList(trailer))
        elif not figure and (RDF_TYPE, expand_term("pfocr:Figure")) in node.pairs:
            figure = GroupedResource(node.subject, node.values_by_predicate)
        else:
            others.append(node)
    return others, figure, columns
