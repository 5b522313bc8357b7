"""Where to load to: a folder or a URL, and how to get in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from pfocr2rdf.errors import StoreError
from pfocr2rdf.stores.clients.credentials import Ask, Credentials
from pfocr2rdf.stores.clients.http import RETRY_FOR, TIMEOUT, Web
from pfocr2rdf.stores.clients.sparql import Endpoints
from pfocr2rdf.stores.discovery import discover
from pfocr2rdf.stores.drivers import DRIVERS
from pfocr2rdf.stores.loading.destination import Target

STORE = "store"
"""The folder of the embedded store where no other one is named."""


class Connection(NamedTuple):
    """How to get into a server.

    Attributes:
        driver: its kind, a name of ``DRIVERS``; ``""`` to find out.
        user: the name to log in with; ``""`` for what the environment or netrc has.
        ask: asks the user for a password, where there is one to ask.
        endpoints: the services that were named; ``""`` for those that are to be found.
        retry_for: for how many seconds a request is tried again.
        timeout: how many seconds may pass without a byte.
    """

    driver: str = ""
    user: str = ""
    ask: Ask | None = None
    endpoints: Endpoints = Endpoints("")
    retry_for: float = RETRY_FOR
    timeout: float = TIMEOUT


@contextmanager
def opened(to: str, connection: Connection = Connection()) -> Iterator[Target]:  # noqa: B008 - it cannot be changed
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
        yield Target(Path(to), to)
        return
    web = Web(Credentials.find(_url(to), connection.user, connection.ask), retry_for=connection.retry_for, timeout=connection.timeout)
    for one in filter(None, connection.endpoints):
        _url(one)
    try:
        yield Target(discover(to, web, connection.driver, connection.endpoints), to)
    finally:
        web.close()


def _url(text: str) -> httpx.URL:
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
