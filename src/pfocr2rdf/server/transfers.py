"""Transfers: complete results on the way to their clients, with a bound on what all of them take in memory and on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Transfer:
    """A result that is being sent."""

    def __init__(self, client: str, size: int, deadline: asyncio.Timeout) -> None:
        self.client = client
        self.size = size
        self.is_dropped = False
        self._sent_bytes = 0
        self._deadline = deadline
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()

    def progress(self, sent_bytes: int, timeout_seconds: float) -> None:
        """Give the client time for the next block, unless the transfer was dropped."""
        if self.is_dropped:
            raise TimeoutError
        self._sent_bytes += sent_bytes
        self._deadline.reschedule(self._loop.time() + timeout_seconds)

    def drop(self) -> None:
        """End the transfer by a ``TimeoutError`` where it is sent."""
        self.is_dropped = True
        self._deadline.reschedule(self._loop.time())

    def slowness(self) -> float:
        """Seconds for each byte; a transfer that has just begun is not slow."""
        return (self._loop.time() - self._began) / (self._sent_bytes + 1)


class TransferTable:
    """All transfers. If they take too much, the client whose results take most loses the slowest of them, and the new one is sent."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._transfers: set[Transfer] = set()

    @contextmanager
    def register(self, transfer: Transfer) -> Iterator[None]:
        """Count a transfer while it lasts."""
        self._transfers.add(transfer)
        try:
            while (others := self._transfers - {transfer}) and sum(item.size for item in self._transfers) > self._max_bytes:
                self._drop_one(others)
            yield
        finally:
            self._transfers.discard(transfer)

    def _drop_one(self, candidates: set[Transfer]) -> None:
        sizes: dict[str, int] = {}
        for item in candidates:
            sizes[item.client] = sizes.get(item.client, 0) + item.size
        largest = max(sizes, key=sizes.__getitem__)
        slowest = max((item for item in candidates if item.client == largest), key=Transfer.slowness)
        self._transfers.discard(slowest)
        slowest.drop()
