"""Compare loads into stores with the stores' own loaders and with other clients.

    python -m benchmarks.loading [--triples 1000000] [--quick] [--into KIND...] [--rounds 5] [--generation mixed]
        [--seed 1] [--engines-dir DIR] [--json FILE] [--markdown FILE]

Run it from the top of the checkout; it needs the extra ``test``, which has Oxigraph, and for all that is compared curl and Virtuoso.
What is missing is left out, and said. rdf-uploader is installed into a virtual environment of its own, which is kept.
Every load is a fresh process and goes into a fresh store, whose statements are counted afterwards: a wrong count gets no ratio. Loads
into the same kind of store take turns; a load into a server that takes longer than 30 seconds runs once. Servers listen on loopback,
and all their files are in folders that go again. The exit status is 1 where a bar is missed or was not measured.
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
from benchmarks.export_runs import add_corpus, add_engines, corpus_options
from benchmarks.loading.bars import LIMITS
from benchmarks.loading.contest import LONG, Place, measure
from benchmarks.loading.data import Data, make
from benchmarks.loading.run import UPLOADER
from benchmarks.loading.stores import program
from benchmarks.loading.ways import KINDS, OURS, ways
from benchmarks.pairs import ratios
from benchmarks.results import Column, Result, Row, add_outputs, add_rounds, give_out, machine, ratio_cells, ratio_columns

TRIPLES, QUICK = 1_000_000, 50_000
_RELEASE = re.compile(r"\d+(\.\d+)+")
COLUMNS = (
    Column("into", "into"),
    *ratio_columns("time, times that of `pfocr2rdf load`"),
    Column("name", "what ran"),
    Column("cpu", "CPU time of the client, the same", ".2f"),
    Column("peak", "peak of the client, MiB", ".0f"),
    Column("server", "peak of the server, MiB", ".0f"),
    Column("runs", "runs", "d"),
    Column("verdict", "statements in the store"),
)
NOTES = (
    "An export with {statements:,} statements, {size:.0f} MB of N-Triples. Every run is a fresh process, with its start; medians, minimum "
    "and maximum of {rounds} rounds, but what took longer than {long:g} seconds ran once. Into a folder the client is the store, too.",
    "Beyond what the others do, `pfocr2rdf load` proves the files by their SHA-256, adds the vocabulary and the description of the "
    "dataset, counts the statements, compacts the store, and reads 20 figures back. All of this is in its time.",
    "`oxigraph load` checks the syntax of what it loads; `pfocr2rdf load` takes the lines of an export as they are, as `--lenient` does.",
)


def row(entry: Place, ours: Place) -> Row:
    """A row of the table; the ratios are to our own load into such a store, round by round."""
    cells: dict[str, str | int | float | None] = {"into": entry.way.into, "name": entry.way.name, "verdict": entry.verdict}
    if not entry.completed:
        return cells
    cells |= {"peak": max(run.cost.peak for run in entry.completed), "runs": len(entry.completed)}
    cells["server"] = max((run.server for run in entry.completed if run.server), default=None)
    if ours.completed:
        pairs = list(zip(entry.completed, ours.completed, strict=False))  # what is long ran less often
        cells |= ratio_cells(ratios([run.cost.wall for run, _ in pairs], [our.cost.wall for _, our in pairs]))
        cells["cpu"] = ratios([run.cost.cpu for run, _ in pairs], [our.cost.cpu for _, our in pairs]).median
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


def notes(data: Data, rounds: int, programs: Sequence[str]) -> list[str]:
    """What a reader must know, and with what it was measured."""
    size = data.file.stat().st_size / 1e6
    lines = [note.format(statements=data.statements, size=size, rounds=rounds, long=LONG) for note in NOTES]
    return [*lines, f"With {', '.join(programs)}."]


def command_line() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loading", description="Compare loads into stores with other ways.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--triples", type=int, default=TRIPLES, help="how many statements are loaded, or a few more")
    size.add_argument("--quick", action="store_const", const=QUICK, dest="triples", help=f"only {QUICK:,}, to see that all works")
    parser.add_argument("--into", nargs="+", choices=KINDS, default=KINDS, help="the kinds of stores")
    add_rounds(parser)
    add_corpus(parser, seed=1)
    add_engines(parser)
    add_outputs(parser)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where a bar is missed or was not measured.
    """
    options = command_line().parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        data = make(options.triples, options.generation, options.seed, options.corpus_dir, folder)
        chosen = [way for way in ways(data, options.engines_dir) if way.into in options.into]
        table = rows(measure(chosen, options.rounds))
        lines = notes(data, options.rounds, versions())
    into = "" if options.into == KINDS else f"--into {' '.join(map(repr, options.into))} "
    command = f"python -m benchmarks.loading --triples {options.triples} {into}--rounds {options.rounds} {corpus_options(options)}"
    bars = [limit.bar(table, data.statements) for limit in LIMITS if limit.into in options.into]
    return give_out(Result("loading", command, machine(), COLUMNS, table, lines, bars), options)


if __name__ == "__main__":
    sys.exit(main())
