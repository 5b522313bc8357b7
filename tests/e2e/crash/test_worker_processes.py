"""Worker processes that are killed: what kills its worker is given up, and it alone; nothing is lost and nothing is left behind."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.support.deaths import DEATHS, kill, leave, once
from tests.support.processes import is_running, wait_until
from tests.support.records import PROGRAMS
from tests.support.worker_tasks import SquaresTask, batches_of, expected_results, hit, squares

from pfocr2rdf.errors import ExecutorError
from pfocr2rdf.pipeline.executors.processes import ProcessExecutor
from pfocr2rdf.storage.export_directory import ExportDirectory

pytestmark = [
    pytest.mark.usefixtures("patience"),
    pytest.mark.skipif(sys.platform != "linux", reason="worker processes are looked at in /proc"),
]


# -- tasks ------------------------------------------------------------------------------------------------------------------------


def note(path: str) -> None:
    """Leave a mark."""
    with Path(path).open("a") as file:
        file.write("x")


def in_tens(count: int) -> list[range]:
    return [range(first, first + 10) for first in range(0, count, 10)]


# -- deaths --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("death", DEATHS)
def test_what_kills_its_worker_is_given_up_and_it_alone(death: Callable[[], None], workers: int) -> None:
    tasks = batches_of(*in_tens(100), actions={34: death})
    results = squares(tasks, workers)
    assert results[3].pop(4) == DEATHS[death]
    expected = expected_results(tasks)
    expected[3].pop(4)
    assert results == expected


def real_time() -> None:
    os.kill(os.getpid(), 40)
    time.sleep(5)


def test_a_signal_without_a_name_can_kill_too() -> None:
    assert squares(batches_of([1], actions={1: real_time})) == [["signal 40 (Real-time signal 6)"]]


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_several_of_one_task_and_the_first_and_the_last_can_kill(workers: int) -> None:
    culprits = {0, 11, 12, 18, 99}
    results = squares(batches_of(*in_tens(100), actions=dict.fromkeys(culprits, kill)), workers)
    flat = [square for result in results for square in result]
    assert [number for number, square in enumerate(flat) if square != number**2] == sorted(culprits)
    assert {flat[number] for number in culprits} == {"signal 9 (Killed)"}


def test_every_task_may_kill_its_worker() -> None:
    results = squares(batches_of(*in_tens(30), actions=dict.fromkeys(range(30), leave)), 3)
    assert results == [["exit status 7"] * 10] * 3


@pytest.mark.parametrize("workers", [1, 2])
def test_a_task_is_retried_after_its_worker_died(workers: int, tmp_path: Path) -> None:
    actions = {number: partial(once, str(tmp_path / str(number))) for number in (5, 17, 60)}
    tasks = batches_of(*in_tens(100), actions=actions)
    assert squares(tasks, workers) == expected_results(tasks)


def test_a_task_that_kills_is_tried_twice_and_each_of_its_parts_at_most_twice(tmp_path: Path) -> None:
    marks: dict[int, Callable[[], object]] = {number: partial(note, str(tmp_path / str(number))) for number in range(10)}
    marks[4] = partial(note_and_die, str(tmp_path / "4"))
    squares(batches_of(range(10), actions=marks), 1)
    attempts = {number: len((tmp_path / str(number)).read_bytes()) for number in range(10)}
    assert attempts == {**dict.fromkeys(range(4), 3), 4: 4, **dict.fromkeys(range(5, 10), 1)}


def note_and_die(path: str) -> None:
    note(path)
    kill()


def test_a_process_that_was_killed_while_it_had_nothing_to_do_is_not_held_against_its_next_task(tmp_path: Path) -> None:
    """That one may still kill one process itself."""
    for turn in range(5):
        pool, mark = ProcessExecutor(1, list), str(tmp_path / str(turn))
        tasks = [(None, SquaresTask([2])), (None, SquaresTask([3], {3: partial(once, mark)}))]
        assert [result for _, (result, _) in pool.map(with_deaths(tasks, pool))] == [[4], [9]]
        assert Path(mark).exists()
        pool.close()


def with_deaths(tasks: Iterable[tuple[None, SquaresTask]], pool: ProcessExecutor) -> Iterator[tuple[None, SquaresTask]]:
    """The tasks; a process that has done what it had to do is killed before the next one comes."""
    for task in tasks:
        for running in pool._running:
            if not running.is_ready:
                pool._receive()
            assert running.connection.poll(10)
            hit(running, signal.SIGKILL)
            running.process.join()
        yield task


@pytest.mark.parametrize("result_bytes", [0, 3_000_000])
@pytest.mark.parametrize("seed", range(3))
def test_thirty_random_kills_lose_nothing(seed: int, result_bytes: int) -> None:
    """A worker is killed whatever it does: works, waits, or sends its result."""
    chosen, tasks = random.Random(seed), 400
    results: list[Any] = []
    with ProcessExecutor(2, list) as pool:
        slow = {number: partial(time.sleep, chosen.random() / 300) for number in range(tasks)}
        for number, (result, ballast) in pool.map((number, SquaresTask([number], slow, b"", result_bytes)) for number in range(tasks)):
            assert (number, len(ballast)) == (len(results), result_bytes)
            results += result
            if number % 13 == 7:  # no task can be at work as long as that, so that none is hit twice
                time.sleep(chosen.random() / 200)
                hit(chosen.choice(pool._running), signal.SIGKILL)
    assert results == [number**2 for number in range(tasks)], f"seed {seed}"
    assert multiprocessing.active_children() == []


def test_a_worker_that_cannot_start_is_not_restarted_for_ever() -> None:
    """No record is to blame for that, so none is given up."""
    with ProcessExecutor(2, leave) as pool, pytest.raises(ExecutorError, match=r"cannot be started: exit status 7; .*__main__"):
        list(pool.map((None, task) for task in batches_of(*in_tens(30))))
    assert multiprocessing.active_children() == []


# -- what is left behind -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["short", "sleep", "loop", "native", "loop watch"])
def test_workers_end_when_the_process_that_made_them_is_killed_and_the_output_is_free(task: str, tmp_path: Path) -> None:
    """At once, whatever they do; so is the lock of the output."""
    command = [sys.executable, PROGRAMS / "run_slow_tasks.py", str(tmp_path / "out"), *task.split()]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(pids) == 3
    assert all(map(is_running, pids))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    with ExportDirectory(tmp_path / "out"):
        pass
    assert wait_until(lambda: not any(map(is_alive, pids)), 2)


def is_alive(pid: int) -> bool:
    """Whether a process that is not a child of this one runs; who should have asked how it ended may do so late."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
