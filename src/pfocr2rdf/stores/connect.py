"""Where to load to: a folder or a URL, and how to get in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from pfocr2rdf.errors import StoreError
from pfocr2rdf.stores.clients.credentials import Credentials, PasswordPrompt
from pfocr2rdf.stores.clients.http import REQUEST_RETRY_SECONDS, REQUEST_TIMEOUT_SECONDS, HttpClient
from pfocr2rdf.stores.clients.sparql import Endpoints
from pfocr2rdf.stores.discovery import discover_server
from pfocr2rdf.stores.drivers import DRIVERS
from pfocr2rdf.stores.loading.destination import Destination

DEFAULT_STORE = "store"
"""The folder of the embedded store where no other one is named."""


class ConnectionOptions(NamedTuple):
    """How to get into a server.

    Attributes:
        driver: its kind, a name of ``DRIVERS``; ``""`` to find out.
        user: the name to log in with; ``""`` for what the environment or netrc has.
        ask_password: asks the user for a password, where there is one to ask.
        endpoints: the services that were named; ``""`` for those that are to be found.
        retry_for: for how many seconds a request is tried again.
        timeout: how many seconds may pass without a byte.
    """

    driver: str = ""
    user: str = ""
    ask_password: PasswordPrompt | None = None
    endpoints: Endpoints = Endpoints("")
    retry_for: float = REQUEST_RETRY_SECONDS
    timeout: float = REQUEST_TIMEOUT_SECONDS


@contextmanager
def open_destination(to: str, connection: ConnectionOptions = ConnectionOptions()) -> Iterator[Destination]:  # noqa: B008 - it cannot be changed
    """Find out what a name leads to.

    Args:
        to: a folder, or the URL of a server.
        connection: how to get into a server.

    Raises:
        StoreError: the URL holds a password, leads nowhere, or the server does not let us in.
        ValueError: an unknown driver.
    """
    if connection.driver not in ("", *DRIVERS):
        raise ValueError(f"{connection.driver!r} is no driver; choose from {', '.join(DRIVERS)}")
    if "://" not in to:
        yield Destination(Path(to), to)
        return
    web = HttpClient(
        Credentials.find(_parse_url(to), connection.user, connection.ask_password),
        retry_seconds=connection.retry_for,
        timeout_seconds=connection.timeout,
    )
    for one in filter(None, connection.endpoints):
        _parse_url(one)
    try:
        yield Destination(discover_server(to, web, connection.driver, connection.endpoints), to)
    finally:
        web.close()


def _parse_url(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise StoreError(f"the URL is not valid: {error}") from None
    if url.userinfo:
        shown = url.copy_with(username=None, password=None)
        raise StoreError(f"{shown}: a password in a URL is seen by everybody; leave it out, and give it by the environment or ~/.netrc")
    if url.scheme not in ("http", "https") or not url.host:
        raise StoreError(f"{text}: is no URL of a server; it begins with http:// or https://")
    return url
