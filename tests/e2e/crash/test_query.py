"""``pfocr2rdf query`` as a process: terminals, readers that leave, full disks, interrupts, and answers of a million rows."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.support.example_store import ODD, example_store
from tests.support.records import ROOT

PROGRAM = "from pfocr2rdf.cli.query import query_command; query_command()"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example_store(tmp_path_factory.mktemp("query"))


# -- where the answer goes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fmt", ["table", "csv", "tsv", "json", "xml"])
def test_a_terminal_gets_no_control_character_in_any_format(fmt: str, store: Path) -> None:
    text = f"SELECT ?word {{ GRAPH <{ODD}> {{ ?s ?p ?word }} }}"
    controller, terminal = pty.openpty()
    running = subprocess.Popen([sys.executable, "-c", PROGRAM, "--store", store, text, "--format", fmt], stdout=terminal, stderr=terminal)
    os.close(terminal)
    data = b""
    try:
        while block := os.read(controller, 1 << 16):
            data += block
    except OSError:  # the other end is closed
        pass
    assert running.wait() == 0
    os.close(controller)
    output = data.decode()
    assert not set(output) & {"\x1b", "\x07", "\u202e"}
    assert output.count("\r") == output.count("\r\n") == output.count("\n")
    assert output.endswith("\n")
    assert "\\x1b[2J" in output or "\\u001b[2J" in output or "&#" in output
    assert "→ ḾSTN" in output


MANY = "SELECT ?s ?b { ?s ?p ?o . ?a ?b ?c }"
"""A query with millions of rows."""


@pytest.mark.parametrize("fmt", ["table", "csv", "json"])
def test_a_reader_that_leaves_is_no_error(fmt: str, store: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, "--store", store, MANY, "--format", fmt]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.read(10)
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(30) == 3


def test_a_full_disk_is_reported(store: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        process = subprocess.run([sys.executable, "-c", PROGRAM, "--store", store, MANY], stdout=full, stderr=subprocess.PIPE)
    assert (process.returncode, process.stderr) == (
        3,
        b"Error: standard output cannot be written: No space left on device; free some space, or write to another disk\n",
    )


@pytest.mark.parametrize(
    "text", ["SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "SELECT ?a { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"]
)
def test_an_interrupt_ends_a_long_query_at_once(text: str, store: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, "--store", store, text, "--output", tmp_path / "answer", "--format", "csv"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as running:
        end = time.monotonic() + 30
        while not list(tmp_path.iterdir()) and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(0.3)
        running.send_signal(signal.SIGINT)
        try:
            _, stderr = running.communicate(timeout=30)
        finally:
            running.kill()
    assert (running.returncode, stderr) == (3, b"Error: interrupted; nothing was published\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("fmt", "rows"), [("csv", 1_000_000), ("tsv", 200_000), ("json", 200_000), ("table", 100_000)])
def test_a_long_answer_takes_no_more_memory_than_a_short_one(fmt: str, rows: int, store: Path) -> None:
    peak = "from benchmarks.measured import peak_mebibytes; print(peak_mebibytes(), file=sys.stderr)"
    measured = f"import sys\ntry:\n    {PROGRAM}\nfinally:\n    {peak}"
    peaks = []
    for limit in (100, rows):
        command = [sys.executable, "-c", measured, "--store", store, f"{MANY} LIMIT {limit}", "--format", fmt]
        process = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True, cwd=ROOT)
        peaks.append(float(process.stderr))
    assert peaks[1] - peaks[0] < max(20 * rows, 4_000_000) / 2**20  # all rows are a hundred times as much
