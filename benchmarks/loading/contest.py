"""The ways to load side by side: each into a store of its own, and counted."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from benchmarks.engines.run import Cost, FailedError
from benchmarks.loading.run import run
from benchmarks.loading.ways import DEFAULT, NAMED, Way, complaint

FOLDERS = (NAMED, DEFAULT)
LONG = 30.0
"""A load into a server that takes longer than so many seconds is run once."""


class Run(NamedTuple):
    """One load: what it cost the client, and the most memory that the server held in MiB."""

    cost: Cost
    server: float | None


@dataclass
class Place:
    """A way to load, and what became of it.

    Attributes:
        way: it.
        runs: the loads that were counted, and found to be whole.
        verdict: what the count said.
        failed: whether it did not run, or a store did not hold what was loaded.
    """

    way: Way
    runs: list[Run] = field(default_factory=list)
    verdict: str = ""
    failed: bool = False

    @property
    def completed(self) -> list[Run]:
        """Its loads in the order of the rounds; nothing where one of them was not whole."""
        return [] if self.failed else self.runs

    @property
    def again(self) -> bool:
        """Whether it is worth another run: a long load into a server is not."""
        return not self.failed and (self.way.into in FOLDERS or all(run.cost.wall <= LONG for run in self.runs))


def measure(ways: Iterable[Way], rounds: int) -> list[Place]:
    """Load in all ways; those into the same kind of store take turns, every other time from the last to the first."""
    places = [Place(way) for way in ways]
    for _, members in groupby(places, key=lambda entry: entry.way.into):
        group = list(members)
        for number in range(rounds):
            for entry in group[:: -1 if number % 2 else 1]:
                if entry.again:
                    load(entry)
                    print(f"  {entry.way.into}: {entry.way.name}: {told(entry)}", file=sys.stderr, flush=True)
    return places


def told(entry: Place) -> str:
    """What is said of a load when it is over."""
    return entry.verdict if entry.failed else f"{entry.runs[-1].cost.wall:.2f} s, {entry.verdict}"


def load(entry: Place) -> None:
    """Load once, into a fresh store, and count what is in it."""
    way = entry.way
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch) / "client.log"
        try:
            with way.fresh(Path(scratch)) as store:
                cost = run(way.command(store), {**store.variables, **way.variables}, log)
                server = store.peak()
                count, everything = store.count(way.graph), store.everything()
        except FailedError as error:
            entry.verdict, entry.failed = f"did not run: {error}", True
            return
        entry.verdict = judged(count, everything, way.statements)
        entry.failed = entry.verdict.startswith("wrong")
        if entry.failed:
            why = complaint(log.read_text(encoding="utf-8", errors="replace"))
            entry.verdict += f": {why}" if why else ", though it reports no error"
        entry.runs.append(Run(cost, server))


def judged(count: int, everything: int, expected: int) -> str:
    """What to say of a count.

    >>> judged(5, 7, 5), judged(0, 5, 5), judged(4, 4, 5)
    ('all 5', 'all 5, but not in the graph that was named', 'wrong: 4 of 5')
    """
    if count == expected:
        return f"all {expected:,}"
    if not count and everything == expected:
        return f"all {expected:,}, but not in the graph that was named"
    return f"wrong: {count:,} of {expected:,}"
