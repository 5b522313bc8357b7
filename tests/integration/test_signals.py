"""A signal ends a command with its reason, wherever it comes."""

from __future__ import annotations

import codecs
import os
import signal

import pytest

from pfocr2rdf.cli.interrupts import interrupt_on_signals


@pytest.mark.parametrize(("number", "reason"), [(signal.SIGINT, "interrupted"), (signal.SIGTERM, "ended by SIGTERM")])
@pytest.mark.skipif(os.name != "posix", reason="only Unix programs can send themselves such signals")
def test_the_reason_of_an_interrupt_in_a_codec_is_the_signal(number: signal.Signals, reason: str) -> None:
    """Python 3.11 would say ``decoding with 'interrupting' codec failed (KeyboardInterrupt: interrupted)``."""

    def interrupt(*_: object) -> tuple[str, int]:
        signal.raise_signal(number)
        return "", 0

    def find(name: str) -> codecs.CodecInfo | None:
        return codecs.CodecInfo(interrupt, interrupt, name=name) if name == "interrupting" else None  # type: ignore[arg-type]

    handlers = {changed: signal.getsignal(changed) for changed in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    codecs.register(find)
    try:
        with pytest.raises(KeyboardInterrupt) as interrupted, interrupt_on_signals():
            b"x".decode("interrupting")
    finally:
        codecs.unregister(find)
        for changed, handler in handlers.items():  # after an interrupt, the rest of the process is not interrupted again
            signal.signal(changed, handler)
    assert str(interrupted.value) == reason
