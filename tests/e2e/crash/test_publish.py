"""A site that is killed while it is made, or finds no space: the site of before stays."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.records import ROOT
from tests.support.sites import files

from pfocr2rdf import export, publish
from pfocr2rdf.errors import OutputError

EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of the examples."""
    folder = tmp_path_factory.mktemp("export") / "output"
    export([EXAMPLES], folder)
    return folder


def test_a_killed_run_leaves_the_site_of_before(made: Path, tmp_path: Path) -> None:
    place = tmp_path / "site"
    publish(made, place, pages=("genes",))
    before = files(place)
    command = [sys.executable, "-c", "from pfocr2rdf.cli import main; main()", "publish", str(made), "--output", str(place), "--quiet"]
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
    assert not [pid for pid in workers if _is_alive(pid)], "nobody works for a site that nobody waits for"
    assert files(place) == before
    assert publish(made, place).exit_status == 0
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_full_disk_leaves_nothing(made: Path, tmp_path: Path, small_disk: Path) -> None:
    with pytest.raises(OutputError, match="No space left"):
        publish(made, small_disk / "site")
    assert not list(small_disk.iterdir())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(place)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("mounting a small file system needs root")
    yield place
    subprocess.run(["umount", str(place)], check=True)
