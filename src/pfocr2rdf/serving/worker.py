"""The process that answers questions, one after another. It is given a file with each question, and leaves the answer in it."""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import socket
import sys
from pathlib import Path

from pfocr2rdf.serving.asking import Asked, answer_into
from pfocr2rdf.serving.settings import MEGABYTE, Settings
from pfocr2rdf.stores.kept import Kept, opened

READY, ASK = b"!", b"?"
"""What is said when the process can be asked, and what comes with a file."""

ALLOCATORS = {"MALLOC_ARENA_MAX": "2", "MIMALLOC_ARENA_RESERVE": "16384"}
"""The environment in which the allocators do not set gigabytes aside that nobody uses, and that no bound would see."""

_GRACE = 2.0  # for which a process that nobody kills any more outlives the time of its question
_TIRED = 0.5  # of the memory that it may have: what it does not give back would be missed by the next question


def main() -> None:
    """Answer until the other side is gone."""
    store, settings = Kept(Path(sys.argv[1]), opened), Settings(**json.loads(sys.argv[2]))
    # What the store's library takes for itself when it is first used is not the query's.
    answer_into(io.BytesIO(), store, Asked("ASK {}"))
    began = _bound(settings)
    with socket.socket(fileno=os.dup(0)) as line:
        line.sendall(READY)
        while True:
            said, handles, _, _ = socket.recv_fds(line, 1, 1)
            if not said:
                return
            with os.fdopen(handles[0], "r+b") as file:
                asked = Asked(**json.load(file))
                file.seek(0)
                file.truncate()
                # The signal is not Python's: it also ends a process that is deep in the store.
                signal.setitimer(signal.ITIMER_REAL, settings.timeout + _GRACE)
                reply = answer_into(file, store, asked, service=settings.service)
                signal.setitimer(signal.ITIMER_REAL, 0)
            tired = _peak() - began > _TIRED * settings.memory * MEGABYTE
            line.sendall(json.dumps({"reply": reply, "tired": tired}).encode() + b"\n")


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
