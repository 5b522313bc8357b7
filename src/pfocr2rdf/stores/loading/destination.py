"""The destination of a load: a folder or a server."""

from __future__ import annotations

from pathlib import Path

from pfocr2rdf.stores.discovery import DiscoveredServer
from pfocr2rdf.stores.drivers import GraphStoreDriver
from pfocr2rdf.stores.loading import embedded_session as embedded
from pfocr2rdf.stores.loading import server_session as serving
from pfocr2rdf.stores.loading.embedded_session import EmbeddedLoadSession
from pfocr2rdf.stores.loading.session import ExistingData, LoadPlan, LoadSession


class Destination:
    """A store that can be loaded into.

    Args:
        location: the folder of an embedded store, or the server that was found.
        name: what to call it.
    """

    def __init__(self, location: Path | DiscoveredServer, name: str) -> None:
        self._place = location
        self.name = name

    @property
    def driver(self) -> str:
        """The kind of store."""
        return "embedded" if isinstance(self._place, Path) else self._place.driver

    @property
    def server(self) -> GraphStoreDriver | None:
        """The server, where it is one."""
        return None if isinstance(self._place, Path) else self._place.server

    @property
    def folder(self) -> Path | None:
        """The folder, where it is an embedded store."""
        return self._place if isinstance(self._place, Path) else None

    def inspect(self, plan: LoadPlan) -> ExistingData:
        """What it holds of what a plan would replace."""
        if isinstance(self._place, Path):
            return embedded.inspect_embedded_store(self._place, plan)
        return serving.inspect_server(self._place.server, self._place.driver, plan)

    def begin_session(self, plan: LoadPlan, journal_folder: Path) -> LoadSession:
        """Begin a load; ``journal_folder`` is where those of loads into servers are kept."""
        if isinstance(self._place, Path):
            return EmbeddedLoadSession(self._place, plan)
        return serving.ServerLoadSession(self._place.server, plan, journal_folder)

    def retry_count(self) -> int:
        """How often a request was tried again."""
        return 0 if isinstance(self._place, Path) else self._place.server.http_client.retries
