"""The destination of a load: a folder or a server."""

from __future__ import annotations

from pathlib import Path

from pfocr2rdf.stores.discovery import Found
from pfocr2rdf.stores.drivers import Server
from pfocr2rdf.stores.loading import embedded_session as embedded
from pfocr2rdf.stores.loading import server_session as serving
from pfocr2rdf.stores.loading.embedded_session import Embedded
from pfocr2rdf.stores.loading.session import Held, Plan, Session


class Target:
    """A store that can be loaded into.

    Args:
        place: the folder of an embedded store, or the server that was found.
        name: what to call it.
    """

    def __init__(self, place: Path | Found, name: str) -> None:
        self._place = place
        self.name = name

    @property
    def driver(self) -> str:
        """The kind of store."""
        return "embedded" if isinstance(self._place, Path) else self._place.driver

    @property
    def server(self) -> Server | None:
        """The server, where it is one."""
        return None if isinstance(self._place, Path) else self._place.server

    @property
    def folder(self) -> Path | None:
        """The folder, where it is an embedded store."""
        return self._place if isinstance(self._place, Path) else None

    def held(self, plan: Plan) -> Held:
        """What it holds of what a plan would replace."""
        if isinstance(self._place, Path):
            return embedded.held(self._place, plan)
        return serving.held(self._place.server, self._place.driver, plan)

    def session(self, plan: Plan, journals: Path) -> Session:
        """Begin a load; ``journals`` is where those of loads into servers are kept."""
        if isinstance(self._place, Path):
            return Embedded(self._place, plan)
        return serving.Serving(self._place.server, plan, journals)

    def retries(self) -> int:
        """How often a request was tried again."""
        return 0 if isinstance(self._place, Path) else self._place.server.web.retries
