"""Time each example query on a store, in a process of its own.

    python -m benchmarks.example_queries STORE [--seconds 20] [--only NAME ...]

STORE is the folder of an embedded store. Times are CPU seconds of a first run, without the start of the process. Federated queries are
left out. The exit status is 1 where a query takes longer than ``--seconds``.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import multiprocessing
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pfocr2rdf import query
from pfocr2rdf.stores.querying.examples import load_examples


class Timing(NamedTuple):
    """What one query took."""

    name: str
    seconds: float  # of the CPU
    rows: int  # or triples; 1 for an ASK
    megabytes: int  # the peak of the memory of its process


def time_query(store: Path, name: str) -> Timing:
    """Run one example and read its whole result."""
    start = time.process_time()
    result = query(store, name)
    rows = 1 if result.query_form == "ask" else len(result)
    seconds = time.process_time() - start
    return Timing(name, seconds, rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def time_queries(store: Path, names: Sequence[str]) -> list[Timing]:
    """Run the examples one after another, each in a new process."""
    spawn = multiprocessing.get_context("spawn")
    timings = []
    for name in names:
        with concurrent.futures.ProcessPoolExecutor(1, spawn) as executor:
            timings.append(executor.submit(time_query, store, name).result())
    return timings


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Time each example query on a store.")
    parser.add_argument("store", type=Path)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long a query may take, in CPU seconds (default: 20)")
    parser.add_argument("--only", nargs="*", help="the names of the queries (default: all that are not federated)")
    options = parser.parse_args()
    names = options.only or [example.name for example in load_examples() if not example.services]
    slow = 0
    for name in names:
        (timing,) = time_queries(options.store, [name])
        is_slow = timing.seconds > options.seconds
        slow += is_slow
        print(f"{name:20} {timing.seconds:7.2f} s {timing.rows:6} rows {timing.megabytes:5} MB{' too slow' if is_slow else ''}", flush=True)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
