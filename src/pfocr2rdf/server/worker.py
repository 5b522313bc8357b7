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

from pyoxigraph import Store

from pfocr2rdf.server.execute import Asked, answer_into
from pfocr2rdf.server.settings import MEGABYTE, Settings
from pfocr2rdf.stores.embedded import Kept, opened

READY = b"!"
"""What is said when the process can be asked."""

ALLOCATORS = {"MALLOC_ARENA_MAX": "2", "MIMALLOC_ARENA_RESERVE": "16384"}
"""The environment in which the allocators do not set gigabytes aside that nobody uses, and that no bound would see."""

_HELD = 1 << 18  # bytes of an answer that are no file: to make one takes longer than many an answer
_GRACE = 2.0  # for which a process that nobody kills any more outlives the time of its question
_TIRED = 0.5  # of the memory that it may have: what it does not give back would be missed by the next question


def main() -> None:
    """Answer until the other side is gone."""
    store, settings = Kept(Path(sys.argv[1]), opened), Settings(**json.loads(sys.argv[2]))
    # What the store's library takes for itself when it is first used is not the query's.
    answer_into(io.BytesIO(), store, Asked("ASK {}"))
    began = _bound(settings)
    with socket.socket(fileno=os.dup(0)) as line, line.makefile("rb") as questions:
        line.sendall(READY)
        for question in questions:
            _answer(line, Asked(**json.loads(question)), store, settings, began)


def _answer(line: socket.socket, asked: Asked, store: Kept[Store], settings: Settings, began: int) -> None:
    """Answer one question."""
    # Where an answer is too large for its file, to close that says so once more.
    with contextlib.suppress(OSError), tempfile.SpooledTemporaryFile(_HELD, prefix="pfocr2rdf-") as file:
        # The signal is not Python's: it also ends a process that is deep in the store.
        signal.setitimer(signal.ITIMER_REAL, settings.timeout + _GRACE)
        reply = answer_into(file, store, asked, service=settings.service)
        signal.setitimer(signal.ITIMER_REAL, 0)
        size = file.tell()
        told = {"reply": reply, "tired": _peak() - began > _TIRED * settings.memory * MEGABYTE, "size": size if size <= _HELD else None}
        said = json.dumps(told).encode() + b"\n"
        if reply.status != 200:
            line.sendall(said)
            return
        file.seek(0)
        if size <= _HELD:
            line.sendall(said + file.read())
        else:
            socket.send_fds(line, [said], [file.fileno()])


def _bound(settings: Settings) -> int:
    """Take only so much memory and disk; what it has taken already comes back."""
    pages = Path("/proc/self/statm")
    if pages.exists():  # elsewhere the bound is none that a system keeps
        taken = int(pages.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        _limit(resource.RLIMIT_AS, taken + settings.memory * MEGABYTE)
    _limit(resource.RLIMIT_FSIZE, settings.answer * MEGABYTE)
    _limit(resource.RLIMIT_CORE, 0)
    return _peak()


def _limit(what: int, value: int) -> None:
    most = resource.getrlimit(what)[1]
    value = value if most == resource.RLIM_INFINITY else min(value, most)
    resource.setrlimit(what, (value, value))


def _peak() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    main()
