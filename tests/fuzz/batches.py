"""Batches of inputs, each tried in a process of its own, and the search for the input that is at fault."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.support.records import ROOT

BATCH_TIMEOUT_SECONDS = 300
MEMORY = "/dev/shm"  # thousands of small files are written there in a third of the time
EXCERPT_CHARS = 800


class Failure(NamedTuple):
    """Inputs that break a law, as few as that takes, and what is wrong."""

    numbers: range
    problem: str


Trial = Callable[[range], list[tuple[int | None, str]]]
"""Tries inputs: each problem has the number of its input, or ``None``."""


def try_apart(kind: str, seed: int, numbers: range, timeout: float = BATCH_TIMEOUT_SECONDS) -> list[tuple[int | None, str]]:
    """Try inputs in a child process, whose death or silence is a problem too."""
    command = [sys.executable, "-m", "tests.fuzz.child", kind, str(seed), str(numbers.start), str(numbers.stop)]
    settings = {**({"TMPDIR": MEMORY} if os.access(MEMORY, os.W_OK) else {}), **os.environ, "PYTHONPATH": str(ROOT)}
    try:
        process = subprocess.run(
            command, capture_output=True, text=True, errors="replace", cwd=ROOT, env=settings, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired:
        return [(None, f"no end after {timeout:.0f} s")]
    try:
        return [(number, text) for number, text in json.loads(process.stdout.splitlines()[-1])]
    except (ValueError, IndexError):
        return [(None, f"the process ended with status {process.returncode}: {process.stderr[-EXCERPT_CHARS:]}")]


def find_failures(numbers: range, trial: Trial) -> Iterator[Failure]:
    """The failures among the inputs. Where a problem may come from any of several, each half is tried, and so on."""
    problems = trial(numbers)
    yield from (Failure(range(number, number + 1), text) for number, text in problems if number is not None)
    if unclear := [text for number, text in problems if number is None]:
        middle = (numbers.start + numbers.stop) // 2
        failures = []
        if len(numbers) > 1:
            for half in (range(numbers.start, middle), range(middle, numbers.stop)):
                failures += find_failures(half, trial)
        yield from failures or [Failure(numbers, text) for text in unclear]


class BatchResult(NamedTuple):
    """The failures of a batch, and how long it took."""

    failures: list[Failure]
    seconds: float


def try_batch(kind: str, seed: int, numbers: range) -> BatchResult:
    """Try a batch, and find the inputs that are at fault."""
    began = time.monotonic()
    failures = list(find_failures(numbers, lambda part: try_apart(kind, seed, part)))
    return BatchResult(failures, time.monotonic() - began)
