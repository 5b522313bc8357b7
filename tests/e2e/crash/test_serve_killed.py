"""A server that is killed at any moment: its workers end, its store is as it was, and the next one removes its temporary store."""

from __future__ import annotations

import contextlib
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from tests.support.disturbances import KILLS, ORPHAN_SECONDS
from tests.support.processes import wait_until
from tests.support.records import ROOT
from tests.support.service import ENDLESS, GREEDY, Served, alive, digest, served

from pfocr2rdf import export, load

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at in /proc, which only Linux has")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of the examples, and a store."""
    folder = tmp_path_factory.mktemp("sources")
    export([ROOT / "examples"], folder / "out", formats=["ntriples"])
    load(folder / "out", folder / "store")
    return folder


def ask(server: Served, text: str) -> None:
    with contextlib.suppress(httpx.HTTPError):
        server.ask(text)


@pytest.mark.parametrize("source", ["out", "store"])
def test_a_server_that_is_killed_under_load_leaves_nothing(source: str, sources: Path, tmp_path: Path) -> None:
    chosen = random.Random(f"serve {source}")
    before = digest(sources / "store")
    for _ in range(KILLS or 3):
        with served(sources / source, tmp_path, "--workers", "2", "--quiet") as server, ThreadPoolExecutor(4) as clients:
            for text in (ENDLESS, GREEDY, ENDLESS, GREEDY):
                clients.submit(ask, server, text)
            time.sleep(chosen.random())
            workers = server.workers()
            server.process.kill()
            assert wait_until(lambda pids=workers: not any(map(alive, pids)), ORPHAN_SECONDS)
    with served(sources / source, tmp_path, "--workers", "2", "--quiet") as server:
        assert server.count() > 1000
        server.process.terminate()
        assert server.process.wait(15) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["log"]
    assert digest(sources / "store") == before
