"""The HTTP client of the audit. The site is not trusted: requests are bounded in time and size, and redirects do not leave it."""

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

MAX_BODY_BYTES = 16 << 20  # the limit of a response's body
MAX_REDIRECTS = 5  # the limit of redirects one after the other
_REDIRECT_STATUSES = (301, 302, 303, 307, 308)
_MAX_EXCERPT_CHARS = 200
_MAX_UNANSWERED_REQUESTS = 3
_TOTAL_TIMEOUT_FACTOR = 3  # times the timeout, for a whole response


class SiteUnreachableError(Exception):
    """The site does not respond any more."""


class HttpResponse(NamedTuple):
    """An HTTP response."""

    url: str  # after redirects, the last one
    status: int = 0  # 0 if there was no response
    headers: Mapping[str, str] = {}  # by their names in lower case
    body: bytes = b""  # decompressed, up to the limit
    fault: str = ""  # why the response is not complete, in one clause; ``""`` if it is
    redirect_count: int = 0

    @property
    def outcome(self) -> str:
        """What is wrong with the response where its status is not the right one, in one clause."""
        return self.fault or f"responds with {self.status}"

    @property
    def media_type(self) -> str:
        """The media type, without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """The charset of the ``Content-Type`` header."""
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = part.partition("=")
            if name.strip().lower() == "charset":
                return value.strip().strip('"').lower()
        return ""

    @property
    def location(self) -> str:
        """The target of a redirect; ``""`` if this is none."""
        location = self.headers.get("location", "") if self.status in _REDIRECT_STATUSES else ""
        try:
            return urljoin(self.url, location) if location else ""
        except ValueError:
            return location

    def varies_by(self, name: str) -> bool:
        """Whether the ``Vary`` header names another header."""
        return not {name.lower(), "*"}.isdisjoint(map(str.strip, self.headers.get("vary", "").lower().split(",")))


def printable_excerpt(text: str) -> str:
    """Text of the site in one harmless line."""
    return truncate(blank_unprintable(text[: _MAX_EXCERPT_CHARS + 1]), _MAX_EXCERPT_CHARS)


class AuditClient:
    """A client for the site at a URL that ends in a slash. A response may pause for ``timeout`` seconds, and take three times as long."""

    def __init__(self, url: str, timeout: float, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.url = url
        self.request_count = 0
        self._unanswered_requests = 0
        self._timeout = timeout
        self._loop = asyncio.new_event_loop()  # a separate one, in a thread: the caller may have a running one
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        headers = {"User-Agent": TOOL.replace(" ", "/"), "Accept-Encoding": "gzip"}
        self._client = httpx.AsyncClient(transport=transport, timeout=timeout, headers=headers, follow_redirects=False)

    def close(self) -> None:
        """Close the connections."""
        asyncio.run_coroutine_threadsafe(self._client.aclose(), self._loop).result()
        asyncio.run_coroutine_threadsafe(self._loop.shutdown_asyncgens(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def is_on_site(self, url: str) -> bool:
        """Whether a URL is on the site."""
        try:
            return urlsplit(url)._replace(query="", fragment="").geturl().startswith(self.url)
        except ValueError:
            return False

    def get(self, url: str, accept: str = "", *, max_bytes: int = MAX_BODY_BYTES) -> HttpResponse:
        """Send a GET request, with an ``Accept`` header unless it is empty.

        Raises:
            SiteUnreachableError: the last few requests had no response; the next ones would only take their whole time.
        """
        if self._unanswered_requests >= _MAX_UNANSWERED_REQUESTS:
            raise SiteUnreachableError
        self.request_count += 1
        response = asyncio.run_coroutine_threadsafe(self._get_in_time(url, accept, max_bytes), self._loop).result()
        self._unanswered_requests = 0 if response.status else self._unanswered_requests + 1
        return response

    def follow(self, url: str, accept: str = "", *, max_bytes: int = MAX_BODY_BYTES) -> HttpResponse:
        """Send a GET request and follow redirects on the site. Its ``fault`` says if they go in a circle or leave the site.

        Raises:
            SiteUnreachableError: the site does not respond any more.
        """
        visited = {url}
        for redirect_count in range(MAX_REDIRECTS + 1):
            response = self.get(url, accept, max_bytes=max_bytes)._replace(redirect_count=redirect_count)
            url = response.location
            if not url:
                return response
            if not self.is_on_site(url):
                return response._replace(fault=f"redirects to {printable_excerpt(url)}, which is not in the site")
            if url in visited:
                return response._replace(fault="redirects in a circle")
            visited.add(url)
        return response._replace(fault=f"has more than {MAX_REDIRECTS} consecutive redirects")

    async def _get_in_time(self, url: str, accept: str, max_bytes: int) -> HttpResponse:
        try:
            async with asyncio.timeout(_TOTAL_TIMEOUT_FACTOR * self._timeout):
                return await self._send_request(url, accept, max_bytes)
        except (TimeoutError, httpx.TimeoutException):
            return HttpResponse(url, fault="does not respond in time")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return HttpResponse(url, fault=f"cannot be reached: {printable_excerpt(str(error)) or type(error).__name__}")

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
    """The body, decompressed up to the limit, and what is wrong with it."""
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip", ""):
        return b"", f"is encoded as {printable_excerpt(coding)}, which was not requested"
    decompressor = zlib.decompressobj(wbits=31) if "gzip" in coding else None
    body = bytearray()
    async for block in response.aiter_raw():
        try:
            body += decompressor.decompress(block, max_bytes + 1 - len(body)) if decompressor else block
        except zlib.error:
            return bytes(body), "has the header Content-Encoding: gzip, but is not compressed"
        if len(body) > max_bytes:
            return bytes(body[:max_bytes]), f"has more than {max_bytes:,} bytes"
    if decompressor and not decompressor.eof:
        return bytes(body), "ends before its end"
    return bytes(body), ""
