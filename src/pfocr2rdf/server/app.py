"""The ASGI application: routes, SPARQL endpoint, pages."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import re
from collections.abc import AsyncIterator, Coroutine
from contextlib import closing
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

import pyoxigraph
from pyoxigraph import RdfFormat
from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive

from pfocr2rdf.errors import OptionError, StoreError
from pfocr2rdf.pipeline.prefix_files import serialize_prefixes_jsonld, serialize_prefixes_turtle
from pfocr2rdf.rdf.serializers.jsonld import jsonld_context
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.server.answers import Answer, QueryAnswers, make_answer, streamed_answer
from pfocr2rdf.server.client_network import client_network
from pfocr2rdf.server.content_coding import ContentCoding
from pfocr2rdf.server.content_negotiation import GRAPH_MEDIA_TYPES, RESULT_MEDIA_TYPES, add_charset, choose_media_type, negotiate
from pfocr2rdf.server.execute import STORE_UNAVAILABLE_MESSAGE, SparqlRequest
from pfocr2rdf.server.file_responses import PictureFiles, file_response
from pfocr2rdf.server.host_check import HostCheck, HostNames, normalize_host_name
from pfocr2rdf.server.linked_data import SEARCH_PAGE, WARM_UP_STEPS, PageHandler, PageRequest, PageResponse, is_resource
from pfocr2rdf.server.middleware import LOG, HeadersAndAccessLog, common_headers
from pfocr2rdf.server.page_data import PageDataFinder
from pfocr2rdf.server.page_data_process import PageDataProcess
from pfocr2rdf.server.quick_requests import QuickRequests
from pfocr2rdf.server.request_limits import RequestLimits
from pfocr2rdf.server.result_pages import SERVED_SITE, served_site
from pfocr2rdf.server.service_description import describe_service, serialize_triples
from pfocr2rdf.server.settings import BYTES_PER_MEGABYTE, ServerSettings
from pfocr2rdf.server.sparql_protocol import FORMAT_PARAMETERS, HttpError, ProtocolRequest, parse_request
from pfocr2rdf.server.store_view import StoreView
from pfocr2rdf.server.transfers import TransferTable
from pfocr2rdf.server.worker_pool import RETRY_AFTER_HEADERS, StreamedResult
from pfocr2rdf.site.pages.browse_pages import render_not_found_page
from pfocr2rdf.site.pages.graph_reader import DESCRIPTION_GRAPH, DatasetReader
from pfocr2rdf.site.pages.html import ASSETS_DIR, Site
from pfocr2rdf.site.pages.pictures import PICTURES_DIR, PicturePolicy, is_picture_folder, picture_policy
from pfocr2rdf.site.pages.query_page import render_query_page
from pfocr2rdf.site.pages.query_problem import describe_problem
from pfocr2rdf.stores.embedded import EmbeddedStore, StoreManager, require_store
from pfocr2rdf.stores.querying.examples import Example, find_example
from pfocr2rdf.stores.querying.lookup import LookupExceededError
from pfocr2rdf.stores.querying.parameter_values import set_parameters
from pfocr2rdf.stores.store import SolutionMapping

_METHODS = ["GET", "HEAD", "POST", "OPTIONS"]
_is_header_name = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII).fullmatch
_ALL_MEDIA_TYPES = ["text/plain", *RESULT_MEDIA_TYPES, *GRAPH_MEDIA_TYPES]
_RDF_MEDIA_TYPES = [kind for kind in GRAPH_MEDIA_TYPES if kind != "text/html"]
_PREFLIGHT_HEADERS = {
    "Allow": ", ".join(_METHODS),
    "Access-Control-Allow-Methods": ", ".join(_METHODS),
    "Access-Control-Max-Age": "86400",
}
_PAGE_PREFLIGHT_HEADERS = {**_PREFLIGHT_HEADERS, "Allow": "GET, HEAD, OPTIONS", "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS"}
_MAX_CONCURRENT_PAGES = 2  # of each kind: threads of Python that render more at once hinder each other


def application(store: str | os.PathLike[str], settings: ServerSettings = ServerSettings()) -> Starlette:  # noqa: B008 - it cannot be changed
    """Build the ASGI application of an embedded store, which is only read; its lifespan starts and ends the worker processes.

    It has the pages of the dataset, ``/sparql``, ``/.well-known/void`` and ``/health``.

    Raises:
        StoreError: there is no store, or a host name is none.
    """
    require_store(Path(store))
    for name in settings.host_names:
        if not normalize_host_name(name):
            raise StoreError(f"{name!r} is no host name; give it without scheme and port, such as data.example.org")
    policy = picture_policy(settings.pictures, _image_origin(Path(store)))
    service = _Endpoints(Path(os.path.abspath(store)), settings, policy)
    picture_routes = [Mount(f"/{PICTURES_DIR}", PictureFiles(directory=settings.pictures))] if is_picture_folder(settings.pictures) else []
    host_names = HostNames(settings.host_names)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:  # noqa: ARG001 - Starlette calls it so
        service.answers.start()
        making_data = asyncio.create_task(service.page_data.run())
        try:
            yield
        finally:
            service.end_warm_up()
            making_data.cancel()
            await asyncio.wait([making_data])
            await service.answers.close()

    app = Starlette(
        routes=[
            Route("/health", _health, methods=["GET"]),
            Route("/{slashes:slashes}sparql{end:slashes}", service.sparql, methods=_METHODS),
            Route("/queries.html", service.queries, methods=["GET"]),
            Route("/queries/{name:path}", service.example, methods=["GET", "OPTIONS"]),
            Route("/context.jsonld", _context, methods=["GET", "OPTIONS"]),
            Route("/prefixes", _prefixes, methods=["GET", "OPTIONS"]),
            Route("/prefixes.ttl", _prefixes, methods=["GET", "OPTIONS"]),
            Route("/prefixes.jsonld", _prefixes, methods=["GET", "OPTIONS"]),
            Route("/.well-known/void", service.void, methods=["GET", "OPTIONS"]),
            Mount("/assets", StaticFiles(directory=ASSETS_DIR)),
            *picture_routes,
            Route("/search/{path:path}", service.search_file, methods=["GET"]),
            Route("/{path:path}", service.page, methods=["GET", "OPTIONS"]),
        ],
        middleware=[
            Middleware(HeadersAndAccessLog, pictures=policy),
            Middleware(RequestLimits),
            Middleware(HostCheck, host_names=host_names),
            Middleware(ContentCoding),
        ],
        exception_handlers={HttpError: _handle_http_error, HTTPException: _handle_routing_error},
        lifespan=lifespan,
    )
    app.state.quick_requests = QuickRequests(service.answers, settings, host_names.is_ours, common_headers(policy))
    app.router.redirect_slashes = False  # a redirect would follow an untrusted Host header
    return app


def _image_origin(store: Path) -> str:
    """The origin of the dataset's pictures; ``""`` for a store without a dataset."""
    try:
        with closing(EmbeddedStore(store)) as embedded_store:
            return DatasetReader(embedded_store).image_origin()
    except StoreError:
        return ""


