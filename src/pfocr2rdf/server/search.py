"""The search of the server: the index that ``publish`` makes, made for each version of the store by a process of its own."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from pfocr2rdf.errors import OutputError, StoreError
from pfocr2rdf.site.search.index import INDEX_DIR
from pfocr2rdf.site.search.reader import SearchIndexReader, SearchResults
from pfocr2rdf.storage.scratch import scratch_directory

EARLY_FOLDER, COMPLETE_FOLDER = "early", "complete"  # of the index without figures and papers, and of the whole one
MAX_SEARCH_RESULTS = 100  # the limit of a result list
_MAX_SEARCH_CHARS = 1000  # as the field of the page has it
_LOG = logging.getLogger(__name__)
_FIRST_INDEX_SECONDS, _COMPLETE_INDEX_SECONDS = 10.0, 3.0  # a search waits so long for any index, and for the complete one
_POLL_SECONDS = 0.05
_RETRY_SECONDS = 60.0  # after an index could not be made
_is_index_file = re.compile(r"index\.json|(?:terms/[0-9]{1,9}\.bin)|(?:things/[0-9]{1,9}\.json)").fullmatch


def version_folder(folder: Path, stamp: tuple[int, int]) -> Path:
    """The folder of the indexes of a version of the store."""
    return folder / f"{stamp[0]}-{stamp[1]}"


class SearchIndexFolder(NamedTuple):
    """An index that is ready."""

    path: Path
    is_complete: bool  # whether it has the figures and papers, too
    reader: SearchIndexReader

    def read_file(self, name: str) -> bytes | None:
        """A file of the index; ``None`` if there is none of that name."""
        return (self.path / name).read_bytes() if _is_index_file(name) and (self.path / name).is_file() else None


FindIndex = Callable[[], SearchIndexFolder | None]
"""Finds the index of the store as it is now; ``None`` while there is none yet."""


class SearchIndexes:
    """The indexes of a store that may be written to meanwhile."""

    def __init__(self, store: Path, modification_stamp: Callable[[], tuple[int, int]]) -> None:
        self._store = store
        self._modification_stamp = modification_stamp
        self._folder: Path | None = None
        self._is_building = True
        self._latest: SearchIndexFolder | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_wanted = asyncio.Event()

    async def run(self) -> None:
        """Make an index now, and again when the store has changed and somebody searches, until the task is cancelled."""
        self._loop = asyncio.get_running_loop()
        try:
            with scratch_directory() as self._folder:
                while True:
                    self._is_building = True
                    self._is_wanted.clear()
                    if not await self._build(self._folder):
                        await asyncio.sleep(_RETRY_SECONDS)
                    await self._is_wanted.wait()
        except OutputError as error:
            _LOG.error("there is no search: %s", error)
        finally:
            self._folder, self._is_building = None, False

    async def _build(self, folder: Path) -> bool:
        """Make an index in a process, which is started here, in the thread that lives as long as it does."""
        command = [sys.executable, "-P", "-m", "pfocr2rdf.server.search_builder", str(self._store), str(folder), str(os.getpid())]
        with (folder / "errors").open("w+b") as errors:
            process = subprocess.Popen(  # noqa: S603 - it is ourselves
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
            )
            try:
                while process.poll() is None:
                    await asyncio.sleep(_POLL_SECONDS)
            finally:
                process.kill()
                process.wait()
                self._is_building = False
            errors.seek(0)
            if process.returncode:
                _LOG.error("the search index cannot be made: %s", errors.read().decode(errors="replace").strip().rpartition("\n")[2])
            return not process.returncode

    def find(self) -> SearchIndexFolder | None:
        """The index of the store as it is now; ``None`` if there is none yet, and then one is made."""
        try:
            stamp = self._modification_stamp()
        except StoreError:
            return None
        if self._folder is None:
            return None
        for name in (COMPLETE_FOLDER, EARLY_FOLDER):
            path = version_folder(self._folder, stamp) / name / INDEX_DIR
            if self._latest and self._latest.path == path:
                return self._latest
            if path.is_dir():
                self._latest = SearchIndexFolder(path, name == COMPLETE_FOLDER, SearchIndexReader(path))
                return self._latest
        if self._loop and not self._is_building:
            self._loop.call_soon_threadsafe(self._is_wanted.set)
        return None

    async def wait(self) -> None:
        """Wait shortly for an index."""
        start = time.monotonic()
        while True:
            index = self.find()
            seconds = _COMPLETE_INDEX_SECONDS if index else _FIRST_INDEX_SECONDS
            if (index and index.is_complete) or not self._is_building or time.monotonic() - start > seconds:
                return
            await asyncio.sleep(_POLL_SECONDS)


def search_page_values(index: SearchIndexFolder | None, search_text: str, type_name: str) -> dict[str, Any]:
    """The values of the search page."""
    values: dict[str, Any] = {"search_text": search_text, "type_name": type_name, "scripted": bool(index and index.is_complete)}
    if not search_text.strip():
        return values
    if index is None:
        return {**values, "summary": "The search index of this store is being made. Search again in a moment."}
    results = index.reader.find(search_text[:_MAX_SEARCH_CHARS], type_name)
    summary = _summarize(results, type_name)
    if not index.is_complete:
        summary += " Figures and papers are not in the index yet: search again in a moment."
    described = index.reader.describe(results, results.entry_numbers[:MAX_SEARCH_RESULTS])
    return {**values, "summary": summary, "results": described, "corrections": results.corrections, "suggestions": results.suggestions}


def _summarize(results: SearchResults, type_name: str) -> str:
    """What was found, as ``assets/search.js`` says it."""
    counts = [f"{count:,} {name if count == 1 else folder}" for name, folder, count in results.counts if count]
    total = len(results.entry_numbers)
    is_filtered = any(name == type_name for name, _, _ in results.counts)
    text = f"{total:,} found{'; of all kinds' if is_filtered else ''}: {', '.join(counts)}." if counts else "Nothing is found."
    if total > MAX_SEARCH_RESULTS:
        text += f" Shown are the first {MAX_SEARCH_RESULTS}."
    return f"{text} More words begin like the last one: type on to find them." if results.is_cut else text
