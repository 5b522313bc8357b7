"""Middleware: common response headers and the access log."""

from __future__ import annotations

import logging
import time

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pfocr2rdf.server.result_pages import SERVED_SITE
from pfocr2rdf.site.pages.pictures import PicturePolicy

LOG = logging.getLogger(__name__)  # the access log


def _policy_header(pictures: PicturePolicy) -> str:
    return f"{SERVED_SITE._replace(pictures=pictures).content_security_policy}; frame-ancestors 'none'"


COMMON_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Retry-After",
    "Content-Security-Policy": _policy_header(PicturePolicy("link")),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def common_headers(pictures: PicturePolicy) -> dict[str, str]:
    """The headers that all responses have."""
    return {**COMMON_HEADERS, "Content-Security-Policy": _policy_header(pictures)}


class HeadersAndAccessLog:
    """Adds the common headers and logs each request."""

    def __init__(self, app: ASGIApp, pictures: PicturePolicy) -> None:
        self._app = app
        self._headers = common_headers(pictures)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, size = time.monotonic(), 0, 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                headers.add_vary_header("Accept")
            size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:  # a bug must be logged and must not end the server
            LOG.error("unexpected %s: %s", type(error).__name__, error)
            if not status:
                await PlainTextResponse("internal server error\n", 500)(scope, receive, send_with_headers)
        finally:
            log_response((scope.get("client") or ("-",))[0], scope["method"], scope["path"], status, size, time.monotonic() - began)


def log_response(client: str, method: str, path: str, status: int, size: int, seconds: float) -> None:
    """Log a request and its response; status 0 is for none."""
    LOG.info("%s %s %s %s %d bytes %.3f s", client, method, repr(path)[1:-1][:200], status or "-", size, seconds)
