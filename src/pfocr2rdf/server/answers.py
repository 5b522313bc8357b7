"""Answers to queries: from the cache, by a bounded lookup in this thread or in another, or by a worker process."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import re
from collections import OrderedDict
from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import QueryResultsFormat, parse_query_results

from pfocr2rdf.errors import StoreError
from pfocr2rdf.server.content_negotiation import RESULT_MEDIA_TYPES, choose_media_type
from pfocr2rdf.server.execute import ExecutionResult, SparqlRequest
from pfocr2rdf.server.fair_queue import FairQueue, QueueFullError
from pfocr2rdf.server.linked_data import PageRequest
from pfocr2rdf.server.settings import BYTES_PER_MEGABYTE, ServerSettings
from pfocr2rdf.server.store_view import StoreView
from pfocr2rdf.server.worker_pool import StreamedResult, WorkerPool
from pfocr2rdf.stores.embedded import StoreManager
from pfocr2rdf.stores.querying.bounded_query import evaluate_bounded
from pfocr2rdf.stores.querying.lookup import LookupExceededError, evaluate_lookup, parse_lookup
from pfocr2rdf.stores.querying.query_text import normalize_blanks

_MAX_CACHED_QUERY_CHARS = 8000
_LOOKUP_WORKERS = min(2, os.cpu_count() or 1)
_LOOKUP_TIMEOUT_SECONDS = 3.0  # what takes longer is not a small lookup, and waits with the others
_ENTRY_OVERHEAD_BYTES = 1000  # of the key, and of the objects around it
_MAX_ENTRY_FRACTION = 8  # of the cache, which one answer may fill
# What has another value each time, or is of another server, or may be so behind an escape, which blanks are not told from.
_is_volatile = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\b|SERVICE|\\", re.IGNORECASE).search
_RESULT_FORMATS = {"xml": QueryResultsFormat.XML, "csv": QueryResultsFormat.CSV, "tsv": QueryResultsFormat.TSV}


class Answer(NamedTuple):
    """A small answer."""

    media_type: str
    body: bytes
    etag: str  # weak, since its compressed forms have the same one


def make_answer(media_type: str, body: bytes) -> Answer:
    """An answer with the entity tag of its content."""
    return Answer(media_type, body, f'W/"{hashlib.blake2b(media_type.encode() + body, digest_size=12).hexdigest()}"')


def streamed_answer(answer: Answer) -> StreamedResult:
    """A small answer as that of a worker process."""
    return StreamedResult(ExecutionResult(200, answer.media_type), io.BytesIO(answer.body), answer.etag)


class AnswerCache:
    """The answers that were used last, up to a number of bytes."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._byte_count = 0
        self._answers: OrderedDict[Hashable, tuple[Answer, int]] = OrderedDict()

    def get(self, key: Hashable) -> Answer | None:
        """The answer of a key, if it is there."""
        if key not in self._answers:
            return None
        self._answers.move_to_end(key)
        return self._answers[key][0]

    def put(self, key: Hashable, answer: Answer, key_size: int) -> None:
        """Keep an answer, and drop those that were not used for longest."""
        size = len(answer.body) + key_size + _ENTRY_OVERHEAD_BYTES
        if size * _MAX_ENTRY_FRACTION > self._max_bytes:
            return
        if key in self._answers:
            self._byte_count -= self._answers.pop(key)[1]
        self._answers[key] = answer, size
        self._byte_count += size
        while self._byte_count > self._max_bytes:
            self._byte_count -= self._answers.popitem(last=False)[1][1]


