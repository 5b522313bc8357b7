"""An approximate LRU cache: rows repeat from figure to figure, so what was made of one is cached."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

ROW_CACHE_ENTRIES = 30_000
"""The size of a generation of caches of rows. More would take memory, fewer would make rows again that come often."""

_MAX_CACHED_CHARS = 2_000


class LruCache(dict[K, V]):
    """An approximate LRU cache with two generations (the *hashlru* algorithm): bounded, and without the cost of keeping an order.

    When the young generation is full, it replaces the old one; an entry that is read moves from the old one to the young one.
    So what every figure has is never evicted. The ``factory`` makes the value of a missing key for ``cache[key]``.
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
        """The value of a key, or ``None``; ``get`` reads the young generation only."""
        value = self.get(key)
        if value is None and (value := self._old.get(key)) is not None:
            self.put(key, value)
        return value

    def put(self, key: K, value: V) -> V:
        """Store the value, unless it is a very long text, and return it."""
        if isinstance(value, str) and len(value) > _MAX_CACHED_CHARS:
            return value
        if len(self) >= self.generation_size:
            self._old = dict(self)  # this object stays the young generation: loops hold its methods
            self.clear()
        self[key] = value
        return value
