"""Verify a load: count every graph, read samples back, and where they differ, find the chunks at fault."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from pfocr2rdf.errors import StoreError
from pfocr2rdf.stores.chunks import Chunk
from pfocr2rdf.stores.loading.plan import LoadPlan
from pfocr2rdf.stores.loading.sampling import FigureSampler, normalize_ntriples
from pfocr2rdf.stores.loading.session import LoadSession

_BATCH_GRAPHS = 100
_BATCH_STATEMENTS = 100
_MAX_REPORTED_GRAPHS = 3


class CountMismatch(NamedTuple):
    """A graph that has not as many statements as were sent."""

    graph: str
    expected: int
    actual: int

    def __str__(self) -> str:
        """One clause."""
        return f"{f'<{self.graph}>' if self.graph else 'the default graph'} has {self.actual:,} statements instead of {self.expected:,}"


def verify_load(plan: LoadPlan, session: LoadSession, sampler: FigureSampler) -> int:
    """Count every graph, and read the samples back. Returns the number of samples.

    The journal forgets chunks of which the store lacks something: the next run sends them again.

    Raises:
        StoreError: something differs; the message names the chunks.
    """
    if mismatches := list(islice(_find_mismatches(plan, session), _MAX_REPORTED_GRAPHS)):
        chunk_numbers = _find_incomplete_chunks(plan, session)
        if chunk_numbers or not _has_only_repeats(plan, session):
            session.journal.mark_missing(chunk_numbers)
            raise StoreError(f"{'; '.join(map(str, mismatches))}; {_describe_chunks(chunk_numbers)}")
    # In a third-party file, the statements on one figure may stand apart, and the sample has some of them.
    must_be_equal = not plan.options.append and plan.source.is_export
    sampled = 0
    for sample in sampler:
        stored = normalize_ntriples(session.read_subjects(sample.graph or plan.target_graph, sample.subjects))
        wrong = sample.statements ^ stored if must_be_equal else sample.statements - stored
        if wrong:
            session.journal.mark_missing(sample.chunk_numbers)
            has_others = must_be_equal and stored - sample.statements
            verb, remedy = ("has different data instead of", "load again with --fresh") if has_others else ("lacks", "load again")
            raise StoreError(
                f"chunk {sample.chunk_numbers[-1]}: the store {verb} statements of <{sample.figure}>, {min(wrong)} for one; {remedy}"
            )
        sampled += 1
    return sampled


def _find_mismatches(plan: LoadPlan, session: LoadSession) -> Iterator[CountMismatch]:
    graphs = session.journal.graph_counts()
    while batch := dict(islice(graphs, _BATCH_GRAPHS)):
        counts = session.count_each(batch)
        for graph, expected in batch.items():
            if counts[graph] != expected and not (plan.options.append and counts[graph] > expected):
                yield CountMismatch(graph, expected, counts[graph])


def _has_only_repeats(plan: LoadPlan, session: LoadSession) -> bool:
    """Whether all that is wrong is that graphs have fewer statements: a third-party file may state one twice, or in many graphs."""
    return not plan.source.is_export and all(mismatch.actual < mismatch.expected for mismatch in _find_mismatches(plan, session))


def _find_incomplete_chunks(plan: LoadPlan, session: LoadSession) -> list[int]:
    """The numbers of the chunks of which the store lacks something."""
    return [chunk.number for chunk in plan.read_chunks(session.chunk_limits) if not all(_check_statements(chunk, plan, session))]


def _check_statements(chunk: Chunk, plan: LoadPlan, session: LoadSession) -> Iterator[bool]:
    """Whether the store has the statements of a chunk, batch by batch, the last ones first: what is cut off is lost at the end."""
    graphs = chunk.group_by_graph() if chunk.quads else {plan.target_graph: chunk.lines}
    for graph, ntriples in graphs.items():
        lines = ntriples.splitlines(keepends=True)
        for end in range(len(lines), 0, -_BATCH_STATEMENTS):
            yield session.contains(graph, lines[max(0, end - _BATCH_STATEMENTS) : end])


def _describe_chunks(numbers: list[int]) -> str:
    if not numbers:
        return "it contains more statements than were sent, or counts differently; load with --fresh, or into another graph"
    first = ", ".join(map(str, numbers[:10])) + (", ..." if len(numbers) > 10 else "")
    return f"it lacks statements of chunk {first}; load again to send them again"
