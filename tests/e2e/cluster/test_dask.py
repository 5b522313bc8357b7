"""The engine dask: the same partitions as from local processes, even when a part of the cluster is lost."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from benchmarks.corpus import make_corpus
from tests.support.partitions import assert_intact, contents
from tests.support.records import PROGRAMS, front_matter, older, write
from tests.support.s3 import free_port, s3_server, wait_for

from pfocr2rdf.errors import ExecutorError, OutputError, SourceError
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.pipeline.summary import ExportSummary
from pfocr2rdf.storage.layout import MANIFEST_FILE

COUNT, SIZE = 300, 10

HTTP = ["--dashboard-address", "127.0.0.1:0"]

OPTIONS: dict[str, Any] = {"formats": ["ntriples", "jsonld", "kgx"], "compress": "zst", "partition_size": SIZE}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    make_corpus(COUNT, folder, rows=3, source=None)
    return folder


@pytest.fixture(scope="module")
def expected_files(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files as processes of our own make them."""
    output = tmp_path_factory.mktemp("wanted")
    export([source], output, workers=2, **OPTIONS)
    return contents(output)


class Running:
    """A scheduler and workers as processes of their own, on loopback."""

    def __init__(self, folder: Path, preload: str = "") -> None:
        self.folder, self.port = folder, free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self._preload = ["--preload", str(PROGRAMS / preload)] if preload else []
        self.start_scheduler()

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        """In a session of its own, so that all of it can be killed."""
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--host", "127.0.0.1", "--no-dashboard", *HTTP]
        with (self.folder / f"{module}.log").open("ab") as log:
            return subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, start_new_session=True)

    def start_scheduler(self) -> None:
        self.scheduler = self._start("dask_scheduler", "--port", str(self.port))

    def start_worker(self, nanny: bool = False) -> None:
        arguments = ["--nthreads", "1", "--death-timeout", "60", "--nanny" if nanny else "--no-nanny", *self._preload]
        self.workers.append(self._start("dask_worker", self.address, "--local-directory", str(self.folder), *arguments))

    @staticmethod
    def kill(process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            self.kill(process)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts a scheduler with so many workers; all of them are killed at the end."""
    with contextlib.ExitStack() as stack:

        def begin(workers: int, nanny: bool = False, preload: str = "") -> Running:
            running = Running(write(tmp_path / "cluster", {".keep": ""}), preload)
            stack.callback(running.close)
            wait_for(running.port, running.scheduler)
            for _ in range(workers):
                running.start_worker(nanny)
            return running

        yield begin


class Once:
    """A progress callback that acts once, after a number of records."""

    def __init__(self, record_count: int, action: Callable[[], object]) -> None:
        self.record_count, self.action, self.has_run = record_count, action, False

    def __call__(self, _: str, count: int, total: int) -> None:
        if count >= self.record_count and not self.has_run:
            self.has_run = True
            self.action()


def exported(source: Path, output: Path, running: Running | None, **options: Any) -> ExportSummary:
    return export([source], output, engine="dask", scheduler=running.address if running else None, **{**OPTIONS, **options})


# -- the same parts ------------------------------------------------------------------------------------------------------------


def test_a_local_cluster_makes_the_same_parts(source: Path, expected_files: dict[str, bytes], tmp_path: Path) -> None:
    counts: list[int] = []
    result = exported(source, tmp_path / "out", None, workers=2, progress=lambda _, count, total: counts.append(count))
    assert (result.read, result.mapped) == (COUNT, COUNT)
    assert contents(tmp_path / "out") == expected_files
    assert counts == list(range(SIZE, COUNT + 1, SIZE))
    assert exported(source, tmp_path / "out", None, workers=1).mapped == 0
    assert contents(tmp_path / "out") == expected_files


def test_a_running_cluster_makes_the_same_parts_and_takes_them_up_again(
    start: Callable[..., Running], source: Path, expected_files: dict[str, bytes], tmp_path: Path
) -> None:
    """It is there before the export and after it; workers may come later."""
    running = start(0)
    timer = threading.Timer(1, lambda: [running.start_worker() for _ in range(2)])
    timer.start()
    exported(source, tmp_path / "out", running)
    timer.join()
    assert contents(tmp_path / "out") == expected_files
    (tmp_path / "out" / "part-00003.nt.zst").unlink()
    assert exported(source, tmp_path / "out", running).mapped == SIZE
    assert contents(tmp_path / "out") == expected_files
    assert exported(source, tmp_path / "merged", running, merge=True).mapped == COUNT
    export([source], tmp_path / "whole", formats=OPTIONS["formats"], compress="zst")
    assert contents(tmp_path / "merged") == contents(tmp_path / "whole")
    assert running.scheduler.poll() is None
    assert [process.poll() for process in running.workers] == [None, None]


def test_from_a_bucket_to_a_bucket(start: Callable[..., Running], source: Path, expected_files: dict[str, bytes]) -> None:
    with s3_server():  # the workers get the environment, as they must everywhere
        import fsspec

        system = fsspec.filesystem("s3", use_listings_cache=False, skip_instance_cache=True)
        system.mkdir("pfocr-dask")
        system.put(f"{source}/_figures", "pfocr-dask/in/_figures", recursive=True)
        system.put(f"{source}/_data", "pfocr-dask/in/_data", recursive=True)
        running = start(2)
        summary = export(["s3://pfocr-dask/in"], "s3://pfocr-dask/out", engine="dask", scheduler=running.address, limit=60, **OPTIONS)
        assert (summary.read, summary.refused) == (60, 0)
        for name in ("part-00000.nt.zst", "part-00005.jsonld.zst"):
            assert system.cat_file(f"pfocr-dask/out/{name}") == expected_files[name]


# -- who is lost ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers_left", [1, 0], ids=["another one is left", "a new one comes later"])
def test_a_lost_worker(
    workers_left: int, start: Callable[..., Running], source: Path, expected_files: dict[str, bytes], tmp_path: Path
) -> None:
    running = start(1 + workers_left)

    def lose() -> None:
        running.kill(running.workers[0])
        if not workers_left:
            threading.Timer(1, running.start_worker).start()

    loss = Once(COUNT // 4, lose)
    exported(source, tmp_path / "out", running, progress=loss)
    assert loss.has_run
    assert contents(tmp_path / "out") == expected_files
    assert_intact(tmp_path / "out")


@pytest.mark.parametrize("wait", [0, 4])
def test_a_restarted_scheduler(
    wait: int, start: Callable[..., Running], source: Path, expected_files: dict[str, bytes], tmp_path: Path
) -> None:
    """It comes back on the same port, with new workers; it knows nothing of what it was asked before."""
    running = start(2)

    def again() -> None:
        running.start_scheduler()
        for _ in range(2):
            running.start_worker()

    def lose() -> None:
        for process in (running.scheduler, *running.workers):
            running.kill(process)
        threading.Timer(wait, again).start() if wait else again()

    loss = Once(COUNT // 4, lose)
    exported(source, tmp_path / "out", running, progress=loss)
    assert loss.has_run
    assert contents(tmp_path / "out") == expected_files


def test_a_scheduler_that_never_comes_back(
    start: Callable[..., Running], source: Path, expected_files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was done until then need not be done again."""
    monkeypatch.setattr("pfocr2rdf.pipeline.executors.dask.RECONNECT_TIMEOUT_SECONDS", 2.0)
    running = start(1)
    with pytest.raises(ExecutorError, match=f"{running.address}: the scheduler cannot be reached"):
        exported(source, tmp_path / "out", running, progress=Once(COUNT // 4, lambda: running.kill(running.scheduler)))
    assert not (tmp_path / "out" / MANIFEST_FILE).exists()
    assert export([source], tmp_path / "out", workers=2, **OPTIONS).mapped <= COUNT * 3 // 4
    assert contents(tmp_path / "out") == expected_files


def test_a_record_that_kills_every_worker_is_set_aside(tmp_path: Path) -> None:
    pages = {f"PMC1__{number:02}.md": front_matter(older(f"PMC1__{number:02}")) for number in range(30)}
    pages["PMC1__11.md"] = front_matter(older("PMC1__11", title="Deadly"))
    pages["PMC1__12.md"] = front_matter(older("PMC1__12", title="Greedy"))
    source = write(tmp_path / "in", pages)
    import dask

    with dask.config.set({"distributed.worker.preload": [str(PROGRAMS / "preload_deadly_titles.py")]}):
        result = exported(source, tmp_path / "out", None, workers=2)
    assert (result.exported, result.quarantined, result.refused) == (28, 2, 0)
    assert sorted(path.name for path in (tmp_path / "out" / "quarantine").iterdir()) == ["PMC1__11", "PMC1__12"]
    reasons = json.loads((tmp_path / "out" / "quarantine" / "PMC1__11" / "reasons.json").read_text())
    assert "a worker process died twice while it processed the record" in reasons[0]["reason"]
    assert_intact(tmp_path / "out")


# -- what goes wrong -----------------------------------------------------------------------------------------------------------


def test_a_scheduler_that_is_not_there(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pfocr2rdf.pipeline.executors.dask.CONNECT_TIMEOUT_SECONDS", 1.0)
    write(tmp_path / "out", {MANIFEST_FILE: "{}"})
    for address in (f"tcp://127.0.0.1:{free_port()}", "gopher://127.0.0.1:1"):
        with pytest.raises(ExecutorError, match=f"{address}: the scheduler cannot be reached"):
            export([source], tmp_path / "out", engine="dask", scheduler=address, force=True)
    assert (tmp_path / "out" / MANIFEST_FILE).read_text() == "{}"


@pytest.mark.parametrize(("preload", "sentence"), [
    ("preload_another_version.py", "a worker has a different version of pfocr2rdf"),
    ("preload_no_engine.py", "a worker cannot run the tasks: .*pfocr2rdf"),
])  # fmt: skip
def test_a_worker_with_other_versions_is_refused(
    preload: str, sentence: str, start: Callable[..., Running], source: Path, tmp_path: Path
) -> None:
    running = start(1, preload=preload)
    with pytest.raises(ExecutorError, match=sentence):
        exported(source, tmp_path / "out", running)


def test_a_worker_that_writes_to_a_disk_of_its_own(start: Callable[..., Running], source: Path, tmp_path: Path) -> None:
    running = start(1, preload="preload_disk_of_its_own.py")
    with pytest.raises(OutputError, match=r"a worker wrote part-00000\.nt\.zst, but not here; name a folder that all machines share"):
        exported(source, tmp_path / "out", running)


def test_an_archive_that_only_this_machine_sees(start: Callable[..., Running], tmp_path: Path) -> None:
    make_corpus(3, tmp_path / "a.tar", form="tar", source=None)
    with pytest.raises(SourceError, match="an archive is read on this machine only"):
        exported(tmp_path / "a.tar", tmp_path / "out", start(0))


def test_dask_that_is_not_installed(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    importlib.import_module("pfocr2rdf.pipeline.executors.dask")
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "pfocr2rdf.pipeline.executors.dask")
    monkeypatch.delattr("pfocr2rdf.pipeline.executors.dask")
    with pytest.raises(ExecutorError, match=r"the engine dask is not installed; run: pip install 'pfocr2rdf\[dask\]'"):
        exported(source, tmp_path / "out", None)


def test_a_scheduler_without_the_engine(source: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a scheduler requires the engine dask"):
        export([source], tmp_path / "out", scheduler="tcp://127.0.0.1:8786")


def processes(session: int) -> list[str]:
    """What runs in a session."""
    commands = []
    for directory in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (directory / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                commands.append((directory / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return commands


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this looks for processes as Linux shows them")
@pytest.mark.parametrize("receiver", ["all", "one"])
def test_ctrl_c_ends_it_and_nothing_runs_on(receiver: str, source: Path, expected_files: dict[str, bytes], tmp_path: Path) -> None:
    """A terminal sends it to all processes at once; others send it to the one that they started."""
    arguments = ["-f", "ntriples", "-f", "jsonld", "--compress", "zst", "--engine", "dask", "-w", "2", "--partition-size", str(SIZE)]
    command = [
        sys.executable,
        "-c",
        "from pfocr2rdf.cli import main; main()",
        "export",
        str(source),
        "-o",
        str(tmp_path / "out"),
        *arguments,
    ]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True)
    end = time.monotonic() + 60
    while not list((tmp_path / "out").glob("part-*")) and time.monotonic() < end:
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGINT) if receiver == "all" else run.send_signal(signal.SIGINT)
    _, stderr = run.communicate(timeout=60)
    assert stderr == "Error: interrupted; nothing was published\n"
    assert run.returncode == 3
    end = time.monotonic() + 10
    while processes(run.pid) and time.monotonic() < end:
        time.sleep(0.1)
    assert processes(run.pid) == []
    assert not (tmp_path / "out" / MANIFEST_FILE).exists()
    export([source], tmp_path / "out", workers=1, **OPTIONS)
    assert contents(tmp_path / "out") == expected_files
