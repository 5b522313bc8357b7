"""The result of a benchmark: as JSON to keep, and as a Markdown table to read."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.bars import Bar, table
from benchmarks.pairs import ROUNDS, Spread

Cell = str | int | float | bool | None
Row = Mapping[str, Cell]


class Column(NamedTuple):
    """A column of a table: the row's key, the title, and how a number is written."""

    key: str
    title: str
    form: str = ""


class Result(NamedTuple):
    """What a benchmark measured: by which command, on which machine, what a reader must know, and the bars."""

    benchmark: str
    command: str
    machine: Mapping[str, Cell]
    columns: Sequence[Column]
    rows: Sequence[Row]
    notes: Sequence[str]
    bars: Sequence[Bar] = ()


def ratio_columns(title: str, spec: str = ".2f", key: str = "ratio") -> tuple[Column, Column, Column]:
    """The columns of a ratio: the median of the rounds, the smallest and the largest one."""
    return Column(key, title, spec), Column(f"{key}_low", "minimum", spec), Column(f"{key}_high", "maximum", spec)


def ratio_cells(ratio: Spread, key: str = "ratio") -> dict[str, Cell]:
    """The cells of these columns."""
    return {key: ratio.median, f"{key}_low": ratio.low, f"{key}_high": ratio.high}


def ratio_of(row: Row, key: str = "ratio") -> Spread:
    """The ratio of a row."""
    return Spread(*(float(str(row[name])) for name in (key, f"{key}_low", f"{key}_high")))


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
    rows = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    machine_text = "{cpu}, {cores} cores, {memory_gib} GiB, {system}, Python {python}, {date}".format(**result.machine)
    notes = "".join(f"- {note}\n" for note in result.notes)
    return f"{rows}\n\n{notes}- Measured by `{result.command}` on {machine_text}.\n"


def add_outputs(parser: argparse.ArgumentParser) -> None:
    """The options that every benchmark has."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result as JSON")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table as Markdown")


def add_rounds(parser: argparse.ArgumentParser, default: int = ROUNDS) -> None:
    """The option for the number of rounds of a paired measurement."""
    parser.add_argument("--rounds", type=int, default=default, help="in how many rounds what is compared takes turns")


def give_out(result: Result, options: argparse.Namespace) -> int:
    """Print the table and the bars, and write the files that were asked for.

    Returns:
        The exit status: 1 where a bar is missed or was not measured.
    """
    print(markdown(result), end="")
    if result.bars:
        print(f"\n{table({result.benchmark: result.bars})}", end="")
    if options.json:
        save(result, options.json)
    if options.markdown:
        options.markdown.write_text(markdown(result), encoding="utf-8")
    return 0 if all(bar.is_held for bar in result.bars) else 1


def save(result: Result, path: Path) -> None:
    """Write a result as JSON."""
    fields: dict[str, Any] = result._asdict()
    fields |= {name: [item._asdict() for item in fields[name]] for name in ("columns", "bars")}
    path.write_text(json.dumps(fields, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(path: Path) -> Result:
    """A result that was saved."""
    fields = json.loads(path.read_text(encoding="utf-8"))
    columns, bars = [Column(**column) for column in fields["columns"]], [Bar(**bar) for bar in fields["bars"]]
    return Result(**fields | {"columns": columns, "bars": bars})
