"""Commands that are disturbed at random moments: killed, ended by a signal, out of room; and what must hold afterwards."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pyoxigraph
import pytest
from tests.support.processes import in_group, wait_until

from pfocr2rdf.storage.layout import STATE_FILE
from pfocr2rdf.stores.embedded import is_store

KILLS = int(os.environ.get("PFOCR2RDF_KILLS", "0"))
"""How often to disturb each command, where somebody wants to know; 0 for a few times."""

ORPHAN_SECONDS = 2
"""How long a process may outlive the one that started it."""


class Command(NamedTuple):
    """A command, whose working directory is a copy of a prepared folder; outputs are in it, sources are elsewhere."""

    name: str
    arguments: tuple[str, ...]
    prepared: Path
    exit_status: int = 0
    is_resumable: bool = False

    def start(self, folder: Path, max_file_bytes: int = resource.RLIM_INFINITY) -> subprocess.Popen[str]:
        """Start it in a process group of its own, with a folder for temporary files of its own."""
        temporary = folder / "temporary"
        temporary.mkdir(exist_ok=True)
        return subprocess.Popen(
            [sys.executable, "-m", "pfocr2rdf", *self.arguments],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
            env={**os.environ, "TMPDIR": str(temporary)},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (max_file_bytes, max_file_bytes)),
        )  # fmt: skip

    def finish(self, folder: Path) -> dict[str, bytes]:
        """Run it undisturbed: what is in the folder then."""
        process = self.start(folder)
        _, errors = process.communicate(timeout=180)
        assert process.returncode == self.exit_status, errors
        return snapshot(folder)


class Undisturbed(NamedTuple):
    """A command that was left alone: what it makes, and the seconds that it takes."""

    command: Command
    files: dict[str, bytes]
    seconds: float

    @classmethod
    def run(cls, command: Command, folder: Path) -> Undisturbed:
        """Run it once."""
        shutil.copytree(command.prepared, folder)
        begin = time.monotonic()
        files = command.finish(folder)
        return cls(command, files, time.monotonic() - begin)


def snapshot(folder: Path) -> dict[str, bytes]:
    """All that is in a folder, by relative path: hidden and empty entries, too. Stores are dumped, and of databases only names count."""
    entries: dict[str, bytes] = {}
    stores = [path for path in (folder, *folder.rglob("*")) if path.is_dir() and is_store(path)]
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        if path in stores:
            entries[name] = dump(path)
        elif not any(store in path.parents for store in stores):
            entries[name] = b"" if path.is_dir() or path.name.startswith(STATE_FILE) else path.read_bytes()
    return entries


def dump(store: Path) -> bytes:
    """The statements of a store, sorted."""
    database = pyoxigraph.Store.read_only(str(store))
    return b"".join(sorted(f"{quad}\n".encode() for quad in database))


def differences(actual: dict[str, bytes], expected: dict[str, bytes]) -> list[str]:
    """The names of what is missing, too many or different."""
    return sorted(name for name in {*actual, *expected} if actual.get(name) != expected.get(name))


Disturbance = Callable[[subprocess.Popen[str], random.Random], bool]
"""Does something to a running process; returns whether the process is to end by it."""


def kill(process: subprocess.Popen[str], _: random.Random) -> bool:
    """SIGKILL to the command, not to its workers."""
    process.kill()
    return True


def kill_worker(process: subprocess.Popen[str], chosen: random.Random) -> bool:
    """SIGKILL to one of its workers."""
    with suppress(OSError, IndexError):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        os.kill(int(chosen.choice(children)), signal.SIGKILL)
    return False


def terminate(process: subprocess.Popen[str], _: random.Random) -> bool:
    """SIGTERM to the command."""
    process.terminate()
    return True


def hang_up(process: subprocess.Popen[str], _: random.Random) -> bool:
    """SIGHUP to all, as from a terminal that is closed, and once more from the shell."""
    for _repeat in range(2):
        os.killpg(process.pid, signal.SIGHUP)
    return True


def interrupt(process: subprocess.Popen[str], _: random.Random) -> bool:
    """Ctrl-C."""
    os.killpg(process.pid, signal.SIGINT)
    return True


def interrupt_twice(process: subprocess.Popen[str], chosen: random.Random) -> bool:
    """Ctrl-C, and soon again."""
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(chosen.random() * 0.2)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    return True


def disturb(undisturbed: Undisturbed, disturbance: Disturbance, folder: Path, chosen: random.Random) -> None:
    """Disturb a command at a random moment, check that no process is left, and that the next run ends as if nothing had been."""
    command = undisturbed.command
    shutil.copytree(command.prepared, folder)
    process = command.start(folder)
    time.sleep(chosen.uniform(0.05, 1.05) * undisturbed.seconds)
    if process.poll() is None and disturbance(process, chosen):
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            pytest.fail(f"{command.name} goes on")
    elif process.poll() is None:
        process.wait(timeout=180)
    is_clean = wait_until(lambda: not in_group(process.pid), ORPHAN_SECONDS)
    assert is_clean, f"{command.name}: processes that outlive it: {describe(in_group(process.pid))}"
    _, errors = process.communicate()
    has_begun = process.returncode >= 0  # else a signal came while Python started
    if has_begun and process.returncode != command.exit_status:
        assert process.returncode == 3, errors
        assert errors.startswith("Error: "), errors
        assert errors.count("\n") == 1, errors
        assert not list((folder / "temporary").iterdir()), "a command that ends by itself leaves no temporary files"
    found_differences = differences(command.finish(folder), undisturbed.files)
    assert not found_differences
    shutil.rmtree(folder)


def exhaust(undisturbed: Undisturbed, folder: Path, ballast_bytes: int = 0, max_file_bytes: int = resource.RLIM_INFINITY) -> bool:
    """Run a command where there is too little room, and then with enough; returns whether there was too little.

    It fails in one sentence, and leaves no process, no temporary file, and of what does not go on where it was nothing at all.
    """
    command = undisturbed.command
    shutil.copytree(command.prepared, folder, dirs_exist_ok=True)
    before = snapshot(folder)
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(ballast_bytes))
    process = command.start(folder, max_file_bytes)
    _, errors = process.communicate(timeout=180)
    is_clean = wait_until(lambda: not in_group(process.pid), ORPHAN_SECONDS)
    assert is_clean, f"{command.name}: processes that outlive it: {describe(in_group(process.pid))}"
    ballast.unlink()
    has_failed = process.returncode != command.exit_status
    if has_failed:
        assert process.returncode == 3, errors
        assert errors.startswith("Error: "), errors
        assert errors.count("\n") == 1, errors
        assert "bug in pfocr2rdf" not in errors, errors
        (folder / "temporary").rmdir()
        if not command.is_resumable:
            assert not differences(snapshot(folder), before)
    assert not differences(command.finish(folder), undisturbed.files)
    return has_failed


def describe(pids: list[int]) -> list[str]:
    """The command lines of processes."""
    lines = []
    for pid in pids:
        with suppress(OSError):
            lines.append(Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode())
    return lines
