"""Standard output that cannot be written is one sentence and status 3, for every command; a reader that stops is no error to speak of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.records import front_matter, older, write

from pfocr2rdf import export
from pfocr2rdf.stores.loading.load import load

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")

COMMANDS = (
    "--help", "--version", "export --help", "completion bash", "export in -o again", "export in -o again --json",
    "export in -o again --dry-run", "validate in", "validate out/figures.ttl --report-format turtle", "validate out/figures.ttl --json",
    "stats out", "stats out --json",
    "diff out out -o delta", "diff out out -o delta --json", "load out --to store", "load out --to store --json", "publish out -o site",
    "query --list", "query --show families-together", "query families-together --store store --format json",
)  # fmt: skip

FULL_DISK = "Error: standard output cannot be written: No space left on device; free some space, or write to another disk\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write(tmp_path_factory.mktemp("commands"), {"in/a.md": front_matter(older("PMC1__F1"))})
    export([folder / "in"], folder / "out")
    load(folder / "out", folder / "store")
    return folder


def run(shell_command: str, folder: Path) -> tuple[int, str]:
    """The exit status and standard error of the command, which is a shell's."""
    program = f"{sys.executable} -m pfocr2rdf"
    command = ["bash", "-c", shell_command.replace("pfocr2rdf", program, 1)]
    process = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    return process.returncode, process.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_is_named(command: str, folder: Path) -> None:
    assert run(f"pfocr2rdf {command} > /dev/full", folder) == (3, FULL_DISK)


@pytest.mark.parametrize(
    "command", ["--help", "completion bash", "stats out --json", "query --list --format csv", "export in -o again --json"]
)
def test_a_reader_that_stops_is_no_error_to_speak_of(command: str, folder: Path) -> None:
    status, message = run(f"set -o pipefail; pfocr2rdf {command} | true", folder)
    assert message == ""
    assert status in (0, 1, 3)  # 0 where all was written before the reader had stopped


def test_standard_output_that_is_closed(folder: Path) -> None:
    assert run("pfocr2rdf export in -o again >&-", folder) == (0, "")
    status, message = run("pfocr2rdf query --list >&-", folder)
    assert (status, message) == (3, "Error: standard output is closed; name a file with --output\n")


def test_standard_error_that_cannot_be_written_changes_no_status(folder: Path) -> None:
    assert run("pfocr2rdf export nowhere -o again 2> /dev/full", folder)[0] == 3
    assert run("pfocr2rdf stats out 2> /dev/full", folder)[0] == 0


@pytest.mark.parametrize("command", ["export in -o closed", "stats out", "load out --to closed-store", "publish out -o closed-site"])
def test_standard_error_that_is_closed_changes_no_status(command: str, folder: Path) -> None:
    assert run(f"pfocr2rdf {command} 2>&-", folder)[0] == 0
