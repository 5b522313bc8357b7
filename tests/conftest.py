"""Markers by folder, and what tests share: sites, and patience.

Tests interrupt the programs that they start. A shell's background jobs ignore that, and so would what they start: it is undone here.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tests.support.profiles  # noqa: F401  # before hypothesis is used
from tests.support.sites import BuiltSite, evil_site, real_site, small_site

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

MEMORY = Path("/dev/shm")
MEMORY_BYTES = 4 << 30

if "PYTEST_DEBUG_TEMPROOT" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_BYTES:
    # Thousands of small files, and databases that wait until each of their changes is on the disk: a disk takes as long as all the rest.
    os.environ["PYTEST_DEBUG_TEMPROOT"] = os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None

FOLDERS = {
    "e2e": ("slow",),
    "e2e/browser": ("browser",),
    "e2e/cluster": ("cluster",),
    "e2e/cluster/test_remote.py": ("network_fs",),
    "e2e/crash": ("crash",),
    "e2e/crash/test_serve_hostile.py": ("exhaustive",),
    "e2e/hosting": ("server",),
    "e2e/stores": ("server",),
    "benchmarks/test_loading.py": ("server",),
    "competency/test_joins.py": ("server",),
    "competency/test_queries.py": ("server",),
    "competency/test_questions.py": ("server",),
    "integration/test_compiled_shapes.py": ("exhaustive",),
    "integration/test_validation_agreement.py": ("exhaustive",),
}
"""The markers of the tests in a folder or file, beside those of the folders above."""


ORDER = ("e2e", "benchmarks", "competency", "integration", "unit")
"""The folders with the longest groups first: no process waits at the end for a long one."""

APART = (
    "e2e/cluster/test_dask.py",
    "e2e/crash/test_disturbed_commands.py",
    "e2e/crash/test_export.py",
    "e2e/crash/test_interrupt.py",
    "e2e/docs/test_transcripts.py",
)
"""Files whose tests are long and share nothing costly: each runs wherever there is time for it."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are processors: many tests wait for a server, a disk or a process."""
    return len(os.sched_getaffinity(0)) * 3 // 2


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The tests of a file run in one process, so that its servers, stores and sites are made once.

    ``--dist=loadfile`` knows no exceptions, and ``--dist=loadgroup`` of pytest-xdist 3.8 knows no groups with pytest 9.2.
    """
    from xdist.scheduler import LoadScopeScheduling

    class FileScheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return nodeid if file.endswith(APART) else file

    config.option.loadscopereorder = False  # the order is that of ORDER
    return FileScheduling(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Markers by folder; where several processes share the work, the longest tests first."""
    tests_folder = Path(__file__).parent
    for item in items:
        path = item.path.relative_to(tests_folder)
        for folder in (path, *path.parents):
            for marker in FOLDERS.get(folder.as_posix(), ()):
                item.add_marker(marker)
    if hasattr(config, "workerinput"):
        folders = {folder: place for place, folder in enumerate(ORDER)}
        items.sort(key=lambda item: folders.get(item.path.relative_to(tests_folder).parts[0], len(folders)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for status in ("passed", "failed") for report in terminalreporter.stats.get(status, [])]
    slow = sorted(text for report in reports for name, text in report.user_properties if name == "slow unit test")
    if slow:
        terminalreporter.section("slow unit tests")
        terminalreporter.write_line("\n".join(slow))


@pytest.fixture
def patience() -> Iterator[None]:
    """A time limit: a deadlock fails its test, and does not stop the later ones."""

    def stop(*_: object) -> None:
        raise TimeoutError("this takes for ever")

    old_handler = signal.signal(signal.SIGALRM, stop)
    signal.alarm(150)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, old_handler)


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    return real_site(tmp_path_factory)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    return small_site(tmp_path_factory)


@pytest.fixture(scope="session")
def evil(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    return evil_site(tmp_path_factory)
