"""CORS preflight requests (Fetch Standard, section 3.2.2): routes that answer ``OPTIONS``."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

READ_METHODS = ("GET", "HEAD", "OPTIONS")
QUERY_METHODS = ("GET", "HEAD", "POST", "OPTIONS")

_MAX_AGE_SECONDS = 86400
_is_header_name = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII).fullmatch

Endpoint = Callable[[Request], Awaitable[Response]]


def route_with_preflight(path: str, endpoint: Endpoint, methods: Sequence[str] = READ_METHODS) -> Route:
    """A route whose preflight requests are answered here, and all others by the endpoint."""

    async def handle(request: Request) -> Response:
        return _preflight_response(request, ", ".join(methods)) if request.method == "OPTIONS" else await endpoint(request)

    return Route(path, handle, methods=list(methods))


def _preflight_response(request: Request, methods: str) -> Response:
    """The response to a preflight request, which allows every header that is asked for: the service is open and only reads."""
    requested = request.headers.get("access-control-request-headers", "")
    names = [name for part in requested.split(",") if _is_header_name(name := part.strip())]
    headers = {
        "Allow": methods,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Max-Age": str(_MAX_AGE_SECONDS),
        "Access-Control-Allow-Headers": ", ".join({name.lower(): name for name in (*names, "Accept", "Content-Type")}.values()),
        "Vary": "Access-Control-Request-Headers",
    }
    return Response(status_code=204, headers=headers)
