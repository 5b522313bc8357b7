"""The limits of the server."""

from __future__ import annotations

import os
from typing import NamedTuple

BYTES_PER_MEGABYTE = 1 << 20


class ServerSettings(NamedTuple):
    """The settings of the server, most of which are limits."""

    timeout_seconds: float = 30  # of run time of a query
    memory_mb: int = 2048  # of memory for a query
    max_answer_mb: int = 512  # of a result
    worker_count: int = min(2 * (os.cpu_count() or 1), 16)  # queries that run at once, each in its own process
    queue_length: int = 32  # queries that wait, before status 503
    cache_mb: int = 64  # of small answers and pages that are kept; 0 for none
    max_unsent_mb: int = 2048  # of complete results that clients have not taken yet
    max_query_bytes: int = BYTES_PER_MEGABYTE  # of the text of a query
    allow_service: bool = False  # whether queries may use SERVICE
    host_names: tuple[str, ...] = ()  # of the service, besides ``localhost`` and the addresses of the machine
    pictures: str = "embed"  # how pages show pictures: ``embed``, ``click`` or ``link``; or a folder or an https URL with copies
