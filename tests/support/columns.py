"""Columns of mentions: some that are made up, and what they count for."""

from __future__ import annotations

from hypothesis import strategies as st

from pfocr2rdf.pipeline.counts import Counts
from pfocr2rdf.rdf.iris import MENTIONS
from pfocr2rdf.rdf.terms import TYPE, Alike, Pair, Shared, literal, term

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
