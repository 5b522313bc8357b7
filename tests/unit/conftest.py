"""What a unit test may do: nothing outside of this process, and little of it.

A process or a port is an error at once, by an audit hook. Time is CPU time, which another program on the machine does not change
much: tests that take more than 100 ms are listed at the end of a run, and only twenty times as much is an error. A property that
hypothesis tries on many examples has this time for each ten of them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import pyld.jsonld  # noqa: F401 - now, since its HTTP client opens a port when it is imported
import pytest

OUTSIDE = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "socket.bind", "socket.connect"}
LIMIT_SECONDS = 0.1

_running: list[str] = []


def _watch(event: str, _: tuple[object, ...]) -> None:
    if _running and event in OUTSIDE:
        pytest.fail(f"a unit test starts no process and opens no port ({event}): put it into tests/integration")


sys.addaudithook(_watch)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    _running.append(item.nodeid)
    begin = time.process_time()
    try:
        yield
    finally:
        _running.clear()
    seconds = time.process_time() - begin
    settings = getattr(getattr(item, "obj", None), "_hypothesis_internal_use_settings", None)
    limit = LIMIT_SECONDS * max(1, settings.max_examples / 10 if settings else 1)
    if seconds > limit:
        item.user_properties.append(("slow unit test", f"{seconds:.2f} s of CPU time, of {limit:.2f}: {item.nodeid}"))
    if seconds > 20 * limit:
        pytest.fail(f"a unit test takes {limit:.2f} s of CPU time, not {seconds:.2f}: put it into tests/integration")
