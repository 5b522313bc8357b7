"""Every command that writes may be killed, ended or out of room at any moment: the next run ends as if nothing had been, and cleans up.

Moments are random, with a seed for each test. ``PFOCR2RDF_KILLS=25`` tries so many of each.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tarfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from benchmarks.corpus import make_corpus
from tests.support import disturbances
from tests.support.disks import small_disk
from tests.support.disturbances import KILLS, Command, Undisturbed, disturb, exhaust

from pfocr2rdf import Release, create_release, diff, export, load, publish

pytestmark = [pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at in /proc, which only Linux has")]

RECORDS = 100

COMMANDS = ("fresh", "incremental", "compressed", "partitioned", "load", "publish", "diff", "merged", "archive", "load-records", "release")


def each_command(*names: str) -> pytest.MarkDecorator:
    """All commands, or by default those for which there is time."""
    return pytest.mark.parametrize("undisturbed", COMMANDS if KILLS else names, indirect=True)


SIGNALS = (
    disturbances.terminate, disturbances.hang_up, disturbances.interrupt, disturbances.interrupt_twice, disturbances.kill_worker,
)  # fmt: skip


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records, as a folder and an archive, and exports of half of them and of all."""
    folder = tmp_path_factory.mktemp("sources")
    make_corpus(RECORDS, folder / "records", generation="mixed", source=None, rows=8)
    with tarfile.open(folder / "records.tar.gz", "w:gz") as archive:
        archive.add(folder / "records", "records")
    for name, limit in (("old", RECORDS // 2), ("new", None)):
        export([folder / "records"], folder / name, formats=["turtle", "ntriples"], limit=limit)
    return folder


@pytest.fixture(scope="module")
def undisturbed(request: pytest.FixtureRequest, sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp(request.param)
    return Undisturbed.run(prepare(request.param, sources, folder / "prepared"), folder / "undisturbed")


def prepare(name: str, sources: Path, folder: Path) -> Command:
    """A command with what it finds: outputs of earlier runs."""
    folder.mkdir()
    records, old, new = (str(sources / name) for name in ("records", "old", "new"))
    command = ["export", records, "-o", "out", "-f", "turtle", "-f", "nquads", "--workers", "2"]
    exit_status = 0
    match name:
        case "incremental":
            export([records], folder / "out", formats=["turtle", "nquads"], limit=RECORDS // 2)
        case "compressed":
            command += ["--compress", "zst"]
        case "partitioned" | "merged":
            export([records], folder / "out", formats=["turtle"], limit=RECORDS // 2, partition_size=30)
            command += ["--partition-size", "20", *(["--merge"] if name == "merged" else [])]
        case "archive":
            command[1] = str(sources / "records.tar.gz")
        case "load":
            load(old, folder / "store")
            command = ["load", new, "--to", "store"]
        case "load-records":
            load(old, folder / "store")
            command = ["load", records, "--to", "store"]
        case "publish":
            publish(old, folder / "site", pages=("genes",), workers=1)
            command = ["publish", new, "-o", "site", "--pages", "figures,genes,papers", "--workers", "2"]
        case "release":
            create_release(old, folder / "bundle", release=Release("1", "2025-01-31"), archive=True)
            command = ["release", new, "-o", "bundle", "--archive", "--release", "2", "--issued", "2025-02-28"]
        case "diff":
            diff(old, old, folder / "delta")
            command, exit_status = ["diff", old, new, "-o", "delta"], 1
    return Command(name, tuple(command), folder, exit_status, name in ("partitioned", "merged", "load", "load-records"))


@pytest.mark.parametrize("undisturbed", COMMANDS, indirect=True)
def test_a_command_that_is_killed_leaves_nothing_that_the_next_run_does_not_put_right(undisturbed: Undisturbed, tmp_path: Path) -> None:
    chosen = random.Random(f"kill {undisturbed.command.name}")
    for number in range(KILLS or (3 if undisturbed.command.name in COMMANDS[:7] else 1)):
        disturb(undisturbed, disturbances.kill, tmp_path / str(number), chosen)


PAIRS = list(product(COMMANDS, SIGNALS)) if KILLS else list(zip(("publish", "load", "diff", "fresh", "partitioned"), SIGNALS, strict=True))


@pytest.mark.parametrize(
    ("undisturbed", "disturbance"), PAIRS, indirect=["undisturbed"], ids=[f"{name}-{disturbance.__name__}" for name, disturbance in PAIRS]
)
def test_a_command_that_a_signal_ends_says_so_and_cleans_up(
    undisturbed: Undisturbed, disturbance: disturbances.Disturbance, tmp_path: Path
) -> None:
    chosen = random.Random(f"{disturbance.__name__} {undisturbed.command.name}")
    for number in range(max(1, KILLS // 5)):
        disturb(undisturbed, disturbance, tmp_path / str(number), chosen)


@each_command("compressed", "load", "diff", "release")
def test_a_command_that_may_not_write_large_files_changes_nothing(undisturbed: Undisturbed, tmp_path: Path) -> None:
    chosen = random.Random(f"large files {undisturbed.command.name}")
    largest = max(map(len, undisturbed.files.values()))
    limits = [int(largest * chosen.uniform(0.01, 0.3)) for _ in range(max(1, KILLS // 5))]
    failures = [exhaust(undisturbed, tmp_path / str(number), max_file_bytes=limit) for number, limit in enumerate(limits)]
    assert any(failures)


@each_command("incremental", "partitioned", "publish", "release")
def test_a_command_that_finds_a_full_disk_changes_nothing(undisturbed: Undisturbed, disk: Path) -> None:
    chosen = random.Random(f"full disk {undisturbed.command.name}")
    shutil.copytree(undisturbed.command.prepared, disk / "probe")
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    shutil.rmtree(disk / "probe")
    growth = sum(map(len, undisturbed.files.values()))
    for number in range(max(1, KILLS // 5)):
        exhaust(undisturbed, disk / str(number), ballast_bytes=free - int(growth * chosen.random()))
        shutil.rmtree(disk / str(number))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 100 MB."""
    with small_disk(tmp_path / "disk", "100m") as directory:
        yield directory
