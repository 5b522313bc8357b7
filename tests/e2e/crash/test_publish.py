"""A site that is killed while it is made, or finds no space: the previous site stays."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.disks import small_disk
from tests.support.records import ROOT
from tests.support.sites import files

from pfocr2rdf import export, publish
from pfocr2rdf.errors import OutputError

EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="module")
def exported_examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of the examples."""
    folder = tmp_path_factory.mktemp("export") / "output"
    export([EXAMPLES], folder)
    return folder


def test_a_killed_run_leaves_the_previous_site(exported_examples: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish(exported_examples, site, pages=("genes",))
    previous = files(site)
    command = [
        sys.executable,
        "-c",
        "from pfocr2rdf.cli import main; main()",
        "publish",
        str(exported_examples),
        "--output",
        str(site),
        "--quiet",
    ]
    process = subprocess.Popen(command, start_new_session=True)
    hidden = tmp_path / ".site.pfocr2rdf-publishing" / "data" / "figures"
    deadline = time.monotonic() + 60
    while not hidden.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    workers = [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    process.kill()
    process.wait()
    deadline = time.monotonic() + 20
    while any(map(_is_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not [pid for pid in workers if _is_alive(pid)], "no worker outlives its parent"
    assert files(site) == previous
    assert publish(exported_examples, site).exit_status == 0
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_full_disk_leaves_nothing(exported_examples: Path, tmp_path: Path, tiny_disk: Path) -> None:
    with pytest.raises(OutputError, match="No space left"):
        publish(exported_examples, tiny_disk / "site")
    assert not list(tiny_disk.iterdir())


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "small", "300k") as directory:
        yield directory
