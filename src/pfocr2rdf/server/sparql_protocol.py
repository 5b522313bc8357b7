"""The SPARQL 1.1 Protocol: parsing of query requests."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from starlette.requests import ClientDisconnect, Request

from pfocr2rdf.errors import PfocrError
from pfocr2rdf.server.content_negotiation import is_format, states_preference
from pfocr2rdf.server.execute import SparqlRequest
from pfocr2rdf.server.settings import ServerSettings
from pfocr2rdf.stores.querying.result import QUERY_RESULT_FORMATS

_BODY_TIMEOUT_SECONDS = 10.0
_MAX_FIELDS = 1000
_SLICE_CHARS = 1 << 16
FORMAT_PARAMETERS = ("format", "output", "results")  # of Virtuoso, Joseki and Fuseki, and rasqal; SPARQLWrapper sends all three
_UPDATE_REFUSED_MESSAGE = "the endpoint is read-only: updates are refused"

_find_charset = re.compile(r';\s*+charset\s*+=\s*+"?([^";\s]*+)', re.IGNORECASE).search  # the parsers of email take quadratic time

_CLOSE_HEADERS: Mapping[str, str] = {"Connection": "close"}  # the rest of the body is not read, so the connection cannot be reused


class HttpError(PfocrError):
    """An HTTP error response: its status code, its message, and further headers."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.headers = dict(headers or {})
        super().__init__(message)


class ProtocolRequest(NamedTuple):
    """A parsed request."""

    sparql_request: SparqlRequest | None
    accept: str
    formats: tuple[str, ...]
    example_name: str


async def parse_request(request: Request, settings: ServerSettings, base_iri: str) -> ProtocolRequest:
    """Parse a request; one that is not valid raises ``HttpError``. Relative IRIs in the query are resolved against the base."""
    fields = parse_fields(request.url.query)
    if request.method == "POST":
        fields += await _read_posted_fields(request, settings)
    if any(name == "update" for name, _ in fields):
        raise HttpError(403, _UPDATE_REFUSED_MESSAGE)
    queries = [value for name, value in fields if name == "query"]
    if len(queries) > 1:
        raise HttpError(400, "the request has more than one query; send one")
    if not queries and request.method == "POST":
        raise HttpError(400, "the request has no query; send it as query=, or as a body of the type application/sparql-query")
    accept = ",".join(request.headers.getlist("accept"))
    formats = requested_formats(accept, fields)
    if not queries:
        return ProtocolRequest(None, accept, formats, next((value for name, value in fields if name == "example"), ""))
    if len(queries[0].encode()) > settings.max_query_bytes:
        raise HttpError(413, f"the query is longer than {settings.max_query_bytes:,} bytes")
    default, named = (tuple(value for name, value in fields if name == parameter) for parameter in ("default-graph-uri", "named-graph-uri"))
    return ProtocolRequest(SparqlRequest(queries[0], accept, default, named, formats, base_iri), accept, formats, "")


def requested_formats(accept: str, fields: list[tuple[str, str]]) -> tuple[str, ...]:
    """The values of the ``format`` parameter, which links, forms and some clients use in addition to the header.

    One without a meaning is refused where the header asks for nothing in particular: it is likely a slip.
    """
    values = tuple(value for name, value in fields if name in FORMAT_PARAMETERS)
    if values and not states_preference(accept) and not any(map(is_format, values)):
        raise HttpError(400, f"{values[0][:40]!r} is not a format; choose from {', '.join(QUERY_RESULT_FORMATS)}, html and media types")
    return values


def parse_fields(text: str) -> list[tuple[str, str]]:
    """The fields of a form or of the query part of a URL."""
    if text.count("&") >= _MAX_FIELDS:
        raise HttpError(400, f"the request has more than {_MAX_FIELDS:,} fields")
    pairs = (field.partition("=") for field in text.replace("+", " ").split("&") if field)
    try:
        return [(_decode_percent(name), _decode_percent(value)) for name, _, value in pairs]
    except UnicodeError:
        raise HttpError(400, "the request contains bytes that are not UTF-8") from None


def _decode_percent(text: str) -> str:
    """Percent-decode in slices: a call of the library with some megabytes would let no other thread run meanwhile."""
    decoded, start = bytearray(), 0
    while start < len(text):
        end = start + _SLICE_CHARS
        cut_escape = text.rfind("%", end - 2, end)
        end = cut_escape if cut_escape >= 0 and end < len(text) else end
        decoded += unquote_to_bytes(text[start:end])
        start = end
    return decoded.decode()


async def _read_posted_fields(request: Request, settings: ServerSettings) -> list[tuple[str, str]]:
    content_type = request.headers.get("content-type", "")
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "application/sparql-update":
        raise HttpError(403, _UPDATE_REFUSED_MESSAGE, _CLOSE_HEADERS)
    if media_type not in ("application/sparql-query", "application/x-www-form-urlencoded"):
        raise HttpError(415, "send application/sparql-query or application/x-www-form-urlencoded", _CLOSE_HEADERS)
    charset = _find_charset(content_type)
    if charset and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise HttpError(415, "send the body in UTF-8", _CLOSE_HEADERS)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HttpError(415, "send the body as it is, not compressed", _CLOSE_HEADERS)
    try:
        async with asyncio.timeout(_BODY_TIMEOUT_SECONDS):
            # In a form, one byte can be written as three.
            body = await _read_body(request, settings.max_query_bytes if media_type.endswith("query") else 3 * settings.max_query_bytes)
    except TimeoutError:
        raise HttpError(408, f"the request took longer than {_BODY_TIMEOUT_SECONDS:g} seconds to arrive", _CLOSE_HEADERS) from None
    except ClientDisconnect:
        raise HttpError(400, "the request ended too early", _CLOSE_HEADERS) from None
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise HttpError(400, "the request contains bytes that are not UTF-8") from None
    # Three megabytes of escapes take a quarter of a second.
    return await asyncio.to_thread(parse_fields, text) if media_type.endswith("urlencoded") else [("query", text)]


async def _read_body(request: Request, max_bytes: int) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > max_bytes:
            raise HttpError(413, f"the query is longer than {max_bytes:,} bytes", _CLOSE_HEADERS)
    return bytes(body)
