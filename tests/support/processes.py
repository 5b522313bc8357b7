"""Processes of an export: started, watched and waited for."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.support.records import PROGRAMS

# -- tasks ------------------------------------------------------------------------------------------------------------------------


def is_running(pid: int) -> bool:
    """Whether there is such a process; a zombie is one that nobody asked how it ended."""
    return Path(f"/proc/{pid}").exists()


def wait_until(condition: Callable[[], object], seconds: float = 20) -> bool:
    """Whether the condition becomes true in time."""
    end = time.monotonic() + seconds
    while not (is_met := bool(condition())) and time.monotonic() < end:
        time.sleep(0.01)
    return is_met


# -- Ctrl-C ----------------------------------------------------------------------------------------------------------------------------


def launched(committed: Path, *arguments: object) -> subprocess.Popen[str]:
    """The command, in a process group of its own, as a shell starts it.

    It puts what it has done so far on the disk often; the file ``committed`` is as long as there are records that are there then.
    """
    committed.unlink(missing_ok=True)
    command = [sys.executable, PROGRAMS / "export_and_commit_often.py", "export", *map(str, arguments)]
    environment = {**os.environ, "COMMITTED": str(committed)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, env=environment)


def committed(path: Path, count: int) -> bool:
    """Whether that many records are on the disk; it waits for that."""
    return wait_until(lambda: path.exists() and path.stat().st_size >= count, 60)


def in_group(group: int) -> list[int]:
    """The processes of a process group, but for zombies."""
    pids = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = path.read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(its_group) == group and state not in "ZX":
            pids.append(int(path.parent.name))
    return pids
