"""Send the chunks of a source into a store: several at once, each noted in the journal when it is there."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future, wait
from queue import SimpleQueue
from typing import NamedTuple

from pfocr2rdf.errors import StoreError
from pfocr2rdf.storage.progress import Progress
from pfocr2rdf.stores.chunks import Chunk
from pfocr2rdf.stores.clients.http import RequestRefusedError
from pfocr2rdf.stores.drivers import CONTENT_TOO_LARGE
from pfocr2rdf.stores.loading.plan import LoadPlan
from pfocr2rdf.stores.loading.session import LoadSession

ChunkFilter = Callable[[Chunk], Chunk]
_FIND_GRAPH_NAMES = re.compile(rb"<([^<>]*)> \.\n").findall


class SendStats(NamedTuple):
    """The numbers of statements and chunks of a load, and of the chunks that an interrupted run had sent."""

    statements: int
    chunks: int
    resumed: int


def send_chunks(plan: LoadPlan, session: LoadSession, filter_chunk: ChunkFilter, progress: Progress | None) -> SendStats:
    """Send all chunks that are not in the store yet. The journal knows afterwards how many statements belong into each graph.

    ``filter_chunk`` gets all chunks in their order, also those of an interrupted load, and returns what of them is loaded.

    Raises:
        SourceError: a file is not valid RDF, or has blank nodes.
        StoreError: the store refuses a chunk.
    """
    return _ChunkSender(plan, session, filter_chunk, progress).send_all()


class _ChunkSender:
    """The state of ``send_chunks``: what was read, what is under way, and what is in the store."""

    def __init__(self, plan: LoadPlan, session: LoadSession, filter_chunk: ChunkFilter, progress: Progress | None) -> None:
        self._plan = plan
        self._session = session
        self._filter_chunk = filter_chunk
        self._progress = progress
        self._began = time.monotonic()
        self._sent_chunks = session.journal.sent_chunks()
        self._resumed_statements = self._stored_statements = sum(self._sent_chunks.values())
        self._read_bytes = 0
        self._jobs: deque[Future[Chunk]] = deque()

    def send_all(self) -> SendStats:
        plan, session, jobs = self._plan, self._session, self._jobs
        session.journal.reset_counts()
        stats = SendStats(0, 0, 0)
        threads = _SenderThreads(session.concurrency, _SplittingSender(session).add)
        try:
            for chunk in map(self._filter_chunk, plan.read_chunks(session.chunk_limits, self._count_bytes)):
                session.journal.add_counts(_count_by_graph(chunk, plan.target_graph))
                is_resumed = chunk.number in self._sent_chunks
                stats = SendStats(stats.statements + chunk.statements, stats.chunks + 1, stats.resumed + is_resumed)
                if not is_resumed:
                    jobs.append(threads.submit(chunk))
                while len(jobs) > session.concurrency or (jobs and jobs[0].done()):
                    self._settle_first()
                self._report()
            while jobs:
                self._settle_first()
                self._report()
        except BaseException:
            under_way = [job for job in jobs if not job.cancel()]
            for job in wait(under_way, session.abort()).done:
                if not job.exception():  # it is in the store, and need not be sent again
                    self._mark_sent(job.result())
            raise
        finally:
            threads.end()
        return stats

    def _settle_first(self) -> None:
        """Wait for the first job. It stays in the queue when that is interrupted."""
        self._mark_sent(self._jobs[0].result())
        self._jobs.popleft()

    def _mark_sent(self, chunk: Chunk) -> None:
        self._session.journal.mark_sent(chunk.number, chunk.statements)
        self._stored_statements += chunk.statements

    def _count_bytes(self, data: bytes) -> None:
        self._read_bytes += len(data)

    def _report(self) -> None:
        if self._progress:
            done, total, stored = self._read_bytes, self._plan.source.size_bytes, self._stored_statements
            rate = (stored - self._resumed_statements) / max(time.monotonic() - self._began, 0.001)
            note = f"{done / 1e6:,.0f} of {total / 1e6:,.0f} MB, {stored:,} statements, {rate:,.0f}/s"
            self._progress("loading", done, total, note)


def _count_by_graph(chunk: Chunk, target_graph: str) -> dict[str, int]:
    """The numbers of statements of a chunk by the graph that they belong into."""
    if not chunk.quads:
        return {target_graph: chunk.statements}
    return {graph.decode(): count for graph, count in Counter(_FIND_GRAPH_NAMES(chunk.lines)).items()}


class _SenderThreads:
    """Daemon threads that add chunks.

    They are no ``ThreadPoolExecutor``, since an interrupted program must not wait for them: a server may never answer.
    """

    def __init__(self, number: int, add: Callable[[Chunk], Chunk]) -> None:
        self._add = add
        self._queue: SimpleQueue[tuple[Future[Chunk], Chunk] | None] = SimpleQueue()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(number)]
        for thread in self._threads:
            thread.start()

    def submit(self, chunk: Chunk) -> Future[Chunk]:
        job: Future[Chunk] = Future()
        self._queue.put((job, chunk))
        return job

    def end(self) -> None:
        """Let the threads end when the queue is empty."""
        for _ in self._threads:
            self._queue.put(None)

    def _work(self) -> None:
        while item := self._queue.get():
            job, chunk = item
            if job.set_running_or_notify_cancel():
                try:
                    job.set_result(self._add(chunk))
                except Exception as error:
                    job.set_exception(error)


class _SplittingSender:
    """Adds chunks, in halves where the server, or a proxy before it, finds them too large."""

    def __init__(self, session: LoadSession) -> None:
        self._session = session
        self._max_bytes = session.chunk_limits.max_bytes

    def add(self, chunk: Chunk) -> Chunk:
        """Add a chunk, and return it."""
        if len(chunk.lines) > self._max_bytes and chunk.statements > 1:
            self._add_halves(chunk)
            return chunk
        try:
            self._session.add(chunk)
        except RequestRefusedError as error:
            if error.status != CONTENT_TOO_LARGE or chunk.statements < 2:
                raise StoreError(f"chunk {chunk.number}: {error}") from None
            self._max_bytes = min(self._max_bytes, len(chunk.lines) // 2)
            self._add_halves(chunk)
        return chunk

    def _add_halves(self, chunk: Chunk) -> None:
        for half in chunk.split_in_half():
            self.add(half)
