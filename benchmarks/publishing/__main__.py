"""Measure what ``pfocr2rdf publish`` costs, beside the mere writing of as many files of the same sizes.

    python -m benchmarks.publishing [--size 5000] [--quick] [--rounds 1] [--generation mixed] [--seed 1]
        [--json FILE] [--markdown FILE]

Run it from the top of the checkout, on Linux, which tells the memory of processes together. A corpus is exported and loaded once;
sites are made of the export and of the store, with files as they are and with compressed ones, each by a fresh process, and go again.
All is below the folder for temporary files. The exit status is 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.bars import Bar
from benchmarks.engines.run import Cost
from benchmarks.export_runs import CORES, add_corpus, corpus_of, corpus_options, export_to
from benchmarks.loading.stores import program
from benchmarks.measured import in_fresh_process
from benchmarks.pairs import alternate, ratios
from benchmarks.publishing.files import Written, rewrite, written
from benchmarks.publishing.watch import PAUSE, run
from benchmarks.results import Column, Result, Row, add_outputs, add_rounds, give_out, machine, ratio_cells, ratio_columns
from pfocr2rdf import load

SIZE, QUICK = 5000, 300
MEGABYTES, DISK = 1000.0, 3.0
"""The bars: the memory of all processes; what a site takes of the disk, as a multiple of its compressed bytes."""

COLUMNS = (
    *ratio_columns("time, times the writing alone", ".1f"),
    Column("source", "made of"),
    Column("files_are", "pages are there"),
    Column("cpu", "CPU time, times its time", ".2f"),
    Column("peak", "peak of all processes together, MiB", ".0f"),
    Column("files", "files", ",d"),
    Column("size", "their bytes, MB", ",.1f"),
    Column("disk", "on disk, times their bytes", ".2f"),
)
SHOWN = {"no": "as they are", "only": "compressed only"}
NOTES = (
    "Sites of {size:,} figures, without downloads, by {cores} processes. Of an export the time has the loading into a store in it.",
    "The writing alone is one process that writes as many files of the same sizes into as many folders; what it writes is ready before.",
    "The memory is that of all processes at one moment, looked at every {pause:g} seconds; what they share counts once.",
    "On disk counts whole blocks, of files and of folders. Medians, minimum and maximum of {rounds} rounds.",
)


class Site(NamedTuple):
    """A site that was made: what it cost, its files, and the seconds of the writing alone."""

    cost: Cost
    files: Written
    floor: float


def publish(source: Path, precompressed: str, folder: Path) -> Site:
    """Make a site, and write as many files again; both go again."""
    site, copy = folder / "site", folder / "copy"
    options = ["--output", str(site), "--no-downloads", "--quiet", "--precompressed", precompressed]
    cost = run([program("pfocr2rdf", "pip install -e ."), "publish", str(source), *options], folder / "log")
    files = written(site)
    shutil.rmtree(site)
    floor = in_fresh_process(partial(rewrite, list(files.sizes.items()), copy)).wall
    shutil.rmtree(copy)
    print(
        f"  {source.name}, {precompressed}: {cost.wall:.1f} s, {cost.peak:.0f} MiB, {len(files.sizes):,} files", file=sys.stderr, flush=True
    )
    return Site(cost, files, floor)


def measure(sources: dict[str, Path], folder: Path, rounds: int) -> Iterator[Row]:
    """A row for each kind of site; all take turns."""
    kinds = {f"{name}, {choice}": (name, choice) for name in sources for choice in SHOWN}
    runs = {kind: partial(publish, sources[name], choice, folder) for kind, (name, choice) in kinds.items()}
    for kind, sites in alternate(runs, rounds).items():
        files, (name, choice) = sites[0].files, kinds[kind]
        ratio = ratios([site.cost.wall for site in sites], [site.floor for site in sites])
        cpu = ratios([site.cost.cpu for site in sites], [site.cost.wall for site in sites]).median
        row: dict[str, str | int | float | None] = {"source": name, "files_are": SHOWN[choice], **ratio_cells(ratio), "cpu": cpu}
        row |= {"peak": max(site.cost.peak for site in sites), "files": len(files.sizes), "size": files.size / 1e6}
        yield row | {"disk": files.disk / files.size}


def bars_of(results: Sequence[Row], size: int) -> list[Bar]:
    """The bars."""
    peak = max(float(row["peak"] or 0) for row in results) * 2**20 / 1e6
    disk = max(float(row["disk"] or 0) for row in results if row["files_are"] == SHOWN["only"])
    return [
        Bar(f"memory of all processes of `pfocr2rdf publish`, {size:,} figures", MEGABYTES, peak, spec=",.0f", unit=" MB"),
        Bar(f"a compressed site on disk, to its bytes, {size:,} figures", DISK, disk),
    ]


def command_line() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.publishing", description="Measure what a site costs.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--size", type=int, default=SIZE, help="how many figures the site has")
    size.add_argument("--quick", action="store_const", const=QUICK, dest="size", help=f"only {QUICK:,}, to see that all works")
    add_rounds(parser, 1)
    add_corpus(parser, seed=1)
    add_outputs(parser)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where a bar is missed.
    """
    options = command_line().parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        sources = {"an export": folder / "export", "a store": folder / "store"}
        export_to(sources["an export"], corpus_of(options.size, options.generation, options.seed, options.corpus_dir), CORES)
        load(sources["an export"], sources["a store"])
        table = list(measure(sources, folder, options.rounds))
    notes = [note.format(size=options.size, cores=CORES, pause=PAUSE, rounds=options.rounds) for note in NOTES]
    command = f"python -m benchmarks.publishing --size {options.size} --rounds {options.rounds} {corpus_options(options)}"
    return give_out(Result("publishing", command, machine(), COLUMNS, table, notes, bars_of(table, options.size)), options)


if __name__ == "__main__":
    sys.exit(main())
