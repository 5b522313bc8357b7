"""Compare an export with engines for RML and OTTR that make the core of its statements from the same records.

    python -m benchmarks.engines [--records 5000] [--generation mixed] [--seed 1] [--workers 2] [--rounds 5]
        [--slow] [--engines-dir DIR] [--json FILE] [--markdown FILE]

Run it from the top of the checkout. The engines read tables, which are made of the records first; that is in their time. Each engine
is installed into a virtual environment of its own, which is kept. First each of them runs once, and what it made is compared with the
core of the export, statement by statement; then all take turns. A time is that of a fresh process, with the start of Python and all
imports. LinkML takes several times longer than all others: it runs once, and only with ``--slow``. The exit status is 1 where an engine
made something else than the core and is not known for it, and where the bar is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.bars import Bar
from benchmarks.engines.contest import Contest, Place
from benchmarks.export_runs import CORES, add_corpus, add_engines, corpus_of, corpus_options
from benchmarks.results import Column, Result, Row, add_outputs, add_rounds, give_out, machine, ratio_cells, ratio_columns

COLUMNS = (
    *ratio_columns("time from records, times the export's"),
    Column("name", "what ran"),
    Column("processes", "at once", "d"),
    Column("tables", "of that: making the tables", ".2f"),
    Column("engine", "of that: the engine", ".2f"),
    Column("cpu", "CPU time from records, times the export's", ".2f"),
    Column("statements", "statements", ",d"),
    Column("peak", "largest process, MiB", ".0f"),
    Column("verdict", "compared with the core"),
)
NOTES = (
    "All start from the same records, and all times are multiples of those of an export with {workers} workers, which reads YAML, maps "
    "all fields, validates every figure, and writes Turtle and JSON-LD.",
    "The engines read no YAML of this kind. The reader of `pfocr2rdf` makes the tables that they get; it is faster than what is to be had "
    "otherwise. The engines map a part of the fields, and validate nothing.",
    "Every run is a fresh process, with the start of Python and all imports. Medians, minimum and maximum of {rounds} rounds, in which "
    "all took turns, but LinkML ran once.",
)


def notes(contest: Contest, options: argparse.Namespace) -> list[str]:
    """What a reader must know, and what went wrong."""
    lines = [f"{options.records:,} records, {contest.core:,} core statements."]
    lines += [note.format(rounds=options.rounds, workers=options.workers) for note in NOTES]
    lines += [f"{entry.name} changes texts: {entry.example}." for entry in contest.places if entry.example]
    return lines + [f"{entry.name} did not run: {entry.reason}." for entry in contest.places if entry.reason]


def row(entry: Place, contest: Contest) -> Row:
    """A row of the table; all ratios are to the export in the same round."""
    if not entry.costs:
        return {"name": entry.title, "processes": entry.processes, "verdict": "did not run"}
    total, alone = contest.ratio(entry), contest.ratio(entry, with_tables=False)
    parts = {"tables": total.median - alone.median, "engine": alone.median} if entry.engine else {}
    return {
        "name": entry.title,
        "processes": entry.processes,
        **ratio_cells(total),
        **parts,
        "cpu": contest.ratio(entry, key="cpu").median,
        "peak": max(cost.peak for cost in entry.costs),
        "statements": entry.statements or None,
        "verdict": entry.verdict,
    }


def bars_of(contest: Contest) -> list[Bar]:
    """The bar: no engine is faster than the export."""
    rivals = [contest.ratio(entry) for entry in contest.places if entry.engine and entry.costs]
    bar = Bar("time of the fastest engine from records, to that of an export", 1.0, at_least=True)
    return [bar.with_ratio(min(rivals)) if rivals else bar]


def command_line() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines", description="Compare an export with RML and OTTR engines.")
    parser.add_argument("--records", type=int, default=5000)
    parser.add_argument("--workers", type=int, default=CORES, help="processes or threads, where something can use several")
    add_rounds(parser)
    parser.add_argument("--slow", action="store_true", help="also the engine that takes several times longer (LinkML), once")
    add_corpus(parser, seed=1)
    add_engines(parser)
    add_outputs(parser)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where an engine made something else than it should or the bar is missed.
    """
    options = command_line().parse_args(arguments)
    corpus = corpus_of(options.records, options.generation, options.seed, options.corpus_dir)
    with tempfile.TemporaryDirectory() as folder:
        contest = Contest(corpus, Path(folder), options.engines_dir, options.workers, options.slow)
        contest.prove()
        contest.measure(options.rounds)
    command = f"python -m benchmarks.engines --records {options.records} --workers {options.workers} --rounds {options.rounds} "
    command += f"{corpus_options(options)}{' --slow' if options.slow else ''}"
    rows = [row(entry, contest) for entry in contest.ranked()]
    status = give_out(Result("engines", command, machine(), COLUMNS, rows, notes(contest, options), bars_of(contest)), options)
    return status if contest.as_expected else 1


if __name__ == "__main__":
    sys.exit(main())
