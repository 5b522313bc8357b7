"""Compare this checkout with an older one, command by command: exports, exports again, and sites.

    python -m benchmarks.releases --against CHECKOUT [--compiled ENVIRONMENT] [--records 6000] [--figures 3000] [--workers 2]
        [--rounds 5] [--publish-rounds 3] [--generation mixed] [--seed 1] [--json FILE] [--markdown FILE]

Run it from the top of the checkout. CHECKOUT is the top of another one, whose ``.venv/bin`` has a ``pfocr2rdf`` of its own. ENVIRONMENT
is a virtual environment in which the wheel of ``just wheel`` is installed; then its exports are measured, too. All run the same commands
on the same records, as whole processes with bytecode, and take turns. The numbers are those of the older one as multiples of those of this
one. The exit status is 1 where a bar is missed, and 2 where there is no such program, or it is not compiled.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.bars import Bar
from benchmarks.engines.run import Cost, FailedError
from benchmarks.export_runs import CORES, add_corpus, corpus_of, corpus_options
from benchmarks.loading.stores import program
from benchmarks.pairs import Spread, alternate, ratios
from benchmarks.publishing.watch import run
from benchmarks.results import Column, Result, Row, add_outputs, add_rounds, give_out, machine, ratio_cells, ratio_columns

FILES_BAR = 1.005
"""No more files for each figure; a few more for the whole site, such as pictures of the design, do not count."""
OLDER, OURS, COMPILED = "older", "this one", "this one, compiled"
SINGLE, SEVERAL, AGAIN, CHANGED, SITE = (
    "export, one worker", "export, {workers} workers", "export again, nothing changed", "export again, one record changed",
    "publish, from an export",
)  # fmt: skip
COLUMNS = (
    Column("name", "command"),
    *ratio_columns("CPU time of the older one, times ours", key="cpu"),
    *ratio_columns("time of the older one, times ours", key="wall"),
    Column("peak", "peak memory, of the older one's", ".0%"),
    Column("files", "files, of the older one's", ".1%"),
)
NOTES = (
    "{records:,} records, of which {figures:,} were published. Whole processes, with their start; median, minimum and maximum of "
    "{rounds} rounds, {publish_rounds} for sites.",
    "The older one is {older}. Memory is that of all processes at one moment.",
)


class Run(NamedTuple):
    """What a command cost, and how many files it made."""

    cost: Cost
    files: int


Runs = Mapping[str, Sequence[Mapping[str, Run]]]
"""The commands of each round, by the program that ran them."""


def execute(command: Sequence[str], output: Path) -> Run:
    """Run a command that writes to a folder."""
    cost = run(command, output.parent / "log")
    return Run(cost, sum(path.is_file() for path in output.rglob("*")))


def export_round(executable: Path, corpus: Path, folder: Path, workers: int) -> dict[str, Run]:
    """The exports of one release in one round, to folders that go again."""
    one, several = folder / "one", folder / "several"

    def export(output: Path, count: int) -> Run:
        return execute([str(executable), "export", str(corpus), "--output", str(output), "--workers", str(count), "--quiet"], output)

    folder.mkdir()
    try:
        runs = {SINGLE: export(one, 1), SEVERAL: export(several, workers), AGAIN: export(several, workers)}
        path = min((corpus / "_figures").glob("*.md"))
        previous = path.read_bytes()
        path.write_bytes(previous.replace(b"\n---\n", b"\nsomething: else\n---\n", 1))
        try:
            return runs | {CHANGED: export(several, workers)}
        finally:
            path.write_bytes(previous)
    finally:
        shutil.rmtree(folder)


def publish_round(executable: Path, export: Path, folder: Path, workers: int) -> dict[str, Run]:
    """A site of an export, which goes again."""
    folder.mkdir()
    site = folder / "site"
    try:
        command = [str(executable), "publish", str(export), "--output", str(site), "--no-downloads", "--workers", str(workers), "--quiet"]
        return {SITE: execute(command, site)}
    finally:
        shutil.rmtree(folder)


def spreads(runs: Runs, name: str, build: str = OURS) -> tuple[Spread, Spread, Spread, float]:
    """CPU time and time of the older one as multiples of ours; memory and files of ours as a share of the older one's."""
    older, ours = ([numbers[name] for numbers in runs[release]] for release in (OLDER, build))
    cpu, wall = (ratios([getattr(item.cost, key) for item in older], [getattr(item.cost, key) for item in ours]) for key in ("cpu", "wall"))
    peak = ratios([item.cost.peak for item in ours], [item.cost.peak for item in older])
    return cpu, wall, peak, ours[0].files / older[0].files


def row(runs: Runs, name: str, workers: int, build: str = OURS) -> Row:
    """A row of the table."""
    cpu, wall, peak, files = spreads(runs, name, build)
    cells = {**ratio_cells(cpu, "cpu"), **ratio_cells(wall, "wall")}
    title = name.format(workers=workers) + (", compiled" if build == COMPILED else "")
    return {"name": title, **cells, "peak": peak.median, "files": files}


