"""An export in parts that is killed: the next run takes it up again and leaves nothing behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.partitions import assert_as_fresh, assert_intact, contents, export_partitioned, pages
from tests.support.records import write

from pfocr2rdf.pipeline.export import export
from pfocr2rdf.storage.layout import MANIFEST_FILE, PARTITION_MANIFESTS_DIR

# -- a second run ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write(tmp_path / "in", pages(20))


@pytest.fixture
def output(source: Path, tmp_path: Path) -> Path:
    """An export of the source in three parts."""
    export_partitioned(source, tmp_path / "out")
    return tmp_path / "out"


# -- killed, interrupted, refused ------------------------------------------------------------------------------------------------


KILLED = """
import sys
from pfocr2rdf import export
export([sys.argv[1]], sys.argv[2], formats=["ntriples", "turtle"], compress="zst", workers=int(sys.argv[3]), partition_size=4,
       merge=sys.argv[4] == "merge", progress=lambda *_: print("part", flush=True))
"""


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("merge", ["merge", "parts"])
def test_a_killed_run_is_taken_up_again(workers: int, merge: str, tmp_path: Path) -> None:
    """At random moments, over an export of more and other parts; what is there at the end is as if nothing had been killed."""
    source, output = write(tmp_path / "in", pages(60)), tmp_path / "out"
    options: dict[str, Any] = {"formats": ["ntriples", "turtle"], "compress": "zst", "workers": workers, "merge": merge == "merge"}
    export_partitioned(source, output, 2, formats=["turtle", "nquads"])
    rng, killed = random.Random(workers), 0
    for _ in range(5):
        run = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(source), str(output), str(workers), merge], stdout=subprocess.PIPE, text=True
        )
        assert run.stdout
        for _, _line in zip(range(rng.choice([1, 4, 9, 15])), run.stdout, strict=False):
            pass
        time.sleep(rng.random() / 20)
        run.kill()
        run.communicate()
        killed += run.returncode == -signal.SIGKILL
        if (output / MANIFEST_FILE).exists():
            assert_intact(output)
    assert killed
    summary = export([source], output, partition_size=4, **options)
    assert summary.exported == 60
    assert_as_fresh(source, output, 4, **options)


def test_what_a_killed_run_made_need_not_be_made_again(source: Path, tmp_path: Path) -> None:
    def stop(_: str, completed: int, total: int) -> None:
        if completed >= 14:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_partitioned(source, tmp_path / "out", progress=stop)
    assert not (tmp_path / "out" / MANIFEST_FILE).exists()
    assert export_partitioned(source, tmp_path / "out").mapped == 6
    assert_as_fresh(source, tmp_path / "out")


@pytest.mark.parametrize("second", [{"size": 20}, {"formats": ["turtle"]}, {"size": 20, "merge": True}])
def test_nothing_of_a_run_that_was_killed_outlives_the_next_one(second: dict[str, Any], source: Path, output: Path) -> None:
    def stop(_: str, completed: int, total: int) -> None:
        if completed >= 14:
            raise KeyboardInterrupt

    for options in ({"size": 1}, {"size": 5, "formats": ["nquads"], "compress": "zst"}):
        with pytest.raises(KeyboardInterrupt):
            export_partitioned(source, output, progress=stop, **options)  # type: ignore[arg-type]
    (output / PARTITION_MANIFESTS_DIR / "partial" / "part-00001.nt-abc").parent.mkdir(exist_ok=True)
    (output / PARTITION_MANIFESTS_DIR / "partial" / "part-00001.nt-abc").write_bytes(b"half")
    export_partitioned(source, output, **second)
    assert_as_fresh(source, output, **second)


def test_a_killed_run_in_parts_leaves_nothing_to_an_export_in_one_piece(source: Path, output: Path) -> None:
    def stop(_: str, completed: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_partitioned(source, output, size=3, formats=["turtle"], progress=stop)
    export([source], output, formats=["ntriples"])
    export([source], output.parent / "whole", formats=["ntriples"])
    assert contents(output) == contents(output.parent / "whole")
    assert not (output / PARTITION_MANIFESTS_DIR).exists()


@pytest.fixture(autouse=True)
def _nothing_runs_on() -> Iterator[None]:
    """No process outlives its test, but those that were there before: Python keeps one for programs that spawn others."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    previous = set(children.read_text().split()) if children.exists() else set()
    yield
    assert not children.exists() or set(children.read_text().split()) <= previous
