"""Rows repeat from figure to figure, so what was made of one is remembered."""

from __future__ import annotations

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Remembered(dict[K, V]):
    """A dictionary that forgets everything when it is full: bounded, and without the cost of keeping an order.

    Three of four gene rows of PFOCR have been seen before within a few thousand figures.
    """

    def __init__(self, limit: int = 100_000) -> None:
        super().__init__()
        self.limit = limit

    def keep(self, key: K, value: V) -> V:
        """Remember the value and return it."""
        if len(self) >= self.limit:
            self.clear()
        self[key] = value
        return value


class RememberedOf(Generic[K, V]):
    """What was made of an object, found by the object's identity: for large tuples that are shared, whose hash costs more.

    The object is held as long as what was made of it, so its identity is not given to another one meanwhile. Inner loops look it
    up in ``made`` themselves: (object, what was made of it) by ``id(object)``.
    """

    def __init__(self, limit: int = 100_000) -> None:
        self.made: Remembered[int, tuple[K, V]] = Remembered(limit)

    def get(self, one: K) -> V | None:
        """What was made of this very object, or ``None``."""
        found = self.made.get(id(one))
        return found[1] if found else None

    def keep(self, one: K, value: V) -> V:
        """Remember the value and return it."""
        self.made.keep(id(one), (one, value))
        return value
