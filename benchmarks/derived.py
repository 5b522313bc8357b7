"""What derived formats cost: exports with them, next to one of Turtle and JSON-LD alone.

    python -m benchmarks.derived [--records 4000] [--generation mixed] [--seed 1] [--rounds 5] [--json FILE] [--markdown FILE]

Run it from the top of the checkout. Every export has one worker and runs in a fresh process, all of them in each round, and the ratios
of CPU time are those of each round. Imports are not in them; neither is the first record, which prepares shapes and contexts. The exit
status is 1 where tables, gene sets and KGX together take more than ``CPU_BAR`` times the CPU of the export without them, or more memory
than ``MEMORY_BAR``.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial

from benchmarks.bars import Bar
from benchmarks.export_runs import FORMATS, add_corpus, corpus_of, corpus_options, run_export
from benchmarks.measured import Measured, in_fresh_process
from benchmarks.pairs import alternate, ratios
from benchmarks.results import Column, Result, Row, add_outputs, add_rounds, give_out, machine, ratio_cells, ratio_columns, ratio_of
from pfocr2rdf.derived.formats import DERIVED_FORMATS
from pfocr2rdf.pipeline.summary import ExportSummary

CPU_BAR, MEMORY_BAR = 1.5, 600
BASE, BOUND = "Turtle and JSON-LD", ("tables", "gmt", "kgx")
ALL_BOUND = f"with {', '.join(BOUND)}"
EXPORTS: dict[str, tuple[str, ...]] = {
    BASE: (),
    **{f"with {name}": (name,) for name in BOUND},
    ALL_BOUND: BOUND,
    "with all derived formats": tuple(DERIVED_FORMATS),
}
COLUMNS = (*ratio_columns("CPU time, to that without"), Column("peak", "peak memory, MiB", ",.0f"), Column("name", "formats"))
NOTES = (
    "{records:,} records, one worker. Every run is a fresh process; imports are not in its time.",
    "Medians, minimum and maximum of {rounds} rounds; the memory is the most of all rounds.",
)


def run(options: argparse.Namespace) -> dict[str, list[Measured[ExportSummary]]]:
    """The exports of all rounds."""
    folder = corpus_of(options.records, options.generation, options.seed, options.corpus_dir)
    return alternate(
        {
            name: partial(
                in_fresh_process,
                partial(run_export, folder, 1, (*FORMATS, *formats)),
                partial(run_export, folder, 1, (*FORMATS, *formats), limit=1),
            )
            for name, formats in EXPORTS.items()
        },
        options.rounds,
    )


def rows(runs: dict[str, list[Measured[ExportSummary]]]) -> list[Row]:
    """The exports, each as a multiple of that without derived formats."""
    base = [run.cpu for run in runs[BASE]]
    return [
        {"name": name, **ratio_cells(ratios([run.cpu for run in measured], base)), "peak": max(run.peak for run in measured)}
        for name, measured in runs.items()
    ]


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where a bar is missed.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.derived", description="Measure what derived formats cost.")
    parser.add_argument("--records", type=int, default=4000)
    add_rounds(parser)
    add_corpus(parser, seed=1)
    add_outputs(parser)
    options = parser.parse_args(arguments)
    table = rows(run(options))
    bound = next(row for row in table if row["name"] == ALL_BOUND)
    bars = [
        Bar(f"CPU time of an export {ALL_BOUND}, to that of {BASE} alone", CPU_BAR, *ratio_of(bound)),
        Bar(f"most memory of an export {ALL_BOUND}, in MiB", MEMORY_BAR, float(str(bound["peak"])), spec=",.0f"),
    ]
    notes = [note.format(records=options.records, rounds=options.rounds) for note in NOTES]
    command = f"python -m benchmarks.derived --records {options.records} --rounds {options.rounds} {corpus_options(options)}"
    return give_out(Result("derived", command, machine(), COLUMNS, table, notes, bars), options)


if __name__ == "__main__":
    sys.exit(main())
