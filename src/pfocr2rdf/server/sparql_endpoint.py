"""The SPARQL endpoint, with its service description and the VoID description of its dataset."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import IO, Any

import pyoxigraph
from pyoxigraph import RdfFormat
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive

from pfocr2rdf.errors import StoreError
from pfocr2rdf.server.answers import QueryAnswers, streamed_answer
from pfocr2rdf.server.client_network import client_network
from pfocr2rdf.server.content_negotiation import GRAPH_MEDIA_TYPES, RESULT_MEDIA_TYPES, choose_media_type, negotiate
from pfocr2rdf.server.execute import SparqlRequest
from pfocr2rdf.server.file_responses import file_response
from pfocr2rdf.server.middleware import LOG
from pfocr2rdf.server.query_pages import QueryPages
from pfocr2rdf.server.request_urls import base_url, root_path
from pfocr2rdf.server.service_description import describe_service, serialize_triples
from pfocr2rdf.server.settings import ServerSettings
from pfocr2rdf.server.sparql_protocol import HttpError, ProtocolRequest, parse_request
from pfocr2rdf.server.store_view import StoreView
from pfocr2rdf.server.transfers import TransferTable
from pfocr2rdf.server.worker_pool import StreamedResult, retry_headers
from pfocr2rdf.site.pages.graph_reader import DESCRIPTION_GRAPH
from pfocr2rdf.stores.embedded import StoreManager
from pfocr2rdf.stores.querying.examples import find_example
from pfocr2rdf.stores.querying.lookup import LookupExceededError

_ALL_MEDIA_TYPES = ["text/plain", *RESULT_MEDIA_TYPES, *GRAPH_MEDIA_TYPES]
_RDF_MEDIA_TYPES = [kind for kind in GRAPH_MEDIA_TYPES if kind != "text/html"]


class SparqlEndpoint:
    """The endpoints that answer queries."""

    def __init__(
        self,
        store: StoreManager[StoreView],
        answers: QueryAnswers,
        query_pages: QueryPages,
        transfers: TransferTable,
        settings: ServerSettings,
    ) -> None:
        self._store = store
        self._answers = answers
        self._query_pages = query_pages
        self._transfers = transfers
        self._settings = settings

    async def sparql(self, request: Request) -> Response:
        """The SPARQL endpoint: a query result, the service description, or the query page."""
        protocol_request = await parse_request(request, self._settings, f"{base_url(request)}/sparql")
        if request.method == "GET" and any(request.path_params.values()) and _prefers_html(protocol_request):
            location = f"{root_path(request)}/sparql?{request.url.query}"  # the links of the page start there
            return Response(status_code=308, headers={"Location": location})
        if protocol_request.sparql_request is None:
            return await asyncio.to_thread(self._describe_service, request, protocol_request)
        streamed = await self._answer(request, protocol_request.sparql_request)
        if streamed.file is not None:
            return file_response(request, streamed.file, streamed.result.detail, streamed.etag, self._transfers)
        status, message, _ = streamed.result
        if _prefers_html(protocol_request):
            return await asyncio.to_thread(self._query_pages.response, protocol_request.sparql_request.query, message, status)
        raise HttpError(status, message, retry_headers(status))

    async def void(self, request: Request) -> Response:
        """The VoID description of the dataset."""
        media_type = negotiate(request.headers.get("accept", ""), _RDF_MEDIA_TYPES)
        if media_type is None:
            raise HttpError(406, f"the description is available as {', '.join(_RDF_MEDIA_TYPES)}")
        text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{DESCRIPTION_GRAPH}> {{ ?s ?p ?o }} }}"
        streamed = await self._execute(request, SparqlRequest(text, "application/n-triples"))
        if streamed.file is None:
            raise HttpError(streamed.result.status, streamed.result.detail, retry_headers(streamed.result.status))
        body = await asyncio.to_thread(_convert_ntriples, streamed.file, GRAPH_MEDIA_TYPES[media_type])
        if not body:
            raise HttpError(404, "the store has no dataset description; load an export with 'pfocr2rdf load' to add one")
        return Response(body, media_type=media_type)

    def _describe_service(self, request: Request, protocol_request: ProtocolRequest) -> Response:
        media_type = choose_media_type(protocol_request.accept, protocol_request.formats, list(GRAPH_MEDIA_TYPES))
        if media_type is None:
            raise HttpError(406, f"the service description is available as {', '.join(GRAPH_MEDIA_TYPES)}")
        if media_type == "text/html":
            example = find_example(protocol_request.example_name)
            return self._query_pages.response(example.text if example else "")
        base = base_url(request)
        urls = f"{base}/sparql", f"{base}/.well-known/void"
        triples = describe_service(*urls, self._graph_names(), allow_service=self._settings.allow_service)
        return Response(serialize_triples(triples, GRAPH_MEDIA_TYPES[media_type]), media_type=media_type)

    def _graph_names(self) -> list[str]:
        """The named graphs that the description of the service lists; none if the store has no dataset, or is being written to."""
        try:
            with self._store.acquire() as view:
                return view.pages.graph_names()
        except StoreError as error:
            LOG.warning("the service description has no graphs: %s", error)
            return []

    async def _answer(self, request: Request, sparql_request: SparqlRequest) -> StreamedResult:
        """The answer to a query, as quickly as it may be."""
        try:
            if answer := self._answers.find(sparql_request):
                return streamed_answer(answer)
        except LookupExceededError:
            lookup = self._answers.execute_lookup(sparql_request, client_network(request.client))
            streamed = await _run_unless_gone(request, lookup)
            if streamed.file is not None:
                return streamed
        return await self._execute(request, sparql_request)

    async def _execute(self, request: Request, sparql_request: SparqlRequest) -> StreamedResult:
        return await _run_unless_gone(request, self._answers.execute(sparql_request, client_network(request.client)))


async def _run_unless_gone(request: Request, work: Coroutine[Any, Any, StreamedResult]) -> StreamedResult:
    """Run a query, and cancel it if the client disconnects."""
    execution = asyncio.ensure_future(work)
    disconnect = asyncio.ensure_future(_wait_for_disconnect(request.receive))
    try:
        await asyncio.wait((execution, disconnect), return_when=asyncio.FIRST_COMPLETED)
        if not execution.done():
            raise HttpError(400, "the client has disconnected")
        return execution.result()
    finally:
        disconnect.cancel()
        execution.cancel()
        await asyncio.wait((execution, disconnect))


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _convert_ntriples(file: IO[bytes], format_name: str) -> bytes:
    """Close a file of N-Triples, and return what it has in another format; nothing for no statements."""
    with file:
        triples = [quad.triple for quad in pyoxigraph.parse(file, format=RdfFormat.N_TRIPLES)]
    return serialize_triples(triples, format_name) if triples else b""


def _prefers_html(request: ProtocolRequest) -> bool:
    return choose_media_type(request.accept, request.formats, _ALL_MEDIA_TYPES) == "text/html"
