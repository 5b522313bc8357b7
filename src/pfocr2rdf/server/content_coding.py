"""Compression of responses, in the content coding that the client prefers."""

from __future__ import annotations

import asyncio

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type

from pfocr2rdf.server.content_negotiation import GRAPH_MEDIA_TYPES, RESULT_MEDIA_TYPES, negotiate_coding

_CODINGS = ("zstd", "br", "gzip")  # in the order of preference of equals: the first is the quickest
_BLOCK_BYTES = 1 << 16
_MIN_BYTES = 1 << 10  # of a response: less fits into one packet as it is

for _media_type in {*GRAPH_MEDIA_TYPES, *RESULT_MEDIA_TYPES}:
    add_compress_type(_media_type)


class ContentCoding:
    """Compresses responses block by block.

    The compression is starlette-compress: Starlette's own treats ``gzip;q=0`` as a request for gzip, and has no other coding. It has
    its own order of preference, so that it gets only the coding that the client prefers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._compressing = CompressMiddleware(_BlockSplitter(app), minimum_size=_MIN_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] == "http":
            headers = MutableHeaders(raw=list(scope["headers"]))
            coding = negotiate_coding(",".join(headers.getlist("accept-encoding")), _CODINGS)
            del headers["accept-encoding"]
            headers["accept-encoding"] = coding or "identity"
            scope = {**scope, "headers": headers.raw}
        await self._compressing(scope, receive, send)


class _BlockSplitter:
    """Splits a large body, which would keep the event loop busy while it is compressed, and be in memory until a slow client takes it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""

        async def send_blocks(message: Message) -> None:
            body = memoryview(message.get("body", b""))
            while len(body) > _BLOCK_BYTES:
                await send({"type": "http.response.body", "body": bytes(body[:_BLOCK_BYTES]), "more_body": True})
                await asyncio.sleep(0)  # sending does not wait for clients that take everything at once
                body = body[_BLOCK_BYTES:]
            await send({**message, "body": bytes(body)} if "body" in message else message)

        await self._app(scope, receive, send_blocks)
