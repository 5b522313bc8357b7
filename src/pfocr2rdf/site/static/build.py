"""The pages of many things, made in worker processes."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import NamedTuple

from pfocr2rdf.errors import OutputError
from pfocr2rdf.rdf.text import replace_bidi_controls
from pfocr2rdf.site.pages.entity import EntityPage, publication_year
from pfocr2rdf.site.pages.figure import FigurePage
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.html import Site, render_resource_page
from pfocr2rdf.site.pages.rdf_documents import merge_resources, serialize_jsonld, serialize_turtle
from pfocr2rdf.site.pages.registry import load_resource_page
from pfocr2rdf.site.pages.resource import ResourcePage
from pfocr2rdf.site.pages.urls import ENTITY_TYPES_BY_FOLDER, HTML, JSONLD, TURTLE, PageAddress, address_from_iri
from pfocr2rdf.site.search.index import SearchEntry
from pfocr2rdf.site.static.directory import SiteWriter

_WORKER_ENDED_MESSAGE = (
    "a worker ended, perhaps for want of memory: try fewer --workers; a script has its calls below if __name__ == '__main__'"
)
_RESOURCES_PER_TASK = 64
_QUEUED_TASKS_PER_WORKER = 4  # that wait for each worker


class BuildConfig(NamedTuple):
    """What a worker makes.

    Attributes:
        store: the folder of the store.
        root: the folder of the site.
        site: what all pages have in common.
        precompressed: one of ``PRECOMPRESSED``.
        page_folders: the folders of the kinds that have pages.
    """

    store: Path
    root: Path
    site: Site
    precompressed: str
    page_folders: frozenset[str]


class BuildResult(NamedTuple):
    """What was made of some things.

    Attributes:
        resource_count: how many things there were.
        file_count: how many files.
        total_bytes: their bytes.
        entries: what they are found by.
        skipped_iris: the IRIs of those whose place was taken.
    """

    resource_count: int
    file_count: int
    total_bytes: int
    entries: list[SearchEntry]
    skipped_iris: list[str]


class _PageBuilder:
    """Makes pages. There is one in each process, whose memory of names serves all its pages."""

    def __init__(self, config: BuildConfig) -> None:
        self._config = config
        self._reader = DatasetReader(config.store, config.page_folders)

    def build(self, folder: str, iris: Sequence[str]) -> BuildResult:
        """The pages of some things of a kind."""
        kind = ENTITY_TYPES_BY_FOLDER[folder]
        writing = SiteWriter(self._config.root, self._config.precompressed)
        entries, left_out = [], []
        for iri in iris:
            place = address_from_iri(iri, kind)
            thing = load_resource_page(self._reader, place) if place else None
            if place is None or thing is None or not self._write_page(writing, place, thing):
                left_out.append(iri)
            else:
                entries.append(make_search_entry(thing))
        return BuildResult(len(iris), writing.file_count, writing.total_bytes, entries, left_out)

    def _write_page(self, writer: SiteWriter, address: PageAddress, page: ResourcePage) -> bool:
        if not writer.write(address.file_path(HTML), render_resource_page(page.view(), self._config.site)):
            return False
        nodes = merge_resources(page.resources())
        free = writer.write(address.file_path(TURTLE), serialize_turtle(nodes)) and writer.write(
            address.file_path(JSONLD), serialize_jsonld(nodes)
        )
        further = range(2, page.page_count + 1)
        return free and all(
            writer.write(address.file_path(HTML, number), render_resource_page(page.view(number), self._config.site)) for number in further
        )


def make_search_entry(page: ResourcePage) -> SearchEntry:
    """What a thing is found by, and what is said of it there."""
    kind = page.address.entity_type.name if page.address.entity_type else ""
    url = page.address.url(HTML)
    if isinstance(page, FigurePage):
        detail = ", ".join(filter(None, (page.figure_label, publication_year(page.reader, page.subject))))
        return SearchEntry(
            url, kind, replace_bidi_controls(page.title), replace_bidi_controls(detail), page.search_terms(), len(page.mention_views)
        )
    assert isinstance(page, EntityPage)  # there are no others  # noqa: S101
    return SearchEntry(
        url, kind, replace_bidi_controls(page.title), replace_bidi_controls(page.summary), page.search_terms(), len(page.figures)
    )


_builder: _PageBuilder | None = None


def _init_worker(config: BuildConfig) -> None:
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    global _builder
    _builder = _PageBuilder(config)


def _exit_with_parent() -> None:
    """End where nobody waits for pages any more, which the pool of the library does not notice."""
    parent = parent_process()
    assert parent is not None  # this is a worker  # noqa: S101
    parent.join()
    os._exit(1)


def _build_batch(folder: str, iris: Sequence[str]) -> BuildResult:
    assert _builder is not None  # every process begins with it  # noqa: S101
    return _builder.build(folder, iris)


def build_pages(config: BuildConfig, iris_by_folder: Sequence[tuple[str, Sequence[str]]], worker_count: int = 0) -> Iterator[BuildResult]:
    """Make the pages of all things, in any order.

    Args:
        config: where from, and where to.
        iris_by_folder: the folders of the kinds, each with the IRIs of its things.
        worker_count: how many processes; 0 for one for each processor.

    Raises:
        OutputError: something cannot be written, or a worker was killed.
        StoreError: the store cannot be read.
    """
    tasks = (
        (folder, iris[begin : begin + _RESOURCES_PER_TASK])
        for folder, iris in iris_by_folder
        for begin in range(0, len(iris), _RESOURCES_PER_TASK)
    )
    number = worker_count or os.cpu_count() or 1
    with ProcessPoolExecutor(number, get_context("spawn"), _init_worker, (config,)) as pool:
        under_way: set[Future[BuildResult]] = set()
        try:
            while True:
                under_way |= {
                    pool.submit(_build_batch, *task) for task in islice(tasks, number * _QUEUED_TASKS_PER_WORKER - len(under_way))
                }
                if not under_way:
                    return
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                for one in done:
                    yield one.result()
        except BrokenProcessPool:
            raise OutputError(_WORKER_ENDED_MESSAGE) from None
        finally:
            pool.shutdown(cancel_futures=True)
