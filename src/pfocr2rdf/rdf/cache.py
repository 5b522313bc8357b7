"""Rows repeat from figure to figure, so what was made of one is remembered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

ROW_CACHE_ENTRIES = 30_000
"""How many rows a generation has of whatever is made of rows. More would take memory, fewer would make rows again that come often."""

_MAX_CACHED_CHARS = 2_000


class LruCache(dict[K, V]):
    """A dictionary that forgets what was not asked for in a while: bounded, and without the cost of keeping an order.

    It has two generations. When the young one is full, it becomes the old one, whose place it takes; what is asked for again
    moves from the old one to the young one. What figures have all the time is so never forgotten.

    Args:
        generation_size: how many values a generation has.
        factory: makes the value of a key that is not known, so that ``remembered[key]`` always has one.
    """

    def __init__(self, generation_size: int = 100_000, factory: Callable[[K], V] | None = None) -> None:
        super().__init__()
        self.generation_size = generation_size
        self._factory = factory
        self._old: dict[K, V] = {}

    def __missing__(self, key: K) -> V:
        value = self._old.get(key)
        if value is None:
            if self._factory is None:
                raise KeyError(key)
            value = self._factory(key)
        return self.put(key, value)

    def lookup(self, key: K) -> V | None:
        """The value of a key, or ``None``; ``get`` knows the young generation only."""
        found = self.get(key)
        if found is None and (found := self._old.get(key)) is not None:
            self.put(key, found)
        return found

    def put(self, key: K, value: V) -> V:
        """Remember the value, unless it is a very long text, and return it."""
        if isinstance(value, str) and len(value) > _MAX_CACHED_CHARS:
            return value
        if len(self) >= self.generation_size:
            self._old = dict(self)  # this object stays the young generation: loops hold its methods
            self.clear()
        self[key] = value
        return value
