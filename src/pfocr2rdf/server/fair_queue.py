"""A queue that is fair between clients: round-robin, as network schedulers are."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Generic, TypeVar

_Item = TypeVar("_Item")


class QueueFullError(Exception):
    """Too many wait; this one is not the first to go without."""


class FairQueue(Generic[_Item]):
    """Items, and who waits for one: the clients take turns, however many requests each has.

    At most ``max_waiting`` wait. One more takes the room of the last request of the client that has most, if that has more than this
    client would have.
    """

    def __init__(self, max_waiting: int) -> None:
        self._max_waiting = max_waiting
        self._items: deque[_Item] = deque()  # that which was used last is the last one
        self._waiting: dict[str, deque[asyncio.Future[_Item]]] = {}  # in the order of the turns

    def put(self, item: _Item, *, is_new: bool = False) -> None:
        """Give an item to the client whose turn it is, or keep it; a new one is used after those whose caches are warm."""
        while self._waiting:
            client = next(iter(self._waiting))
            requests = self._waiting.pop(client)
            request = requests.popleft()
            if requests:
                self._waiting[client] = requests  # the last one now
            if not request.done():
                request.set_result(item)
                return
        self._items.insert(0 if is_new else len(self._items), item)

    def get_nowait(self) -> _Item | None:
        """The item that was used last, if there is one."""
        return self._items.pop() if self._items else None

    async def get(self, client: str) -> _Item:
        """Wait for an item.

        Raises:
            QueueFullError: too many wait, or this request had to make room.
        """
        if sum(map(len, self._waiting.values())) >= self._max_waiting:
            self._make_room(client)
        request: asyncio.Future[_Item] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(request)
        try:
            return await request
        except asyncio.CancelledError:
            self._forget(client, request)
            if request.done() and not request.cancelled() and request.exception() is None:  # it was given one meanwhile
                self.put(request.result())
            raise

    def _make_room(self, client: str) -> None:
        largest = max(self._waiting, key=lambda name: len(self._waiting[name]), default=client)
        if len(self._waiting.get(largest, ())) <= len(self._waiting.get(client, ())) + 1:
            raise QueueFullError
        dropped = self._waiting[largest][-1]
        self._forget(largest, dropped)
        if not dropped.done():
            dropped.set_exception(QueueFullError())

    def _forget(self, client: str, request: asyncio.Future[_Item]) -> None:
        requests = self._waiting.get(client)
        if requests and request in requests:
            requests.remove(request)
            if not requests:
                del self._waiting[client]
