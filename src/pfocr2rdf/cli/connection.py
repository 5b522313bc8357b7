"""The options of commands that connect to a server."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import click

from pfocr2rdf.cli.params import first_given_option
from pfocr2rdf.storage.urls import is_address_without_scheme, is_malformed_url, is_url
from pfocr2rdf.stores.clients.http import REQUEST_RETRY_SECONDS, REQUEST_TIMEOUT_SECONDS
from pfocr2rdf.stores.clients.sparql import Endpoints
from pfocr2rdf.stores.connect import ConnectionOptions
from pfocr2rdf.stores.drivers import DRIVERS

_OPTIONS = {
    "driver": click.option(
        "--driver", type=click.Choice(list(DRIVERS)), help="Type of server. Default: detect.",
    ),
    "user": click.option(
        "--user", default="", metavar="NAME", help="User name. If there is no password in the environment, the command prompts for it.",
    ),
    "query_endpoint": click.option("--query-endpoint", default="", metavar="URL", help="URL of the SPARQL query endpoint."),
    "update_endpoint": click.option("--update-endpoint", default="", metavar="URL", help="URL of the SPARQL update endpoint."),
    "graph_store": click.option("--graph-store", default="", metavar="URL", help="URL of the Graph Store Protocol endpoint."),
    "retry_seconds": click.option(
        "--retry-for", "retry_seconds", type=click.FloatRange(min=0), metavar="SECONDS",
        help=f"Time limit for retries after transient errors. Default: {REQUEST_RETRY_SECONDS:g} once the server has responded, "
        "and 0 before that.",
    ),
    "timeout_seconds": click.option(
        "--timeout", "timeout_seconds", type=click.FloatRange(min=0.1), default=REQUEST_TIMEOUT_SECONDS, show_default=True,
        metavar="SECONDS", help="Time limit for the next byte from the server.",
    ),
}  # fmt: skip

SERVER_PARAMETERS = tuple(_OPTIONS)
"""The names of all parameters that connect to a server."""


def refuse_server_options(target: str) -> None:
    """Refuse options of a connection where the target is a path: nothing connects to a server."""
    is_path = not (is_url(target) or is_malformed_url(target) or is_address_without_scheme(target))
    if is_path and (option := first_given_option(SERVER_PARAMETERS)):
        raise click.UsageError(f"{option} is for a server; name the URL of one, or leave the option out.")


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
    *,
    user: str,
    query_endpoint: str,
    retry_seconds: float | None,
    timeout_seconds: float,
    update_endpoint: str = "",
    graph_store: str = "",
    driver: str | None = None,
) -> ConnectionOptions:
    return ConnectionOptions(
        driver=driver or "",
        user=user,
        ask_password=_ask_password if sys.stdin and sys.stdin.isatty() else None,
        endpoints=Endpoints(query_endpoint, update_endpoint, graph_store),
        retry_seconds=retry_seconds,
        timeout_seconds=timeout_seconds,
        report_retry=_print_retry,
    )


def _print_retry(sentence: str) -> None:
    click.echo(sentence, err=True)


def _ask_password(prompt: str) -> str:
    return str(click.prompt(prompt, hide_input=True, err=True))
