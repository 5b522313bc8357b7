"""The build: resource pages, made in a pool of worker processes.

The pool is the standard library's, not that of the export: a page that fails is an error of the program, not of a record to quarantine.
"""

from __future__ import annotations

import atexit
import gc
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pfocr2rdf.errors import OutputError
from pfocr2rdf.pipeline.executors.child_process import ChildEntryPoint, block_interrupts
from pfocr2rdf.rdf.terms import Resource
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.html import Site
from pfocr2rdf.site.pages.rdf_documents import merge_resources, serialize_jsonld, serialize_turtle
from pfocr2rdf.site.pages.registry import load_resource_page
from pfocr2rdf.site.pages.resource import ResourcePage
from pfocr2rdf.site.pages.resource_html import render_resource_page
from pfocr2rdf.site.pages.resource_reader import ResourceReader
from pfocr2rdf.site.pages.urls import ENTITY_TYPES_BY_FOLDER, HTML, JSONLD, TURTLE, EntityType
from pfocr2rdf.site.pages.view_models import ResourceView
from pfocr2rdf.site.search.entries import search_entry
from pfocr2rdf.site.search.index import SearchEntry, encode_entry
from pfocr2rdf.site.static.directory import SiteWriter
from pfocr2rdf.site.static.resource_table import TableReader
from pfocr2rdf.stores.embedded import EmbeddedStore

_Result = TypeVar("_Result")

_WORKER_ENDED = (
    "a worker process ended, perhaps because it ran out of memory; use fewer --workers; in"
    " a script, put the calls under if __name__ == '__main__'"
)
_RESOURCES_PER_TASK = 64
_QUEUED_TASKS_PER_WORKER = 4


class BuildConfig(NamedTuple):
    """The configuration of a worker: the store and its table, the directory of the site, and what all pages have in common."""

    store: Path
    table: Path | None  # the resource table; none where the statements are in several graphs
    root: Path
    site: Site
    precompressed: str
    page_folders: frozenset[str]


class BuildResult(NamedTuple):
    """The result of a task; resources are skipped if another resource has the path of their page."""

    resource_count: int
    file_count: int
    total_bytes: int
    search_lines: bytes  # the entries of the search index, encoded
    skipped_iris: list[str]


class _Draft(NamedTuple):
    """What the documents of a resource show; further pages, which may be long, are viewed when they are written."""

    page: ResourcePage
    view: ResourceView
    resources: list[Resource]
    search_entry: SearchEntry


class PageBuilder:
    """Makes the pages of resources. There is one in each process, so that its cache of names serves all tasks."""

    def __init__(self, config: BuildConfig) -> None:
        self._config = config
        self._reader: ResourceReader
        if config.table:
            self._reader = TableReader(config.table, config.page_folders, portable_names=config.site.portable_names)
        else:
            self._reader = DatasetReader(EmbeddedStore(config.store), config.page_folders, portable_names=config.site.portable_names)

    def build(self, folder: str, iris: Sequence[str]) -> BuildResult:
        """Make the pages of resources of an entity type: stage by stage, so that the code and data of a stage stay in the CPU caches."""
        entity_type = ENTITY_TYPES_BY_FOLDER[folder]
        writer = SiteWriter(self._config.root, self._config.precompressed)
        drafts = list(filter(None, [self._draft(iri, entity_type) for iri in iris]))
        drafts = [draft for draft in drafts if self._write_html(writer, draft)]
        for draft in drafts:
            writer.write(draft.page.address.file_path(TURTLE), serialize_turtle(draft.resources))
        for draft in drafts:
            writer.write(draft.page.address.file_path(JSONLD), serialize_jsonld(draft.resources))
        search_lines = [encode_entry(draft.search_entry) for draft in drafts]
        written_iris = {draft.page.address.iri for draft in drafts}
        skipped_iris = [iri for iri in iris if iri not in written_iris]
        return BuildResult(len(iris), writer.file_count, writer.total_bytes, b"".join(search_lines), skipped_iris)

    def _draft(self, iri: str, entity_type: EntityType) -> _Draft | None:
        address = self._reader.page_address(iri, entity_type)
        page = load_resource_page(self._reader, address) if address else None
        if page is None:
            return None
        return _Draft(page, page.view(), merge_resources(page.resources()), search_entry(page))

    def _write_html(self, writer: SiteWriter, draft: _Draft) -> bool:
        """Write the pages, unless the path of the first one is taken: then those of the other documents are, too."""
        further_views = map(draft.page.view, range(2, draft.page.page_count + 1))
        return all(
            writer.write(draft.page.address.file_path(HTML, view.page_number), render_resource_page(view, self._config.site))
            for view in chain([draft.view], further_views)
        )


@lru_cache(1)
def _page_builder(config: BuildConfig) -> PageBuilder:
    """The builder of this process."""
    return PageBuilder(config)


def _build_batch(config: BuildConfig, folder: str, iris: Sequence[str]) -> BuildResult:
    return _page_builder(config).build(folder, iris)


def _init_worker() -> None:
    """Pages make no cycles, and caches are large: the garbage collector would traverse them for nothing."""
    gc.disable()
    atexit.register(gc.freeze)  # else the process would look for cycles in all caches before it ends


class _ProcessPool(ProcessPoolExecutor):
    """A pool that starts a process with a task, if none is free."""

    def submit(self, function: Callable[..., _Result], /, *args: Any, **kwargs: Any) -> Future[_Result]:
        with block_interrupts():
            return super().submit(function, *args, **kwargs)


class BuildProcesses(NamedTuple):
    """Processes to make pages in. They start when there is work for them, which may be other work."""

    executor: Executor
    number: int


@contextmanager
def start_processes(worker_count: int) -> Iterator[BuildProcesses]:
    """This number of processes, or one for each processor if it is 0.

    Raises:
        OutputError: a process was killed.
    """
    worker_count = worker_count or os.cpu_count() or 1
    with _ProcessPool(worker_count, get_context("spawn"), ChildEntryPoint(), (_init_worker,)) as pool:
        try:
            yield BuildProcesses(pool, worker_count)
        except BrokenProcessPool:
            raise OutputError(_WORKER_ENDED) from None
        finally:
            pool.shutdown(cancel_futures=True)


def build_pages(
    config: BuildConfig, processes: BuildProcesses, iris_by_folder: Sequence[tuple[str, Sequence[str]]]
) -> Iterator[BuildResult]:
    """Make the pages of the resources below each folder, in any order.

    Raises:
        OutputError: something cannot be written.
        StoreError: the store cannot be read.
    """
    batch_size = _RESOURCES_PER_TASK
    tasks = ((folder, iris[i : i + batch_size]) for folder, iris in iris_by_folder for i in range(0, len(iris), batch_size))
    pending: set[Future[BuildResult]] = set()
    while True:
        free_slots = processes.number * _QUEUED_TASKS_PER_WORKER - len(pending)
        pending |= {processes.executor.submit(_build_batch, config, *task) for task in islice(tasks, free_slots)}
        if not pending:
            return
        finished, pending = wait(pending, return_when=FIRST_COMPLETED)
        for future in finished:
            yield future.result()
