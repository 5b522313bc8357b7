"""Child processes: none outlives its parent, however that ends, and signals from the keyboard are for the parent alone."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Self

_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.5


def _find_prctl() -> Callable[[int, int], int] | None:
    """The system call ``prctl``, which only Linux has."""
    if sys.platform != "linux":
        return None
    try:
        return ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return None


_prctl = _find_prctl()  # here, since a process that was forked from several threads must not load a library


def end_with_parent(parent_pid: int) -> None:
    """Kill this process as soon as its parent has ended, which had this id.

    On Linux the system does so (``PR_SET_PDEATHSIG``), also while native code or an endless loop runs. The kernel sends the
    signal when the *thread* that started this process ends: start processes in a thread that lives as long as they do. On other systems
    a thread watches the parent.
    """
    if _prctl is None or _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        threading.Thread(target=_exit_with_parent, args=(parent_pid,), daemon=True).start()
    elif os.getppid() != parent_pid:  # it ended before the system was asked
        os._exit(1)


def _exit_with_parent(parent_pid: int) -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
    else:
        while os.getppid() == parent_pid:
            time.sleep(_POLL_SECONDS)
    os._exit(1)


@contextlib.contextmanager
def block_interrupts() -> Iterator[None]:
    """Start processes in this block: Ctrl-C, which is for their parent alone, could come before a process ignores it, with a traceback.

    It reaches this process after the block. The started ones inherit that it is blocked.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    previous_mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous_mask)


class ChildEntryPoint:
    """The function to start a process of ``multiprocessing`` with; its first argument is the function to call there.

    A spawned process ends with its parent from the moment in which it unpickles this, which is before the modules of the other
    arguments are imported. Ctrl-C is for the parent alone; what ends the parent by default, ends the process.
    """

    def __init__(self, parent_pid: int = 0) -> None:
        self._parent_pid = parent_pid or os.getpid()

    def __reduce__(self) -> tuple[Callable[[int], ChildEntryPoint], tuple[int]]:
        return ChildEntryPoint._unpickle, (self._parent_pid,)

    @classmethod
    def _unpickle(cls, parent_pid: int) -> Self:
        entry_point = cls(parent_pid)
        entry_point._enter()
        return entry_point

    def __call__(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call the function; a forked process has not unpickled this."""
        self._enter()
        return function(*arguments)

    def _enter(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        end_with_parent(self._parent_pid)
