"""Makes the materialized data of pages: for ``pfocr2rdf load --index``, or in a process of low priority, since requests come first.

The numbers of the home page are ready first, then the lists, the search index without figures and papers, and the complete one. Each
appears whole. A store that is written to meanwhile is read again from the start.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pfocr2rdf.errors import OutputError, StoreError
from pfocr2rdf.pipeline.executors.child_process import end_with_parent
from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term
from pfocr2rdf.server.page_data import (
    COMPLETE_INDEX,
    EARLY_INDEX,
    LISTS_DIR,
    OVERVIEW_FILE,
    PAGE_DATA_DIR,
    PageData,
    encode_list,
    is_version_key,
    version_key,
)
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.listing import list_resources
from pfocr2rdf.site.pages.overview import QueryRows, compute_overview
from pfocr2rdf.site.pages.registry import load_resource_page
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, EntityType
from pfocr2rdf.site.search.entries import search_entry
from pfocr2rdf.site.search.index import SearchEntry, SearchIndexWriter
from pfocr2rdf.storage.files import atomic_write, map_os_errors
from pfocr2rdf.storage.locks import DirectoryLock
from pfocr2rdf.storage.progress import Progress, ProgressMeter
from pfocr2rdf.stores.embedded import StoreManager

_LATE_TYPES = ("figure", "paper")
_RESOURCES_PER_BATCH = 32  # that are read before a writer may come
_LOCK_POLL_SECONDS = 0.2
_NICENESS = 10


class _StoreChangedError(Exception):
    """The store is not the one that was read so far."""


def build_page_data(store: Path, folder: Path | None = None, progress: Progress | None = None) -> None:
    """Make the data of a store in a folder, that of the store by default, unless it is there. Data of other versions is removed.

    Raises:
        StoreError: the store cannot be read.
        OutputError: there is no room for it.
    """
    manager = StoreManager(store, DatasetReader)
    while True:
        key = version_key(store)
        try:
            return _build_version(store, manager, folder or store / PAGE_DATA_DIR, key, progress)
        except _StoreChangedError:
            continue
        except OutputError:  # or a load has replaced the store, and with it the folder
            if version_key(store) == key:
                raise


def _build_version(store: Path, manager: StoreManager[DatasetReader], folder: Path, key: str, progress: Progress | None) -> None:
    with map_os_errors(folder):
        folder.mkdir(exist_ok=True)  # without parents: in the moment in which a load replaces the store, its folder must not be created
        lock = _wait_for_lock(folder)
        try:
            for path in folder.iterdir():
                if is_version_key(path.name) and path.name != key:  # other names are foreign
                    shutil.rmtree(path, ignore_errors=True)
            if not PageData(folder / key).is_complete:
                with manager.acquire() as reader:
                    if version_key(store) != key:
                        raise _StoreChangedError
                _Builder(manager, reader, folder / key).build(progress)
        finally:
            lock.release()


def _wait_for_lock(folder: Path) -> DirectoryLock:
    """The lock of the folder: who waits for another builder finds the data made."""
    while True:
        try:
            return DirectoryLock(folder, "another service")
        except OutputError:
            time.sleep(_LOCK_POLL_SECONDS)


class _Builder:
    """Makes the data of one version of a store."""

    def __init__(self, manager: StoreManager[DatasetReader], reader: DatasetReader, folder: Path) -> None:
        self._manager = manager
        self._reader = reader
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)  # what a killed process left
        folder.mkdir()

    def build(self, progress: Progress | None) -> None:
        """Make all of it."""
        with self._reading() as reader:
            self._write(OVERVIEW_FILE, json.dumps(_read_overview(reader)).encode())
        (self._folder / LISTS_DIR).mkdir()
        count = 0
        for entity_type in ENTITY_TYPES:
            with self._reading() as reader:
                resource_list = list_resources(reader, entity_type)
            count += resource_list.total
            self._write(f"{LISTS_DIR}/{entity_type.folder}.json", encode_list(resource_list))
        self._build_indexes(ProgressMeter(progress, "making the search index", count))

    def _build_indexes(self, meter: ProgressMeter) -> None:
        with ExitStack() as stack:
            writers = {}
            for name in (EARLY_INDEX, COMPLETE_INDEX):
                self._part(name).mkdir()
                writers[name] = stack.enter_context(SearchIndexWriter(self._part(name)))
            for entity_type in sorted(ENTITY_TYPES, key=lambda entity_type: entity_type.name in _LATE_TYPES):
                if entity_type.name in _LATE_TYPES and EARLY_INDEX in writers:
                    self._finish(writers.pop(EARLY_INDEX), EARLY_INDEX)
                for entries in self._entries(entity_type):
                    for entry in entries:
                        for writer in writers.values():
                            writer.add(entry)
                    meter.add(len(entries))
            self._finish(writers[COMPLETE_INDEX], COMPLETE_INDEX)
        shutil.rmtree(self._folder / EARLY_INDEX, ignore_errors=True)

    def _finish(self, writer: SearchIndexWriter, name: str) -> None:
        writer.write()
        self._part(name).rename(self._folder / name)

    def _part(self, name: str) -> Path:
        return self._folder / f"{name}-part"

    def _entries(self, entity_type: EntityType) -> Iterator[list[SearchEntry]]:
        """The entries of an entity type; writers are not kept away longer than for a batch."""
        with self._reading() as reader:
            subjects = reader.subjects(RDF_TYPE, expand_term(entity_type.cls))
        for start in range(0, len(subjects), _RESOURCES_PER_BATCH):
            with self._reading() as reader:
                entries = [_entry(reader, subject, entity_type) for subject in subjects[start : start + _RESOURCES_PER_BATCH]]
            yield list(filter(None, entries))

    @contextmanager
    def _reading(self) -> Iterator[DatasetReader]:
        """The store, as long as it is the one that was read so far."""
        with self._manager.acquire() as reader:
            if reader is not self._reader:
                raise _StoreChangedError
            yield reader

    def _write(self, name: str, data: bytes) -> None:
        with atomic_write(self._folder / name) as partial:
            partial.write_bytes(data)


def _read_overview(reader: DatasetReader) -> QueryRows:
    """The rows of the queries of the home page."""
    rows: dict[str, list[dict[str, str]]] = {}

    def query(text: str) -> list[dict[str, str]]:
        rows[text] = reader.query_rows(text)
        return rows[text]

    compute_overview(reader, query)
    return rows


def _entry(reader: DatasetReader, subject: str, entity_type: EntityType) -> SearchEntry | None:
    address = reader.page_address(subject[1:-1], entity_type)
    page = load_resource_page(reader, address) if address else None
    return search_entry(page) if page else None


def run_builder() -> None:
    """Make the data in the first folder in which that is possible, and say on standard error why it is in none."""
    store, parent, *folders = sys.argv[1:]
    end_with_parent(int(parent))
    os.nice(_NICENESS)
    message = ""
    for folder in folders:
        try:
            return build_page_data(Path(store), Path(folder))
        except OutputError as error:
            message = str(error)
        except StoreError as error:
            sys.exit(str(error))
    sys.exit(message)


if __name__ == "__main__":
    run_builder()
