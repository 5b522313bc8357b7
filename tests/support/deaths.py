"""Tasks that kill the worker process that does them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

# -- tasks ------------------------------------------------------------------------------------------------------------------------


def kill(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def crash(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def leave(*_: object) -> None:
    os._exit(7)


def run_out_of_memory(*_: object) -> None:
    raise MemoryError


def once(path: str) -> None:
    """Kill this process the first time."""
    try:
        Path(path).touch(exist_ok=False)
    except FileExistsError:
        return
    kill()


# -- deaths --------------------------------------------------------------------------------------------------------------------------


DEATHS: dict[Callable[[], None], str] = {
    kill: "signal 9 (Killed)",
    crash: "signal 11 (Segmentation fault)",
    leave: "exit status 7",
    run_out_of_memory: "it ran out of memory",
}
