"""How time and memory of an export grow with its records.

    python -m benchmarks.sizes [--sizes 1000 10000 66000 200000] [--workers 2] [--generation mixed] [--seed 0]
        [--corpus-dir DIR] [--json FILE] [--markdown FILE]

Run it from the top of the checkout. Each size is exported to Turtle and JSON-LD by a fresh process. Corpora are kept in the corpus
folder, and used again where they are there. Time for a record should be flat: no size may be slower than the quickest smaller one
by more than ``BAR``. A small corpus may be slower, since what it costs to begin shows. The exit status is 1 where it is not flat.
"""

from __future__ import annotations

import argparse
import resource
import sys
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from benchmarks.export_runs import CORES, add_corpus, corpus_of, run_export
from benchmarks.measured import in_fresh_process
from benchmarks.results import Column, Result, Row, add_outputs, give_out, machine
from pfocr2rdf.pipeline.summary import ExportSummary

BAR = 0.10
COLUMNS = (
    Column("records", "records", ",d"),
    Column("deviation", "off flat", "+.1%"),
    Column("wall", "ms a record", ".3f"),
    Column("cpu", "CPU ms a record", ".3f"),
    Column("rate", "records a second", ",.0f"),
    Column("seconds", "seconds", ".1f"),
    Column("peak", "peak of the main process, MiB", ".0f"),
    Column("worker", "peak of the largest worker, MiB", ".0f"),
    Column("entities", "entities", ",d"),
    Column("triples", "triples", ",d"),
)
NOTES = (
    "{workers}; Turtle and JSON-LD, validated. Off flat is by how much a record takes longer than at the quickest smaller size.",
    "The bar is {bar:.0%} off flat, and is {held}. What a small corpus takes longer, since it costs something to begin, does not count.",
    "What grows with the corpus, figure ids and what figures share, is in a database on disk, of which 64 MiB are held in memory.",
)


class Exported(NamedTuple):
    """What an export came to, and the most memory that one of its workers held, in MiB."""

    summary: ExportSummary
    worker: float


def exported(corpus: Path, workers: int) -> Exported:
    """Export a corpus. Memory that a worker shares with the main process, from which it was forked, counts for both."""
    summary = run_export(corpus, workers)
    return Exported(summary, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)


def row(corpus: Path, workers: int) -> dict[str, float]:
    """One size, measured."""
    (summary, worker), cpu, wall, peak = in_fresh_process(partial(exported, corpus, workers))
    size = summary.read
    if summary.refused or summary.quarantined:
        print(f"{size} records: {summary.refused} refused, {summary.quarantined} quarantined", file=sys.stderr)
    costs = {"wall": wall / size * 1000, "cpu": cpu / size * 1000, "rate": size / wall, "seconds": wall, "peak": peak, "worker": worker}
    return {"records": size, "entities": summary.entities, "triples": summary.triples, **costs}


def off_flat(results: list[dict[str, float]]) -> list[float]:
    """By which share a record takes longer at each size than at the quickest one that is no larger; sizes ascend."""
    quickest = accumulate((row["wall"] for row in results), min)
    return [row["wall"] / best - 1 for row, best in zip(results, quickest, strict=True)]


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where time for a record is not flat.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sizes", description="Measure how an export grows with its records.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 66_000, 200_000])
    parser.add_argument("--workers", type=int, default=CORES)
    add_corpus(parser, seed=0)
    add_outputs(parser)
    asked = parser.parse_args(arguments)
    table = [row(corpus_of(size, asked.generation, asked.seed, asked.corpus_dir), asked.workers) for size in sorted(asked.sizes)]
    off = off_flat(table)
    rows: list[Row] = [item | {"deviation": share, "worker": item["worker"] or None} for item, share in zip(table, off, strict=True)]
    is_within = max(off) <= BAR
    workers = f"{asked.workers} workers" if asked.workers > 1 else "One worker"
    notes = [note.format(workers=workers, bar=BAR, held="held" if is_within else "not held") for note in NOTES]
    command = f"python -m benchmarks.sizes --sizes {' '.join(map(str, sorted(asked.sizes)))} --workers {asked.workers}"
    give_out(Result("sizes", command, machine(), COLUMNS, rows, notes), asked)
    return 0 if is_within else 1


if __name__ == "__main__":
    sys.exit(main())
