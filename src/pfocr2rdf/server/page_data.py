"""The materialized data of pages: what takes minutes to make of a large store is made once for each of its versions.

That is the search index, the lists of resources, and the rows of the home page's queries. It is in the folder of the store, and is copied,
moved and removed with it; if that folder is read-only, it is in a temporary folder. Its own folder is named after the version of the store
and of this program, so that data of another one is never read.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

import pfocr2rdf.site
from pfocr2rdf.errors import StoreError
from pfocr2rdf.server.search import SearchIndexFolder
from pfocr2rdf.site.pages.listing import ListItem, ResourceList
from pfocr2rdf.site.pages.overview import QueryRows
from pfocr2rdf.site.pages.urls import ENTITY_TYPES_BY_FOLDER
from pfocr2rdf.site.search.index import INDEX_DIR
from pfocr2rdf.site.search.reader import SearchIndexReader
from pfocr2rdf.storage.layout import TOOL, read_manifest

PAGE_DATA_DIR = "pages"  # in the folder of a store
EARLY_INDEX, COMPLETE_INDEX = "early", "complete"  # the index without figures and papers, and the whole one, which is written last
OVERVIEW_FILE, LISTS_DIR = "overview.json", "lists"
_T = TypeVar("_T")
_STORE_FILES = ("IDENTITY", "CURRENT")
is_version_key = re.compile(r"[0-9a-f]{32}").fullmatch
"""Whether a name is that of the data of a version."""


def version_key(store: Path) -> str:
    """The version of a store and of this program.

    RocksDB gives each database an identity, and begins a new manifest, which CURRENT names, each time one is opened to write.

    Raises:
        StoreError: there is no store.
    """
    digest = hashlib.blake2b(_program_digest(), digest_size=16)
    try:
        for name in _STORE_FILES:
            digest.update((store / name).read_bytes() + b"\0")
    except OSError as error:
        raise StoreError(f"{store}: the store cannot be used: {error.strerror or error}") from None
    return digest.hexdigest()


@cache
def _program_digest() -> bytes:
    """A digest of the modules that make the data: a version of the program may have several states."""
    digest = hashlib.blake2b(TOOL.encode(), digest_size=16)
    for folder in pfocr2rdf.site.__path__:
        for path in sorted(Path(folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.digest()


class PageData:
    """The data of one version of a store, as far as it is made. A file that is missing or damaged counts as not made."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders  # where it may be
        self._index: SearchIndexFolder | None = None

    @property
    def is_complete(self) -> bool:
        """Whether all of it is there."""
        index = self.search_index()
        return index is not None and index.is_complete

    def query_rows(self) -> QueryRows:
        """The rows of the queries of the home page; none if they are not there."""
        return self._read(OVERVIEW_FILE, dict) or {}

    def resource_list(self, folder: str) -> ResourceList | None:
        """The list of the resources of an entity type."""
        return self._read(f"{LISTS_DIR}/{folder}.json", partial(_decode_list, folder))

    def search_index(self) -> SearchIndexFolder | None:
        """The search index, the complete one if it is there."""
        if self._index is None or not self._index.is_complete or not self._index.path.is_dir():
            paths = ((path / name / INDEX_DIR, name == COMPLETE_INDEX) for name in (COMPLETE_INDEX, EARLY_INDEX) for path in self._folders)
            self._index = next(filter(None, (_open_index(path, is_complete) for path, is_complete in paths)), None)
        return self._index

    def _read(self, name: str, parse: Callable[[Any], _T]) -> _T | None:
        values = (read_manifest(folder / name, parse) for folder in self._folders)
        return next((value for value in values if value is not None), None)


FindPageData = Callable[[], PageData | None]
"""Finds the data of the store as it is now; ``None`` if there is no store."""


class PageDataFinder:
    """Finds the data of a store that may be written to meanwhile, in its folder or a temporary one."""

    def __init__(self, store: Path, modification_stamp: Callable[[], tuple[int, int]]) -> None:
        self.scratch: Path | None = None  # the temporary folder
        self._store = store
        self._modification_stamp = modification_stamp
        self._latest: tuple[tuple[int, int], Path | None, PageData] | None = None

    def find(self) -> PageData | None:
        """The data of the store as it is now; ``None`` if there is no store."""
        try:
            stamp = self._modification_stamp()
            if self._latest is None or self._latest[:2] != (stamp, self.scratch):
                key = version_key(self._store)
                folders = filter(None, (self._store / PAGE_DATA_DIR, self.scratch))
                self._latest = stamp, self.scratch, PageData(*(folder / key for folder in folders))
        except StoreError:
            return None
        return self._latest[2]

    def build_folders(self) -> list[Path]:
        """Where the data can be made, the best first: not in the store if it is read-only."""
        folders = [self._store / PAGE_DATA_DIR] if os.access(self._store, os.W_OK) else []
        return [*folders, *([self.scratch] if self.scratch else [])]


def _open_index(path: Path, is_complete: bool) -> SearchIndexFolder | None:
    try:
        return SearchIndexFolder(path, is_complete, SearchIndexReader(path))
    except (OSError, ValueError, KeyError, TypeError):  # it is not there, or damaged
        return None


def encode_list(resource_list: ResourceList) -> bytes:
    """A list as JSON."""
    value = {"groups": resource_list.groups, "iris": resource_list.iris, "skipped": resource_list.skipped_iris}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _decode_list(folder: str, value: Any) -> ResourceList:
    groups = {group: [ListItem(*item) for item in items] for group, items in dict.items(value["groups"])}
    return ResourceList(ENTITY_TYPES_BY_FOLDER[folder], groups, value["iris"], value["skipped"])
