"""The pieces of a graph on their way into a store: several at once, each noted when it is there."""

from __future__ import annotations

import re
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from queue import SimpleQueue
from typing import NamedTuple

from pfocr2rdf.errors import StoreError
from pfocr2rdf.stores.chunks import Chunk, read_chunks
from pfocr2rdf.stores.clients.http import RequestRefusedError
from pfocr2rdf.stores.drivers import CONTENT_TOO_LARGE
from pfocr2rdf.stores.loading.sampling import FigureSampler
from pfocr2rdf.stores.loading.session import LoadPlan, LoadSession

_FIND_GRAPH_NAMES = re.compile(rb"<([^<>]*)> \.\n").findall

SendCallback = Callable[[int, int, int], None]
"""Called with how many bytes of the files were read, how many statements are in the store, and how many of these were there before."""


class SendStats(NamedTuple):
    """What was sent.

    Attributes:
        statements: all of them.
        chunks: the pieces that they were in.
        resumed: those of the pieces that were there from an interrupted run.
    """

    statements: int
    chunks: int
    resumed: int


def send_chunks(plan: LoadPlan, session: LoadSession, sampler: FigureSampler, progress: SendCallback) -> SendStats:
    """Send all that is not there yet. The journal knows afterwards how many statements belong into each graph.

    Raises:
        SourceError: a file is no valid RDF, or has blank nodes.
        StoreError: the store refuses a piece.
    """
    done = session.journal.sent_chunks()
    session.journal.reset_counts()
    tally, read, there = SendStats(0, 0, 0), [0], [sum(done.values())]
    senders = _SenderThreads(session.concurrency, _SplittingSender(session).add)

    def settled(job: Future[Chunk]) -> None:
        chunk = job.result()
        session.journal.mark_sent(chunk.number, chunk.statements)
        there[0] += chunk.statements

    before = there[0]
    jobs: deque[Future[Chunk]] = deque()
    try:
        for chunk in _read_plan_chunks(plan, session, read):
            sampler.observe(chunk)
            session.journal.add_counts(_count_by_graph(chunk, plan.target_graph))
            resumed = chunk.number in done
            tally = SendStats(tally.statements + chunk.statements, tally.chunks + 1, tally.resumed + resumed)
            if not resumed:
                jobs.append(senders.submit(chunk))
            while len(jobs) > session.concurrency or (jobs and jobs[0].done()):
                settled(jobs[0])
                jobs.popleft()
            progress(read[0], there[0], before)
        while jobs:
            settled(jobs[0])
            jobs.popleft()
            progress(read[0], there[0], before)
    except BaseException:
        under_way = [job for job in jobs if not job.cancel()]
        for job in wait(under_way, session.abort()).done:
            if not job.exception():  # it is there, and need not be sent again
                settled(job)
        raise
    finally:
        senders.end()
    return tally


def _read_plan_chunks(plan: LoadPlan, session: LoadSession, read: list[int]) -> Iterator[Chunk]:
    def watch(data: bytes) -> None:
        read[0] += len(data)

    return read_chunks(plan.paths, plan.source.quads, plan.source.is_export, session.chunk_limits, watch)


def _count_by_graph(chunk: Chunk, name: str) -> dict[str, int]:
    """How many statements of a piece belong into which graph."""
    if not chunk.quads:
        return {name: chunk.statements}
    return {graph.decode(): count for graph, count in Counter(_FIND_GRAPH_NAMES(chunk.lines)).items()}


class _SenderThreads:
    """Threads that send pieces. A program that is interrupted does not wait for them: a server may take long, and never answer."""

    def __init__(self, number: int, add: Callable[[Chunk], Chunk]) -> None:
        self._add = add
        self._waiting: SimpleQueue[tuple[Future[Chunk], Chunk] | None] = SimpleQueue()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(number)]
        for thread in self._threads:
            thread.start()

    def submit(self, chunk: Chunk) -> Future[Chunk]:
        """Send a piece as soon as a thread is free."""
        job: Future[Chunk] = Future()
        self._waiting.put((job, chunk))
        return job

    def end(self) -> None:
        """Let the threads go when they are done."""
        for _ in self._threads:
            self._waiting.put(None)

    def _work(self) -> None:
        while one := self._waiting.get():
            job, chunk = one
            if job.set_running_or_notify_cancel():
                try:
                    job.set_result(self._add(chunk))
                except Exception as error:
                    job.set_exception(error)


class _SplittingSender:
    """Adds pieces, in smaller ones where the server, or what stands before it, finds them too large."""

    def __init__(self, session: LoadSession) -> None:
        self._session = session
        self._size = session.chunk_limits.max_bytes

    def add(self, chunk: Chunk) -> Chunk:
        """Add a piece, and give it back."""
        if len(chunk.lines) > self._size and chunk.statements > 1:
            self._add_halves(chunk)
            return chunk
        try:
            self._session.add(chunk)
        except RequestRefusedError as error:
            if error.status != CONTENT_TOO_LARGE or chunk.statements < 2:
                raise StoreError(f"chunk {chunk.number}: {error}") from None
            self._size = min(self._size, len(chunk.lines) // 2)
            self._add_halves(chunk)
        return chunk

    def _add_halves(self, chunk: Chunk) -> None:
        for half in chunk.split_in_half():
            self.add(half)
