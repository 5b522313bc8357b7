"""Worker processes: even when they die, every task has its result, in order, and no process is left behind."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.support.deaths import DEATHS, kill, leave, once
from tests.support.processes import is_running, wait_until
from tests.support.records import PROGRAMS

from pfocr2rdf.pipeline.executors.base import InlineExecutor
from pfocr2rdf.pipeline.executors.processes import AutoExecutor, ProcessExecutor, _Process
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


class SquaresTask(NamedTuple):
    """The squares of some numbers. With some of them, something else is done first."""

    numbers: list[int]
    actions: Mapping[int, Callable[[], object]] = {}
    ballast: bytes = b""
    result_bytes: int = 0

    def run(self, _worker: Any) -> tuple[list[Any], bytes]:
        for number in self.numbers:
            self.actions.get(number, int)()
        return [number**2 for number in self.numbers], bytes(self.result_bytes)

    def split(self) -> list[SquaresTask]:
        return [SquaresTask([number], self.actions, self.ballast, self.result_bytes) for number in self.numbers]

    def combine(self, results: list[tuple[list[Any], bytes]]) -> tuple[list[Any], bytes]:
        return [square for squares, _ in results for square in squares], b"".join(ballast for _, ballast in results)

    def on_worker_lost(self, reason: str) -> tuple[list[Any], bytes]:
        return [reason], b""


def squares(tasks: Iterable[SquaresTask], workers: int = 2) -> list[list[Any]]:
    """The results of the tasks, from a pool that is gone then; what goes with a task comes with its result."""
    with ProcessExecutor(workers, list) as pool:
        pairs = list(pool.map((task.numbers, task) for task in tasks))
    assert multiprocessing.active_children() == []
    for numbers, (result, _) in pairs:
        assert len(result) == len(numbers)
    return [result for _, (result, _) in pairs]


def batches_of(*batches: Iterable[int], actions: Mapping[int, Callable[[], object]] | None = None) -> list[SquaresTask]:
    return [SquaresTask(list(numbers), actions or {}) for numbers in batches]


def expected_results(tasks: Iterable[SquaresTask]) -> list[list[int]]:
    return [[number**2 for number in task.numbers] for task in tasks]


def in_tens(count: int) -> list[range]:
    return [range(first, first + 10) for first in range(0, count, 10)]


def hit(process: _Process, number: signal.Signals) -> None:
    """Send a signal to a worker."""
    pid = process.process.pid
    assert pid
    os.kill(pid, number)


# -- the order of results ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2, 3, 8])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 100])
def test_results_come_in_the_order_of_their_tasks(workers: int, count: int) -> None:
    chosen = random.Random(count)
    slow = {number: partial(time.sleep, chosen.random() / 200) for number in range(count)}
    tasks = batches_of(*([number] for number in range(count)), actions=slow)
    assert squares(tasks, workers) == expected_results(tasks)


def test_a_missing_task_has_no_result_but_keeps_its_position() -> None:
    tasks = [(number, None if number % 3 else SquaresTask([number])) for number in range(50)]
    with ProcessExecutor(2, list) as pool:
        results = list(pool.map(tasks))
    assert [number for number, _ in results] == list(range(50))
    assert [result for number, result in results if number % 3] == [None] * 33
    assert [result[0] for number, result in results if number % 3 == 0] == [[number**2] for number in range(0, 50, 3)]


def test_no_more_tasks_are_taken_than_are_soon_needed() -> None:
    requested = []

    def tasks() -> Iterator[tuple[int, SquaresTask]]:
        for number in range(1000):
            requested.append(number)
            yield number, SquaresTask([number])

    with ProcessExecutor(2, list) as pool:
        for number, _ in pool.map(tasks()):
            assert len(requested) <= number + 2 * 4 + 2
            if number == 100:
                break
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize(("task_bytes", "result_bytes"), [(5_000_000, 0), (0, 5_000_000), (5_000_000, 5_000_000), (40_000, 300_000)])
def test_large_tasks_and_large_results_do_not_wait_for_each_other(workers: int, task_bytes: int, result_bytes: int) -> None:
    """A pipe holds some 64 kB: who sends more waits for the other side, and both sides must not wait at once."""
    tasks = [SquaresTask([number], {}, bytes(task_bytes if number % 3 else 10), result_bytes if number % 4 else 10) for number in range(24)]
    with ProcessExecutor(workers, list) as pool:
        results = [result for _, result in pool.map((None, task_bytes) for task_bytes in tasks)]
    assert [result for result, _ in results] == expected_results(tasks)
    assert [len(ballast) for _, ballast in results] == [sent_task.result_bytes for sent_task in tasks]


class CountTask(NamedTuple):
    """How many tasks this worker was given so far, and who it is."""

    def run(self, worker: list[int]) -> tuple[int, int]:
        worker.append(0)
        time.sleep(0.01)
        return len(worker), os.getpid()


def test_a_worker_is_made_once_in_each_process() -> None:
    with ProcessExecutor(2, list) as pool:
        results = [result for _, result in pool.map((None, CountTask()) for _ in range(20))]  # type: ignore[misc]
    for pid in {pid for _, pid in results}:
        assert [count for count, worker_pid in results if worker_pid == pid] == list(
            range(1, 1 + sum(worker_pid == pid for _, worker_pid in results))
        )
    assert os.getpid() not in {pid for _, pid in results}


def test_a_single_task_is_done_in_this_process_and_several_ones_in_others() -> None:
    for count, is_here in ((0, set()), (1, {True}), (2, {False})):
        pool = AutoExecutor(2, list)
        results = [result for _, result in pool.map((None, CountTask()) for _ in range(count))]  # type: ignore[misc]
        assert {pid == os.getpid() for _, pid in results} == is_here
        pool.close()
    assert [number for number, _ in InlineExecutor(list).map((number, None) for number in range(3))] == [0, 1, 2]


# -- exceptions ----------------------------------------------------------------------------------------------------------------------


class TwoParts(Exception):  # noqa: N818
    """An exception that pickle cannot make again from what it says."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


