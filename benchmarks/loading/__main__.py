"""Compare loads into stores with the stores' own loaders and with other clients.

    python -m benchmarks.loading [--triples 1000000] [--quick] [--repeats 3] [--generation mixed] [--seed 1]
        [--engines-dir DIR] [--json FILE] [--markdown FILE]

Run it from the top of the checkout; it needs the extra ``test``, which has Oxigraph, and for all that is compared curl and Virtuoso.
What is missing is left out, and said. rdf-uploader is installed into a virtual environment of its own, which is kept.
Every load is a fresh process and goes into a fresh store, whose statements are counted afterwards: a wrong count gets no rate. Loads
into the same kind of store take turns, and the middle one of the times of each counts; what takes longer than 30 seconds runs once.
Servers listen on loopback, and all their files are in folders that go again. The exit status is 1 where a bar is missed or was not
measured.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from benchmarks.engines.run import FailedError
from benchmarks.export_runs import add_corpus, add_engines
from benchmarks.loading.bars import BARS
from benchmarks.loading.contest import LONG, Place, measure
from benchmarks.loading.data import Data, make
from benchmarks.loading.run import UPLOADER
from benchmarks.loading.stores import program
from benchmarks.loading.ways import OURS, ways
from benchmarks.results import Column, Result, Row, add_outputs, give_out, machine

TRIPLES, QUICK = 1_000_000, 50_000
_RELEASE = re.compile(r"\d+(\.\d+)+")
COLUMNS = (
    Column("into", "into"),
    Column("name", "what ran"),
    Column("rate", "statements a second", ",.0f"),
    Column("ratio", "times as long as `pfocr2rdf load`", ".2f"),
    Column("wall", "seconds", ".2f"),
    Column("cpu", "CPU seconds of the client", ".2f"),
    Column("peak", "peak of the client, MiB", ".0f"),
    Column("server", "peak of the server, MiB", ".0f"),
    Column("runs", "runs", "d"),
    Column("verdict", "statements in the store"),
)
NOTES = (
    "An export with {statements:,} statements, {size:.0f} MB of N-Triples. All times are of a fresh process, with its start; the middle "
    "one of {repeats}, but what took longer than {long:g} seconds ran once. Into a folder the client is the store, too.",
    "Beyond what the others do, `pfocr2rdf load` proves the files by their SHA-256, adds the vocabulary and the description of the "
    "dataset, counts the statements, and reads 20 figures back. All of this is in its time.",
    "`oxigraph load` checks the syntax of what it loads; `pfocr2rdf load` takes the lines of an export as they are, as `--lenient` does.",
)


def row(entry: Place, ours: Place) -> Row:
    """A row of the table; the ratio is to the seconds of our own load into such a store."""
    cells: dict[str, str | int | float | None] = {"into": entry.way.into, "name": entry.way.name, "verdict": entry.verdict}
    if entry.run is None:
        return cells
    cost, server = entry.run
    cells |= {"wall": cost.wall, "cpu": cost.cpu, "peak": cost.peak, "server": server, "runs": len(entry.runs)}
    cells |= {"rate": entry.way.statements / cost.wall, "ratio": cost.wall / ours.run.cost.wall if ours.run else None}
    return cells


def rows(places: Sequence[Place]) -> list[Row]:
    """The table."""
    ours = {entry.way.into: entry for entry in places if entry.way.name == OURS}
    return [row(entry, ours[entry.way.into]) for entry in places]


def versions() -> list[str]:
    """The releases of the programs that are there."""
    lines = []
    for name, option in (("oxigraph", "--version"), ("virtuoso-t", "-?"), ("curl", "--version")):
        with suppress(FailedError):
            shown = subprocess.run([program(name, ""), option], check=False, capture_output=True, text=True)
            lines += [f"{name} {match[0]}" for match in [_RELEASE.search(shown.stdout + shown.stderr)] if match]
    return [*lines, UPLOADER.replace("==", " ")]


def notes(data: Data, results: Sequence[Row], repeats: int, programs: Sequence[str]) -> list[str]:
    """The bars, what a reader must know, and with what it was measured."""
    size = data.file.stat().st_size / 1e6
    lines = [note.format(statements=data.statements, size=size, repeats=repeats, long=LONG) for note in NOTES]
    return [*(bar.said(results) for bar in BARS), *lines, f"With {', '.join(programs)}."]


def command_line() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loading", description="Compare loads into stores with other ways.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--triples", type=int, default=TRIPLES, help="how many statements are loaded, or a few more")
    size.add_argument("--quick", action="store_const", const=QUICK, dest="triples", help=f"only {QUICK:,}, to see that all works")
    parser.add_argument("--repeats", type=int, default=3)
    add_corpus(parser, seed=1)
    add_engines(parser)
    add_outputs(parser)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where a bar is missed or was not measured.
    """
    asked = command_line().parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        data = make(asked.triples, asked.generation, asked.seed, asked.corpus_dir, folder)
        table = rows(measure(ways(data, asked.engines_dir), asked.repeats))
        lines = notes(data, table, asked.repeats, versions())
    options = f"--triples {asked.triples} --repeats {asked.repeats} --generation {asked.generation} --seed {asked.seed}"
    give_out(Result("loading", f"python -m benchmarks.loading {options}", machine(), COLUMNS, table, lines), asked)
    return 0 if all(bar.held(bar.value(table)) for bar in BARS) else 1


if __name__ == "__main__":
    sys.exit(main())
