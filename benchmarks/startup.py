"""What it costs to start: the CPU time of ``pfocr2rdf --help`` and ``--version`` beside that of importing click and importlib.metadata.

    python -m benchmarks.startup [--rounds 30] [--json FILE] [--markdown FILE]

All commands run in each round, in a fresh Python each; one round before these fills the caches. The help of each command is measured
too, but has no bar. The exit status is 1 where ``--help`` or ``--version`` takes more than ``BAR`` times the imports.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from functools import partial

from benchmarks.bars import Bar
from benchmarks.measured import cpu_seconds
from benchmarks.pairs import alternate, ratios
from benchmarks.results import Column, Result, Row, add_outputs, add_rounds, give_out, machine, ratio_cells, ratio_columns, ratio_of
from pfocr2rdf.cli import main as pfocr2rdf

BAR = 1.6
IMPORTS = "import click, importlib.metadata"
BOUND = ("pfocr2rdf --help", "pfocr2rdf --version")
COMMANDS = {
    IMPORTS: ["-c", IMPORTS],
    **{command: ["-m", *command.split()] for command in (*BOUND, *(f"pfocr2rdf {name} --help" for name in pfocr2rdf.commands))},
}
COLUMNS = (*ratio_columns("CPU time, times the imports"), Column("command", "command"))


def cpu_of(arguments: list[str]) -> float:
    """CPU seconds of a fresh Python with such arguments, its own start and end among them."""
    start = cpu_seconds()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    return cpu_seconds() - start


def rows(rounds: int) -> list[Row]:
    """The commands, and what multiple of the CPU time of the imports each takes."""
    runs = alternate({command: partial(cpu_of, arguments) for command, arguments in COMMANDS.items()}, rounds + 1)
    cpu = {command: times[1:] for command, times in runs.items()}
    return [{"command": f"`{command}`", **ratio_cells(ratios(times, cpu[IMPORTS]))} for command, times in cpu.items()]


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where a bar is missed.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.startup", description="Measure what it costs to start.")
    add_rounds(parser, 30)
    add_outputs(parser)
    options = parser.parse_args(arguments)
    table = rows(options.rounds)
    measured = {str(row["command"]).strip("`"): ratio_of(row) for row in table}
    bars = [
        Bar(f"CPU time of `{command}`, to that of importing click and importlib.metadata", BAR, *measured[command]) for command in BOUND
    ]
    notes = [f"CPU time of the user and the system, with the start of Python; median, minimum and maximum of {options.rounds} rounds."]
    command = f"python -m benchmarks.startup --rounds {options.rounds}"
    return give_out(Result("startup", command, machine(), COLUMNS, table, notes, bars), options)


if __name__ == "__main__":
    sys.exit(main())