def fail() -> None:
    raise ValueError("the seventh is wrong")


def fail_badly() -> None:
    raise TwoParts("this", "that")


def fail_with_more() -> None:
    raise ValueError("unspeakable", lambda: 0)


@pytest.mark.parametrize(
    ("failure", "message"), [(fail, r"^the seventh is wrong\n"), (fail_badly, "TwoParts.*this and that"), (fail_with_more, "unspeakable")]
)
def test_an_exception_in_a_worker_is_raised_here(failure: Callable[[], None], message: str) -> None:
    numbers = []
    with ProcessExecutor(2, list) as pool, pytest.raises(Exception, match=message) as error:  # noqa: PT012
        for number, _ in pool.map((number, SquaresTask([number], {7: failure})) for number in range(100)):
            numbers.append(number)
    assert numbers == list(range(len(numbers)))
    assert len(numbers) <= 7
    assert isinstance(error.value, ValueError) or failure is not fail
    assert multiprocessing.active_children() == []


def test_an_exception_tells_where_in_the_worker_it_was() -> None:
    with ProcessExecutor(2, list) as pool, pytest.raises(ValueError, match="the seventh") as error:
        list(pool.map([(None, SquaresTask([7], {7: fail}))]))
    assert "in fail\n" in "".join(error.value.__notes__)


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


def test_a_result_that_cannot_travel_is_an_error_and_no_death() -> None:
    with ProcessExecutor(2, list) as pool, pytest.raises(Exception, match=r"pickle.*lambda"):
        list(pool.map([(None, UnpicklableTask())]))  # type: ignore[list-item]


class UnpicklableTask(NamedTuple):
    """A task whose result cannot be sent."""

    def run(self, _worker: Any) -> Callable[[], int]:
        return lambda: 0


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
    with ProcessExecutor(2, leave) as pool:
        results = [result for _, (result, _) in pool.map((None, task) for task in batches_of(*in_tens(30)))]
    assert results == [["exit status 7"] * 10] * 3


# -- what is left behind -------------------------------------------------------------------------------------------------------------


class OpenFilesTask(NamedTuple):
    """The open files of the worker."""

    def run(self, _worker: Any) -> tuple[int, list[str]]:
        links = []
        for name in os.listdir("/proc/self/fd"):
            try:
                links.append(os.readlink(f"/proc/self/fd/{name}"))
            except FileNotFoundError:  # that of listing them
                continue
        time.sleep(0.02)
        return os.getpid(), links


def test_a_worker_has_no_open_file_but_its_own_connection(tmp_path: Path) -> None:
    """Neither the output's lock, nor the ends of the connections of other workers, by which these see that nobody is there."""
    with ExportDirectory(tmp_path / "out"), (tmp_path / "open").open("w"), ProcessExecutor(4, list) as pool:
        links_by_pid = dict(result for _, result in pool.map((None, OpenFilesTask()) for _ in range(40)))  # type: ignore[misc]
    assert len(links_by_pid) > 1
    for links in links_by_pid.values():
        assert not [link for link in links if link.startswith(str(tmp_path))]
        assert len([link for link in links if link.startswith("socket:")]) == 1


@pytest.mark.parametrize("ending", ["close", "break", "error"])
def test_no_process_is_left_when_a_pool_is_closed(ending: str) -> None:
    pool = ProcessExecutor(3, list)
    pids: set[int] = set()
    try:
        for number, _ in pool.map((number, SquaresTask([number], {number: partial(time.sleep, 0.01)})) for number in range(60)):
            pids |= {worker.process.pid or 0 for worker in pool._running}
            if ending != "close" and number == 20:
                if ending == "error":
                    raise KeyError
                break
    except KeyError:
        pass
    finally:
        begin = time.monotonic()
        pool.close()
    assert time.monotonic() - begin < 5
    assert len(pids) == 3
    assert not [pid for pid in pids if is_running(pid)]


def test_workers_ignore_an_interrupt_from_the_keyboard() -> None:
    tasks = batches_of(*([number] for number in range(50)), actions={number: partial(time.sleep, 0.01) for number in range(50)})
    with ProcessExecutor(2, list) as pool:
        results, pids = [], set()
        for _, (result, _) in pool.map((None, task) for task in tasks):
            results.append(result)
            for worker in pool._running:
                if worker.has_answered:
                    pids.add(worker.process.pid)
                    hit(worker, signal.SIGINT)
    assert results == expected_results(tasks)
    assert len(pids) == 2


@pytest.mark.parametrize("busy", [0.01, 3.0], ids=["short tasks", "long tasks"])
def test_workers_end_when_the_process_that_made_them_is_killed_and_the_output_is_free(busy: float, tmp_path: Path) -> None:
    """At the end of the task that they are at; the lock of the output is free at once."""
    parent = subprocess.Popen([sys.executable, PROGRAMS / "run_slow_tasks.py", str(tmp_path / "out"), str(busy)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(pids) == 3
    assert all(map(is_running, pids))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    with ExportDirectory(tmp_path / "out"):
        pass
    assert wait_until(lambda: not any(map(is_alive, pids)), busy + 10)


def is_alive(pid: int) -> bool:
    """Whether a process that is not a child of this one runs; who should have asked how it ended may do so late."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
