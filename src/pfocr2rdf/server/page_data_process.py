"""The process that makes the materialized data of pages while the server runs."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pfocr2rdf.errors import OutputError
from pfocr2rdf.server.page_data import PAGE_DATA_DIR, PageData, PageDataFinder
from pfocr2rdf.storage.scratch import scratch_directory

_LOG = logging.getLogger(__name__)
_FIRST_INDEX_SECONDS, _COMPLETE_INDEX_SECONDS = 10.0, 3.0  # a search waits so long for any index, and for the complete one
_POLL_SECONDS = 0.05
_FIRST_RETRY_SECONDS, _MAX_RETRY_SECONDS = 1.0, 60.0  # after the data could not be made, as when a load holds the store


class PageDataProcess:
    """Makes the data that a store lacks, and again at the first request after the store has changed.

    ``on_complete`` is called in a thread when the data is there.
    """

    def __init__(self, store: Path, finder: PageDataFinder, on_complete: Callable[[], None]) -> None:
        self._store = store
        self._finder = finder
        self._on_complete = on_complete
        self._is_building = True
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_wanted = asyncio.Event()

    async def run(self) -> None:
        """Make it now and whenever it is needed, until the task is cancelled."""
        self._loop = asyncio.get_running_loop()
        retry_seconds = _FIRST_RETRY_SECONDS
        try:
            with scratch_directory() as scratch:
                self._finder.scratch = scratch / PAGE_DATA_DIR
                while True:
                    self._is_building = True
                    self._is_wanted.clear()
                    data = self._finder.find()
                    is_complete = bool(data and data.is_complete) or await self._build(scratch)
                    self._is_building = (
                        not is_complete and retry_seconds < _FIRST_INDEX_SECONDS
                    )  # a search waits for a retry that comes soon
                    if is_complete:
                        retry_seconds = _FIRST_RETRY_SECONDS
                        await asyncio.to_thread(self._on_complete)
                    else:
                        await asyncio.sleep(retry_seconds)
                        retry_seconds = min(2 * retry_seconds, _MAX_RETRY_SECONDS)
                    if not self._is_building:
                        await self._is_wanted.wait()
        except OutputError as error:
            _LOG.error("the search is not available: %s", error)
        finally:
            self._finder.scratch, self._is_building = None, False

    async def _build(self, scratch: Path) -> bool:
        """Make it in a process, which is started here, in the thread that lives as long as it does."""
        folders = map(str, self._finder.build_folders())
        command = [sys.executable, "-P", "-m", "pfocr2rdf.server.page_data_builder", str(self._store), str(os.getpid()), *folders]
        with (scratch / "errors").open("w+b") as errors:
            process = subprocess.Popen(  # noqa: S603 - it is ourselves
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
            )
            try:
                while process.poll() is None:
                    await asyncio.sleep(_POLL_SECONDS)
            finally:
                process.kill()
                process.wait()
            errors.seek(0)
            if process.returncode:
                _LOG.error("the search index cannot be built: %s", errors.read().decode(errors="replace").strip().rpartition("\n")[2])
            return not process.returncode

    def find(self) -> PageData | None:
        """The data of the store as it is now; if it is not complete, it is made."""
        data = self._finder.find()
        if data and self._loop and not self._is_building and not data.is_complete:
            self._loop.call_soon_threadsafe(self._is_wanted.set)
        return data

    async def wait_for_index(self) -> None:
        """Wait shortly for a search index."""
        start = time.monotonic()
        while True:
            data = self.find()
            index = data and data.search_index()
            seconds = _COMPLETE_INDEX_SECONDS if index else _FIRST_INDEX_SECONDS
            if (index and index.is_complete) or not self._is_building or time.monotonic() - start > seconds:
                return
            await asyncio.sleep(_POLL_SECONDS)
