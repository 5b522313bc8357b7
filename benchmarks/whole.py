"""A whole export on the clock: beside the plain pipeline, with more workers, and a second time.

    python -m benchmarks.whole [--records 5000] [--plain 200] [--workers 2] [--generation mixed] [--seed 1] [--json FILE] [--markdown FILE]

Run it from the top of the checkout. The plain pipeline works on a part of the corpus, evenly spread: what a record costs it does not
change with their number. Every export is made by a fresh process; imports are not in its time, and neither is what the plain pipeline
prepares once. Before and after the exports the plain pipeline takes its turn, so that both meet the same load of the machine.
The exit status is 1 where one of the bars below is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks import plain
from benchmarks.export_runs import CORES, add_corpus, corpus_of, export_to
from benchmarks.measured import Measured, in_fresh_process
from benchmarks.results import Column, Result, Row, add_outputs, give_out, machine
from pfocr2rdf.pipeline.summary import ExportSummary

PLAIN_BAR, WORKERS_BAR, AGAIN_BAR = 120.0, 1.7, 0.05
COLUMNS = (
    Column("ratio", "times as quick as the plain pipeline", ",.1f"),
    Column("name", "what"),
    Column("wall", "ms a record", ".3f"),
    Column("cpu", "CPU ms a record", ".3f"),
    Column("seconds", "seconds", ".2f"),
    Column("mapped", "records mapped", ",d"),
)
NOTES = (
    "{size:,} records ({written:.0f} triples a record), Turtle and JSON-LD, validated; the plain pipeline did {sample} of them, half of "
    "these before and half after the exports.",
    "Beside the plain pipeline: {ratio:.1f} times as quick with {workers} workers (bar: {plain:g}).",
    "{workers} workers beside one: {scaling:.2f} times as quick (bar: {bar:g}).",
    "A second run over the same records: {again:.1%} of the first one's seconds (bar: {again_bar:.0%}).",
)


class Exports(NamedTuple):
    """An export with one worker, one with several, and the latter again: unchanged, and with one record changed."""

    one: Measured[ExportSummary]
    several: Measured[ExportSummary]
    again: Measured[ExportSummary]
    changed: Measured[ExportSummary]


def run_plain(paths: list[Path]) -> int:
    """These records through the plain pipeline; how many it wrote or left out."""
    with tempfile.TemporaryDirectory() as out:
        completed = plain.run(paths, Path(out))
    return completed.written + completed.refused


def run_exports(corpus: Path, workers: int) -> Exports:
    """The exports, to folders that go again."""
    with tempfile.TemporaryDirectory() as out:
        single = in_fresh_process(partial(export_to, Path(out) / "one", corpus, 1))
        several, again = (in_fresh_process(partial(export_to, Path(out) / "several", corpus, workers)) for _ in range(2))
        path = min((corpus / "_figures").glob("*.md"))
        previous = path.read_bytes()
        path.write_bytes(previous.replace(b"\n---\n", b"\nsomething: else\n---\n", 1))
        try:
            changed = in_fresh_process(partial(export_to, Path(out) / "several", corpus, workers))
        finally:
            path.write_bytes(previous)
    return Exports(single, several, again, changed)


def rows(completed: Exports, workers: int, slow: Row) -> list[Row]:
    """The table."""
    named = (
        (f"pfocr2rdf, {workers} workers", completed.several),
        ("pfocr2rdf, one worker", completed.one),
        ("again, nothing changed", completed.again),
        ("again, one record changed", completed.changed),
    )
    table: list[Row] = [slow]
    for name, measured in named:
        size = measured.value.read
        cost = {"wall": measured.wall / size * 1000, "cpu": measured.cpu / size * 1000, "seconds": measured.wall}
        table.append({"name": name, "ratio": float(str(slow["wall"])) / cost["wall"], "mapped": measured.value.mapped, **cost})
    return table


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where a bar is missed.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.whole", description="Measure whole exports by the clock.")
    parser.add_argument("--records", type=int, default=5000)
    parser.add_argument("--plain", type=int, default=200, help="records for the plain pipeline")
    parser.add_argument("--workers", type=int, default=CORES)
    add_corpus(parser, seed=1)
    add_outputs(parser)
    asked = parser.parse_args(arguments)
    corpus = corpus_of(asked.records, asked.generation, asked.seed, asked.corpus_dir)
    sample = sorted((corpus / "_figures").glob("*.md"))[:: max(1, asked.records // asked.plain)]
    halves = [in_fresh_process(partial(run_plain, sample[::2]), plain.prepare)]
    completed = run_exports(corpus, asked.workers)
    halves.append(in_fresh_process(partial(run_plain, sample[1::2]), plain.prepare))
    count = sum(half.value for half in halves)
    wall, cpu = (sum(times) / count * 1000 for times in ([half.wall for half in halves], [half.cpu for half in halves]))
    results = rows(completed, asked.workers, {"name": "the usual libraries", "ratio": 1.0, "wall": wall, "cpu": cpu})
    ratio, scaling, again = (
        float(str(results[1]["ratio"])),
        completed.one.wall / completed.several.wall,
        completed.again.wall / completed.several.wall,
    )
    numbers = {"size": asked.records, "written": completed.one.value.triples / asked.records, "sample": count, "workers": asked.workers}
    numbers |= {"ratio": ratio, "plain": PLAIN_BAR, "scaling": scaling, "bar": WORKERS_BAR, "again": again, "again_bar": AGAIN_BAR}
    notes = [note.format(**numbers) for note in NOTES]
    command = f"python -m benchmarks.whole --records {asked.records} --workers {asked.workers}"
    give_out(Result("whole", command, machine(), COLUMNS, results, notes), asked)
    return 0 if ratio >= PLAIN_BAR and scaling >= WORKERS_BAR and again <= AGAIN_BAR else 1


if __name__ == "__main__":
    sys.exit(main())
