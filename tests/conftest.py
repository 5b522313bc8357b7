"""Markers by folder, and what tests share: sites, and patience.

Tests interrupt the programs that they start. A shell's background jobs ignore that, and so would what they start: it is undone here.
"""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.sites import Made, evil_site, real_site, small_site

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

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
    "integration/test_validation_agreement.py": ("exhaustive",),
}
"""The markers of the tests in a folder or file, beside those of the folders above."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            path = item.path.relative_to(here)
            for folder in (path, *path.parents):
                for marker in FOLDERS.get(folder.as_posix(), ()):
                    item.add_marker(marker)


@pytest.fixture
def patience() -> Iterator[None]:
    """A deadlock is a failure, and does not stop all that comes after it."""

    def stop(*_: object) -> None:
        raise TimeoutError("this takes for ever")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(150)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return real_site(tmp_path_factory)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return small_site(tmp_path_factory)


@pytest.fixture(scope="session")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return evil_site(tmp_path_factory)
