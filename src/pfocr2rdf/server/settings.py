"""The limits of the server."""

from __future__ import annotations

import os
from typing import NamedTuple

BYTES_PER_MEGABYTE = 1 << 20


class ServerSettings(NamedTuple):
    """The limits of the server.

    Attributes:
        timeout_seconds: run time of a query.
        memory_mb: memory of a query.
        max_answer_mb: size of a result.
        worker_count: queries that run at once, each in its own process.
        queue_length: queries that wait, or whose results slow clients read, before status 503.
        max_query_bytes: length of a query.
        allow_service: whether queries may use SERVICE.
    """

    timeout_seconds: float = 30
    memory_mb: int = 2048
    max_answer_mb: int = 512
    worker_count: int = min(2 * (os.cpu_count() or 1), 16)
    queue_length: int = 32
    max_query_bytes: int = BYTES_PER_MEGABYTE
    allow_service: bool = False
