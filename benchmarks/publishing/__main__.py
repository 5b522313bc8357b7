"""Measure what ``pfocr2rdf publish`` costs, beside the mere writing of as many files of the same sizes.

    python -m benchmarks.publishing [--size 5000] [--quick] [--generation mixed] [--seed 1] [--json FILE] [--markdown FILE]

Run it from the top of the checkout, on Linux, which tells the memory of processes together. A corpus is exported and loaded once;
sites are made of the export and of the store, with files as they are and with compressed ones, each by a fresh process, and go again.
All is below the folder for temporary files. The bars of time and memory are for 66,000 figures or more, that of the disk for any. The
exit status is 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmarks.export_runs import CORES, add_corpus, corpus_of, export_to
from benchmarks.loading.stores import program
from benchmarks.measured import in_fresh_process
from benchmarks.publishing.files import rewrite, written
from benchmarks.publishing.watch import PAUSE, run
from benchmarks.results import Column, Result, Row, add_outputs, give_out, machine
from pfocr2rdf import load

SIZE, QUICK, LARGE = 5000, 300, 66_000
SECONDS, MEBIBYTES, DISK = 900.0, 1536.0, 3.0
"""The bars: seconds and memory of a site of ``LARGE`` figures; what it takes of the disk, as a multiple of its compressed bytes."""

COLUMNS = (
    Column("source", "made of"),
    Column("files_are", "pages are there"),
    Column("ratio", "times the writing alone", ".1f"),
    Column("wall", "seconds", ".1f"),
    Column("floor", "seconds of the writing alone", ".1f"),
    Column("cpu", "CPU seconds", ".1f"),
    Column("peak", "peak of all processes together, MiB", ".0f"),
    Column("files", "files", ",d"),
    Column("size", "their bytes, MB", ",.1f"),
    Column("disk", "on disk, MB", ",.1f"),
    Column("spread", "on disk, times their bytes", ".2f"),
)
SHOWN = {"no": "as they are", "only": "compressed only"}
NOTES = (
    "Sites of {size:,} figures, without downloads, by {cores} processes. Of an export the time has the loading into a store in it.",
    "The writing alone is one process that writes as many files of the same sizes into as many folders; what it writes is ready before.",
    "The memory is that of all processes at one moment, looked at every {pause:g} seconds; what they share counts once.",
    "On disk counts whole blocks, of files and of folders.",
)


def measure(sources: dict[str, Path], folder: Path) -> Iterator[Row]:
    """A row for each site."""
    for name, source in sources.items():
        for precompressed, files_are in SHOWN.items():
            site, copy = folder / "site", folder / "copy"
            options = ["--output", str(site), "--no-downloads", "--quiet", "--precompressed", precompressed]
            cost = run([program("pfocr2rdf", "pip install -e ."), "publish", str(source), *options], folder / "log")
            files = written(site)
            shutil.rmtree(site)
            floor = in_fresh_process(partial(rewrite, list(files.sizes.items()), copy)).wall
            shutil.rmtree(copy)
            row: dict[str, str | int | float | None] = {"source": name, "files_are": files_are, **cost._asdict(), "floor": floor}
            row |= {"ratio": cost.wall / floor, "files": len(files.sizes), "size": files.size / 1e6, "disk": files.disk / 1e6}
            yield row | {"spread": files.disk / files.size}
            print(f"  {name}, {files_are}: {cost.wall:.1f} s, {cost.peak:.0f} MiB, {len(files.sizes):,} files", file=sys.stderr, flush=True)


def bars(results: Sequence[Row], size: int) -> list[tuple[bool, str]]:
    """Whether each bar that is for this size is held, and a sentence about it."""
    compressed = [row for row in results if row["files_are"] == SHOWN["only"]]
    checked = [(_most(compressed, "spread"), DISK, "on disk, times the compressed bytes")]
    if size >= LARGE:
        checked += [(_most(results, "wall"), SECONDS, "seconds"), (_most(results, "peak"), MEBIBYTES, "MiB of all processes together")]
    return [
        (value <= limit, f"{'Held' if value <= limit else 'Missed'}: {value:,.2f} {what} (at most {limit:,g}).")
        for value, limit, what in checked
    ]


def _most(results: Sequence[Row], key: str) -> float:
    return max(float(row[key] or 0) for row in results)


def command_line() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.publishing", description="Measure what a site costs.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--size", type=int, default=SIZE, help=f"how many figures the site has; the bars are for {LARGE:,}")
    size.add_argument("--quick", action="store_const", const=QUICK, dest="size", help=f"only {QUICK:,}, to see that all works")
    add_corpus(parser, seed=1)
    add_outputs(parser)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where a bar is missed.
    """
    asked = command_line().parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        sources = {"an export": folder / "export", "a store": folder / "store"}
        export_to(sources["an export"], corpus_of(asked.size, asked.generation, asked.seed, asked.corpus_dir), CORES)
        load(sources["an export"], sources["a store"])
        table = list(measure(sources, folder))
    checked = bars(table, asked.size)
    notes = [*(sentence for _, sentence in checked), *(note.format(size=asked.size, cores=CORES, pause=PAUSE) for note in NOTES)]
    command = f"python -m benchmarks.publishing --size {asked.size} --generation {asked.generation} --seed {asked.seed}"
    give_out(Result("publishing", command, machine(), COLUMNS, table, notes), asked)
    return 0 if all(is_within for is_within, _ in checked) else 1


if __name__ == "__main__":
    sys.exit(main())
