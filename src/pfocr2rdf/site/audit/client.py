"""Requests to a site that may be anybody's: bounded in time and size, and taken nowhere else by a redirect."""

from __future__ import annotations

import asyncio
import threading
import zlib
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import httpx

from pfocr2rdf.rdf.text import blank_unprintable, truncate
from pfocr2rdf.storage.layout import TOOL

MAX_BODY_BYTES = 16 << 20
"""How many bytes of an answer are read at most."""

MAX_REDIRECTS = 5
"""How many redirects are followed at most."""

_REDIRECT_STATUSES = (301, 302, 303, 307, 308)
_MAX_EXCERPT_CHARS = 200
_MAX_UNANSWERED_REQUESTS = 3
_TOTAL_TIMEOUT_FACTOR = 3  # times the timeout, for all of an answer


class SiteUnreachableError(Exception):
    """The site does not answer any more."""


class HttpResponse(NamedTuple):
    """What came back.

    Attributes:
        url: what was asked for; after redirects, the last one.
        status: of HTTP; 0 where there was no answer.
        headers: by their names in lower case.
        body: the first bytes, unpacked.
        fault: why there is no whole answer, in one clause; empty where there is.
        redirect_count: how many redirects led to it.
    """

    url: str
    status: int = 0
    headers: Mapping[str, str] = {}
    body: bytes = b""
    fault: str = ""
    redirect_count: int = 0

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
        told = self.headers.get("location", "") if self.status in _REDIRECT_STATUSES else ""
        try:
            return urljoin(self.url, told) if told else ""
        except ValueError:
            return told

    def varies_by(self, name: str) -> bool:
        """Whether the answer says that it depends on a header."""
        names = {one.strip().lower() for one in self.headers.get("vary", "").split(",")}
        return bool(names & {name.lower(), "*"})


def printable_excerpt(text: str) -> str:
    """Words of a stranger in one line that does no harm."""
    return truncate(blank_unprintable(text[: _MAX_EXCERPT_CHARS + 1]), _MAX_EXCERPT_CHARS)


class AuditClient:
    """Asks a site.

    Args:
        url: of the site; it ends in a slash.
        timeout: how many seconds may pass without a byte; all of an answer has three times as long.

    Attributes:
        url: of the site.
        request_count: how many there were.
    """

    def __init__(self, url: str, timeout: float) -> None:
        self.url = url
        self.request_count = 0
        self._unanswered_requests = 0
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

    def is_on_site(self, url: str) -> bool:
        """Whether a URL is one of the site."""
        try:
            return urlsplit(url)._replace(query="", fragment="").geturl().startswith(self.url)
        except ValueError:
            return False

    def get(self, url: str, accept: str = "", *, max_bytes: int = MAX_BODY_BYTES) -> HttpResponse:
        """The answer to a GET.

        Args:
            url: a URL of the site.
            accept: the value of the header; with an empty one it is not sent.
            max_bytes: how many bytes are read at most.

        Raises:
            SiteUnreachableError: the last few were not answered; nor will be the next ones, each in all the time that it has.
        """
        if self._unanswered_requests >= _MAX_UNANSWERED_REQUESTS:
            raise SiteUnreachableError
        self.request_count += 1
        answer = asyncio.run_coroutine_threadsafe(self._get_in_time(url, accept, max_bytes), self._loop).result()
        self._unanswered_requests = 0 if answer.status else self._unanswered_requests + 1
        return answer

    def follow(self, url: str, accept: str = "", *, max_bytes: int = MAX_BODY_BYTES) -> HttpResponse:
        """The answer at the end of the redirects of the site; its ``fault`` tells of a circle, and of one that leads elsewhere.

        Args:
            url: a URL of the site.
            accept: the value of the header.
            max_bytes: how many bytes are read at most.

        Raises:
            SiteUnreachableError: the site does not answer any more.
        """
        seen = {url}
        for hops in range(MAX_REDIRECTS + 1):
            answer = self.get(url, accept, max_bytes=max_bytes)._replace(redirect_count=hops)
            url = answer.location
            if not url:
                return answer
            if not self.is_on_site(url):
                return answer._replace(fault=f"leads to {printable_excerpt(url)}, which is not in the site")
            if url in seen:
                return answer._replace(fault="redirects in a circle")
            seen.add(url)
        return answer._replace(fault=f"has more than {MAX_REDIRECTS} redirects, one after the other")

    async def _get_in_time(self, url: str, accept: str, max_bytes: int) -> HttpResponse:
        try:
            async with asyncio.timeout(_TOTAL_TIMEOUT_FACTOR * self._timeout):
                return await self._send_request(url, accept, max_bytes)
        except (TimeoutError, httpx.TimeoutException):
            return HttpResponse(url, fault="is not answered in time")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return HttpResponse(url, fault=f"cannot be asked for: {printable_excerpt(str(error)) or type(error).__name__}")

    async def _send_request(self, url: str, accept: str, max_bytes: int) -> HttpResponse:
        request = self._client.build_request("GET", url)
        del request.headers["Accept"]
        if accept:
            request.headers["Accept"] = accept
        response = await self._client.send(request, stream=True)
        try:
            headers = {name.lower(): value for name, value in response.headers.items()}
            body, fault = await _read_body(response, max_bytes)
            return HttpResponse(url, response.status_code, headers, body, fault)
        finally:
            await response.aclose()


async def _read_body(response: httpx.Response, max_bytes: int) -> tuple[bytes, str]:
    """The body, unpacked no further than it is wanted, and what is wrong with it."""
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip", ""):
        return b"", f"is encoded as {printable_excerpt(coding)}, which was not asked for"
    packed = zlib.decompressobj(wbits=31) if "gzip" in coding else None
    body = bytearray()
    async for block in response.aiter_raw():
        try:
            body += packed.decompress(block, max_bytes + 1 - len(body)) if packed else block
        except zlib.error:
            return bytes(body), "says that it is packed with gzip, and is not"
        if len(body) > max_bytes:
            return bytes(body[:max_bytes]), f"has more than {max_bytes:,} bytes"
    if packed and not packed.eof:
        return bytes(body), "ends before its end"
    return bytes(body), ""
