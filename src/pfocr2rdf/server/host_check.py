"""Check of the ``Host`` header (RFC 9110, section 7.2), so that no page of another site reaches the service by DNS rebinding."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_AUTHORITY = re.compile(r"([A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{0,5})?").fullmatch
_ABSOLUTE_TARGET = re.compile(rb"https?://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL).fullmatch
_LOOPBACK_NAME = "localhost"
_MAX_REMEMBERED = 256  # authorities, since most clients use the same one


class HostNames:
    """The names of this service: ``localhost``, loopback addresses, the address at which the request arrived, and ``names``."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {_LOOPBACK_NAME, *(normalize_host_name(name) for name in names)}
        self.is_ours = lru_cache(_MAX_REMEMBERED)(self._is_ours)

    def _is_ours(self, authority: str, local_name: str) -> bool:
        """Whether an authority is valid and of this service, which was reached at an address or a path of a socket."""
        name = _host_name(authority)
        if name in self._names or (name and name == normalize_host_name(local_name)):
            return True
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False


class HostCheck:
    """Answers requests whose ``Host`` is not a name of this service with status 421, and those without a valid one with status 400.

    A client can name more than one, in the target and in the header; all must be of this service.
    """

    def __init__(self, app: ASGIApp, host_names: HostNames) -> None:
        self._app = app
        self._host_names = host_names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] == "http" and (response := self._refusal(scope)):
            await response(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if target := _ABSOLUTE_TARGET(scope.get("raw_path") or b""):  # that of a request to a proxy (RFC 9112, section 3.2.2)
            hosts.append(target[1].decode("latin-1"))
            scope["raw_path"] = target[2] or b"/"
            scope["path"] = unquote(scope["raw_path"].decode("latin-1"))
        if len(hosts) != (2 if target else 1) or not all(map(_AUTHORITY, hosts)):
            return PlainTextResponse("the request needs one valid Host\n", 400)
        for host in hosts:
            if not self._host_names.is_ours(host, str((scope.get("server") or ("",))[0])):
                message = (
                    f"{host} is not a host name of this service; if it should be, start the service with --host-name {_host_name(host)}\n"
                )
                return PlainTextResponse(message, 421)
        return None


def normalize_host_name(text: str) -> str:
    """A host name in lower case without a dot at its end, or an address in its shortest text; ``""`` if it is neither."""
    name = text.strip("[]").partition("%")[0] if ":" in text else text
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        pass
    else:
        return str(getattr(address, "ipv4_mapped", None) or address)
    try:
        name = name.removesuffix(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    return name if (match := _AUTHORITY(name)) and match[1] == name else ""


def _host_name(authority: str) -> str:
    """The normalized name of a valid authority, without its port."""
    match = _AUTHORITY(authority)
    return normalize_host_name(match[1]) if match else ""
