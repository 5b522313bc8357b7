"""An approximate LRU cache: rows repeat from figure to figure, so what was made of one is cached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

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

    def drop_all(self) -> None:
        """Drop both generations; ``clear`` drops the young one only."""
        self._old = {}
        self.clear()


_row_caches: list[LruCache[Any, Any]] = []


def create_row_cache(generation_size: int = ROW_CACHE_ENTRIES, factory: Callable[[K], V] | None = None) -> LruCache[K, V]:
    """A cache of rows for all exports of this process."""
    cache = LruCache(generation_size, factory)
    _row_caches.append(cache)
    return cache


def clear_row_caches() -> None:
    """Free the memory of all caches of rows, when no record is mapped in the near future."""
    for cache in _row_caches:
        cache.drop_all()
