"""The process that makes the search index of a served store, with a low priority: requests come first.

The index of all but figures and papers is ready early. A store that is written to meanwhile is read again from the start.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from pfocr2rdf.errors import PfocrError
from pfocr2rdf.pipeline.executors.child_process import end_with_parent
from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term
from pfocr2rdf.server.search import COMPLETE_FOLDER, EARLY_FOLDER, version_folder
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.registry import load_resource_page
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, EntityType
from pfocr2rdf.site.search.entries import search_entry
from pfocr2rdf.site.search.index import SearchEntry, SearchIndexWriter
from pfocr2rdf.stores.embedded import StoreManager

_LATE_TYPES = ("figure", "paper")
_RESOURCES_PER_BATCH = 32  # that are read before a writer may come
_NICENESS = 10


class _StoreChangedError(Exception):
    """The store is not the one that was read so far."""


def build_search_indexes(store: Path, folder: Path) -> None:
    """Make the indexes of a store below a folder. Each appears whole.

    Raises:
        StoreError: the store cannot be read.
        OutputError: there is no room for it.
    """
    manager = StoreManager(store, DatasetReader)
    while True:
        try:
            _build(manager, folder)
        except _StoreChangedError:
            continue
        return


def _build(manager: StoreManager[DatasetReader], folder: Path) -> None:
    with manager.acquire() as reader:
        target = version_folder(folder, manager.modification_stamp())
    with ExitStack() as stack:
        writers = {}
        for name in (EARLY_FOLDER, COMPLETE_FOLDER):
            root = target / f"{name}-part"
            root.mkdir(parents=True, exist_ok=True)
            writers[name] = stack.enter_context(SearchIndexWriter(root))
        for entity_type in sorted(ENTITY_TYPES, key=lambda entity_type: entity_type.name in _LATE_TYPES):
            if entity_type.name in _LATE_TYPES and EARLY_FOLDER in writers:
                _finish(writers.pop(EARLY_FOLDER), target, EARLY_FOLDER)
            for entry in _entries(manager, reader, entity_type):
                for writer in writers.values():
                    writer.add(entry)
        _finish(writers[COMPLETE_FOLDER], target, COMPLETE_FOLDER)


def _finish(writer: SearchIndexWriter, target: Path, name: str) -> None:
    writer.write()
    (target / f"{name}-part").rename(target / name)


def _entries(manager: StoreManager[DatasetReader], reader: DatasetReader, entity_type: EntityType) -> Iterator[SearchEntry]:
    """The entries of an entity type; writers are not kept away longer than for a batch."""
    with manager.acquire():
        subjects = reader.subjects(RDF_TYPE, expand_term(entity_type.cls))
    for start in range(0, len(subjects), _RESOURCES_PER_BATCH):
        with manager.acquire() as current:
            if current is not reader:
                raise _StoreChangedError
            entries = [_entry(reader, subject, entity_type) for subject in subjects[start : start + _RESOURCES_PER_BATCH]]
        yield from filter(None, entries)


def _entry(reader: DatasetReader, subject: str, entity_type: EntityType) -> SearchEntry | None:
    address = reader.page_address(subject[1:-1], entity_type)
    page = load_resource_page(reader, address) if address else None
    return search_entry(page) if page else None


def run_builder() -> None:
    """Make the indexes, and say on standard error why that is not possible."""
    end_with_parent(int(sys.argv[3]))
    os.nice(_NICENESS)
    try:
        build_search_indexes(Path(sys.argv[1]), Path(sys.argv[2]))
    except PfocrError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    run_builder()
