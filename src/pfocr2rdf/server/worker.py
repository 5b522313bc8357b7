"""The worker process: executes queries one by one. A small result returns inline, a large one as a file descriptor."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import socket
import sys
import tempfile
from pathlib import Path

with contextlib.suppress(ImportError):  # there is none on Windows, where nothing is served (``run.py``)
    import resource

from pfocr2rdf.pipeline.executors.child_process import end_with_parent
from pfocr2rdf.server.execute import SparqlRequest, execute_into
from pfocr2rdf.server.settings import BYTES_PER_MEGABYTE, ServerSettings
from pfocr2rdf.stores.embedded import EmbeddedStore, StoreManager
from pfocr2rdf.stores.network_guard import deny_network

READY_SIGNAL = b"!"  # sent once the worker accepts queries
ALLOCATOR_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2", "MIMALLOC_ARENA_RESERVE": "16384"}
"""Settings with which the allocators reserve no address space that the memory limit would count."""

_MAX_INLINE_BYTES = 1 << 18  # to create a file takes longer than most results
_KILL_GRACE_SECONDS = 2.0  # a worker outlives the timeout of its query by this much, if it is not killed
_RECYCLE_MEMORY_FRACTION = 0.5  # of its memory limit: memory that it keeps is missing for the next query


def run_worker() -> None:
    """Execute queries until the connection is closed."""
    end_with_parent(int(sys.argv[3]))
    store, settings = StoreManager(Path(sys.argv[1]), lambda store: store), ServerSettings(**json.loads(sys.argv[2]))
    if not settings.allow_service:
        deny_network()  # before the store starts threads; where it fails, queries that could use SERVICE are refused
    # What the store's library allocates at first use is not counted against a query.
    execute_into(io.BytesIO(), store, SparqlRequest("ASK {}"))
    start_peak_bytes = _limit_resources(settings)
    with socket.socket(fileno=os.dup(0)) as connection, connection.makefile("rb") as request_lines:
        connection.sendall(READY_SIGNAL)
        for request_line in request_lines:
            _handle_request(connection, SparqlRequest(**json.loads(request_line)), store, settings, start_peak_bytes)


def _handle_request(
    connection: socket.socket, request: SparqlRequest, store: StoreManager[EmbeddedStore], settings: ServerSettings, start_peak_bytes: int
) -> None:
    """Execute one query and send its result."""
    # If a result exceeded the file size limit, closing the file raises the same error again.
    with contextlib.suppress(OSError), tempfile.SpooledTemporaryFile(_MAX_INLINE_BYTES, prefix="pfocr2rdf-") as file:
        # Python does not handle this signal, so it also ends a process that runs native code.
        signal.setitimer(signal.ITIMER_REAL, settings.timeout_seconds + _KILL_GRACE_SECONDS)
        result = execute_into(file, store, request, allow_service=settings.allow_service)
        signal.setitimer(signal.ITIMER_REAL, 0)
        size = file.tell()
        response = {
            "result": result,
            "should_recycle": _peak_memory_bytes() - start_peak_bytes > _RECYCLE_MEMORY_FRACTION * settings.memory_mb * BYTES_PER_MEGABYTE,
            "size": size if size <= _MAX_INLINE_BYTES else None,
        }
        header = json.dumps(response).encode() + b"\n"
        if result.status != 200:
            connection.sendall(header)
            return
        file.seek(0)
        if size <= _MAX_INLINE_BYTES:
            connection.sendall(header + file.read())
        else:
            socket.send_fds(connection, [header], [file.fileno()])


def _limit_resources(settings: ServerSettings) -> int:
    """Limit memory and disk of this process; returns its peak memory so far."""
    pages = Path("/proc/self/statm")
    if pages.exists():  # other systems do not enforce this limit
        taken = int(pages.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        _set_limit(resource.RLIMIT_AS, taken + settings.memory_mb * BYTES_PER_MEGABYTE)
    _set_limit(resource.RLIMIT_FSIZE, settings.max_answer_mb * BYTES_PER_MEGABYTE)
    _set_limit(resource.RLIMIT_CORE, 0)
    return _peak_memory_bytes()


def _set_limit(limit_id: int, value: int) -> None:
    hard_limit = resource.getrlimit(limit_id)[1]
    value = value if hard_limit == resource.RLIM_INFINITY else min(value, hard_limit)
    resource.setrlimit(limit_id, (value, value))


def _peak_memory_bytes() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    run_worker()
