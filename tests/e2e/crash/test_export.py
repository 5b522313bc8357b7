"""An export that is killed at any moment, and run again until it ends, is the same as one that was never killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from benchmarks.corpus import make_corpus
from tests.support.disks import small_disk
from tests.support.output_directories import assert_intact, contents
from tests.support.processes import committed, in_group, launched, wait_until

from pfocr2rdf.storage.layout import CHECKPOINT_DIR, LOCK_FILE, MANIFEST_FILE, STAGING_DIR, STATE_FILE

RECORDS = 300

KILLS = 6
"""At least that many for each way to run it; there are four."""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made records of both generations, some of them twice, one that is quarantined and one that is refused."""
    folder = tmp_path_factory.mktemp("corpus") / "in"
    make_corpus(RECORDS, folder, generation="mixed", source=None, rows=8)
    pages = sorted((folder / "_figures").iterdir())
    (folder / "_figures" / "a-copy.md").write_bytes(pages[175].read_bytes())
    (folder / "_figures" / "wrong.md").write_text("---\na: [\n---\n")
    page_text = pages[225].read_text()
    year = next(line for line in page_text.splitlines() if line.startswith("year:"))
    pages[225].write_text(page_text.replace(year, "year: abcd"))
    return folder


def start_export(corpus: Path, output: Path, workers: int, compress: str | None, *extra_options: str) -> subprocess.Popen[str]:
    """An export, with its workers in a process group of its own."""
    options = [
        "-f",
        "turtle",
        "-f",
        "nquads",
        "--workers",
        workers,
        "--json",
        *(["--compress", compress] if compress else []),
        *extra_options,
    ]
    return launched(output.parent / "committed", corpus, "-o", output, *options)


def finish_export(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The numbers of an export that was left alone."""
    stdout, complaint = process.communicate(timeout=180)
    assert process.returncode == 1, complaint
    numbers: dict[str, Any] = json.loads(stdout)
    assert (numbers["read"], numbers["quarantined"]) == (RECORDS + 2, 1)
    return numbers


class Undisturbed:
    """An export that was not killed: its files, and the seconds that it takes."""

    def __init__(self, corpus: Path, output: Path, workers: int, compress: str | None) -> None:
        begin = time.monotonic()
        finish_export(start_export(corpus, output, workers, compress))
        self.seconds = time.monotonic() - begin
        self.files = contents(output)


@pytest.fixture(scope="module", params=[(2, None), (1, None), (2, "zst"), (1, "gz")], ids=lambda param: f"{param[0]}-{param[1]}")
def setting(request: pytest.FixtureRequest) -> tuple[int, str | None]:
    """Number of workers, and compression."""
    parameters: tuple[int, str | None] = request.param
    return parameters


@pytest.fixture(scope="module")
def undisturbed(corpus: Path, setting: tuple[int, str | None], tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return Undisturbed(corpus, tmp_path_factory.mktemp("undisturbed"), *setting)


def assert_nothing_half(output: Path, allowed: list[dict[str, bytes]]) -> None:
    """What is in place is whole, and where a manifest is, all that it names is there."""
    for name, data in contents(output).items():
        if not name.startswith((STAGING_DIR, CHECKPOINT_DIR, LOCK_FILE)):
            assert any(files.get(name) == data for files in allowed), f"{name} is in place, and is not whole"
    if (output / MANIFEST_FILE).exists():
        assert_intact(output)


def test_an_export_that_is_killed_again_and_again_ends_as_one_that_was_not(
    corpus: Path, setting: tuple[int, str | None], undisturbed: Undisturbed, tmp_path: Path
) -> None:
    """Every other one is made over an export of some of the records."""
    seed = random.SystemRandom().randrange(10**6)
    print("seed", seed)
    chosen = random.Random(seed)
    groups: list[int] = []
    mapped: list[int] = []
    is_reused = setting[1] is not None  # of a compressed file, little is on the disk before it is large
    while len(groups) < KILLS or not (is_reused or len(mapped) == 5):
        output = tmp_path / str(len(mapped))
        allowed = [undisturbed.files]
        if len(mapped) % 2:
            start_export(corpus, output, *setting, "--limit", "75").communicate()
            allowed.append(contents(output))
        output.mkdir(exist_ok=True)
        killed: list[int] = []
        while True:
            process = start_export(corpus, output, *setting)
            if len(killed) < KILLS:
                time.sleep((0.3 + chosen.random() * 0.6 + min(len(mapped), 2) / 8) * undisturbed.seconds)  # later, if the machine is slow
            if len(killed) == KILLS or process.poll() is not None:
                break
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
            killed.append(process.pid)
            assert_nothing_half(output, allowed)
        numbers = finish_export(process)
        assert contents(output) == undisturbed.files
        assert not [name for name in os.listdir(output) if name.startswith(".") and name != STATE_FILE]
        mapped += [numbers["mapped"]] if killed else []
        groups += killed
        is_reused = is_reused or bool(killed and numbers["mapped"] < RECORDS)
    print(f"{len(groups)} kills; the runs that ended mapped {mapped}")
    assert wait_until(lambda: not any(map(in_group, groups))), "a worker survived"
    assert is_reused, "no run that followed a kill used what was there"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 100 MB."""
    with small_disk(tmp_path / "disk", "100m") as directory:
        yield directory


@pytest.mark.parametrize("is_resumed", [False, True], ids=["first run", "over one that was interrupted"])
def test_an_export_that_found_no_space_ends_well_when_there_is_more(is_resumed: bool, corpus: Path, disk: Path, tmp_path: Path) -> None:
    fresh = Undisturbed(corpus, tmp_path / "fresh", 2, None)
    output = disk / "out"
    if is_resumed:
        process = start_export(corpus, output, 2, None)
        assert committed(disk / "committed", 25)
        os.killpg(process.pid, signal.SIGINT)
        process.communicate()
        assert (output / CHECKPOINT_DIR).exists()
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    (disk / "ballast").write_bytes(bytes(free - 375_000))
    for _ in range(2):
        process = start_export(corpus, output, 2, None)
        stdout, complaint = process.communicate(timeout=120)
        assert (process.returncode, stdout) == (3, ""), complaint
        assert complaint.startswith(f"Error: {output}")
        assert complaint.endswith("cannot be written: No space left on device; free some space, or write to another disk\n")
        assert complaint.count("\n") == 1
        assert [path.name for path in output.glob("*")] == ([CHECKPOINT_DIR] if is_resumed else [])
    (disk / "ballast").unlink()
    numbers = finish_export(start_export(corpus, output, 2, None))
    assert numbers["mapped"] < RECORDS if is_resumed else numbers["mapped"] == RECORDS + 2
    assert contents(output) == fresh.files
