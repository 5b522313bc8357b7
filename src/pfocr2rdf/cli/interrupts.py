"""Signals that end a command, which cleans up first."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator

from pfocr2rdf.errors import ExitStatus

_REASONS = {"SIGINT": "interrupted", "SIGTERM": "ended by SIGTERM", "SIGHUP": "ended by SIGHUP"}
_DEFAULT_HANDLERS = (signal.SIG_DFL, signal.default_int_handler)
_REPEAT_SECONDS = 1.0  # signals often come twice, such as from a terminal and its shell


class SignalInterrupt(KeyboardInterrupt):
    """A signal ends the command, for this reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason  # an exception without attributes is replaced by Python 3.11 if it is raised in a codec, with another text


@contextlib.contextmanager
def interrupt_on_signals() -> Iterator[None]:
    """Raise ``SignalInterrupt`` when a signal is to end the command, which then cleans up.

    Another signal, a second later or more, ends it at once. Signals that are ignored, as with ``nohup``, stay so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    interrupted_at = 0.0

    def interrupt(number: int, _: object) -> None:
        nonlocal interrupted_at
        if not interrupted_at:
            interrupted_at = time.monotonic()
            raise SignalInterrupt(_REASONS[signal.Signals(number).name])
        if time.monotonic() > interrupted_at + _REPEAT_SECONDS:
            os.write(2, b"Error: ended at once; the next run removes what is left\n")
            os._exit(ExitStatus.FAILED)

    numbers = [number for number in signal.valid_signals() if getattr(number, "name", "") in _REASONS]
    handlers = {number: handler for number in numbers if (handler := signal.getsignal(number)) in _DEFAULT_HANDLERS}
    for number in handlers:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        if not interrupted_at:  # else nothing interrupts the rest of the process
            for number, handler in handlers.items():
                signal.signal(number, handler)