class _SlashConvertor(Convertor[str]):
    """Slashes, or none: clients that join a base and a path write ``//sparql``, and some end every address in a slash."""

    regex = "/*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("slashes", _SlashConvertor())


class _Endpoints:
    """The routes that read the store."""

    def __init__(self, store: Path, settings: ServerSettings, pictures: PicturePolicy) -> None:
        self._store: StoreManager[StoreView] = StoreManager(store, lambda embedded: StoreView(embedded, make_pages))
        self.page_data = PageDataProcess(store, PageDataFinder(store, self._store.modification_stamp), self._warm_up)
        make_pages = partial(PageHandler, pictures=pictures, find_data=self.page_data.find)
        self.answers = QueryAnswers(self._store, store, settings)
        self._is_closing = False
        self._settings = settings
        self._transfers = TransferTable(max(settings.max_unsent_mb, settings.max_answer_mb) * BYTES_PER_MEGABYTE)
        self._resource_slots, self._list_slots = asyncio.Semaphore(_MAX_CONCURRENT_PAGES), asyncio.Semaphore(_MAX_CONCURRENT_PAGES)

    def end_warm_up(self) -> None:
        """Let the warm-up end after its present step."""
        self._is_closing = True

    async def sparql(self, request: Request) -> Response:
        """The SPARQL endpoint: a query result, the service description, or the query page."""
        if request.method == "OPTIONS":
            return _preflight_response(request, _PREFLIGHT_HEADERS)
        protocol_request = await parse_request(request, self._settings, f"{_base_url(request)}/sparql")
        if request.method == "GET" and any(request.path_params.values()) and _prefers_html(protocol_request):
            location = f"{_root_path(request)}/sparql?{request.url.query}"  # the links of the page start there
            return Response(status_code=308, headers={"Location": location})
        if protocol_request.sparql_request is None:
            return await asyncio.to_thread(self._describe_service, request, protocol_request)
        streamed = await self._answer(request, protocol_request.sparql_request)
        if streamed.file is not None:
            return file_response(request, streamed.file, streamed.result.detail, streamed.etag, self._transfers)
        status, message, _ = streamed.result
        if _prefers_html(protocol_request):
            return await asyncio.to_thread(self._query_page, protocol_request.sparql_request.query, message, status)
        raise HttpError(status, message, _retry_headers(status))

    def _send(self, request: Request, answer: Answer) -> Response:
        return file_response(request, io.BytesIO(answer.body), answer.media_type, answer.etag, self._transfers)

    async def queries(self, request: Request) -> Response:
        """The query page with the examples."""
        fields = {name: value for name, value in _read_fields(request).items() if name not in FORMAT_PARAMETERS}
        example = find_example(fields.pop("example", ""))
        if (text := fields.pop("query", "")) or not example:
            return await asyncio.to_thread(self._query_page, text)
        try:
            text = await self._set_parameters(example, fields)
        except OptionError as error:
            return await asyncio.to_thread(self._query_page, example.text, str(error), 400)
        return await asyncio.to_thread(self._query_page, text)

    async def example(self, request: Request) -> Response:
        """An example query by its IRI: a redirect to the page where it is in the form, or with values of parameters to its answer."""
        if request.method == "OPTIONS":
            return _preflight_response(request, _PAGE_PREFLIGHT_HEADERS)
        name, fields = request.path_params["name"], _read_fields(request)
        example = find_example(name)
        if name and not example:
            raise HttpError(404, "there is no such example query; all are at /queries.html")
        form = f"queries.html?{urlencode({'example': name, **fields})}" if name else "queries.html"
        location = await self._answer_url(request, example, fields, form) if example and fields else form
        return Response(status_code=303, headers={"Location": f"{_root_path(request)}/{location}"})

    async def _answer_url(self, request: Request, example: Example, fields: dict[str, str], form: str) -> str:
        """The URL of the answer to an example, relative to the root; for a browser that of the form where a value cannot be used."""
        formats = {name: fields.pop(name) for name in FORMAT_PARAMETERS if name in fields}
        try:
            text = await self._set_parameters(example, fields)
        except OptionError as error:
            if negotiate(request.headers.get("accept", ""), ["text/plain", "text/html"]) == "text/html":
                return form
            raise HttpError(400, str(error)) from None
        return f"sparql?{urlencode({'query': text, **formats})}"

    async def _set_parameters(self, example: Example, fields: dict[str, str]) -> str:
        """The text of an example with the values of its parameters; an empty value is the default, as a form sends it."""
        values = {name: value for name, value in fields.items() if value.strip()}
        async with self._list_slots:
            return await asyncio.to_thread(self._set_parameters_in_store, example, values)

    def _set_parameters_in_store(self, example: Example, values: dict[str, str]) -> str:
        def select(text: str) -> list[SolutionMapping]:
            with self._store.acquire() as view:
                return view.store.select(text, prefixes=PREFIXES, use_default_graph_as_union=True)

        try:
            return set_parameters(example.text, values, select)
        except StoreError as error:
            LOG.warning("a name cannot be looked up: %s", error)
            raise HttpError(503, STORE_UNAVAILABLE_MESSAGE, RETRY_AFTER_HEADERS) from None

    async def page(self, request: Request) -> Response:
        """A resource page, or the redirect to one."""
        if request.method == "OPTIONS":
            return _preflight_response(request, _PAGE_PREFLIGHT_HEADERS)
        parameters = request.query_params
        search = parameters.get("q", ""), parameters.get("kind", "")
        page_request = PageRequest(request.path_params["path"], request.headers.get("accept", ""), f"{_base_url(request)}/", *search)
        key = self.answers.page_key(page_request)
        if key and (cached := self.answers.cache.get(key)):
            return self._send(request, cached)
        if page_request.path == SEARCH_PAGE:
            await self.page_data.wait_for_index()
        try:
            async with self._resource_slots if is_resource(page_request) else self._list_slots:
                response = await asyncio.to_thread(self._render, page_request)
        except HttpError as error:
            if error.status != 404 or negotiate(page_request.accept, ["text/plain", "text/html"]) != "text/html":
                raise
            page = render_not_found_page((await asyncio.to_thread(self._site))._replace(base_url=f"{_root_path(request)}/"))
            return Response(page.html, 404, media_type=add_charset("text/html"))
        if response.location:
            return Response(status_code=response.redirect_status, headers={"Location": f"{_root_path(request)}/{response.location}"})
        answer = make_answer(response.media_type, response.body.encode())
        if key and response.is_final:
            self.answers.cache.put(key, answer, len(page_request.path) + len(page_request.accept))
        return self._send(request, answer)

    async def search_file(self, request: Request) -> Response:
        """A file of the search index, which the script of the search reads. Its address has the version of the index."""
        data = self.page_data.find()
        index = data.search_index() if data else None
        if index is None or not index.is_complete:
            raise HttpError(503, "the search index is being made; ask again in a moment", RETRY_AFTER_HEADERS)
        path = request.path_params["path"]
        body = await asyncio.to_thread(index.read_file, path)
        if body is None:
            raise HttpError(404, "there is no such file of the search index")
        return Response(body, media_type="application/json" if path.endswith(".json") else "application/octet-stream")

    def _warm_up(self) -> None:
        """Make the home page and read the lists, so that no request waits. Writers are not kept away longer than for one of them."""
        with contextlib.suppress(StoreError):
            for step in range(WARM_UP_STEPS):
                if self._is_closing:
                    return
                with self._store.acquire() as view:
                    view.pages.warm_up(step)

    def _render(self, request: PageRequest) -> PageResponse:
        try:
            with self._store.acquire() as view:
                return view.pages.handle(request)
        except StoreError as error:
            LOG.error("%s", error)
            raise HttpError(503, STORE_UNAVAILABLE_MESSAGE, RETRY_AFTER_HEADERS) from None

    async def void(self, request: Request) -> Response:
        """The VoID description of the dataset."""
        if request.method == "OPTIONS":
            return _preflight_response(request, _PAGE_PREFLIGHT_HEADERS)
        media_type = negotiate(request.headers.get("accept", ""), _RDF_MEDIA_TYPES)
        if media_type is None:
            raise HttpError(406, f"the description is there as {', '.join(_RDF_MEDIA_TYPES)}")
        text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{DESCRIPTION_GRAPH}> {{ ?s ?p ?o }} }}"
        streamed = await self._execute(request, SparqlRequest(text, "application/n-triples"))
        if streamed.file is None:
            raise HttpError(streamed.result.status, streamed.result.detail, _retry_headers(streamed.result.status))
        body = await asyncio.to_thread(_convert_ntriples, streamed.file, GRAPH_MEDIA_TYPES[media_type])
        if not body:
            raise HttpError(404, "the store has no description of its dataset; 'pfocr2rdf load' of an export brings one")
        return Response(body, media_type=media_type)

    def _describe_service(self, request: Request, protocol_request: ProtocolRequest) -> Response:
        media_type = choose_media_type(protocol_request.accept, protocol_request.formats, list(GRAPH_MEDIA_TYPES))
        if media_type is None:
            raise HttpError(406, f"the description of the service is there as {', '.join(GRAPH_MEDIA_TYPES)}")
        if media_type == "text/html":
            return self._query_page(_example_text(protocol_request.example_name))
        base = _base_url(request)
        urls = f"{base}/sparql", f"{base}/.well-known/void"
        triples = describe_service(*urls, self._graph_names(), allow_service=self._settings.allow_service)
        return Response(serialize_triples(triples, GRAPH_MEDIA_TYPES[media_type]), media_type=media_type)

    def _graph_names(self) -> list[str]:
        """The named graphs that the description of the service lists; none if the store has no dataset, or is being written to."""
        try:
            with self._store.acquire() as view:
                return view.pages.graph_names()
        except StoreError as error:
            LOG.warning("the description of the service names no graphs: %s", error)
            return []

    def _site(self) -> Site:
        """The served site, with its release unless the store is being written to."""
        try:
            with self._store.acquire() as view:
                return served_site(view.store)
        except StoreError:
            return SERVED_SITE

    def _query_page(self, text: str, problem: str = "", status: int = 200) -> Response:
        described = describe_problem(problem, text, status) if problem else None
        page = render_query_page(self._site(), text, described, allow_service=self._settings.allow_service)
        return Response(page, status, _retry_headers(status), add_charset("text/html"))

    async def _answer(self, request: Request, sparql_request: SparqlRequest) -> StreamedResult:
        """The answer to a query, as quickly as it may be."""
        try:
            if answer := self.answers.find(sparql_request):
                return streamed_answer(answer)
        except LookupExceededError:
            streamed = await self._run_unless_gone(request, self.answers.execute_lookup(sparql_request, client_network(request.client)))
            if streamed.file is not None:
                return streamed
        return await self._execute(request, sparql_request)

    async def _execute(self, request: Request, sparql_request: SparqlRequest) -> StreamedResult:
        return await self._run_unless_gone(request, self.answers.execute(sparql_request, client_network(request.client)))

    async def _run_unless_gone(self, request: Request, work: Coroutine[Any, Any, StreamedResult]) -> StreamedResult:
        """Run a query, and cancel it if the client disconnects."""
        execution = asyncio.ensure_future(work)
        disconnect = asyncio.ensure_future(_wait_for_disconnect(request.receive))
        try:
            await asyncio.wait((execution, disconnect), return_when=asyncio.FIRST_COMPLETED)
            if not execution.done():
                raise HttpError(400, "the client has gone away")
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


