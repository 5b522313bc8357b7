"""A progress bar on standard error, where that is a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from pfocr2rdf.storage.progress import Progress


@contextlib.contextmanager
def show_stages(silent: bool) -> Iterator[Progress | None]:
    """One bar, for one stage after the other; none where nobody sees it."""
    if silent or not sys.stderr.isatty():
        yield None
        return
    from rich import progress as bars  # here, for a quick start
    from rich.console import Console

    stage_column, note_column = bars.TextColumn("{task.description}"), bars.TextColumn("{task.fields[note]}")
    columns = (stage_column, bars.BarColumn(), bars.TaskProgressColumn(), note_column, bars.TimeRemainingColumn())
    bar = bars.Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=None, note="")

    def show(stage: str, done: int, total: int, note: str = "") -> None:
        bar.start()  # not before there is something to show: a password may be asked for first
        if bar.tasks[0].description != stage:
            bar.reset(task)  # the time that is left is that of the stage
        bar.update(task, description=stage, completed=done, total=total, note=note)

    try:
        yield show
    finally:
        bar.stop()
