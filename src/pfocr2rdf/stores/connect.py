"""Connect to a store by its name: the folder of an embedded store, or the URL of a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from pfocr2rdf.errors import OptionError, StoreError
from pfocr2rdf.storage.urls import is_address_without_scheme, is_malformed_url, is_url, require_public_url
from pfocr2rdf.stores.clients.credentials import PASSWORD_VARIABLE, TOKEN_VARIABLE, USER_VARIABLE, Credentials, PasswordPrompt
from pfocr2rdf.stores.clients.http import REQUEST_TIMEOUT_SECONDS, HttpClient
from pfocr2rdf.stores.clients.sparql import Endpoints
from pfocr2rdf.stores.discovery import discover_server
from pfocr2rdf.stores.drivers import DRIVERS, GraphStoreDriver
from pfocr2rdf.stores.embedded import EmbeddedStore, require_store
from pfocr2rdf.stores.store import Store

DEFAULT_STORE = "store"
"""The folder of the embedded store where no other one is named."""


class ConnectionOptions(NamedTuple):
    """How to connect to a server.

    Attributes:
        driver: a name of ``DRIVERS``; ``""`` to detect it.
        user: the user name; ``""`` for the one in the environment or netrc.
        ask_password: a function that prompts the user for a password, or ``None``.
        endpoints: the URLs of the services; ``""`` for services to be detected.
        retry_seconds: for how many seconds a request is sent again; ``None`` for two minutes once the server has answered, and for
            none at all before that, since a server that is not there rarely comes.
        timeout_seconds: the time limit for the next byte from the server.
        report_retry: a function that is called with the error before the first of several retries.
    """

    driver: str = ""
    user: str = ""
    ask_password: PasswordPrompt | None = None
    endpoints: Endpoints = Endpoints("")
    retry_seconds: float | None = None
    timeout_seconds: float = REQUEST_TIMEOUT_SECONDS
    report_retry: Callable[[str], object] = len


class Destination(NamedTuple):
    """A store by the name that the user gave: its folder, which need not be there yet, or the driver of the server."""

    name: str
    location: Path | GraphStoreDriver

    @property
    def driver(self) -> str:
        """The name of the driver."""
        return EmbeddedStore.driver if isinstance(self.location, Path) else self.location.driver

    @property
    def retries(self) -> int:
        """The number of requests that were sent again."""
        return 0 if isinstance(self.location, Path) else self.location.http_client.retries


@contextmanager
def open_destination(name: str, connection: ConnectionOptions = ConnectionOptions()) -> Iterator[Destination]:  # noqa: B008 - it is immutable
    """Resolve the name of a store, a folder or the URL of a server, and stay connected to it if it is a server.

    Raises:
        StoreError: the URL holds a password, leads nowhere, or the server refuses us.
        ValueError: an unknown driver.
    """
    if connection.driver not in ("", *DRIVERS):
        raise OptionError(f"{connection.driver!r} is not a driver; choose from {', '.join(DRIVERS)}")
    if is_malformed_url(name):  # it is not shown, since it may hold a password
        raise StoreError(
            f"the URL is not valid: there must be two slashes after '{name.partition(':')[0]}:'; write it as http://example.org/sparql"
        )
    if is_address_without_scheme(name) and not Path(name).exists():
        raise StoreError(f"{name}: is not a URL, since it has no scheme; write http://{name}, or ./{name} for a folder")
    if not is_url(name):
        yield Destination(name, Path(name))
        return
    credentials = Credentials.find(_parse_url(name), connection.user, connection.ask_password)
    http_client = HttpClient(
        credentials,
        retry_seconds=connection.retry_seconds,
        timeout_seconds=connection.timeout_seconds,
        report_retry=connection.report_retry,
    )
    for url in filter(None, connection.endpoints):
        _parse_url(url)
    with closing(http_client):
        yield Destination(name, discover_server(name, http_client, connection.driver, connection.endpoints))


@contextmanager
def open_store(destination: Destination) -> Iterator[Store]:
    """The store of a destination, to be queried and updated; ``StoreError`` if it is none, or another program has it open."""
    if isinstance(destination.location, Path):
        require_store(destination.location)
        with closing(EmbeddedStore(destination.location, writable=True)) as store:
            yield store
    else:
        yield destination.location


def _parse_url(text: str) -> httpx.URL:
    try:
        require_public_url(text, f"leave it out, and set {USER_VARIABLE} and {PASSWORD_VARIABLE}, or {TOKEN_VARIABLE}, or use ~/.netrc")
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise StoreError(f"the URL is not valid: {error}") from None
    except ValueError as error:
        raise StoreError(str(error)) from None
    if url.scheme not in ("http", "https") or not url.host:
        raise StoreError(f"{text}: is not the URL of a server; write one that begins with http:// or https://")
    return url
