"""Requests to a site that may be anybody's: bounded in time and size, and taken nowhere else by a redirect."""

from __future__ import annotations

import asyncio
import threading
import zlib
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import httpx

from pfocr2rdf.storage.layout import TOOL

MOST = 16 << 20
"""How many bytes of an answer are read at most."""

HOPS = 5
"""How many redirects are followed at most."""

_MOVED = (301, 302, 303, 307, 308)
_SHOWN = 200
_SILENT = 3
_HEAD_AND_BODY = 3  # times the timeout, for all of an answer


class GoneError(Exception):
    """The site does not answer any more."""


class Answer(NamedTuple):
    """What came back.

    Attributes:
        url: what was asked for; after redirects, the last one.
        status: of HTTP; 0 where there was no answer.
        headers: by their names in lower case.
        body: the first bytes, unpacked.
        fault: why there is no whole answer, in one clause; empty where there is.
        hops: how many redirects led to it.
    """

    url: str
    status: int = 0
    headers: Mapping[str, str] = {}
    body: bytes = b""
    fault: str = ""
    hops: int = 0

    @property
    def media_type(self) -> str:
        """The media type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """The charset that the header names."""
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = part.partition("=")
            if name.strip().lower() == "charset":
                return value.strip().strip('"').lower()
        return ""

    @property
    def location(self) -> str:
        """Where a redirect leads; empty where this is none."""
        told = self.headers.get("location", "") if self.status in _MOVED else ""
        try:
            return urljoin(self.url, told) if told else ""
        except ValueError:
            return told

    def vary(self, name: str) -> bool:
        """Whether the answer says that it depends on a header."""
        names = {one.strip().lower() for one in self.headers.get("vary", "").split(",")}
        return bool(names & {name.lower(), "*"})


def shown(text: str) -> str:
    """Words of a stranger in one line that does no harm."""
    text = "".join(one if one.isprintable() else " " for one in text[: _SHOWN + 1])
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} ..."


class Visitor:
    """Asks a site.

    Args:
        url: of the site; it ends in a slash.
        timeout: how many seconds may pass without a byte; all of an answer has three times as long.

    Attributes:
        url: of the site.
        requests: how many there were.
    """

    def __init__(self, url: str, timeout: float) -> None:
        self.url = url
        self.requests = 0
        self._silent = 0
        self._timeout = timeout
        self._loop = asyncio.new_event_loop()  # of its own, in a thread: the caller may have one that runs
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        agent = {"User-Agent": TOOL.replace(" ", "/"), "Accept-Encoding": "gzip"}
        self._client = httpx.AsyncClient(timeout=timeout, headers=agent, follow_redirects=False)

    def close(self) -> None:
        """Close its connections."""
        asyncio.run_coroutine_threadsafe(self._client.aclose(), self._loop).result()
        asyncio.run_coroutine_threadsafe(self._loop.shutdown_asyncgens(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def is_here(self, url: str) -> bool:
        """Whether a URL is one of the site."""
        try:
            return urlsplit(url)._replace(query="", fragment="").geturl().startswith(self.url)
        except ValueError:
            return False

    def ask(self, url: str, accept: str = "", *, most: int = MOST) -> Answer:
        """The answer to a GET.

        Args:
            url: a URL of the site.
            accept: the value of the header; with an empty one it is not sent.
            most: how many bytes are read at most.

        Raises:
            GoneError: the last few were not answered; nor will be the next ones, each in all the time that it has.
        """
        if self._silent >= _SILENT:
            raise GoneError
        self.requests += 1
        answer = asyncio.run_coroutine_threadsafe(self._bounded(url, accept, most), self._loop).result()
        self._silent = 0 if answer.status else self._silent + 1
        return answer

    def follow(self, url: str, accept: str = "", *, most: int = MOST) -> Answer:
        """The answer at the end of the redirects of the site; its ``fault`` tells of a circle, and of one that leads elsewhere.

        Args:
            url: a URL of the site.
            accept: the value of the header.
            most: how many bytes are read at most.

        Raises:
            GoneError: the site does not answer any more.
        """
        seen = {url}
        for hops in range(HOPS + 1):
            answer = self.ask(url, accept, most=most)._replace(hops=hops)
            url = answer.location
            if not url:
                return answer
            if not self.is_here(url):
                return answer._replace(fault=f"leads to {shown(url)}, which is not in the site")
            if url in seen:
                return answer._replace(fault="redirects in a circle")
            seen.add(url)
        return answer._replace(fault=f"has more than {HOPS} redirects, one after the other")

    async def _bounded(self, url: str, accept: str, most: int) -> Answer:
        try:
            async with asyncio.timeout(_HEAD_AND_BODY * self._timeout):
                return await self._asked(url, accept, most)
        except (TimeoutError, httpx.TimeoutException):
            return Answer(url, fault="is not answered in time")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return Answer(url, fault=f"cannot be asked for: {shown(str(error)) or type(error).__name__}")

    async def _asked(self, url: str, accept: str, most: int) -> Answer:
        request = self._client.build_request("GET", url)
        del request.headers["Accept"]
        if accept:
            request.headers["Accept"] = accept
        response = await self._client.send(request, stream=True)
        try:
            headers = {name.lower(): value for name, value in response.headers.items()}
            body, fault = await _body(response, most)
            return Answer(url, response.status_code, headers, body, fault)
        finally:
            await response.aclose()


async def _body(response: httpx.Response, most: int) -> tuple[bytes, str]:
    """The body, unpacked no further than it is wanted, and what is wrong with it."""
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip", ""):
        return b"", f"is encoded as {shown(coding)}, which was not asked for"
    packed = zlib.decompressobj(wbits=31) if "gzip" in coding else None
    body = bytearray()
    async for block in response.aiter_raw():
        try:
            body += packed.decompress(block, most + 1 - len(body)) if packed else block
        except zlib.error:
            return bytes(body), "says that it is packed with gzip, and is not"
        if len(body) > most:
            return bytes(body[:most]), f"has more than {most:,} bytes"
    if packed and not packed.eof:
        return bytes(body), "ends before its end"
    return bytes(body), ""
