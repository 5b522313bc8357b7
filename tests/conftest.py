"""Tests interrupt the programs that they start. A shell's background jobs ignore that, and so would what they start: it is undone here."""

import signal

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
