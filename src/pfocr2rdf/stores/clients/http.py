"""An HTTP client with retries, errors in one sentence, and no redirects, which could lead credentials and data elsewhere."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO

import httpx
import tenacity

from pfocr2rdf.errors import StoreError
from pfocr2rdf.rdf.text import blank_unprintable, truncate
from pfocr2rdf.storage.layout import TOOL
from pfocr2rdf.stores.clients.credentials import Credentials

REQUEST_RETRY_SECONDS = 120.0
"""The default of the seconds for which a request is sent again, once the server has answered."""

REQUEST_TIMEOUT_SECONDS = 300.0
"""How many seconds may pass without a byte from the server."""

_CONNECT_TIMEOUT_SECONDS = 10.0
_MAX_ATTEMPTS = 5  # for an error of the server that may not be transient
_EXCERPT_MAX_CHARS = 300
_ERRNO_PREFIX = re.compile(r"^\[Errno -?\d+\] ")
_IS_HTML = re.compile(r"\s*(?:<!doctype html|<html)", re.IGNORECASE).match
_REDIRECT_STATUSES = (301, 302, 303, 307, 308)
_UNAUTHORIZED_STATUSES = (401, 407)
_NOT_PROCESSED_STATUSES = (429, 503)
_UNAVAILABLE_STATUSES = (*_NOT_PROCESSED_STATUSES, 502, 504)
_GATEWAY_STATUSES = (502, 503, 504)  # a proxy may send them for a server that is not there
_LONG_TIMEOUT_FACTOR = 12  # times the timeout


class RequestRefusedError(StoreError):
    """A response that is an error, a redirect, or a page instead of data."""

    def __init__(self, sentence: str, response: httpx.Response) -> None:
        super().__init__(sentence)
        self.status = response.status_code
        self.status_line = f"{self.status} {response.reason_phrase}" if response.is_error else ""
        self.server_header = response.headers.get("Server", "")

    @property
    def is_permanent(self) -> bool:
        """Whether other requests would fail, too: another server or a password is needed, or this one is out of service."""
        return self.status in (*_REDIRECT_STATUSES, *_UNAUTHORIZED_STATUSES, *_UNAVAILABLE_STATUSES)


class _RetryableError(Exception):
    """An error after which the request can be sent again; unless it ``was_sent``, also one that is not idempotent."""

    def __init__(self, error: StoreError, retry_after_seconds: float = 0.0, *, is_transient: bool = True, was_sent: bool = True) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_after_seconds = retry_after_seconds
        self.is_transient = is_transient
        self.was_sent = was_sent


class HttpClient:
    """An HTTP client for one server, safe in several threads.

    It sends a request again for ``retry_seconds``; ``timeout_seconds`` may pass without a byte. Without ``retry_seconds`` a server
    that has never answered is asked once, and later for ``REQUEST_RETRY_SECONDS``. ``report_retry`` is called with the error of the
    first failure, and once more after each success.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        retry_seconds: float | None = None,
        timeout_seconds: float = REQUEST_TIMEOUT_SECONDS,
        report_retry: Callable[[str], object] = len,
    ) -> None:
        self.credentials = credentials
        # Of requests that take a server long, such as to move or to count a whole graph.
        self.long_timeout = httpx.Timeout(_LONG_TIMEOUT_FACTOR * timeout_seconds, connect=_CONNECT_TIMEOUT_SECONDS)
        self.retries = 0  # how often a request was sent again
        self._retry_seconds = REQUEST_RETRY_SECONDS if retry_seconds is None else retry_seconds
        self._is_reachable = retry_seconds is not None  # or assumed to be
        self._report_retry = report_retry
        self._is_failing = False  # since the last successful request
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._client = httpx.Client(
            auth=credentials.auth() if credentials else None,
            timeout=httpx.Timeout(timeout_seconds, connect=_CONNECT_TIMEOUT_SECONDS),
            limits=httpx.Limits(max_keepalive_connections=16),
            headers={"User-Agent": TOOL.replace(" ", "/"), "Accept-Encoding": "identity"},
        )

    def stop(self) -> None:
        """Send nothing again from now on, in no thread."""
        self._stopped.set()

    def close(self) -> None:
        """Close the connections."""
        self.stop()
        self._client.close()

    def request(self, method: str, url: str, *, idempotent: bool = True, **options: Any) -> httpx.Response:
        """The successful response to a request with options of httpx, such as ``params``, ``content``, ``data`` and ``headers``.

        One that is not ``idempotent`` is not sent again where the server may have executed it.

        Raises:
            RequestRefusedError: the response is an error, a redirect, or a page.
            StoreError: the server cannot be reached.
        """
        return self._request_with_retries(method, url, options, None, idempotent=idempotent)

    def download(self, method: str, url: str, file: BinaryIO, **options: Any) -> httpx.Response:
        """Send a request, and stream the body of the response into a file, which is then at its beginning."""
        return self._request_with_retries(method, url, options, file, idempotent=True)

    def _request_with_retries(
        self, method: str, url: str, request: Mapping[str, Any], file: BinaryIO | None, *, idempotent: bool
    ) -> httpx.Response:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, _RetryableError) and (idempotent or not error.was_sent)),
            stop=self._is_last_attempt,
            wait=_wait_seconds,
            sleep=tenacity.sleep_using_event(self._stopped),
            before_sleep=self._count_retry,
            reraise=True,
        )
        try:
            response: httpx.Response = retrying(self._request_once, method, url, request, file)
            self._is_failing = False
            return response
        except _RetryableError as error:
            raise error.error from None

    def _is_last_attempt(self, state: tenacity.RetryCallState) -> bool:
        """Whether the time is over, or there were enough attempts for an error that may not be transient."""
        error = state.outcome.exception() if state.outcome else None
        is_lasting = isinstance(error, _RetryableError) and not error.is_transient and state.attempt_number >= _MAX_ATTEMPTS
        return is_lasting or self._stopped.is_set() or (state.seconds_since_start or 0.0) >= self._retry_seconds

    def _count_retry(self, state: tenacity.RetryCallState) -> None:
        with self._lock:
            self.retries += 1
            is_first, self._is_failing = not self._is_failing, True
        error = state.outcome.exception() if state.outcome else None
        if is_first and isinstance(error, _RetryableError):
            self._report_retry(f"{error.error}; retrying for {self._retry_seconds:g} s, press Ctrl-C to stop")

    def _request_once(self, method: str, url: str, request: Mapping[str, Any], file: BinaryIO | None) -> httpx.Response:
        try:
            with self._client.stream(method, url, **request) as response:
                self._is_reachable |= response.status_code not in _GATEWAY_STATUSES or "Retry-After" in response.headers
                if file and response.is_success and "html" not in response.headers.get("Content-Type", ""):
                    file.seek(0)
                    file.truncate()
                    for piece in response.iter_bytes():
                        file.write(piece)
                    return response
                response.read()
        except httpx.TimeoutException as error:
            reached = not isinstance(error, httpx.ConnectTimeout)
            sentence = f"{url}: the server does not respond; check that it runs, or raise --timeout"
            raise self._unanswered(sentence, was_sent=reached) from None
        except httpx.UnsupportedProtocol as error:
            raise StoreError(f"{url}: {error}") from None
        except httpx.RequestError as error:
            reason = self.credentials.mask(str(error)) or type(error).__name__
            if "CERTIFICATE" in reason.upper():
                raise StoreError(f"{url}: the server's certificate is not trusted: {reason}") from None
            reached = not isinstance(error, httpx.ConnectError)
            sentence = f"{url}: the connection failed: {_ERRNO_PREFIX.sub('', reason)}; check that the server runs"
            raise self._unanswered(sentence, was_sent=reached) from None
        return self._check_response(response, method, url)

    def _unanswered(self, sentence: str, *, was_sent: bool) -> Exception:
        """The error for a request without a response; to be retried where the server is known to exist."""
        if self._is_reachable:
            return _RetryableError(StoreError(sentence), was_sent=was_sent)
        return StoreError(f"{sentence}, or wait for it with --retry-for SECONDS")

    def _check_response(self, response: httpx.Response, method: str, url: str) -> httpx.Response:
        status = response.status_code
        if status in _REDIRECT_STATUSES:
            location = self.credentials.mask(response.headers.get("Location", "elsewhere"))
            raise RequestRefusedError(f"{url}: the server redirects to {location}; name that URL if you trust it", response)
        if status in _UNAUTHORIZED_STATUSES:
            raise RequestRefusedError(self.credentials.explain_refusal(url), response)
        text = self.body_excerpt(response)
        if response.is_success:
            if _IS_HTML(text):
                sentence = f"{url}: the server responds to {method} with an HTML page; check that this is the URL of a SPARQL service"
                raise RequestRefusedError(sentence, response)
            return response
        answer = f"{status} {response.reason_phrase}{f': {text}' if text else ''}"
        error = RequestRefusedError(f"{url}: the server responds to {method} with {answer}", response)
        if (status == 429 or (status >= 500 and status != 501)) and self._is_reachable:
            after = min(_retry_after_seconds(response.headers.get("Retry-After", "")), self._retry_seconds)
            is_transient, was_sent = status in _UNAVAILABLE_STATUSES, status not in _NOT_PROCESSED_STATUSES
            raise _RetryableError(error, after, is_transient=is_transient, was_sent=was_sent)
        raise error

    def body_excerpt(self, response: httpx.Response) -> str:
        """The beginning of a response body, in one line and without secrets."""
        text = " ".join(response.content[: 4 * _EXCERPT_MAX_CHARS].decode(errors="replace").split())
        return truncate(self.credentials.mask(blank_unprintable(text)), _EXCERPT_MAX_CHARS)


def _wait_seconds(state: tenacity.RetryCallState) -> float:
    """Exponential backoff with jitter, or as long as the server asks for."""
    error = state.outcome.exception() if state.outcome else None
    retry_after_seconds = error.retry_after_seconds if isinstance(error, _RetryableError) else 0.0
    return max(retry_after_seconds, tenacity.wait_random_exponential(multiplier=0.2, max=10)(state))


def _retry_after_seconds(text: str) -> float:
    """The seconds of a ``Retry-After`` header, which has a number or a date."""
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return 0.0
