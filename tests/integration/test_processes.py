"""Worker processes: whatever becomes of them, every task has its result, in order, and nothing is left behind."""

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


class Squares(NamedTuple):
    """The squares of some numbers. With some of them, something else is done first."""

    numbers: list[int]
    before: Mapping[int, Callable[[], object]] = {}
    ballast: bytes = b""
    answer: int = 0

    def run(self, _worker: Any) -> tuple[list[Any], bytes]:
        for number in self.numbers:
            self.before.get(number, int)()
        return [number**2 for number in self.numbers], bytes(self.answer)

    def split(self) -> list[Squares]:
        return [Squares([number], self.before, self.ballast, self.answer) for number in self.numbers]

    def combine(self, results: list[tuple[list[Any], bytes]]) -> tuple[list[Any], bytes]:
        return [square for squares, _ in results for square in squares], b"".join(ballast for _, ballast in results)

    def on_worker_lost(self, reason: str) -> tuple[list[Any], bytes]:
        return [reason], b""


def squares(tasks: Iterable[Squares], workers: int = 2) -> list[list[Any]]:
    """The results of the tasks, from a pool that is gone then; what goes with a task comes with its result."""
    with ProcessExecutor(workers, list) as pool:
        found = list(pool.map((task.numbers, task) for task in tasks))
    assert multiprocessing.active_children() == []
    for numbers, (result, _) in found:
        assert len(result) == len(numbers)
    return [result for _, (result, _) in found]


def of(*batches: Iterable[int], before: Mapping[int, Callable[[], object]] | None = None) -> list[Squares]:
    return [Squares(list(numbers), before or {}) for numbers in batches]


def wanted(tasks: Iterable[Squares]) -> list[list[int]]:
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
    tasks = of(*([number] for number in range(count)), before=slow)
    assert squares(tasks, workers) == wanted(tasks)


def test_where_there_is_no_task_there_is_no_result_but_its_place_is_kept() -> None:
    tasks = [(number, None if number % 3 else Squares([number])) for number in range(50)]
    with ProcessExecutor(2, list) as pool:
        found = list(pool.map(tasks))
    assert [number for number, _ in found] == list(range(50))
    assert [result for number, result in found if number % 3] == [None] * 33
    assert [result[0] for number, result in found if number % 3 == 0] == [[number**2] for number in range(0, 50, 3)]


def test_no_more_tasks_are_taken_than_are_soon_needed() -> None:
    taken = []

    def tasks() -> Iterator[tuple[int, Squares]]:
        for number in range(1000):
            taken.append(number)
            yield number, Squares([number])

    with ProcessExecutor(2, list) as pool:
        for number, _ in pool.map(tasks()):
            assert len(taken) <= number + 2 * 4 + 2
            if number == 100:
                break
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize(("task", "answer"), [(5_000_000, 0), (0, 5_000_000), (5_000_000, 5_000_000), (40_000, 300_000)])
def test_large_tasks_and_large_results_do_not_wait_for_each_other(workers: int, task: int, answer: int) -> None:
    """A pipe holds some 64 kB: who sends more waits for the other side, and both sides must not wait at once."""
    tasks = [Squares([number], {}, bytes(task if number % 3 else 10), answer if number % 4 else 10) for number in range(24)]
    with ProcessExecutor(workers, list) as pool:
        found = [result for _, result in pool.map((None, task) for task in tasks)]
    assert [result for result, _ in found] == wanted(tasks)
    assert [len(ballast) for _, ballast in found] == [one.answer for one in tasks]


class Counting(NamedTuple):
    """How many tasks this worker was given so far, and who it is."""

    def run(self, worker: list[int]) -> tuple[int, int]:
        worker.append(0)
        time.sleep(0.01)
        return len(worker), os.getpid()


def test_a_worker_is_made_once_in_each_process() -> None:
    with ProcessExecutor(2, list) as pool:
        found = [result for _, result in pool.map((None, Counting()) for _ in range(20))]  # type: ignore[misc]
    for pid in {pid for _, pid in found}:
        assert [count for count, own in found if own == pid] == list(range(1, 1 + sum(own == pid for _, own in found)))
    assert os.getpid() not in {pid for _, pid in found}


