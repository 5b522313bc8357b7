"""How much a service does for those who ask."""

from __future__ import annotations

import os
from typing import NamedTuple

BYTES_PER_MEGABYTE = 1 << 20


class ServerSettings(NamedTuple):
    """The bounds of a service.

    Attributes:
        timeout: for how many seconds a query may run.
        memory: how many megabytes a query may use.
        answer: how many megabytes an answer may have.
        workers: how many queries run at once, each in a process of its own.
        queue: how many more are waiting, or being read by slow clients, before others are turned away.
        query: how many bytes a query may have.
        service: whether queries may ask other servers with SERVICE.
    """

    timeout: float = 30
    memory: int = 2048
    answer: int = 512
    workers: int = min(2 * (os.cpu_count() or 1), 16)
    queue: int = 32
    query: int = BYTES_PER_MEGABYTE
    service: bool = False
