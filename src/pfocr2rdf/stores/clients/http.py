"""Requests to a server: retried where that is worth it, refused in one sentence, and never taken elsewhere by a redirect."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO

import httpx
import tenacity

from pfocr2rdf.errors import StoreError
from pfocr2rdf.storage.layout import TOOL
from pfocr2rdf.stores.clients.credentials import Credentials

RETRY_FOR = 120.0
"""For how many seconds a request is tried again that a server does not answer, or answers with a fault of its own."""

TIMEOUT = 300.0
"""How many seconds may pass without a byte from the server."""

_CONNECTING = 10.0
_FEW = 5  # tries where the server says that the fault is its own, but not that it will pass
_SHOWN = 300
_HTML = re.compile(r"\s*(?:<!doctype html|<html)", re.IGNORECASE).match
_MOVED = (301, 302, 303, 307, 308)
_UNKNOWN = (401, 407)
_TURNED_AWAY = (429, 503)  # nothing was done
_UNAVAILABLE = (*_TURNED_AWAY, 502, 504)
_LONGER = 12  # times the timeout


class RefusedError(StoreError):
    """The server answered, and the answer is no.

    Attributes:
        status: of the answer.
        server: what it calls itself.
    """

    def __init__(self, sentence: str, response: httpx.Response) -> None:
        super().__init__(sentence)
        self.status = response.status_code
        self.server = response.headers.get("Server", "")

    @property
    def hopeless(self) -> bool:
        """Whether no other request would fare better: another server or a password is wanted, or this one is out of service."""
        return self.status in (*_MOVED, *_UNKNOWN, *_UNAVAILABLE)


class _AgainError(Exception):
    """Worth another try; where it was not ``begun``, also for what must not be done twice."""

    def __init__(self, error: StoreError, after: float = 0.0, *, passing: bool = True, begun: bool = True) -> None:
        super().__init__(str(error))
        self.error = error
        self.after = after
        self.passing = passing
        self.begun = begun


class Web:
    """A connection to a server, for several threads.

    Args:
        credentials: who we are.
        retry_for: for how many seconds a request is tried again.
        timeout: how many seconds may pass without a byte.

    Attributes:
        credentials: who we are.
        patience: the timeout of a request that a server has to work for: to move or to count a whole graph takes it longer.
        retries: how often a request was tried again.
    """

    def __init__(self, credentials: Credentials, *, retry_for: float = RETRY_FOR, timeout: float = TIMEOUT) -> None:
        self.credentials = credentials
        self.patience = httpx.Timeout(_LONGER * timeout, connect=_CONNECTING)
        self.retries = 0
        self._retry_for = retry_for
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._client = httpx.Client(
            auth=credentials.auth() if credentials else None,
            timeout=httpx.Timeout(timeout, connect=_CONNECTING),
            limits=httpx.Limits(max_keepalive_connections=16),
            headers={"User-Agent": TOOL.replace(" ", "/"), "Accept-Encoding": "identity"},
        )

    def stop(self) -> None:
        """Try nothing again from now on, in no thread."""
        self._stopped.set()

    def close(self) -> None:
        """Close its connections."""
        self.stop()
        self._client.close()

    def send(self, method: str, url: str, *, again: bool = True, **request: Any) -> httpx.Response:
        """The answer to a request, which is one of success.

        Args:
            method: of HTTP.
            url: where to.
            again: whether it may be tried again though the server may have done it; what it does must then be the same if done twice.
            request: what httpx takes: ``params``, ``content``, ``data``, ``headers``.

        Raises:
            RefusedError: the server answered with no, or with a redirect.
            StoreError: it cannot be reached.
        """
        return self._tried(method, url, request, None, again=again)

    def save(self, method: str, url: str, file: BinaryIO, **request: Any) -> httpx.Response:
        """The same, but what is in the answer goes into a file, from its beginning, and is not held in memory."""
        return self._tried(method, url, request, file, again=True)

    def _tried(self, method: str, url: str, request: Mapping[str, Any], file: BinaryIO | None, *, again: bool) -> httpx.Response:
        tries = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, _AgainError) and (again or not error.begun)),
            stop=tenacity.stop_any(tenacity.stop_after_delay(self._retry_for), _Enough(), tenacity.stop_when_event_set(self._stopped)),
            wait=_pause,
            sleep=tenacity.sleep_using_event(self._stopped),
            before_sleep=self._count,
            reraise=True,
        )
        try:
            return tries(self._once, method, url, request, file)
        except _AgainError as error:
            raise error.error from None

    def _count(self, _: tenacity.RetryCallState) -> None:
        with self._lock:
            self.retries += 1

    def _once(self, method: str, url: str, request: Mapping[str, Any], file: BinaryIO | None) -> httpx.Response:
        try:
            with self._client.stream(method, url, **request) as response:
                if file and response.is_success and "html" not in response.headers.get("Content-Type", ""):
                    file.seek(0)
                    file.truncate()
                    for piece in response.iter_bytes():
                        file.write(piece)
                    return response
                response.read()
        except httpx.TimeoutException as error:
            reached = not isinstance(error, httpx.ConnectTimeout)
            sentence = f"{url}: the server does not answer; look after it, or allow more with --timeout"
            raise _AgainError(StoreError(sentence), begun=reached) from None
        except httpx.UnsupportedProtocol as error:
            raise StoreError(f"{url}: {error}") from None
        except httpx.RequestError as error:
            reason = self.credentials.hidden(str(error)) or type(error).__name__
            if "CERTIFICATE" in reason.upper():
                raise StoreError(f"{url}: the server's certificate is not to be trusted: {reason}") from None
            reached = not isinstance(error, httpx.ConnectError)
            sentence = f"{url}: the connection failed: {reason}; see whether the server runs, and try again"
            raise _AgainError(StoreError(sentence), begun=reached) from None
        return self._judged(response, method, url)

    def _judged(self, response: httpx.Response, method: str, url: str) -> httpx.Response:
        status = response.status_code
        if status in _MOVED:
            there = self.credentials.hidden(response.headers.get("Location", "elsewhere"))
            raise RefusedError(f"{url}: the server redirects to {there}; name that URL if you trust it", response)
        if status in _UNKNOWN:
            raise RefusedError(self.credentials.refused(url), response)
        text = self.said(response)
        if response.is_success:
            if _HTML(text):
                raise RefusedError(f"{url}: answers {method} with a page, not with data; is it the URL of a SPARQL service?", response)
            return response
        error = RefusedError(f"{url}: {method} is answered with {status} {response.reason_phrase}{f': {text}' if text else ''}", response)
        if status == 429 or (status >= 500 and status != 501):
            after = min(_asked_for(response.headers.get("Retry-After", "")), self._retry_for)
            raise _AgainError(error, after, passing=status in _UNAVAILABLE, begun=status not in _TURNED_AWAY)
        raise error

    def said(self, response: httpx.Response) -> str:
        """The beginning of an answer, in one line and without secrets."""
        text = " ".join(response.content[: 4 * _SHOWN].decode(errors="replace").split())
        text = self.credentials.hidden("".join(one if one.isprintable() else " " for one in text))
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} ..."


class _Enough(tenacity.stop.stop_base):
    """Stops where it was tried often enough, for a fault that may not pass."""

    def __call__(self, retry_state: tenacity.RetryCallState) -> bool:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        return isinstance(error, _AgainError) and not error.passing and retry_state.attempt_number >= _FEW


def _pause(state: tenacity.RetryCallState) -> float:
    """Longer each time, and never the same for two at once; or as long as the server asks for."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.after if isinstance(error, _AgainError) else 0.0
    return max(asked, tenacity.wait_random_exponential(multiplier=0.2, max=10)(state))


def _asked_for(text: str) -> float:
    """The seconds of a ``Retry-After``."""
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return 0.0
