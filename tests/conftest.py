"""Tests interrupt the programs that they start. A shell's background jobs ignore that, and so would what they start: it is undone here."""

import signal

import pytest
from tests.sites import Made, evil_site, real_site, small_site

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return real_site(tmp_path_factory)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return small_site(tmp_path_factory)


@pytest.fixture(scope="session")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return evil_site(tmp_path_factory)
