"""Running a command that starts others: its seconds, and the most memory that all of them held together."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from benchmarks.engines.run import ROOT, Cost, FailedError, last_line

PAUSE = 0.1
"""Seconds from one look at the memory to the next."""


def run(command: Sequence[str], log: Path) -> Cost:
    """Run a command to its end. Its peak is that of all its processes at the same moment, in MiB; what two share counts once.

    Raises:
        FailedError: its exit status is not 0.
    """
    os.sync()
    with log.open("wb") as output, ThreadPoolExecutor(1) as pool:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        ended = threading.Event()
        peak = pool.submit(watch, process.pid, ended)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        ended.set()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise FailedError(last_line(log) or f"exit status {process.returncode}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak.result())


def watch(process: int, ended: threading.Event) -> float:
    """The most memory that a process and all that descend from it held together, until they have ended."""
    peak = 0.0
    while not ended.is_set():
        peak = max(peak, sum(map(held, family(process))))
        ended.wait(PAUSE)
    return peak


def family(process: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            parent = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
            children.setdefault(int(parent), []).append(int(path.parent.name))
    processes = [process]
    for member in processes:
        processes += children.get(member, ())
    return processes


def held(process: int) -> float:
    """The memory of a process in MiB, with its part of what it shares with others; 0 where it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0
