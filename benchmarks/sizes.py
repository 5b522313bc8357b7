"""How time and memory of an export grow with its records.

    python -m benchmarks.sizes [--sizes 1000 10000 66000 200000] [--workers 2] [--rounds 1] [--generation mixed] [--seed 1]
        [--corpus-dir DIR] [--json FILE] [--markdown FILE]

Run it from the top of the checkout. Each size is exported to Turtle and JSON-LD by a fresh process. Corpora are kept in the corpus
folder, and used again where they are there. Time for a record should be flat: no size may be slower than the quickest smaller one
by more than ``BAR``. A small corpus may be slower, since what it costs to begin shows. The exit status is 1 where it is not flat.
"""

from __future__ import annotations

import argparse
import resource
import sys
from collections.abc import Sequence
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from benchmarks.bars import Bar
from benchmarks.export_runs import CORES, add_corpus, corpus_of, corpus_options, run_export
from benchmarks.measured import in_fresh_process
from benchmarks.pairs import alternate, ratios, spread
from benchmarks.results import Column, Result, Row, add_outputs, add_rounds, give_out, machine, ratio_cells, ratio_columns, ratio_of
from pfocr2rdf.pipeline.summary import ExportSummary

BAR = 0.10
COLUMNS = (
    Column("records", "records", ",d"),
    *ratio_columns("off flat", "+.1%"),
    Column("wall", "time a record, times that of the smallest size", ".2f"),
    Column("cpu", "CPU time a record, the same", ".2f"),
    Column("peak", "peak of the main process, MiB", ".0f"),
    Column("worker", "peak of the largest worker, MiB", ".0f"),
    Column("entities", "entities", ",d"),
    Column("triples", "triples", ",d"),
)
NOTES = (
    "{workers}; Turtle and JSON-LD, validated. Off flat is by how much a record takes longer than at the fastest smaller size.",
    "What a small corpus takes longer, since start-up has a cost, does not count.",
    "What grows with the corpus, figure ids and what figures share, is in a database on disk, of which 64 MiB are held in memory.",
    "Medians, minimum and maximum of {rounds} rounds.",
)


class Exported(NamedTuple):
    """What an export came to, and the most memory that one of its workers held, in MiB."""

    summary: ExportSummary
    worker: float


def exported(corpus: Path, workers: int) -> Exported:
    """Export a corpus. Memory that a worker shares with the main process, from which it was forked, counts for both."""
    summary = run_export(corpus, workers)
    return Exported(summary, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)


class Sample(NamedTuple):
    """A run: its summary, seconds of CPU and of time for a record, and the peaks of the main process and of a worker in MiB."""

    summary: ExportSummary
    cpu: float
    wall: float
    peak: float
    worker: float


def sample(corpus: Path, workers: int) -> Sample:
    """Export a corpus once."""
    (summary, worker), cpu, wall, peak = in_fresh_process(partial(exported, corpus, workers))
    size = summary.read
    if summary.refused or summary.quarantined:
        print(f"{size} records: {summary.refused} refused, {summary.quarantined} quarantined", file=sys.stderr)
    return Sample(summary, cpu / size, wall / size, peak, worker)


def off_flat(walls: Sequence[float]) -> list[float]:
    """By which share a record takes longer at each size than at the fastest one that is no larger; sizes ascend.

    >>> off_flat([2.0, 1.0, 1.5])
    [0.0, 0.0, 0.5]
    """
    return [wall / best - 1 for wall, best in zip(walls, accumulate(walls, min), strict=True)]


def rows(samples: Sequence[Sequence[Sample]]) -> list[Row]:
    """The table, from the samples of each size, which are in the order of the rounds."""
    deviations = [off_flat([item.wall for item in group]) for group in zip(*samples, strict=True)]
    table: list[Row] = []
    for number, group in enumerate(samples):
        cells = ratio_cells(spread([values[number] for values in deviations]))
        for key in ("wall", "cpu"):
            values, smallest = ([float(getattr(item, key)) for item in series] for series in (group, samples[0]))
            cells[key] = ratios(values, smallest).median
        summary = group[0].summary
        cells |= {"peak": max(item.peak for item in group), "worker": max(item.worker for item in group) or None}
        table.append({"records": summary.read, "entities": summary.entities, "triples": summary.triples, **cells})
    return table


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where time for a record is not flat.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sizes", description="Measure how an export grows with its records.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 66_000, 200_000])
    parser.add_argument("--workers", type=int, default=CORES)
    add_rounds(parser, 1)
    add_corpus(parser, seed=1)
    add_outputs(parser)
    options = parser.parse_args(arguments)
    sizes = sorted(options.sizes)
    corpora = {str(size): corpus_of(size, options.generation, options.seed, options.corpus_dir) for size in sizes}
    runs = {name: partial(sample, corpus, options.workers) for name, corpus in corpora.items()}
    table = rows(list(alternate(runs, options.rounds).values()))
    worst = max(map(ratio_of, table))
    bar = Bar(f"how much longer a record takes than at the fastest smaller size, up to {sizes[-1]:,} records", BAR, *worst, spec="+.1%")
    workers = f"{options.workers} workers" if options.workers > 1 else "One worker"
    notes = [note.format(workers=workers, rounds=options.rounds) for note in NOTES]
    command = f"python -m benchmarks.sizes --sizes {' '.join(corpora)} --workers {options.workers} --rounds {options.rounds} "
    return give_out(Result("sizes", command + corpus_options(options), machine(), COLUMNS, table, notes, [bar]), options)


if __name__ == "__main__":
    sys.exit(main())
