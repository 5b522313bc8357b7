"""The SPARQL 1.1 Protocol: where in a request the query is, and what is no query."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from pfocr2rdf.errors import PfocrError
from pfocr2rdf.server.content_negotiation import NAMED
from pfocr2rdf.server.execute import Asked
from pfocr2rdf.server.settings import Settings

_PATIENCE = 10.0  # seconds, for the body of a request
_FIELDS = 1000
_CHANGES = "this service answers queries and changes nothing; updates are refused"

_CLOSE: Mapping[str, str] = {"Connection": "close"}
"""What is still to come of a body is not read."""


class RefusedError(PfocrError):
    """A request that is not answered.

    Attributes:
        status: as in HTTP.
        headers: what else is said.
    """

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.headers = dict(headers or {})
        super().__init__(sentence)


class Wanted(NamedTuple):
    """What a request wants.

    Attributes:
        asked: the question, if there is one.
        accept: the media types in which an answer may be.
        example: the name of an example that is to be shown.
    """

    asked: Asked | None
    accept: str
    example: str


async def wanted(request: Request, settings: Settings) -> Wanted:
    """Read a request.

    Raises:
        RefusedError: it is not one that is answered.
    """
    fields = _fields(request.url.query)
    posted: list[tuple[str, str]] = []
    if request.method == "POST":
        posted = await _posted(request, settings)
    fields = [*fields, *posted]
    if any(name == "update" for name, _ in fields):
        raise RefusedError(403, _CHANGES)
    queries = [value for name, value in fields if name == "query"]
    if len(queries) > 1:
        raise RefusedError(400, "the request has more than one query; send one")
    if not queries and request.method == "POST":
        raise RefusedError(400, "the request has no query; send it as query=, or as a body of the type application/sparql-query")
    accept = _accept(request, fields)
    if not queries:
        return Wanted(None, accept, next((value for name, value in fields if name == "example"), ""))
    if len(queries[0].encode()) > settings.query:
        raise RefusedError(413, f"the query is longer than {settings.query:,} bytes")
    default, named = (tuple(value for name, value in fields if name == one) for one in ("default-graph-uri", "named-graph-uri"))
    return Wanted(Asked(queries[0], accept, default, named), accept, "")


def _accept(request: Request, fields: list[tuple[str, str]]) -> str:
    """What is accepted, by the header or by a format that is named in the address, where links and forms have it."""
    named = [value for name, value in fields if name == "format"]
    if not named:
        return ",".join(request.headers.getlist("accept"))
    if named[0] not in NAMED:
        raise RefusedError(400, f"there is no format {named[0][:40]!r}; there is {', '.join(NAMED)}")
    return NAMED[named[0]]


def _fields(text: str) -> list[tuple[str, str]]:
    try:
        fields = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_FIELDS)
        "".join(value for _, value in fields).encode()
    except UnicodeError:
        raise RefusedError(400, "the request has what is no UTF-8") from None
    except ValueError:
        raise RefusedError(400, f"the request has more than {_FIELDS:,} fields") from None
    return fields


async def _posted(request: Request, settings: Settings) -> list[tuple[str, str]]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/sparql-update":
        raise RefusedError(403, _CHANGES, _CLOSE)
    if kind not in ("application/sparql-query", "application/x-www-form-urlencoded"):
        raise RefusedError(415, "send application/sparql-query or application/x-www-form-urlencoded", _CLOSE)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise RefusedError(415, "send the body as it is, not compressed", _CLOSE)
    try:
        async with asyncio.timeout(_PATIENCE):
            # In a form, one byte can be written as three.
            body = await _body(request, settings.query if kind.endswith("query") else 3 * settings.query)
    except TimeoutError:
        raise RefusedError(408, f"the request took longer than {_PATIENCE:g} seconds to come", _CLOSE) from None
    except ClientDisconnect:
        raise RefusedError(400, "the request ended too early", _CLOSE) from None
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise RefusedError(400, "the request has what is no UTF-8") from None
    return _fields(text) if kind.endswith("urlencoded") else [("query", text)]


async def _body(request: Request, most: int) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise RefusedError(413, f"the query is longer than {most:,} bytes", _CLOSE)
    return bytes(body)
