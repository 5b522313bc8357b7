"""Which requests are for this service, by their ``Host``."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pfocr2rdf.server.host_check import HostCheck, HostNames, normalize_host_name


def status_of(hosts: list[str], *, names: tuple[str, ...] = (), server: str = "192.0.2.7", target: str = "/a") -> tuple[int, str]:
    """The status of a request, and the message or the path that the application got."""
    scope = {
        "type": "http", "method": "GET", "path": target, "raw_path": target.encode(), "server": (server, 8000),
        "headers": [(b"host", host.encode("latin-1")) for host in hosts],
    }  # fmt: skip
    sent: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError

    asyncio.run(HostCheck(application, HostNames(names))(scope, receive, send))
    return sent[0]["status"], sent[1]["body"].decode()


OURS = [
    "localhost", "LocalHost", "localhost:1", "localhost.", "127.0.0.1", "127.0.0.1:65535", "127.9.9.9", "[::1]", "[::1]:80",
    "[0:0:0:0:0:0:0:1]", "192.0.2.7", "192.0.2.7:8000", "[::ffff:192.0.2.7]", "data.example.org", "DATA.example.org.:443",
    "xn--bcher-kva.example",
]  # fmt: skip

FOREIGN = [
    "evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "evil.data.example.org", "example.org",
    "192.0.2.8", "0.0.0.0", "[::]", "[2001:db8::1]", "127.1", "2130706433", "0x7f.0.0.1", "localhost..", "a..b", "[12]", "-",
]  # fmt: skip

INVALID = [
    "", " ", "a b", "user@localhost", "localhost:80:80", "localhost:x", "[::1", "::1", "[::1]x", "localhost/x", "localhost, localhost",
    "localhost\x00", "b\xfccher.example", "a" * 300, "localhost:123456", "[localhost]",
]  # fmt: skip

NAMES = ("data.example.org", "b\xfccher.example")


@pytest.mark.parametrize("host", OURS)
def test_our_names(host: str) -> None:
    assert status_of([host], names=NAMES) == (200, "/a")


@pytest.mark.parametrize("host", FOREIGN)
def test_names_of_others_are_misdirected(host: str) -> None:
    status, message = status_of([host], names=NAMES)
    assert status == 421
    assert message.startswith(f"{host} is not a host name of this service; ")
    assert "--host-name" in message


@pytest.mark.parametrize("hosts", [[], ["localhost", "localhost"], *([host] for host in INVALID)])
def test_requests_without_one_valid_host_are_bad(hosts: list[str]) -> None:
    assert status_of(hosts, names=NAMES) == (400, "the request needs one valid Host\n")


def test_an_unknown_local_address_allows_nothing() -> None:
    assert status_of(["a..b"], server="")[0] == 421


@pytest.mark.parametrize(
    ("target", "status", "path"),
    [
        ("http://localhost:8000/genes/1?a=b", 200, "/genes/1"),
        ("HTTP://127.0.0.1", 200, "/"),
        ("http://localhost/%41", 200, "/A"),
        ("http://evil.example/a", 421, None),
        ("http://user@localhost/a", 400, None),
        ("http:///a", 400, None),
    ],
)
def test_absolute_targets(target: str, status: int, path: str | None) -> None:
    received_status, body = status_of(["localhost"], target=target.partition("?")[0])
    assert received_status == status
    assert path in (None, body)
    assert status_of(["evil.example"], target=target.partition("?")[0])[0] in (400, 421)


@pytest.mark.parametrize("text", ["", "http://a", "a:80", "a/b", "a b", "a..b", "*", "user@a", "x" * 64])
def test_what_is_no_host_name(text: str) -> None:
    assert normalize_host_name(text) == ""
