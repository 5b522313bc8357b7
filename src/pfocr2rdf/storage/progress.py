"""Progress reporting."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A progress callback."""

    def __call__(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Report how much of a stage is done, how much there is to do, and a note such as the rate."""


class ProgressMeter:
    """Adds up what is done of one stage, and reports it."""

    def __init__(self, progress: Progress | None, stage: str, total: int) -> None:
        self._progress = progress
        self._stage = stage
        self._total = total
        self._done = 0
        self.add(0)

    def add(self, amount: int) -> None:
        """Report that so much more is done."""
        self._done += amount
        if self._progress:
            self._progress(self._stage, self._done, self._total)
