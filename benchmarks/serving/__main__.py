"""Compare ``pfocr2rdf serve`` with Oxigraph's own server over the same store.

    python -m benchmarks.serving [--figures 5000] [--quick] [--requests 1000] [--clients 4] [--repeats 3] [--generation mixed]
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
from pathlib import Path

from benchmarks.export_runs import CORES, add_corpus, corpus_of, export_to
from benchmarks.results import Column, Result, Row, add_outputs, give_out, machine
from benchmarks.serving.clients import Request, Run
from benchmarks.serving.contest import LONG, OTHER, OURS, alike, measure
from benchmarks.serving.questions import EXAMPLES, MIX, example_queries, lookups, mixed, names_in, pages
from benchmarks.serving.servers import Target, ours, oxigraph
from pfocr2rdf import load

FIGURES, QUICK = 5000, 300
BAR = 1.5
"""The p95 of ours to that of Oxigraph's, at most."""

COLUMNS = (
    Column("kind", "what is asked"),
    Column("count", "requests", ",d"),
    Column("ratio", "p95, times that of Oxigraph's server", ".2f"),
    Column("p50", "p50, ms", ".2f"),
    Column("p95", "p95, ms", ".2f"),
    Column("rate", "requests a second", ",.0f"),
    Column("other50", "Oxigraph, p50, ms", ".2f"),
    Column("other95", "Oxigraph, p95, ms", ".2f"),
    Column("other_rate", "Oxigraph, requests a second", ",.0f"),
)
NOTES = (
    "A store with {figures:,} figures and {statements:,} statements; {clients} clients at once, each with one connection, on the "
    "machine of the servers. What is looked up is drawn by chance, the same for both. The run with the middle p95 of {repeats} counts.",
    "Before that both had given the same answers to all of these queries, {compared:,} in all. {left}",
    "`pfocr2rdf serve` answers each query in a process that it can kill, and keeps an answer until it is whole; Oxigraph's server runs "
    "it in a thread and sends what it has. Both count all graphs as one. Pages have nothing beside them.",
)


def rows(results: Mapping[str, Mapping[str, Run]], requests: Mapping[str, Sequence[Request]]) -> list[Row]:
    """The table."""
    table: list[Row] = []
    for kind, runs in results.items():
        ours, other = runs[OURS], runs.get(OTHER)
        row: dict[str, str | int | float | None] = {"kind": kind, "count": len(requests[kind]), **ours._asdict()}
        if other:
            row |= {"ratio": ours.p95 / other.p95, "other50": other.p50, "other95": other.p95, "other_rate": other.rate}
        table.append(row)
    return table


def said(results: Sequence[Row]) -> list[str]:
    """A sentence for each bar."""
    return [
        f"{'Held' if held(row) else 'Missed'}: p95 of `{OURS}` to that of {OTHER} ({row['kind']}), {row['ratio']:.2f} (at most {BAR:g})."
        for row in results
        if row.get("ratio")
    ]


def held(row: Row) -> bool:
    """Whether the row holds the bar; one without a ratio does."""
    return float(row.get("ratio") or 0) <= BAR


def questions(
    targets: Mapping[str, Target], store: Path, count: int, seed: int
) -> tuple[dict[str, Sequence[Request]], list[str], int]:  # fmt: skip
    """What both are asked, the names of the examples that are too slow for it, and how many answers were compared."""
    small = lookups(names_in(store), count, seed)
    every = [request for group in small.values() for request in group]
    named = example_queries()
    quick = alike(targets, named.values())
    compared = len(quick) + len(alike(targets, every))
    asked: dict[str, Sequence[Request]] = {EXAMPLES: quick * 3, **small, MIX: mixed(quick * 3, every, seed)}
    return asked, [name for name, request in named.items() if request not in quick], compared


def command_line() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description="Compare the service with Oxigraph's server.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--figures", type=int, default=FIGURES, help="how many figures the store has")
    size.add_argument("--quick", action="store_const", const=QUICK, dest="figures", help=f"only {QUICK:,}, to see that all works")
    parser.add_argument("--requests", type=int, default=1000, help="how many of each kind of look-up")
    parser.add_argument("--clients", type=int, default=4, help="how many ask at once")
    parser.add_argument("--repeats", type=int, default=3)
    add_corpus(parser, seed=1)
    add_outputs(parser)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """The command line.

    Returns:
        0, or 1 where a bar is missed.
    """
    asked = command_line().parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as servers:
        folder = Path(scratch)
        store = folder / "store"
        export_to(folder / "export", corpus_of(asked.figures, asked.generation, asked.seed, asked.corpus_dir), CORES, ("ntriples",))
        statements = load(folder / "export", store).statements
        targets = {
            OURS: servers.enter_context(ours(store, folder / "ours")),
            OTHER: servers.enter_context(oxigraph(store, folder / "oxigraph")),
        }
        requests, slow, compared = questions(targets, store, asked.requests, asked.seed)
        runs = measure(targets, requests, asked.clients, asked.repeats)
        only = pages(names_in(store), asked.requests, asked.seed)
        runs |= measure({OURS: targets[OURS]}, only, asked.clients, asked.repeats)
    table = rows(runs, {**requests, **only})
    left = f"Left out, since they take longer than {LONG:g} seconds: {', '.join(slow)}." if slow else "No example was left out."
    numbers = {"figures": asked.figures, "statements": statements, "clients": asked.clients, "repeats": asked.repeats}
    notes = [*said(table), *(note.format(**numbers, compared=compared, left=left) for note in NOTES)]
    options = f"--figures {asked.figures} --requests {asked.requests} --clients {asked.clients} --repeats {asked.repeats} "
    options += f"--generation {asked.generation} --seed {asked.seed}"
    give_out(Result("serving", f"python -m benchmarks.serving {options}", machine(), COLUMNS, table, notes), asked)
    return 0 if all(map(held, table)) else 1


if __name__ == "__main__":
    sys.exit(main())
