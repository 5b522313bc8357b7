"""Plain requests for small answers, which a connection answers itself: parsing by h11 and routing take longer than most lookups.

A request is plain if it came whole in one block, is a query as nearly all clients send it, and has no header that could change what is
done; all others take the usual way through the application. Both give the same response.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from pfocr2rdf.errors import PfocrError
from pfocr2rdf.server.answers import Answer, QueryAnswers
from pfocr2rdf.server.content_negotiation import add_charset, negotiate_coding
from pfocr2rdf.server.execute import SparqlRequest
from pfocr2rdf.server.settings import ServerSettings
from pfocr2rdf.server.sparql_protocol import FORMAT_PARAMETERS, parse_fields, requested_formats

_MAX_BODY_BYTES = 1 << 18
_MAX_UNCODED_BYTES = 1 << 10  # a longer answer may be compressed
_HEAD = re.compile(rb"(GET|POST) /sparql(?:\?([!-~]*))? HTTP/1\.1\r\n((?:[A-Za-z-]+:[\t -~]*\r\n)+)\r\n")
# Headers without a meaning here, and those that are looked at.
_KNOWN_HEADERS = frozenset(
    (
        b"host", b"accept", b"accept-encoding", b"accept-language", b"cache-control", b"connection", b"content-length", b"content-type",
        b"origin", b"pragma", b"referer", b"user-agent",
    )
)  # fmt: skip
_MAX_HEAD_BYTES = 2 << 10
_QUERY_TYPES = (b"application/sparql-query", b"application/sparql-query; charset=utf-8")
_FORM_TYPE = b"application/x-www-form-urlencoded"


class QuickRequest(NamedTuple):
    """A plain request."""

    method: str
    sparql_request: SparqlRequest
    accept_encoding: str


class QuickRequests:
    """Parses plain requests and answers them; ``None`` is for those that take the usual way."""

    def __init__(
        self, answers: QueryAnswers, settings: ServerSettings, is_our_host: Callable[[str, str], bool], headers: Mapping[str, str]
    ) -> None:
        self._header_lines = "".join(f"{name.lower()}: {value}\r\n" for name, value in headers.items())
        self._max_body_bytes = settings.max_query_bytes
        self._answers = answers
        self._is_our_host = is_our_host

    def parse(self, data: bytes, server_name: str) -> QuickRequest | None:
        """A plain request, if the block is one from its first to its last byte."""
        match = _HEAD.match(data)
        if match is None or match.end() > _MAX_HEAD_BYTES:
            return None
        headers: dict[bytes, bytes] = {}
        for line in match[3].split(b"\r\n")[:-1]:
            name, _, value = line.partition(b":")
            name = name.lower()
            if name not in _KNOWN_HEADERS or name in headers:
                return None
            headers[name] = value.strip(b" \t")
        body = data[match.end() :]
        if len(body) > self._max_body_bytes:
            return None
        if headers.get(b"connection", b"keep-alive").lower() != b"keep-alive" or headers.get(b"content-length", b"0") != b"%d" % len(body):
            return None
        host = headers.get(b"host", b"").decode("ascii")
        if not self._is_our_host(host, server_name):
            return None
        accept = headers.get(b"accept", b"").decode("ascii")
        sparql_request = _parse_query(match[1], match[2], headers.get(b"content-type", b"").lower(), body, accept)
        if sparql_request is None:
            return None
        request = sparql_request._replace(base_iri=f"http://{host}/sparql")
        return QuickRequest(match[1].decode("ascii"), request, headers.get(b"accept-encoding", b"").decode("ascii"))

    def find(self, request: QuickRequest) -> Answer | None:
        """The answer, if it is there at once."""
        return self._fit(request, self._answers.find(request.sparql_request))

    async def execute(self, request: QuickRequest, client: str) -> Answer | None:
        """The answer of a worker process for lookups."""
        streamed = await self._answers.execute_lookup(request.sparql_request, client)
        if streamed.file is None:
            return None
        with streamed.file:
            return self._fit(request, Answer(streamed.result.detail, streamed.file.read(_MAX_BODY_BYTES + 1), streamed.etag))

    def render_response(self, answer: Answer, default_headers: Iterable[tuple[bytes, bytes]]) -> bytes:
        """The bytes of a response."""
        vary = "Accept-Encoding, Accept" if len(answer.body) >= _MAX_UNCODED_BYTES else "Accept"
        head = (
            f"content-type: {add_charset(answer.media_type)}\r\ncontent-length: {len(answer.body)}\r\netag: {answer.etag}\r\n"
            f"cache-control: no-cache\r\n{self._header_lines}vary: {vary}\r\n\r\n"
        )
        lines = b"".join(b"%s: %s\r\n" % header for header in default_headers)
        return b"HTTP/1.1 200 OK\r\n" + lines + head.encode("latin-1") + answer.body

    def _fit(self, request: QuickRequest, answer: Answer | None) -> Answer | None:
        if answer is None or len(answer.body) > _MAX_BODY_BYTES:
            return None
        may_be_coded = len(answer.body) >= _MAX_UNCODED_BYTES and negotiate_coding(request.accept_encoding, ("zstd", "br", "gzip"))
        return None if may_be_coded else answer


def _parse_query(method: bytes, target_query: bytes | None, content_type: bytes, body: bytes, accept: str) -> SparqlRequest | None:
    """A query alone, or with a format."""
    try:
        if method == b"POST":
            if target_query is not None:
                return None
            if content_type in _QUERY_TYPES:
                return SparqlRequest(body.decode(), accept)
            if content_type != _FORM_TYPE:
                return None
            fields = parse_fields(body.decode())
        else:
            fields = parse_fields((target_query or b"").decode("ascii")) if not body else []
        queries = [value for name, value in fields if name == "query"]
        if len(queries) != 1 or any(name not in ("query", *FORMAT_PARAMETERS) for name, _ in fields):
            return None
        return SparqlRequest(queries[0], accept, formats=requested_formats(accept, fields))
    except (UnicodeError, PfocrError):  # the full handler reports the error
        return None
