"""What the server reads of an open store."""

from __future__ import annotations

import threading

from pfocr2rdf.server.linked_data import PageHandler
from pfocr2rdf.server.search import FindIndex
from pfocr2rdf.site.pages.pictures import PicturePolicy
from pfocr2rdf.stores.embedded import EmbeddedStore


class StoreView:
    """An open store, and its pages, which are made when they are asked for first: a store may have no dataset."""

    def __init__(self, store: EmbeddedStore, pictures: PicturePolicy, find_index: FindIndex) -> None:
        self._pictures = pictures
        self._find_index = find_index
        self.store = store
        self._lock = threading.Lock()
        self._pages: PageHandler | None = None

    @property
    def pages(self) -> PageHandler:
        """The pages; ``StoreError`` if there is no dataset in the store."""
        with self._lock:
            if self._pages is None:
                self._pages = PageHandler(self.store, self._pictures, self._find_index)
            return self._pages
