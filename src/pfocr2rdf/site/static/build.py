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
from pfocr2rdf.site.pages.entity import Shared, year_of
from pfocr2rdf.site.pages.figure import Figure
from pfocr2rdf.site.pages.graph_reader import Reader
from pfocr2rdf.site.pages.html import Site, page_of, still
from pfocr2rdf.site.pages.rdf_documents import jsonld, merged, turtle
from pfocr2rdf.site.pages.registry import thing_at
from pfocr2rdf.site.pages.resource import Thing
from pfocr2rdf.site.pages.urls import BY_FOLDER, HTML, JSONLD, TURTLE, Place, place_of
from pfocr2rdf.site.search.index import Entry
from pfocr2rdf.site.static.directory import Writing

_ENDED = "a worker ended, perhaps for want of memory: try fewer --workers; a script has its calls below if __name__ == '__main__'"
_TASK = 64
_TASKS = 4  # that wait for each worker


class Work(NamedTuple):
    """What a worker makes.

    Attributes:
        store: the folder of the store.
        root: the folder of the site.
        site: what all pages have in common.
        precompressed: one of ``PRECOMPRESSED``.
        pages: the folders of the kinds that have pages.
    """

    store: Path
    root: Path
    site: Site
    precompressed: str
    pages: frozenset[str]


class Made(NamedTuple):
    """What was made of some things.

    Attributes:
        things: how many things there were.
        files: how many files.
        size: their bytes.
        entries: what they are found by.
        left_out: the IRIs of those whose place was taken.
    """

    things: int
    files: int
    size: int
    entries: list[Entry]
    left_out: list[str]


class _Worker:
    """Makes pages. There is one in each process, whose memory of names serves all its pages."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._reader = Reader(work.store, work.pages)

    def make(self, folder: str, iris: Sequence[str]) -> Made:
        """The pages of some things of a kind."""
        kind = BY_FOLDER[folder]
        writing = Writing(self._work.root, self._work.precompressed)
        entries, left_out = [], []
        for iri in iris:
            place = place_of(iri, kind)
            thing = thing_at(self._reader, place) if place else None
            if place is None or thing is None or not self._write(writing, place, thing):
                left_out.append(iri)
            else:
                entries.append(entry_of(thing))
        return Made(len(iris), writing.files, writing.size, entries, left_out)

    def _write(self, writing: Writing, place: Place, thing: Thing) -> bool:
        if not writing.write(place.file(HTML), page_of(thing.view(), self._work.site)):
            return False
        nodes = merged(thing.nodes())
        free = writing.write(place.file(TURTLE), turtle(nodes)) and writing.write(place.file(JSONLD), jsonld(nodes))
        further = range(2, thing.pages + 1)
        return free and all(writing.write(place.file(HTML, number), page_of(thing.view(number), self._work.site)) for number in further)


def entry_of(thing: Thing) -> Entry:
    """What a thing is found by, and what is said of it there."""
    kind = thing.place.kind.name if thing.place.kind else ""
    url = thing.place.url(HTML)
    if isinstance(thing, Figure):
        detail = ", ".join(filter(None, (thing.numbered, year_of(thing.reader, thing.subject))))
        return Entry(url, kind, still(thing.title), still(detail), thing.found_by(), len(thing.said))
    assert isinstance(thing, Shared)  # there are no others  # noqa: S101
    return Entry(url, kind, still(thing.title), still(thing.detail), thing.found_by(), len(thing.figures))


_worker: _Worker | None = None


def _begin(work: Work) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    global _worker
    _worker = _Worker(work)


def _end_with_parent() -> None:
    """End where nobody waits for pages any more, which the pool of the library does not notice."""
    parent = parent_process()
    assert parent is not None  # this is a worker  # noqa: S101
    parent.join()
    os._exit(1)


def _make(folder: str, iris: Sequence[str]) -> Made:
    assert _worker is not None  # every process begins with it  # noqa: S101
    return _worker.make(folder, iris)


def make(work: Work, kinds: Sequence[tuple[str, Sequence[str]]], workers: int = 0) -> Iterator[Made]:
    """Make the pages of all things, in any order.

    Args:
        work: where from, and where to.
        kinds: the folders of the kinds, each with the IRIs of its things.
        workers: how many processes; 0 for one for each processor.

    Raises:
        OutputError: something cannot be written, or a worker was killed.
        StoreError: the store cannot be read.
    """
    tasks = ((folder, iris[begin : begin + _TASK]) for folder, iris in kinds for begin in range(0, len(iris), _TASK))
    number = workers or os.cpu_count() or 1
    with ProcessPoolExecutor(number, get_context("spawn"), _begin, (work,)) as pool:
        under_way: set[Future[Made]] = set()
        try:
            while True:
                under_way |= {pool.submit(_make, *task) for task in islice(tasks, number * _TASKS - len(under_way))}
                if not under_way:
                    return
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                for one in done:
                    yield one.result()
        except BrokenProcessPool:
            raise OutputError(_ENDED) from None
        finally:
            pool.shutdown(cancel_futures=True)