def export_bars(runs: Runs, records: int, workers: int, build: str = OURS) -> list[Bar]:
    """The bars of the exports of a build."""
    (cpu, _, _, _), (_, wall, _, _) = spreads(runs, SINGLE, build), spreads(runs, SEVERAL, build)
    ours = "ours, compiled" if build == COMPILED else "ours"
    return [
        Bar(f"CPU time of the older release's export, to {ours}, one worker, {records:,} records", 1.5, *cpu, at_least=True),
        Bar(f"time of the older release's export, to {ours}, {workers} workers", 1.5, *wall, at_least=True),
    ]


def command_line() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.releases", description="Compare this checkout with an older one.")
    parser.add_argument("--against", type=Path, required=True, metavar="CHECKOUT", help="the older one, with its .venv")
    parser.add_argument("--compiled", type=Path, metavar="ENVIRONMENT", help="a virtual environment with this one, compiled")
    parser.add_argument("--records", type=int, default=6000)
    parser.add_argument("--figures", type=int, default=3000, help="how many of them are published")
    parser.add_argument("--workers", type=int, default=CORES)
    add_rounds(parser)
    parser.add_argument("--publish-rounds", type=int, default=3)
    add_corpus(parser, seed=1)
    add_outputs(parser)
    return parser


def release_of(executable: Path) -> str:
    """The version of a program, and the commit of its checkout where Git knows one.

    Raises:
        FailedError: there is no such program.
    """
    try:
        shown = subprocess.run([str(executable), "--version"], check=True, capture_output=True, text=True).stdout.strip()
    except OSError as error:
        raise FailedError(f"{executable}: {error.strerror}; name a checkout whose .venv has pfocr2rdf") from None
    git = ["git", "-C", str(executable.parents[2]), "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, check=False, capture_output=True, text=True).stdout.strip()
    return f"{shown} at commit {commit}" if commit else shown


def write_bytecode(executable: Path) -> None:
    """Write the bytecode of a program's modules, as installers do; Python may be set up (``PYTHONDONTWRITEBYTECODE``) to write none."""
    code = "import compileall, pfocr2rdf; compileall.compile_dir(pfocr2rdf.__path__[0], quiet=1)"
    subprocess.run([str(executable.parent / "python"), "-c", code], check=True)


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where a bar is missed, or 2 where there is no older release or no compiled one.
    """
    options = command_line().parse_args(arguments)
    executables = {OLDER: options.against.absolute() / ".venv" / "bin" / "pfocr2rdf", OURS: Path(program("pfocr2rdf", "pip install -e ."))}
    if options.compiled:
        executables[COMPILED] = options.compiled.absolute() / "bin" / "pfocr2rdf"
    try:
        older = release_of(executables[OLDER])
        if options.compiled and "(compiled: yes)" not in release_of(executables[COMPILED]):
            raise FailedError(f"{options.compiled}: pfocr2rdf is not compiled; install the wheel that `just wheel` builds")
    except FailedError as error:
        print(error, file=sys.stderr)
        return 2
    for path in executables.values():
        write_bytecode(path)
    corpus = corpus_of(options.records, options.generation, options.seed, options.corpus_dir)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        exports = {name: partial(export_round, path, corpus, folder / "round", options.workers) for name, path in executables.items()}
        runs = alternate(exports, options.rounds)
        limit = ["--limit", str(options.figures), "--quiet", "--output"]
        sites = {}
        for name in (OLDER, OURS):  # each publishes what it exported itself
            path = executables[name]
            export = folder / f"export of {name}"
            run([str(path), "export", str(corpus), *limit, str(export)], folder / "log")
            sites[name] = partial(publish_round, path, export, folder / "round", options.workers)
        published = alternate(sites, options.publish_rounds)
    builds = [build for build in (OURS, COMPILED) if build in executables]
    table = [row(runs, name, options.workers, build) for name in (SINGLE, SEVERAL) for build in builds]
    table += [row(runs, name, options.workers) for name in (AGAIN, CHANGED)] + [row(published, SITE, options.workers)]
    _, site, _, files = spreads(published, SITE)
    numbers = {"records": options.records, "figures": options.figures, "rounds": options.rounds, "publish_rounds": options.publish_rounds}
    notes = [note.format(**numbers, older=older) for note in NOTES]
    bars = [
        *[bar for build in builds for bar in export_bars(runs, options.records, options.workers, build)],
        Bar(f"time of the older release's site, to ours, {options.figures:,} figures", 2.5, *site, at_least=True),
        Bar("files of a site, of the older release's", FILES_BAR, files, spec=".1%"),
    ]
    command = f"python -m benchmarks.releases --against CHECKOUT {'--compiled ENVIRONMENT ' if options.compiled else ''}"
    command += f"--records {options.records} --figures {options.figures} --workers {options.workers} "
    command += f"--rounds {options.rounds} --publish-rounds {options.publish_rounds} {corpus_options(options)}"
    return give_out(Result("releases", command, machine(), COLUMNS, table, notes, bars), options)


if __name__ == "__main__":
    sys.exit(main())
