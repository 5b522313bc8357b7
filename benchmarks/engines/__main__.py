"""Compare an export with engines for RML and OTTR that make the core of its statements from tables.

    python -m benchmarks.engines [--records 5000] [--generation mixed] [--seed 1] [--workers 2] [--repeats 3]
        [--slow] [--engines-dir DIR] [--json FILE] [--markdown FILE]

Run it from the top of the checkout. Each engine is installed into a virtual environment of its own, which is kept. First
each of them runs once, and what it made is compared with the core of the export, statement by statement; then all take
turns, and the middle one of the times of each counts. A time is that of a fresh process, with the start of Python and all imports.
LinkML takes several times longer than all others: it runs once, and only with ``--slow``. The exit status is 1 where an engine made
something else than the core and is not known for it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.engines.contest import Contest, Place
from benchmarks.export_runs import CORES, add_corpus, add_engines, corpus_of
from benchmarks.results import Column, Result, Row, add_outputs, give_out, machine

COLUMNS = (
    Column("ratio", "times as long as the export", ".2f"),
    Column("with_tables", "with making the tables", ".2f"),
    Column("name", "what ran"),
    Column("processes", "at once", "d"),
    Column("wall", "seconds", ".2f"),
    Column("cpu", "CPU seconds", ".2f"),
    Column("statements", "statements", ",d"),
    Column("rate", "statements a second", ",.0f"),
    Column("peak", "largest process, MiB", ".0f"),
    Column("verdict", "against the core"),
)
NOTES = (
    "The first row of `pfocr2rdf` is what the others are measured by: it reads YAML, maps all fields, validates every figure, and writes "
    "Turtle and JSON-LD. The engines read tables that were prepared for them, and do none of this.",
    "Making the tables, by the reader of `pfocr2rdf`, is not in the engines' times; the second ratio has it added.",
    "All times are of a fresh process, with the start of Python and all imports; the middle one of {repeats}, but LinkML ran once.",
)


def notes(contest: Contest, repeats: int, records: int) -> list[str]:
    """What a reader must know, and what went wrong."""
    lines = [f"{records:,} records, {contest.core:,} core statements.", *(note.format(repeats=repeats) for note in NOTES)]
    lines += [f"{entry.name} changes texts: {entry.example}." for entry in contest.places if entry.example]
    return lines + [f"{entry.name} did not run: {entry.reason}." for entry in contest.places if entry.reason]


def row(entry: Place, reference: float, tables: float) -> Row:
    """A row of the table; both ratios are to the seconds of the export."""
    cost = entry.cost
    if cost is None:
        return {"name": entry.name, "processes": entry.processes, "verdict": "did not run"}
    return {
        "name": entry.name,
        "processes": entry.processes,
        "ratio": cost.wall / reference,
        "with_tables": (cost.wall + tables) / reference if entry.engine else None,
        "wall": cost.wall,
        "cpu": cost.cpu,
        "peak": cost.peak,
        "statements": entry.statements or None,
        "rate": entry.statements / cost.wall if entry.statements else None,
        "verdict": entry.verdict,
    }


def command_line() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines", description="Compare an export with RML and OTTR engines.")
    parser.add_argument("--records", type=int, default=5000)
    parser.add_argument("--workers", type=int, default=CORES, help="processes or threads, where something can use several")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--slow", action="store_true", help="also the engine that takes several times longer (LinkML), once")
    add_corpus(parser, seed=1)
    add_engines(parser)
    add_outputs(parser)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where an engine made something else than it should.
    """
    asked = command_line().parse_args(arguments)
    corpus = corpus_of(asked.records, asked.generation, asked.seed, asked.corpus_dir)
    workers = asked.workers
    with tempfile.TemporaryDirectory() as folder:
        contest = Contest(corpus, Path(folder), asked.engines_dir, workers, workers > 1, asked.slow)
        contest.prove()
        contest.measure(asked.repeats)
    options = f"--records {asked.records} --generation {asked.generation} --seed {asked.seed} --workers {workers}"
    command = f"python -m benchmarks.engines {options}{' --slow' if asked.slow else ''}"
    rows = list(map(partial(row, reference=contest.reference, tables=contest.tables), contest.ranked()))
    result = Result("engines", command, machine(), COLUMNS, rows, notes(contest, asked.repeats, asked.records))
    give_out(result, asked)
    return 0 if contest.as_expected else 1


if __name__ == "__main__":
    sys.exit(main())
