"""The process that answers questions, one after another. A small answer goes back with the reply, a large one in a file."""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import signal
import socket
import sys
import tempfile
from pathlib import Path

from pfocr2rdf.server.execute import SparqlRequest, execute_into
from pfocr2rdf.server.settings import BYTES_PER_MEGABYTE, ServerSettings
from pfocr2rdf.stores.embedded import EmbeddedStore, StoreManager

READY_SIGNAL = b"!"
"""What is said when the process can be asked."""

ALLOCATOR_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2", "MIMALLOC_ARENA_RESERVE": "16384"}
"""The environment in which the allocators do not set gigabytes aside that nobody uses, and that no bound would see."""

_MAX_INLINE_BYTES = 1 << 18  # bytes of an answer that are no file: to make one takes longer than many an answer
_KILL_GRACE_SECONDS = 2.0  # for which a process that nobody kills any more outlives the time of its question
_RECYCLE_MEMORY_FRACTION = 0.5  # of the memory that it may have: what it does not give back would be missed by the next question


def run_worker() -> None:
    """Answer until the other side is gone."""
    store, settings = StoreManager(Path(sys.argv[1]), lambda store: store), ServerSettings(**json.loads(sys.argv[2]))
    # What the store's library takes for itself when it is first used is not the query's.
    execute_into(io.BytesIO(), store, SparqlRequest("ASK {}"))
    began = _limit_resources(settings)
    with socket.socket(fileno=os.dup(0)) as line, line.makefile("rb") as questions:
        line.sendall(READY_SIGNAL)
        for question in questions:
            _handle_request(line, SparqlRequest(**json.loads(question)), store, settings, began)


def _handle_request(
    line: socket.socket, request: SparqlRequest, store: StoreManager[EmbeddedStore], settings: ServerSettings, start_peak_bytes: int
) -> None:
    """Answer one question."""
    # Where an answer is too large for its file, to close that says so once more.
    with contextlib.suppress(OSError), tempfile.SpooledTemporaryFile(_MAX_INLINE_BYTES, prefix="pfocr2rdf-") as file:
        # The signal is not Python's: it also ends a process that is deep in the store.
        signal.setitimer(signal.ITIMER_REAL, settings.timeout + _KILL_GRACE_SECONDS)
        reply = execute_into(file, store, request, allow_service=settings.service)
        signal.setitimer(signal.ITIMER_REAL, 0)
        size = file.tell()
        told = {
            "reply": reply,
            "tired": _peak_memory_bytes() - start_peak_bytes > _RECYCLE_MEMORY_FRACTION * settings.memory * BYTES_PER_MEGABYTE,
            "size": size if size <= _MAX_INLINE_BYTES else None,
        }
        said = json.dumps(told).encode() + b"\n"
        if reply.status != 200:
            line.sendall(said)
            return
        file.seek(0)
        if size <= _MAX_INLINE_BYTES:
            line.sendall(said + file.read())
        else:
            socket.send_fds(line, [said], [file.fileno()])


def _limit_resources(settings: ServerSettings) -> int:
    """Take only so much memory and disk; what it has taken already comes back."""
    pages = Path("/proc/self/statm")
    if pages.exists():  # elsewhere the bound is none that a system keeps
        taken = int(pages.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        _set_limit(resource.RLIMIT_AS, taken + settings.memory * BYTES_PER_MEGABYTE)
    _set_limit(resource.RLIMIT_FSIZE, settings.answer * BYTES_PER_MEGABYTE)
    _set_limit(resource.RLIMIT_CORE, 0)
    return _peak_memory_bytes()


def _set_limit(limit_id: int, value: int) -> None:
    most = resource.getrlimit(limit_id)[1]
    value = value if most == resource.RLIM_INFINITY else min(value, most)
    resource.setrlimit(limit_id, (value, value))


def _peak_memory_bytes() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    run_worker()
