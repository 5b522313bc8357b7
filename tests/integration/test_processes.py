"""Worker processes: even when they die, every task has its result, in order, and no process is left behind."""

from __future__ import annotations

import gc
import multiprocessing
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.support.processes import is_running
from tests.support.records import shared_data
from tests.support.worker_tasks import SquaresTask, batches_of, expected_results, hit, squares

from pfocr2rdf import export
from pfocr2rdf.pipeline.executors.base import InlineExecutor
from pfocr2rdf.pipeline.executors.processes import START_METHOD_VARIABLE, AutoExecutor, ProcessExecutor
from pfocr2rdf.site.static.build import start_processes
from pfocr2rdf.storage.export_directory import ExportDirectory

pytestmark = [
    pytest.mark.usefixtures("patience"),
    pytest.mark.skipif(sys.platform != "linux", reason="worker processes are looked at in /proc"),
]


# -- tasks ------------------------------------------------------------------------------------------------------------------------


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


class SignalMaskTask(NamedTuple):
    """The signals that are blocked."""

    def run(self, _: list[int]) -> set[int]:
        return signal.pthread_sigmask(signal.SIG_BLOCK, ())


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_interrupts_are_blocked_in_processes_from_their_start(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C before a process ignores it would print a traceback of Python's start."""
    monkeypatch.setenv(START_METHOD_VARIABLE, method)
    with ProcessExecutor(1, list) as pool, start_processes(1) as processes:
        masks = [mask for _, mask in pool.map([(None, SignalMaskTask())])]  # type: ignore[list-item]
        masks.append(processes.executor.submit(signal.pthread_sigmask, signal.SIG_BLOCK, ()).result())
    assert all(signal.SIGINT in mask for mask in masks)
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


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


def test_an_exception_from_creating_a_worker_is_raised_here() -> None:
    """Also where standard error is not the process's own, as in a notebook: a traceback that a process prints is lost there."""
    with ProcessExecutor(2, fail) as pool, pytest.raises(ValueError, match=r"^the seventh is wrong\n"):
        list(pool.map((None, SquaresTask([number])) for number in range(10)))
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("threshold", [0, 700, 50_000, 2**31 - 1])
def test_any_threshold_of_the_garbage_collector_is_kept_and_workers_start_with_it(threshold: int, tmp_path: Path) -> None:
    """A program sets its own, as the service does."""
    before = gc.get_threshold()
    gc.set_threshold(threshold)
    try:
        export([shared_data("corpus-gen1")], tmp_path / "out", formats=("nt",), workers=2)
        assert gc.get_threshold()[0] == threshold
    finally:
        gc.set_threshold(*before)


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


@pytest.mark.parametrize(("failure", "message"), [(fail, "the seventh"), (fail_badly, "TwoParts"), (fail_with_more, "unspeakable")])
def test_an_exception_tells_where_in_the_worker_it_was(failure: Callable[[], None], message: str) -> None:
    with ProcessExecutor(2, list) as pool, pytest.raises((ValueError, RuntimeError), match=message) as error:
        list(pool.map([(None, SquaresTask([7], {7: failure}))]))
    assert f"in {failure.__name__}\n" in "".join(error.value.__notes__)


# -- deaths --------------------------------------------------------------------------------------------------------------------------


def test_a_result_that_cannot_travel_is_an_error_and_no_death() -> None:
    with ProcessExecutor(2, list) as pool, pytest.raises(Exception, match=r"pickle.*lambda"):
        list(pool.map([(None, UnpicklableTask())]))  # type: ignore[list-item]


class UnpicklableTask(NamedTuple):
    """A task whose result cannot be sent."""

    def run(self, _worker: Any) -> Callable[[], int]:
        return lambda: 0


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
                if worker.is_ready:
                    pids.add(worker.process.pid)
                    hit(worker, signal.SIGINT)
    assert results == expected_results(tasks)
    assert len(pids) == 2
