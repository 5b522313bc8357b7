"""What a benchmark found: as JSON to keep, and as a Markdown table to read."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

Cell = str | int | float | bool | None
Row = Mapping[str, Cell]


class Column(NamedTuple):
    """A column of a table: the row's key, the title, and how a number is written."""

    key: str
    title: str
    form: str = ""


class Result(NamedTuple):
    """What a benchmark found, the command and the machine that it was found with, and what a reader must know."""

    benchmark: str
    command: str
    machine: Mapping[str, Cell]
    columns: Sequence[Column]
    rows: Sequence[Row]
    notes: Sequence[str]


def machine() -> dict[str, Cell]:
    """The machine: processor, cores, memory, Python and the day."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cpu": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "system": platform.system(),
        "python": platform.python_version(),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


def shown(value: Cell, form: str) -> str:
    """A cell as text; a dash where there is nothing."""
    if value is None or value == "":
        return "–"
    return str(value) if isinstance(value, str) else format(value, form)


def markdown(result: Result) -> str:
    """The table, the notes, and by what they were made."""
    lines = [[column.title for column in result.columns], ["---"] * len(result.columns)]
    lines += [[shown(row.get(column.key), column.form).replace("|", "\\|") for column in result.columns] for row in result.rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    machine_text = "{cpu}, {cores} cores, {memory_gib} GiB, {system}, Python {python}, {date}".format(**result.machine)
    notes = "".join(f"- {note}\n" for note in result.notes)
    return f"{table}\n\n{notes}- Measured by `{result.command}` on {machine_text}.\n"


def add_outputs(parser: argparse.ArgumentParser) -> None:
    """The two options that every benchmark has."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result as JSON")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table as Markdown")


def give_out(result: Result, asked: argparse.Namespace) -> None:
    """Print the table, and write the files that were asked for."""
    print(markdown(result), end="")
    if asked.json:
        save(result, asked.json)
    if asked.markdown:
        asked.markdown.write_text(markdown(result), encoding="utf-8")


def save(result: Result, path: Path) -> None:
    """Write a result as JSON."""
    fields: dict[str, Any] = result._asdict() | {"columns": [column._asdict() for column in result.columns]}
    path.write_text(json.dumps(fields, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(path: Path) -> Result:
    """A result that was saved."""
    fields = json.loads(path.read_text(encoding="utf-8"))
    return Result(**fields | {"columns": [Column(**column) for column in fields["columns"]]})
