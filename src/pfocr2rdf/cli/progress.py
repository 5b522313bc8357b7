"""A progress bar on standard error, where that is a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Protocol


class StageProgress(Protocol):
    """Is told how far it is."""

    def __call__(self, stage: str, done: int, total: int, note: str = "") -> None:
        """A stage, what is done of it, how much there is, and what else is worth knowing."""


@contextlib.contextmanager
def show_stages(silent: bool) -> Iterator[StageProgress | None]:
    """One bar, for one stage after the other; none where nobody sees it."""
    if silent or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn  # here, for a quick start

    texts = TextColumn("{task.description}"), TextColumn("{task.fields[note]}")
    columns = (texts[0], BarColumn(), TaskProgressColumn(), texts[1], TimeRemainingColumn())
    bars = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bars.add_task("", total=None, note="")

    def told(stage: str, done: int, total: int, note: str = "") -> None:
        bars.start()  # not before there is something to show: a password may be asked for first
        if bars.tasks[0].description != stage:
            bars.reset(task)  # the time that is left is that of the stage
        bars.update(task, description=stage, completed=done, total=total, note=note)

    try:
        yield told
    finally:
        bars.stop()
