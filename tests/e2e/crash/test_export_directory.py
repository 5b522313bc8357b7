"""An export that is killed or finds no space: its files are complete or unchanged, and the next run repairs them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.disks import small_disk
from tests.support.output_directories import (
    UnexpectedError,
    assert_intact,
    contents,
    in_place,
    raise_unexpected,
    record,
    unchanged,
    write_records,
)
from tests.support.records import PROGRAMS

from pfocr2rdf.errors import OutputError
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.storage.layout import MANIFEST_FILE, STAGING_DIR


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Some records, enough for several batches."""
    return write_records(tmp_path / "in", *(record(f"PMC1__F{number}", number=f"F{number}") for number in range(150)))


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "out"


# -- what goes wrong outside ----------------------------------------------------------------------------------------------------


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 512 kB: what an export remembers of its records takes 100 kB alone."""
    with small_disk(tmp_path / "disk", "512k") as directory:
        yield directory


@pytest.mark.parametrize("compress", [None, "gz"])
def test_a_full_disk_is_an_output_error_and_leaves_nothing(compress: str | None, source: Path, tiny_disk: Path) -> None:
    export([source], tiny_disk, formats=["turtle"], limit=1)
    free = os.statvfs(tiny_disk).f_bavail * os.statvfs(tiny_disk).f_frsize
    (tiny_disk / "ballast").write_bytes(bytes(free - (1 << 14)))
    with unchanged(tiny_disk), pytest.raises(OutputError, match="No space left on device"):
        export([source], tiny_disk, formats=SERIALIZERS, compress=compress)
    assert not (tiny_disk / STAGING_DIR).exists()
    (tiny_disk / "ballast").unlink()
    export([source], tiny_disk, formats=["turtle"], limit=2)
    assert_intact(tiny_disk)


# -- the process is killed --------------------------------------------------------------------------------------------------------


STEPS_OF_PUBLISH = 22
"""Of two formats over six: the manifest is put aside, four stale files are removed, what may be beside the state and the manifests of
parts is removed (four), 13 files are renamed, of which the state is the first and the manifest is the last."""


def run_killed(source: Path, output: Path, stage: str, count: int) -> None:
    command = [sys.executable, PROGRAMS / "export_until_killed.py", source, output, stage, str(count)]
    process = subprocess.run(command, capture_output=True, check=False, text=True)
    assert process.returncode == -signal.SIGKILL, process.stderr[-2000:]


@pytest.fixture
def expected_files(source: Path, tmp_path: Path) -> dict[str, bytes]:
    """What an export into a new folder gives."""
    export([source], tmp_path / "wanted", formats=["turtle", "ntriples"])
    return contents(tmp_path / "wanted")


@pytest.mark.parametrize(("stage", "count"), [("batch", 0), ("batch", 2), ("publish", 0)])
def test_a_run_that_is_killed_before_it_publishes_leaves_the_files_as_they_were(
    stage: str, count: int, source: Path, output: Path, expected_files: dict[str, bytes]
) -> None:
    export([source], output, formats=SERIALIZERS, limit=1)
    (output / "notes.txt").write_bytes(b"mine")
    previous = in_place(output)
    run_killed(source, output, stage, count)
    assert in_place(output) == previous
    assert (output / STAGING_DIR).is_dir()
    export([source], output, formats=["turtle", "ntriples"])
    assert contents(output) == {**expected_files, "notes.txt": b"mine"}


def test_a_first_run_that_is_killed_leaves_nothing_but_the_staging_folder(
    source: Path, output: Path, expected_files: dict[str, bytes]
) -> None:
    run_killed(source, output, "batch", 1)
    assert in_place(output) == {}
    export([source], output, formats=["turtle", "ntriples"])
    assert contents(output) == expected_files


def test_the_steps_of_publishing_are_counted_rightly(source: Path, output: Path, expected_files: dict[str, bytes]) -> None:
    export([source], output, formats=SERIALIZERS, limit=1)
    run_killed(source, output, "publish", STEPS_OF_PUBLISH - 1)
    assert {name: data for name, data in expected_files.items() if name != MANIFEST_FILE} == in_place(output)
    assert export([source], output, formats=["turtle", "ntriples"]).mapped == 0, "the state was there already"
    assert contents(output) == expected_files


@pytest.mark.parametrize("count", [1, 4, 5, 8, 11, 15, 18, STEPS_OF_PUBLISH - 2, STEPS_OF_PUBLISH - 1])
def test_a_run_that_is_killed_while_it_publishes_leaves_whole_files_and_the_next_run_puts_them_right(
    count: int, source: Path, output: Path, expected_files: dict[str, bytes]
) -> None:
    export([source], output, formats=SERIALIZERS, limit=1)
    previous = contents(output)
    run_killed(source, output, "publish", count)
    for name, data in in_place(output).items():
        assert data in (previous.get(name), expected_files.get(name)), f"{name} is neither the old file nor the new one"
    if (output / MANIFEST_FILE).exists():
        assert_intact(output)
    export([source], output, formats=["turtle", "ntriples"])
    assert contents(output) == expected_files


@pytest.mark.parametrize("ending", ["killed", "stopped"])
def test_two_runs_in_a_row_that_do_not_end_well_leave_no_file_for_ever(
    ending: str, source: Path, output: Path, expected_files: dict[str, bytes]
) -> None:
    export([source], output, formats=SERIALIZERS, limit=1)
    run_killed(source, output, "publish", 2)
    if ending == "killed":
        run_killed(source, output, "batch", 0)
    else:
        with pytest.raises(UnexpectedError):
            export([source], output, formats=["turtle"], progress=raise_unexpected)
    export([source], output, formats=["turtle", "ntriples"])
    assert contents(output) == expected_files


def test_a_run_that_is_killed_at_its_very_end_has_published_all(source: Path, output: Path, expected_files: dict[str, bytes]) -> None:
    export([source], output, formats=SERIALIZERS, limit=1)
    run_killed(source, output, "end", 0)
    assert in_place(output) == expected_files
    export([source], output, formats=["turtle", "ntriples"])
    assert contents(output) == expected_files