class QueryAnswers:
    """Answers queries about a store that may be written to meanwhile. It is for the thread of the event loop."""

    def __init__(self, store: StoreManager[StoreView], folder: Path, settings: ServerSettings) -> None:
        self.cache = AnswerCache(settings.cache_mb * BYTES_PER_MEGABYTE)
        self._store = store
        self._pool = WorkerPool(folder, settings)
        timeout_seconds = min(_LOOKUP_TIMEOUT_SECONDS, settings.timeout_seconds)
        self._lookup_pool = WorkerPool(folder, settings._replace(timeout_seconds=timeout_seconds, worker_count=_LOOKUP_WORKERS))
        self._lookup_threads: FairQueue[bool] = FairQueue(settings.queue_length)  # those that are free
        for _ in range(_LOOKUP_WORKERS):
            self._lookup_threads.put(True)
        self._has_cache = settings.cache_mb > 0

    def store_version(self) -> Hashable:
        """What differs between two states of the store; ``None`` while there is no store."""
        try:
            return self._store.modification_stamp()
        except StoreError:
            return None

    def page_key(self, request: PageRequest) -> Hashable:
        """The key of a page; ``None`` if there is no cache, or no store."""
        version = self.store_version() if self._has_cache and len(request.accept) <= _MAX_CACHED_QUERY_CHARS else None
        return version and (version, request)

    def find(self, request: SparqlRequest) -> Answer | None:
        """The answer of the cache, or of a lookup in this thread; ``None`` if a worker process is needed.

        Raises:
            LookupExceededError: likewise, and its pattern was looked at before.
        """
        if request.default_graphs or request.named_graphs:
            return None
        key = self._cache_key(request)
        if key and (cached := self.cache.get(key)):
            return cached
        media_type = _result_media_type(request.accept, request.formats)
        if media_type is None or media_type == "text/html":
            return None
        lookup = parse_lookup(request.query)
        if lookup is None:
            return None
        try:
            with self._store.acquire() as view:
                body = evaluate_lookup(view.store, lookup)
        except StoreError:  # a worker process reports the error
            return None
        return self._keep(key, request, media_type, _convert_result(body, RESULT_MEDIA_TYPES[media_type]))

    async def execute(self, request: SparqlRequest, client: str) -> StreamedResult:
        """The answer of a worker process. A small one is kept."""
        key = self._cache_key(request)
        if key and (cached := self.cache.get(key)):
            return streamed_answer(cached)
        return self._keep_streamed(key, request, await self._pool.execute(request, client))

    async def execute_lookup(self, request: SparqlRequest, client: str) -> StreamedResult:
        """The answer of a lookup that exceeds the bounds of ``find``: of a thread, or of a worker process for lookups.

        Long queries have other worker processes, so that lookups do not wait for them.
        """
        key = self._cache_key(request)
        if body := await self._evaluate_in_thread(request, client):
            media_type = _result_media_type(request.accept, request.formats) or ""
            return streamed_answer(self._keep(key, request, media_type, body))
        return self._keep_streamed(key, request, await self._lookup_pool.execute(request, client))

    async def _evaluate_in_thread(self, request: SparqlRequest, client: str) -> bytes | None:
        """The result of a lookup that is not too large for a thread."""
        try:
            thread = self._lookup_threads.get_nowait() or await self._lookup_threads.get(client)
        except QueueFullError:
            return None
        evaluation = asyncio.ensure_future(asyncio.to_thread(self._evaluate_bounded, request))
        evaluation.add_done_callback(lambda _: self._lookup_threads.put(thread))
        return await asyncio.shield(evaluation)  # a thread whose client has left is not free before it ends

    def _evaluate_bounded(self, request: SparqlRequest) -> bytes | None:
        lookup, media_type = parse_lookup(request.query), _result_media_type(request.accept, request.formats)
        if lookup is None or media_type is None:
            return None
        try:
            with self._store.acquire() as view:
                body = evaluate_bounded(view.store, lookup)
        except (LookupExceededError, StoreError):
            return None
        return _convert_result(body, RESULT_MEDIA_TYPES[media_type])

    async def close(self) -> None:
        """End all worker processes."""
        await asyncio.gather(self._pool.close(), self._lookup_pool.close())

    def start(self) -> None:
        """Start the worker processes; those for lookups start when one is needed."""
        self._pool.start()

    def _keep_streamed(self, key: Hashable, request: SparqlRequest, streamed: StreamedResult) -> StreamedResult:
        if isinstance(streamed.file, io.BytesIO):
            answer = self._keep(key, request, streamed.result.detail, streamed.file.getvalue())
            return streamed._replace(etag=answer.etag)
        return streamed

    def _keep(self, key: Hashable, request: SparqlRequest, media_type: str, body: bytes) -> Answer:
        answer = make_answer(media_type, body)
        if key:
            self.cache.put(key, answer, 2 * len(request.query) + len(request.accept))
        return answer

    def _cache_key(self, request: SparqlRequest) -> Hashable:
        """The key of a query whose answer depends on the store alone; ``None`` for any other."""
        text = request.query
        if not self._has_cache or len(text) > _MAX_CACHED_QUERY_CHARS or _is_volatile(text):
            return None
        if "html" in request.accept.lower() or any("html" in name.lower() for name in request.formats):
            return None  # the page of an answer has the query as it was written
        version = self.store_version()
        return version and (version, request._replace(query=normalize_blanks(text)))


@lru_cache(256)
def _result_media_type(accept: str, formats: tuple[str, ...]) -> str | None:
    return choose_media_type(accept, formats, list(RESULT_MEDIA_TYPES))


def _convert_result(body: bytes, format_name: str) -> bytes:
    """A result in JSON, in another format."""
    if format_name == "json":
        return body
    file = io.BytesIO()
    result = parse_query_results(body, format=QueryResultsFormat.JSON)
    result.serialize(file, _RESULT_FORMATS[format_name])
    return file.getvalue()