def _read_fields(request: Request) -> dict[str, str]:
    """The fields of the query part of a URL, but for those of the format each once: of two values of a parameter, none is the right one."""
    items = [item for item in request.query_params.multi_items() if item[0] not in FORMAT_PARAMETERS]
    if twice := [name for (name, _), (other, _) in pairwise(sorted(items)) if name == other]:
        raise HttpError(400, f"{twice[0]} is set twice; give it one value")
    return dict(request.query_params)


def _example_text(name: str) -> str:
    example = find_example(name)
    return example.text if example else ""


def _retry_headers(status: int) -> dict[str, str]:
    return RETRY_AFTER_HEADERS if status == 503 else {}


def _prefers_html(request: ProtocolRequest) -> bool:
    return choose_media_type(request.accept, request.formats, _ALL_MEDIA_TYPES) == "text/html"


def _preflight_response(request: Request, headers: dict[str, str]) -> Response:
    """The response to a CORS preflight, which allows every header that is asked for: the service is open and only reads."""
    requested = request.headers.get("access-control-request-headers", "")
    names = [name for part in requested.split(",") if _is_header_name(name := part.strip())]
    allowed = ", ".join({name.lower(): name for name in (*names, "Accept", "Content-Type")}.values())
    return Response(status_code=204, headers={**headers, "Access-Control-Allow-Headers": allowed, "Vary": "Access-Control-Request-Headers"})


