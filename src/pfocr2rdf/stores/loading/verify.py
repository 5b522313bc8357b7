"""Whether a store holds what was sent: counts of every graph, samples read back, and where they differ, the pieces that are at fault."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from pfocr2rdf.errors import StoreError
from pfocr2rdf.stores.chunks import Chunk, read_chunks
from pfocr2rdf.stores.loading.sampling import FigureSampler, normalize_ntriples
from pfocr2rdf.stores.loading.session import LoadPlan, LoadSession

_BATCH_GRAPHS = 100
_BATCH_STATEMENTS = 100
_MAX_REPORTED_GRAPHS = 3


class CountMismatch(NamedTuple):
    """A graph that does not hold what was sent.

    Attributes:
        graph: its name.
        expected: how many statements it should have.
        actual: how many it has.
    """

    graph: str
    expected: int
    actual: int

    def __str__(self) -> str:
        """One clause."""
        return f"{f'<{self.graph}>' if self.graph else 'the default graph'} has {self.actual:,} statements instead of {self.expected:,}"


def verify_load(plan: LoadPlan, session: LoadSession, sampler: FigureSampler) -> int:
    """Count every graph, and read samples back.

    Where the store lacks something, the journal no longer has the pieces that it is in: they are sent again by the next run.

    Returns:
        How many samples were read.

    Raises:
        StoreError: something differs; the sentence says in which pieces.
    """
    if differences := list(islice(_find_mismatches(plan, session), _MAX_REPORTED_GRAPHS)):
        lost = _find_incomplete_chunks(plan, session)
        session.journal.mark_missing(lost)
        raise StoreError(f"{'; '.join(map(str, differences))}; {_describe_chunks(lost)}")
    read = 0
    for sample in sampler:
        found = normalize_ntriples(session.read_subjects(sample.graph or plan.target_graph, sample.subjects))
        # In a file of somebody else, statements on one figure may stand apart, and the sample has some of them.
        alone = not plan.append and plan.source.is_export
        wrong = sample.statements ^ found if alone else sample.statements - found
        if wrong:
            session.journal.mark_missing(sample.chunk_numbers)
            more = alone and found - sample.statements
            what, way = ("has something else in the place of", "load again with --fresh") if more else ("lacks", "load again")
            raise StoreError(
                f"chunk {sample.chunk_numbers[-1]}: the store {what} statements of <{sample.figure}>, {min(wrong)} for one; {way}"
            )
        read += 1
    return read


def _find_mismatches(plan: LoadPlan, session: LoadSession) -> Iterator[CountMismatch]:
    graphs = session.journal.graph_counts()
    while some := dict(islice(graphs, _BATCH_GRAPHS)):
        found = session.count_each(some)
        for name, sent in some.items():
            if found[name] != sent and not (plan.append and found[name] > sent):
                yield CountMismatch(name, sent, found[name])


def _find_incomplete_chunks(plan: LoadPlan, session: LoadSession) -> list[int]:
    """The numbers of the pieces of which the store has not everything."""
    everything = read_chunks(plan.paths, plan.source.quads, plan.source.is_export, session.chunk_limits)
    return [chunk.number for chunk in everything if not all(_check_statements(chunk, plan, session))]


def _check_statements(chunk: Chunk, plan: LoadPlan, session: LoadSession) -> Iterator[bool]:
    """Whether the store has the statements of a piece, some at a time, the last ones first: what is cut off is lost at the end."""
    graphs = chunk.group_by_graph() if chunk.quads else {plan.target_graph: chunk.lines}
    for name, text in graphs.items():
        lines = text.splitlines(keepends=True)
        for end in range(len(lines), 0, -_BATCH_STATEMENTS):
            yield session.contains(name, lines[max(0, end - _BATCH_STATEMENTS) : end])


def _describe_chunks(numbers: list[int]) -> str:
    if not numbers:
        return "it has all that was sent, and more, or counts otherwise; load with --fresh, or into another graph"
    shown = ", ".join(map(str, numbers[:10])) + (", ..." if len(numbers) > 10 else "")
    return f"it lacks statements of chunk {shown}; load again, and these will be sent again"
