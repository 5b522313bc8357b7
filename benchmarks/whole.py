"""A whole export: beside the plain pipeline, with more workers, and a second time.

    python -m benchmarks.whole [--records 4000] [--plain 200] [--workers 2] [--rounds 5] [--generation mixed] [--seed 1]
        [--json FILE] [--markdown FILE]

Run it from the top of the checkout. The plain pipeline works on a part of the corpus, evenly spread, another one in each round: what a
record costs it does not change with their number. Every export is made by a fresh process; imports are not in its time, and neither is
what the plain pipeline prepares once. The exit status is 1 where one of the bars is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks import plain
from benchmarks.bars import Bar
from benchmarks.export_runs import CORES, add_corpus, corpus_of, corpus_options, export_to
from benchmarks.measured import Measured, in_fresh_process
from benchmarks.pairs import Spread, ratios
from benchmarks.results import Column, Result, Row, add_outputs, add_rounds, give_out, machine, ratio_cells, ratio_columns
from pfocr2rdf.pipeline.summary import ExportSummary

LARGE = 66_000
PLAIN, SINGLE, SEVERAL, AGAIN, CHANGED = (
    "the usual libraries",
    "one worker",
    "{} workers",
    "again, nothing changed",
    "again, one record changed",
)
COLUMNS = (
    *ratio_columns("times as fast as the plain pipeline", ",.1f"),
    Column("name", "what"),
    *ratio_columns("CPU time, of a full run", ".1%", "share"),
    Column("mapped", "records mapped", ",d"),
)
NOTES = (
    "{size:,} records ({triples:.0f} triples a record), Turtle and JSON-LD, validated; the plain pipeline did {sample} of them.",
    "Medians, minimum and maximum of {rounds} rounds; in each of them every row ran once. A full run is that with {workers} workers.",
)
Runs = Mapping[str, Sequence[Measured[ExportSummary]]]


def run_plain(paths: list[Path]) -> int:
    """These records through the plain pipeline; how many it wrote or left out."""
    with tempfile.TemporaryDirectory() as out:
        completed = plain.run(paths, Path(out))
    return completed.written + completed.refused


def run_exports(corpus: Path, workers: int, number: int) -> dict[str, Measured[ExportSummary]]:
    """The exports of a round, to folders that go again."""
    with tempfile.TemporaryDirectory() as out:
        several = partial(in_fresh_process, partial(export_to, Path(out) / "several", corpus, workers))
        runs = {SINGLE: in_fresh_process(partial(export_to, Path(out) / "one", corpus, 1)), SEVERAL: several(), AGAIN: several()}
        path = min((corpus / "_figures").glob("*.md"))
        previous = path.read_bytes()
        path.write_bytes(previous.replace(b"\n---\n", f"\nsomething: else {number}\n---\n".encode(), 1))
        try:
            return runs | {CHANGED: several()}
        finally:
            path.write_bytes(previous)


def rows(slow: Sequence[float], runs: Runs, workers: int) -> list[Row]:
    """The table; ``slow`` are the seconds of the plain pipeline for a record."""
    table: list[Row] = [{"name": PLAIN, "ratio": 1.0}]
    for name, measured in runs.items():
        size = measured[0].value.read
        speed = ratios(slow, [run.wall / size for run in measured])
        cells = {**ratio_cells(speed), **ratio_cells(cpu_share(runs, name), "share")}
        table.append({"name": f"pfocr2rdf, {name.format(workers)}", "mapped": measured[0].value.mapped, **cells})
    return table


def cpu_share(runs: Runs, name: str) -> Spread:
    """The CPU time of a run as a share of that of a full run."""
    return ratios([run.cpu for run in runs[name]], [run.cpu for run in runs[SEVERAL]])


def bars_of(slow: Sequence[float], runs: Runs, workers: int) -> list[Bar]:
    """The bars."""
    size = runs[SINGLE][0].value.read
    several, single = ([run.wall for run in runs[name]] for name in (SEVERAL, SINGLE))
    again = [run.wall for run in runs[AGAIN]]
    plain_ratio = ratios(slow, [wall / size for wall in several])
    changed = cpu_share(runs, CHANGED)
    return [
        Bar(f"time of the usual libraries, to that of an export with {workers} workers", 200, *plain_ratio, at_least=True, spec=".0f"),
        Bar(f"time of an export with one worker, to that with {workers}", 1.8, *ratios(single, several), at_least=True),
        Bar(f"{size:,} records again, nothing changed: time, of a full run", 0.05, *ratios(again, several), spec=".1%"),
        Bar(f"{size:,} records again, one changed: CPU time, of a full run", 0.10 if size >= LARGE else 0.15, *changed, spec=".1%"),
    ]


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where a bar is missed.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.whole", description="Measure whole exports.")
    parser.add_argument("--records", type=int, default=4000)
    parser.add_argument("--plain", type=int, default=200, help="records for the plain pipeline")
    parser.add_argument("--workers", type=int, default=CORES)
    add_rounds(parser)
    add_corpus(parser, seed=1)
    add_outputs(parser)
    options = parser.parse_args(arguments)
    corpus = corpus_of(options.records, options.generation, options.seed, options.corpus_dir)
    sample = sorted((corpus / "_figures").glob("*.md"))[:: max(1, options.records // options.plain)]
    slow: list[float] = []
    runs: dict[str, list[Measured[ExportSummary]]] = {}
    for number in range(options.rounds):
        portion = in_fresh_process(partial(run_plain, sample[number :: options.rounds]), plain.prepare)
        slow.append(portion.wall / portion.value)
        for name, measured in run_exports(corpus, options.workers, number).items():
            runs.setdefault(name, []).append(measured)
    summary = runs[SINGLE][0].value
    numbers = {"size": options.records, "triples": summary.triples / options.records, "sample": len(sample), "workers": options.workers}
    notes = [note.format(**numbers, rounds=options.rounds) for note in NOTES]
    command = f"python -m benchmarks.whole --records {options.records} --plain {options.plain} --workers {options.workers} "
    command += f"--rounds {options.rounds} {corpus_options(options)}"
    table, bars = rows(slow, runs, options.workers), bars_of(slow, runs, options.workers)
    return give_out(Result("whole", command, machine(), COLUMNS, table, notes, bars), options)


if __name__ == "__main__":
    sys.exit(main())