def _base_url(request: Request) -> str:
    """The base URL of the service as the client addressed it."""
    return f"{request.url.scheme}://{request.headers['host']}{_root_path(request)}"


def _root_path(request: Request) -> str:
    """The path at which the application is mounted, without a slash at its end."""
    return str(request.scope.get("root_path", "")).rstrip("/")


async def _health(request: Request) -> Response:  # noqa: ARG001 - Starlette calls it so
    return PlainTextResponse("ok\n")


async def _context(request: Request) -> Response:
    if request.method == "OPTIONS":
        return _preflight_response(request, _PAGE_PREFLIGHT_HEADERS)
    return Response(json.dumps({"@context": jsonld_context()}), media_type="application/ld+json")


async def _prefixes(request: Request) -> Response:
    """The prefix map of an export."""
    if request.method == "OPTIONS":
        return _preflight_response(request, _PAGE_PREFLIGHT_HEADERS)
    if request.url.path.endswith(".jsonld"):
        return Response(serialize_prefixes_jsonld(), media_type="application/ld+json")
    return Response(serialize_prefixes_turtle(), media_type=add_charset("text/turtle"))


async def _handle_http_error(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette calls it so
    assert isinstance(error, HttpError)  # noqa: S101 - it is what this is the handler of
    return PlainTextResponse(f"{error}\n", error.status, error.headers)


async def _handle_routing_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is what this is the handler of
    if error.status_code == 404:
        return PlainTextResponse("not found; the SPARQL service is at /sparql\n", 404)
    return PlainTextResponse(f"{request.method} is not allowed here\n", error.status_code, error.headers)
