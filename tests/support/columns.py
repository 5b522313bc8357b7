"""Columns of mentions: some that are made up, and what they count for."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from pfocr2rdf.pipeline.counts import Counts
from pfocr2rdf.rdf.iris import MENTIONS
from pfocr2rdf.rdf.terms import TYPE, Alike, Grouped, Node, Pair, Shared, literal, ref, term

LAST = term("pfocr:occurrences")


def counted(counts: Counts) -> tuple[object, ...]:
    return counts.triples, counts.subjects, counts.classes, counts.properties


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
