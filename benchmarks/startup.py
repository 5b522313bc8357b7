"""What it costs to start: the CPU time of ``pfocr2rdf --help`` and ``--version`` beside that of importing click and importlib.metadata.

    python -m benchmarks.startup [--repeats 30] [--json FILE] [--markdown FILE]

Each command is run in turn, in a fresh Python, and its median counts. One round before these fills the caches. The help of each command
is measured too, but has no bar. The exit status is 1 where ``--help`` or ``--version`` takes more than ``BAR`` times the imports.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from statistics import median

from benchmarks.measured import cpu_seconds
from benchmarks.results import Column, Result, Row, add_outputs, give_out, machine
from pfocr2rdf.cli import main as pfocr2rdf

BAR = 1.6
IMPORTS = "import click, importlib.metadata"
BOUND = ("pfocr2rdf --help", "pfocr2rdf --version")
COMMANDS = {
    IMPORTS: ["-c", IMPORTS],
    **{command: ["-m", *command.split()] for command in (*BOUND, *(f"pfocr2rdf {name} --help" for name in pfocr2rdf.commands))},
}
COLUMNS = (
    Column("ratio", "times the imports (CPU)", ".2f"),
    Column("command", "command"),
    Column("cpu", "CPU ms", ".1f"),
)


def cpu_of(arguments: list[str]) -> float:
    """CPU seconds of a fresh Python with such arguments, its own start and end among them."""
    start = cpu_seconds()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    return cpu_seconds() - start


def rows(repeats: int) -> list[Row]:
    """The commands, with the median of their CPU times, and what multiple of that of the imports it is."""
    rounds = [{command: cpu_of(arguments) for command, arguments in COMMANDS.items()} for _ in range(repeats + 1)][1:]
    cpu = {command: median(times[command] for times in rounds) for command in COMMANDS}
    return [{"command": f"`{command}`", "cpu": cpu[command] * 1000, "ratio": cpu[command] / cpu[IMPORTS]} for command in COMMANDS]


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where the bar is not held.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.startup", description="Measure what it costs to start.")
    parser.add_argument("--repeats", type=int, default=30)
    add_outputs(parser)
    options = parser.parse_args(arguments)
    table = rows(options.repeats)
    ratios = [float(str(row["ratio"])) for row in table if str(row["command"]).strip("`") in BOUND]
    within = max(ratios) <= BAR
    notes = [
        f"The bar of `--help` and `--version` is {BAR:g} times the imports; they are {'within' if within else 'above'} it.",
        f"CPU time of the user and the system, the median of {options.repeats} runs in turn, with the start of Python in each.",
    ]
    give_out(Result("startup", f"python -m benchmarks.startup --repeats {options.repeats}", machine(), COLUMNS, table, notes), options)
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
