"""Rows repeat from figure to figure, so what was made of one is remembered."""

from __future__ import annotations

from typing import TypeVar

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
