"""What the server reads of an open store."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pfocr2rdf.server.linked_data import PageHandler
from pfocr2rdf.stores.embedded import EmbeddedStore


class StoreView:
    """An open store, and its pages, which are made when they are asked for first: a store may have no dataset."""

    def __init__(self, store: EmbeddedStore, make_pages: Callable[[EmbeddedStore], PageHandler]) -> None:
        self.store = store
        self._make_pages = make_pages
        self._lock = threading.Lock()
        self._pages: PageHandler | None = None

    @property
    def pages(self) -> PageHandler:
        """The pages; ``StoreError`` if there is no dataset in the store."""
        with self._lock:
            if self._pages is None:
                self._pages = self._make_pages(self.store)
            return self._pages
