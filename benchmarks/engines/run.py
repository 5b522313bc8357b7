"""Running a command for an engine: its environment, its folder, and what it costs as a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.engines.engines import OUTPUT, Engine

ROOT = Path(__file__).resolve().parents[2]


class FailedError(Exception):
    """An engine cannot be installed, or did not do its work; the message says why."""


class Cost(NamedTuple):
    """What a process cost, from its start to its end: seconds on the wall, CPU seconds, peak MiB of its largest process."""

    wall: float
    cpu: float
    peak: float


def run(command: Sequence[str], folder: Path, variables: Mapping[str, str], log: Path) -> Cost:
    """Run a command to its end; what it says goes to ``log``. The start of Python and all imports are in its time.

    Raises:
        FailedError: its exit status is not 0.
    """
    with log.open("wb") as output:
        begin = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env={**os.environ, **variables}, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise FailedError(last_line(log) or f"exit status {process.returncode}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def last_line(log: Path) -> str:
    """The last line that says something."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def installed(engine: Engine, folder: Path) -> Path:
    """The Python of an engine's environment; made first where it is not there yet.

    Raises:
        FailedError: it cannot be installed.
    """
    environment = folder / engine.requirement.replace("==", "-")
    python, marker = environment / "bin" / "python", environment / "installed"
    if not marker.exists():
        venv.create(environment, with_pip=True, clear=True)
        log = folder / f"{environment.name}.log"
        try:
            run([str(python), "-m", "pip", "install", "--quiet", engine.requirement], folder, {}, log)
        except FailedError as error:
            raise FailedError(f"not installed: {error}") from None
        marker.touch()
    return python


def run_engine(engine: Engine, engines: Path, tables: Path) -> tuple[Cost, Path]:
    """What an engine cost on the tables in a folder, and the folder of what it made.

    Raises:
        FailedError: it is not there, or did not do its work.
    """
    python = installed(engine, engines)
    for name, text in engine.files.items():
        (tables / name).write_text(text, encoding="utf-8")
    made = tables / OUTPUT
    shutil.rmtree(made, ignore_errors=True)
    cost = run([str(python), *engine.command], tables, engine.variables, tables / "log.txt")
    if not any(made.rglob("*.nt")):
        raise FailedError(last_line(tables / "log.txt") or "it wrote nothing")
    return cost, made


def run_module(module: str, *arguments: str, log: Path) -> Cost:
    """What a module of this package cost, as a process like that of an engine.

    Raises:
        FailedError: its exit status is not 0.
    """
    return run([sys.executable, "-m", module, *arguments], ROOT, {}, log)
