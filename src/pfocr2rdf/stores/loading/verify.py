"""Whether a store holds what was sent: counts of every graph, samples read back, and where they differ, the pieces that are at fault."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from pfocr2rdf.errors import StoreError
from pfocr2rdf.stores.chunks import Chunk, chunks
from pfocr2rdf.stores.loading.sampling import Samples, comparable
from pfocr2rdf.stores.loading.session import Plan, Session

_GRAPHS = 100
_ASKED = 100
_NAMED = 3


class Difference(NamedTuple):
    """A graph that does not hold what was sent.

    Attributes:
        graph: its name.
        sent: how many statements it should have.
        found: how many it has.
    """

    graph: str
    sent: int
    found: int

    def __str__(self) -> str:
        """One clause."""
        return f"{f'<{self.graph}>' if self.graph else 'the default graph'} has {self.found:,} statements instead of {self.sent:,}"


def verify(plan: Plan, session: Session, samples: Samples) -> int:
    """Count every graph, and read samples back.

    Where the store lacks something, the journal no longer has the pieces that it is in: they are sent again by the next run.

    Returns:
        How many samples were read.

    Raises:
        StoreError: something differs; the sentence says in which pieces.
    """
    if differences := list(islice(_differences(plan, session), _NAMED)):
        lost = _lacking(plan, session)
        session.journal.undone(lost)
        raise StoreError(f"{'; '.join(map(str, differences))}; {_pieces_named(lost)}")
    read = 0
    for sample in samples:
        found = comparable(session.read(sample.graph or plan.name, sample.subjects))
        # In a file of somebody else, statements on one figure may stand apart, and the sample has some of them.
        alone = not plan.append and plan.contents.ours
        wrong = sample.statements ^ found if alone else sample.statements - found
        if wrong:
            session.journal.undone(sample.chunks)
            more = alone and found - sample.statements
            what, way = ("has something else in the place of", "load again with --fresh") if more else ("lacks", "load again")
            raise StoreError(f"chunk {sample.chunks[-1]}: the store {what} statements of <{sample.figure}>, {min(wrong)} for one; {way}")
        read += 1
    return read


def _differences(plan: Plan, session: Session) -> Iterator[Difference]:
    graphs = session.journal.graphs()
    while some := dict(islice(graphs, _GRAPHS)):
        found = session.counts(some)
        for name, sent in some.items():
            if found[name] != sent and not (plan.append and found[name] > sent):
                yield Difference(name, sent, found[name])


def _lacking(plan: Plan, session: Session) -> list[int]:
    """The numbers of the pieces of which the store has not everything."""
    everything = chunks(plan.paths, plan.contents.quads, plan.contents.ours, session.bounds)
    return [chunk.number for chunk in everything if not all(_held(chunk, plan, session))]


def _held(chunk: Chunk, plan: Plan, session: Session) -> Iterator[bool]:
    """Whether the store has the statements of a piece, some at a time, the last ones first: what is cut off is lost at the end."""
    graphs = chunk.graphs() if chunk.quads else {plan.name: chunk.lines}
    for name, text in graphs.items():
        lines = text.splitlines(keepends=True)
        for end in range(len(lines), 0, -_ASKED):
            yield session.holds(name, lines[max(0, end - _ASKED) : end])


def _pieces_named(numbers: list[int]) -> str:
    if not numbers:
        return "it has all that was sent, and more, or counts otherwise; load with --fresh, or into another graph"
    shown = ", ".join(map(str, numbers[:10])) + (", ..." if len(numbers) > 10 else "")
    return f"it lacks statements of chunk {shown}; load again, and these will be sent again"
