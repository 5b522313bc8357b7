"""Work that Ctrl-C interrupts, also while native code runs."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future


def run_interruptibly(work: Callable[[], None]) -> None:
    """Do the work in a thread: the main thread cannot handle signals while native code runs in it."""
    future: Future[None] = Future()

    def run() -> None:
        try:
            work()
            future.set_result(None)
        except BaseException as error:
            _clear_frames(error)
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    future.result()


def _clear_frames(error: BaseException | None) -> None:
    """Forget the local names of where an error was raised: what pyoxigraph answers must go in the thread in which it came."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__
