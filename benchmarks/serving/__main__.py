"""Compare ``pfocr2rdf serve`` with Oxigraph's own server over the same store.

    python -m benchmarks.serving [--figures 5000] [--quick] [--requests 1000] [--clients 4] [--rounds 5] [--generation mixed]
        [--seed 1] [--json FILE] [--markdown FILE]

Run it from the top of the checkout; it needs the extra ``test``, which has Oxigraph. Both servers listen on loopback, and the same
clients ask both the same questions in turns. First all answers are compared: where the two differ, nothing is measured. Pages are
there from ``pfocr2rdf serve`` alone. The exit status is 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

from benchmarks.bars import Bar
from benchmarks.export_runs import CORES, add_corpus, corpus_of, corpus_options, export_to
from benchmarks.pairs import ratios, spread
from benchmarks.results import Column, Result, Row, add_outputs, add_rounds, give_out, machine, ratio_cells, ratio_columns
from benchmarks.serving.clients import Request, Run
from benchmarks.serving.contest import LONG, OTHER, OURS, alike, measure
from benchmarks.serving.questions import EXAMPLES, HOME, MIX, example_queries, lookups, mixed, names_in, pages
from benchmarks.serving.servers import Target, ours, oxigraph
from pfocr2rdf import load
from pfocr2rdf.server.page_data_builder import build_page_data

FIGURES, QUICK = 5000, 300
LOOKUP_BAR, EXAMPLES_BAR = 2.0, 1.1
"""The p95 of ours to that of Oxigraph's, at most."""
PAGE_BARS = {"figure, HTML": 25.0, "gene in the most figures, HTML": 100.0}
"""The p95 of pages in milliseconds, at most."""

COLUMNS = (
    *ratio_columns("p95, times that of Oxigraph's server"),
    Column("kind", "what is asked"),
    Column("count", "requests", ",d"),
    Column("p50", "p50, the same", ".2f"),
    Column("rate", "requests a second, the same", ".2f"),
    Column("page", "p95, times that of the home page", ".1f"),
)
NOTES = (
    "A store with {figures:,} figures and {statements:,} statements; {clients} clients at once, each with one connection, on the "
    "machine of the servers. What is looked up is drawn by chance, the same for both. Medians, minimum and maximum of {rounds} rounds.",
    "Before that both had given the same answers to all of these queries, {compared:,} in all. {left}",
    "`pfocr2rdf serve` runs with `--cache 0`: every answer and page is computed. The store was loaded with `--index`: otherwise "
    "the server would make the search index meanwhile.",
    "`pfocr2rdf serve` limits the time and memory of each query, and sends complete answers only; Oxigraph's server sends what it "
    "has. Both take all graphs as one. Pages come from `pfocr2rdf serve` alone, so they are compared with its smallest page.",
    "With oxigraph {oxigraph}.",
)
Runs = Mapping[str, Mapping[str, Sequence[Run]]]


def series(runs: Sequence[Run], key: str) -> list[float]:
    """A number of each run."""
    return [float(getattr(run, key)) for run in runs]


def rows(results: Runs, requests: Mapping[str, Sequence[Request]]) -> list[Row]:
    """The table."""
    table: list[Row] = []
    home = series(results[HOME][OURS], "p95") if HOME in results else []
    for kind, runs in results.items():
        row: dict[str, str | int | float | None] = {"kind": kind, "count": len(requests[kind])}
        if other := runs.get(OTHER):
            pairs = {key: ratios(series(runs[OURS], key), series(other, key)) for key in ("p95", "p50", "rate")}
            row |= {**ratio_cells(pairs["p95"]), "p50": pairs["p50"].median, "rate": pairs["rate"].median}
        else:
            row["page"] = ratios(series(runs[OURS], "p95"), home).median
        table.append(row)
    return table


def bars_of(results: Runs, figures: int) -> list[Bar]:
    """The bars: of the queries as ratios, of pages in milliseconds."""
    bars = []
    for kind, runs in results.items():
        if kind in PAGE_BARS:
            p95 = spread(series(runs[OURS], "p95"))
            bars.append(Bar(f"p95 of a page, {kind}, of {figures:,} figures", PAGE_BARS[kind], *p95, spec=".1f", unit=" ms"))
        elif OTHER in runs and kind != MIX:
            p95 = ratios(*(series(runs[name], "p95") for name in (OURS, OTHER)))
            bars.append(Bar(f"p95 of `{OURS}` to that of {OTHER}, {kind}", EXAMPLES_BAR if kind == EXAMPLES else LOOKUP_BAR, *p95))
    return bars


def questions(
    targets: Mapping[str, Target], store: Path, count: int, seed: int
) -> tuple[dict[str, Sequence[Request]], list[str], int]:  # fmt: skip
    """What both are asked, the names of the examples that are too slow for it, and how many answers were compared."""
    small = lookups(names_in(store), count, seed)
    every = [request for group in small.values() for request in group]
    named = example_queries()
    quick = alike(targets, named.values())
    compared = len(quick) + len(alike(targets, every))
    asked: dict[str, Sequence[Request]] = {EXAMPLES: quick, **small, MIX: mixed(quick, every, seed)}
    return asked, [name for name, request in named.items() if request not in quick], compared


def command_line() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description="Compare the service with Oxigraph's server.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--figures", type=int, default=FIGURES, help="how many figures the store has")
    size.add_argument("--quick", action="store_const", const=QUICK, dest="figures", help=f"only {QUICK:,}, to see that all works")
    parser.add_argument("--requests", type=int, default=1000, help="number of lookups of each kind")
    parser.add_argument("--clients", type=int, default=4, help="how many ask at once")
    add_rounds(parser)
    add_corpus(parser, seed=1)
    add_outputs(parser)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where a bar is missed.
    """
    options = command_line().parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as servers:
        folder = Path(scratch)
        store = folder / "store"
        corpus = corpus_of(options.figures, options.generation, options.seed, options.corpus_dir)
        export_to(folder / "export", corpus, CORES, ("ntriples",))
        statements = load(folder / "export", store).statements
        build_page_data(store)
        targets = {
            OURS: servers.enter_context(ours(store, folder / "ours")),
            OTHER: servers.enter_context(oxigraph(store, folder / "oxigraph")),
        }
        requests, slow, compared = questions(targets, store, options.requests, options.seed)
        runs = measure(targets, requests, options.clients, options.rounds)
        only = pages(names_in(store), options.requests, options.seed)
        runs |= measure({OURS: targets[OURS]}, only, options.clients, options.rounds)
    left = f"Left out, since they take longer than {LONG:g} seconds: {', '.join(slow)}." if slow else "No example was left out."
    numbers = {"figures": options.figures, "statements": statements, "clients": options.clients, "rounds": options.rounds}
    notes = [note.format(**numbers, compared=compared, left=left, oxigraph=version("oxigraph")) for note in NOTES]
    command = f"python -m benchmarks.serving --figures {options.figures} --requests {options.requests} --clients {options.clients} "
    command += f"--rounds {options.rounds} {corpus_options(options)}"
    table = rows(runs, {**requests, **only})
    return give_out(Result("serving", command, machine(), COLUMNS, table, notes, bars_of(runs, options.figures)), options)


if __name__ == "__main__":
    sys.exit(main())
