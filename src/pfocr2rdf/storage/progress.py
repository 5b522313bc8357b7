"""Progress reporting."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with the name of the stage, what is done of it, and how much there is to do."""


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
