"""Interrupts that wait until a short step is finished, such as the renaming of files."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

from pfocr2rdf.errors import LateInterrupt

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP


@contextlib.contextmanager
def defer_interrupts() -> Iterator[None]:
    """Run a short block to its end, and only then let a signal interrupt the run.

    Raises:
        LateInterrupt: a signal came meanwhile, and its handler raises ``KeyboardInterrupt``.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers: list[int] = []
    signals = [signal.Signals[name] for name in _NAMES if name in signal.Signals.__members__]
    handlers = {number: handler for number in signals if callable(handler := signal.getsignal(number))}
    for number in handlers:
        signal.signal(number, lambda number, _: numbers.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    try:
        for received in numbers[:1]:
            signal.raise_signal(received)
    except KeyboardInterrupt as interrupt:
        raise LateInterrupt(*interrupt.args) from None
