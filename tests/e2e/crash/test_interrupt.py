"""An interrupt from the keyboard stops an export at once, and the next run goes on from there."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest
from benchmarks.corpus import make_corpus
from tests.support.output_directories import contents
from tests.support.processes import committed, in_group, launched, wait_until

from pfocr2rdf.storage.layout import MANIFEST_FILE

pytestmark = [
    pytest.mark.usefixtures("patience"),
    pytest.mark.skipif(sys.platform != "linux", reason="worker processes are looked at in /proc"),
]


# -- Ctrl-C ----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thousand made records."""
    folder = tmp_path_factory.mktemp("corpus")
    make_corpus(1000, folder, generation="2021", source=None, rows=20)
    return folder


@pytest.mark.parametrize(("workers", "compress"), [(1, None), (2, None), (3, "zst")])
def test_an_interrupt_stops_at_once_and_the_next_run_goes_on_from_there(
    workers: int, compress: str | None, corpus: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    options: list[object] = [corpus, "-o", output, "-f", "turtle", "-f", "nquads", "--workers", workers, "--json"]
    options += ["--compress", compress] if compress else []
    process = launched(tmp_path / "committed", *options)
    assert committed(tmp_path / "committed", 100)
    begin = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    stdout, complaint = process.communicate(timeout=30)
    seconds = time.monotonic() - begin
    assert (process.returncode, stdout) == (3, ""), complaint
    assert complaint.startswith("Error: interrupted")
    assert complaint.count("\n") == 1, complaint
    assert seconds < 2
    assert wait_until(lambda: not in_group(process.pid), 2)
    assert not (output / MANIFEST_FILE).exists()
    second = launched(tmp_path / "committed", *options)
    stdout, complaint = second.communicate(timeout=120)
    assert second.returncode in (0, 1), complaint
    numbers = json.loads(stdout)
    assert 0 < numbers["mapped"] <= 900 + 2 * 8 * workers  # of those that were read, some were still with the workers
    assert numbers["read"] == 1000
    fresh = tmp_path / "fresh"
    other = launched(tmp_path / "committed", *[fresh if option is output else option for option in options])
    assert other.wait() == second.returncode
    assert contents(output) == contents(fresh)
    other.communicate()
