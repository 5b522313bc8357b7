"""A progress bar on standard error, where that is a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from pfocr2rdf.storage.progress import Progress


@contextlib.contextmanager
def show_progress(silent: bool, description: str = "") -> Iterator[Progress | None]:
    """One bar for consecutive stages, in percent; with a description, for that stage only, in numbers. ``None`` without a terminal."""
    if silent or sys.stderr is None or not sys.stderr.isatty():  # ``None`` where the shell has closed it
        yield None
        return
    from rich import progress as bars  # here, for a quick start
    from rich.console import Console

    amount_columns = [bars.MofNCompleteColumn()] if description else [bars.TaskProgressColumn(), bars.TextColumn("{task.fields[note]}")]
    columns = (bars.TextColumn("{task.description}"), bars.BarColumn(), *amount_columns, bars.TimeRemainingColumn())
    bar = bars.Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(description, total=None, note="")

    def show(stage: str, done: int, total: int, note: str = "") -> None:
        bar.start()  # not before: a password may be asked for first, and its thread must not run when worker processes are made
        text = description or stage
        if bar.tasks[0].description != text:
            bar.reset(task)  # the time that is left is that of the stage
        bar.update(task, description=text, completed=done, total=total, note=note)

    try:
        yield show
    finally:
        bar.stop()
