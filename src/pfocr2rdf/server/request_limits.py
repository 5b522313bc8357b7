"""Limits of request heads: what is longer, or ambiguous, is refused before anything parses it."""

from __future__ import annotations

import contextlib
import sys
from http import HTTPStatus
from typing import Any

import h11
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from pfocr2rdf.server.middleware import COMMON_HEADERS, LOG

MAX_HEAD_BYTES = 80 << 10  # of the request line and all headers

_MAX_TARGET_BYTES = 64 << 10  # of the address with its query
_MAX_HEADER_BYTES = 2 << 10
_PARSED_HEADERS = (
    "accept", "accept-encoding", "access-control-request-headers", "access-control-request-method", "content-encoding", "content-type",
    "host", "if-none-match", "origin",
)  # fmt: skip
_LINGER_SECONDS = 2.0
_MAX_MESSAGE_CHARS = 200
_HEAD_MESSAGE = f"the request headers are larger than {MAX_HEAD_BYTES:,} bytes"
_TARGET_MESSAGE = f"the URL is longer than {_MAX_TARGET_BYTES:,} bytes; send a long query with POST"


class RequestLimits:
    """Refuses long addresses (414), long headers (431), and a body whose length is given in two ways (400)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        refusal = _check_head(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)


def _check_head(scope: Scope) -> PlainTextResponse | None:
    """The refusal of a request; ``None`` if its head is within the limits."""
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _MAX_TARGET_BYTES:
        return _refuse(414, _TARGET_MESSAGE)
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEAD_BYTES:
        return _refuse(431, _HEAD_MESSAGE)
    headers = Headers(scope=scope)
    for name in _PARSED_HEADERS:
        if sum(map(len, headers.getlist(name))) > _MAX_HEADER_BYTES:
            return _refuse(431, f"the header {name} is longer than {_MAX_HEADER_BYTES:,} bytes")
    if "content-length" in headers and "transfer-encoding" in headers:  # two servers in a row may read two bodies of it (RFC 9112, 6.1)
        return _refuse(400, "the request has both Content-Length and Transfer-Encoding; send one of them")
    return None


def _refuse(status: int, message: str) -> PlainTextResponse:
    return PlainTextResponse(f"{message}\n", status, {"Connection": "close"})


class ExplainingProtocol(H11Protocol):
    """A connection that answers what is no HTTP request with the reason and the right status; uvicorn has one sentence for all.

    Its end waits for what the client still sends: closing at once would make TCP drop the answer (RFC 9112, section 9.6).
    """

    _is_refused = False

    def data_received(self, data: bytes) -> None:
        """Parse what was received; after a refusal it is dropped."""
        if not self._is_refused:
            super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        """Refuse what h11 cannot parse."""
        status, message = _explain(sys.exception() or ValueError(msg), self.conn.trailing_data[0])
        self._is_refused = True
        if self.cycle and not self.cycle.response_complete:  # the application has begun, and its response is not sent
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):  # a response is under way
            self.transport.close()
            return
        headers = {**COMMON_HEADERS, "Content-Type": "text/plain; charset=utf-8", "Connection": "close"}
        body = f"{message}\n".encode()
        response: Any = h11.Response(status_code=status, headers=list(headers.items()), reason=HTTPStatus(status).phrase)
        for event in (response, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        LOG.info("%s - - %d %d bytes: %s", self.client[0] if self.client else "-", status, len(body), message)
        with contextlib.suppress(OSError, NotImplementedError):
            self.transport.write_eof()
        self.loop.call_later(_LINGER_SECONDS, self.transport.close)


def _explain(error: BaseException, received: bytes) -> tuple[int, str]:
    """The status and the message for what h11 cannot parse."""
    if getattr(error, "error_status_hint", 400) == 431:
        is_address = b"\n" not in received[:_MAX_TARGET_BYTES]
        return (414, _TARGET_MESSAGE) if is_address else (431, _HEAD_MESSAGE)
    return 400, f"this is not a valid HTTP request: {error}"[:_MAX_MESSAGE_CHARS]
