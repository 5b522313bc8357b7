"""URLs of a request: that of the service as the client addressed it, and the fields of the query part."""

from __future__ import annotations

from itertools import pairwise

from starlette.requests import Request

from pfocr2rdf.server.sparql_protocol import FORMAT_PARAMETERS, HttpError


def base_url(request: Request) -> str:
    """The base URL of the service as the client addressed it."""
    return f"{request.url.scheme}://{request.headers['host']}{root_path(request)}"


def root_path(request: Request) -> str:
    """The path at which the application is mounted, without a slash at its end."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def read_fields(request: Request) -> dict[str, str]:
    """The fields of the query part of a URL, but for those of the format each once: of two values of a parameter, none is the right one."""
    items = [item for item in request.query_params.multi_items() if item[0] not in FORMAT_PARAMETERS]
    if twice := [name for (name, _), (other, _) in pairwise(sorted(items)) if name == other]:
        raise HttpError(400, f"{twice[0]} is set twice; give it one value")
    return dict(request.query_params)
