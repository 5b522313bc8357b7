"""The options of commands that connect to a server."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import click

from pfocr2rdf.stores.clients.http import REQUEST_RETRY_SECONDS, REQUEST_TIMEOUT_SECONDS
from pfocr2rdf.stores.clients.sparql import Endpoints
from pfocr2rdf.stores.connect import ConnectionOptions
from pfocr2rdf.stores.drivers import DRIVERS

_OPTIONS = {
    "driver": click.option(
        "--driver", type=click.Choice(list(DRIVERS)), help="The kind of server; without this it is found out.",
    ),
    "user": click.option(
        "--user", default="", metavar="NAME", help="The name to log in with; the password is asked for where it is not set.",
    ),
    "query_endpoint": click.option("--query-endpoint", default="", metavar="URL", help="Where the server takes queries."),
    "update_endpoint": click.option("--update-endpoint", default="", metavar="URL", help="Where the server takes updates."),
    "graph_store": click.option("--graph-store", default="", metavar="URL", help="Where the server speaks the Graph Store Protocol."),
    "retry_seconds": click.option(
        "--retry-for", "retry_seconds", type=click.FloatRange(min=0), metavar="SECONDS",
        help=f"How long to retry a request that fails for a transient reason  [default: {REQUEST_RETRY_SECONDS:g} once the server has "
        "answered, else 0].",
    ),
    "timeout_seconds": click.option(
        "--timeout", "timeout_seconds", type=click.FloatRange(min=0.1), default=REQUEST_TIMEOUT_SECONDS, show_default=True,
        metavar="SECONDS", help="How long to wait for the next byte from the server.",
    ),
}  # fmt: skip


def server_options(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add these options to a command, or all that there are; it gets them as one argument, ``connection``."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def body(**arguments: Any) -> None:
            command(connection=_connection(**{name: arguments.pop(name) for name in options}), **arguments)

        for option in reversed(options.values()):
            body = option(body)
        return body

    options = {name: option for name, option in _OPTIONS.items() if name in names or not names}
    return decorate


def _connection(
    *, user: str, query_endpoint: str, update_endpoint: str = "", graph_store: str = "", driver: str | None = None, **seconds: float | None
) -> ConnectionOptions:
    endpoints = Endpoints(query_endpoint, update_endpoint, graph_store)
    return ConnectionOptions(driver or "", user, _ask_password if sys.stdin.isatty() else None, endpoints, **seconds)  # type: ignore[arg-type]


def _ask_password(prompt: str) -> str:
    return str(click.prompt(prompt, hide_input=True, err=True))