def test_a_single_task_is_done_in_this_process_and_several_ones_in_others() -> None:
    for count, here in ((0, set()), (1, {True}), (2, {False})):
        pool = AutoExecutor(2, list)
        found = [result for _, result in pool.map((None, Counting()) for _ in range(count))]  # type: ignore[misc]
        assert {pid == os.getpid() for _, pid in found} == here
        pool.close()
    assert [number for number, _ in InlineExecutor(list).map((number, None) for number in range(3))] == [0, 1, 2]


# -- exceptions ----------------------------------------------------------------------------------------------------------------------


class TwoParts(Exception):  # noqa: N818
    """An exception that pickle cannot make again from what it says."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} and {two}")


def fail() -> None:
    raise ValueError("the seventh is wrong")


def fail_badly() -> None:
    raise TwoParts("this", "that")


def fail_with_more() -> None:
    raise ValueError("unspeakable", lambda: 0)


@pytest.mark.parametrize(
    ("wrong", "said"), [(fail, r"^the seventh is wrong\n"), (fail_badly, "TwoParts.*this and that"), (fail_with_more, "unspeakable")]
)
def test_an_exception_in_a_worker_is_raised_here(wrong: Callable[[], None], said: str) -> None:
    seen = []
    with ProcessExecutor(2, list) as pool, pytest.raises(Exception, match=said) as caught:  # noqa: PT012
        for number, _ in pool.map((number, Squares([number], {7: wrong})) for number in range(100)):
            seen.append(number)
    assert seen == list(range(len(seen)))
    assert len(seen) <= 7
    assert isinstance(caught.value, ValueError) or wrong is not fail
    assert multiprocessing.active_children() == []


def test_an_exception_tells_where_in_the_worker_it_was() -> None:
    with ProcessExecutor(2, list) as pool, pytest.raises(ValueError, match="the seventh") as caught:
        list(pool.map([(None, Squares([7], {7: fail}))]))
    assert "in fail\n" in "".join(caught.value.__notes__)


# -- deaths --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("death", DEATHS)
def test_what_kills_its_worker_is_given_up_and_it_alone(death: Callable[[], None], workers: int) -> None:
    tasks = of(*in_tens(100), before={34: death})
    found = squares(tasks, workers)
    assert found[3].pop(4) == DEATHS[death]
    expected = wanted(tasks)
    expected[3].pop(4)
    assert found == expected


def real_time() -> None:
    os.kill(os.getpid(), 40)
    time.sleep(5)


def test_a_signal_without_a_name_can_kill_too() -> None:
    assert squares(of([1], before={1: real_time})) == [["signal 40 (Real-time signal 6)"]]


def test_a_result_that_cannot_travel_is_an_error_and_no_death() -> None:
    with ProcessExecutor(2, list) as pool, pytest.raises(Exception, match=r"pickle.*lambda"):
        list(pool.map([(None, Unspeakable())]))  # type: ignore[list-item]


class Unspeakable(NamedTuple):
    """A task whose result cannot be sent."""

    def run(self, _worker: Any) -> Callable[[], int]:
        return lambda: 0


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_several_of_one_task_and_the_first_and_the_last_can_kill(workers: int) -> None:
    culprits = {0, 11, 12, 18, 99}
    found = squares(of(*in_tens(100), before=dict.fromkeys(culprits, kill)), workers)
    flat = [square for result in found for square in result]
    assert [number for number, square in enumerate(flat) if square != number**2] == sorted(culprits)
    assert {flat[number] for number in culprits} == {"signal 9 (Killed)"}


def test_all_may_kill() -> None:
    found = squares(of(*in_tens(30), before=dict.fromkeys(range(30), leave)), 3)
    assert found == [["exit status 7"] * 10] * 3


@pytest.mark.parametrize("workers", [1, 2])
def test_who_died_once_is_tried_again(workers: int, tmp_path: Path) -> None:
    before = {number: partial(once, str(tmp_path / str(number))) for number in (5, 17, 60)}
    tasks = of(*in_tens(100), before=before)
    assert squares(tasks, workers) == wanted(tasks)


def test_a_task_that_kills_is_tried_twice_and_each_of_its_parts_at_most_twice(tmp_path: Path) -> None:
    marks: dict[int, Callable[[], object]] = {number: partial(note, str(tmp_path / str(number))) for number in range(10)}
    marks[4] = partial(note_and_die, str(tmp_path / "4"))
    squares(of(range(10), before=marks), 1)
    tried = {number: len((tmp_path / str(number)).read_bytes()) for number in range(10)}
    assert tried == {**dict.fromkeys(range(4), 3), 4: 4, **dict.fromkeys(range(5, 10), 1)}


def note_and_die(path: str) -> None:
    note(path)
    kill()


def test_a_process_that_was_killed_while_it_had_nothing_to_do_is_not_held_against_its_next_task(tmp_path: Path) -> None:
    """That one may still kill one process itself."""
    for turn in range(5):
        pool, mark = ProcessExecutor(1, list), str(tmp_path / str(turn))
        tasks = [(None, Squares([2])), (None, Squares([3], {3: partial(once, mark)}))]
        assert [result for _, (result, _) in pool.map(with_deaths(tasks, pool))] == [[4], [9]]
        assert Path(mark).exists()
        pool.close()


def with_deaths(tasks: Iterable[tuple[None, Squares]], pool: ProcessExecutor) -> Iterator[tuple[None, Squares]]:
    """The tasks; a process that has done what it had to do is killed before the next one comes."""
    for task in tasks:
        for one in pool._running:
            assert one.connection.poll(10)
            hit(one, signal.SIGKILL)
            one.process.join()
        yield task


@pytest.mark.parametrize("answer", [0, 3_000_000])
@pytest.mark.parametrize("seed", range(3))
def test_thirty_random_kills_lose_nothing(seed: int, answer: int) -> None:
    """A worker is killed whatever it does: works, waits, or sends its result."""
    chosen, tasks = random.Random(seed), 400
    found: list[Any] = []
    with ProcessExecutor(2, list) as pool:
        slow = {number: partial(time.sleep, chosen.random() / 300) for number in range(tasks)}
        for number, (result, ballast) in pool.map((number, Squares([number], slow, b"", answer)) for number in range(tasks)):
            assert (number, len(ballast)) == (len(found), answer)
            found += result
            if number % 13 == 7:  # no task can be at work as long as that, so that none is hit twice
                time.sleep(chosen.random() / 200)
                hit(chosen.choice(pool._running), signal.SIGKILL)
    assert found == [number**2 for number in range(tasks)], f"seed {seed}"
    assert multiprocessing.active_children() == []


def test_a_worker_that_cannot_be_made_is_not_made_for_ever() -> None:
    with ProcessExecutor(2, leave) as pool:
        found = [result for _, (result, _) in pool.map((None, task) for task in of(*in_tens(30)))]
    assert found == [["exit status 7"] * 10] * 3


# -- what is left behind -------------------------------------------------------------------------------------------------------------


class Looking(NamedTuple):
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
        found = dict(result for _, result in pool.map((None, Looking()) for _ in range(40)))  # type: ignore[misc]
    assert len(found) > 1
    for links in found.values():
        assert not [link for link in links if link.startswith(str(tmp_path))]
        assert len([link for link in links if link.startswith("socket:")]) == 1


@pytest.mark.parametrize("ending", ["close", "break", "error"])
def test_no_process_is_left_when_a_pool_is_closed(ending: str) -> None:
    pool = ProcessExecutor(3, list)
    pids: set[int] = set()
    try:
        for number, _ in pool.map((number, Squares([number], {number: partial(time.sleep, 0.01)})) for number in range(60)):
            pids |= {one.process.pid or 0 for one in pool._running}
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


def test_an_interrupt_from_the_keyboard_is_nothing_to_a_worker() -> None:
    tasks = of(*([number] for number in range(50)), before={number: partial(time.sleep, 0.01) for number in range(50)})
    with ProcessExecutor(2, list) as pool:
        found, pids = [], set()
        for _, (result, _) in pool.map((None, task) for task in tasks):
            found.append(result)
            for one in pool._running:
                if one.has_answered:
                    pids.add(one.process.pid)
                    hit(one, signal.SIGINT)
    assert found == wanted(tasks)
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
