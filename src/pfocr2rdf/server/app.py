"""The ASGI application: its routes, its middleware and its lifespan."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pfocr2rdf.errors import OptionError, StoreError
from pfocr2rdf.pipeline.prefix_files import serialize_prefixes_jsonld, serialize_prefixes_turtle
from pfocr2rdf.rdf.serializers.jsonld import jsonld_context
from pfocr2rdf.server.answers import QueryAnswers
from pfocr2rdf.server.content_coding import ContentCoding
from pfocr2rdf.server.content_negotiation import add_charset
from pfocr2rdf.server.example_endpoints import ExampleEndpoints
from pfocr2rdf.server.file_responses import PictureFiles
from pfocr2rdf.server.host_check import HostCheck, HostNames, normalize_host_name
from pfocr2rdf.server.linked_data import PageHandler
from pfocr2rdf.server.middleware import HeadersAndAccessLog, common_headers
from pfocr2rdf.server.page_data import PageDataFinder
from pfocr2rdf.server.page_data_process import PageDataProcess
from pfocr2rdf.server.page_endpoints import MAX_CONCURRENT_PAGES, PageEndpoints, WarmUp
from pfocr2rdf.server.preflight import QUERY_METHODS, route_with_preflight
from pfocr2rdf.server.query_pages import QueryPages
from pfocr2rdf.server.quick_requests import QuickRequests
from pfocr2rdf.server.request_limits import RequestLimits
from pfocr2rdf.server.settings import BYTES_PER_MEGABYTE, ServerSettings
from pfocr2rdf.server.sparql_endpoint import SparqlEndpoint
from pfocr2rdf.server.sparql_protocol import HttpError
from pfocr2rdf.server.store_view import StoreView
from pfocr2rdf.server.transfers import TransferTable
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.html import ASSETS_DIR
from pfocr2rdf.site.pages.pictures import PICTURES_DIR, PicturePolicy, is_picture_folder, picture_policy
from pfocr2rdf.stores.embedded import EmbeddedStore, StoreManager, require_store


def application(store: str | os.PathLike[str], settings: ServerSettings = ServerSettings()) -> Starlette:  # noqa: B008 - it cannot be changed
    """Build the ASGI application of an embedded store, which is only read; its lifespan starts and ends the worker processes.

    It has the pages of the dataset, ``/sparql``, ``/.well-known/void`` and ``/health``.

    Raises:
        StoreError: there is no store, or a host name is none.
    """
    require_store(Path(store))
    for name in settings.host_names:
        if not normalize_host_name(name):
            raise OptionError(f"{name!r} is not a host name; write it without scheme and port, such as data.example.org")
    policy = picture_policy(settings.pictures, _image_origin(Path(store)))
    service = _Service(Path(os.path.abspath(store)), settings, policy)
    host_names = HostNames(settings.host_names)
    app = Starlette(
        routes=service.routes(),
        middleware=[
            Middleware(HeadersAndAccessLog, pictures=policy),
            Middleware(RequestLimits),
            Middleware(HostCheck, host_names=host_names),
            Middleware(ContentCoding),
        ],
        exception_handlers={HttpError: _handle_http_error, HTTPException: _handle_routing_error},
        lifespan=service.lifespan,
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


class _Service:
    """The endpoints, and what they share."""

    def __init__(self, store: Path, settings: ServerSettings, pictures: PicturePolicy) -> None:
        def make_pages(embedded: EmbeddedStore) -> PageHandler:
            return PageHandler(embedded, pictures, self._page_data.find)

        self._pictures_folder = settings.pictures
        manager: StoreManager[StoreView] = StoreManager(store, lambda embedded: StoreView(embedded, make_pages))
        transfers = TransferTable(max(settings.max_unsent_mb, settings.max_answer_mb) * BYTES_PER_MEGABYTE)
        list_slots = asyncio.Semaphore(MAX_CONCURRENT_PAGES)
        self._warm_up = WarmUp(manager)
        self._page_data = PageDataProcess(store, PageDataFinder(store, manager.modification_stamp), self._warm_up.run)
        self.answers = QueryAnswers(manager, store, settings)
        query_pages = QueryPages(manager, allow_service=settings.allow_service)
        self._sparql = SparqlEndpoint(manager, self.answers, query_pages, transfers, settings)
        self._examples = ExampleEndpoints(manager, query_pages, list_slots)
        self._pages = PageEndpoints(manager, self.answers, self._page_data, transfers, list_slots)

    @contextlib.asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Run the worker processes, and the process that makes the data of pages."""
        self.answers.start()
        making_data = asyncio.create_task(self._page_data.run())
        try:
            yield
        finally:
            self._warm_up.end()
            making_data.cancel()
            await asyncio.wait([making_data])
            await self.answers.close()

    def routes(self) -> list[Route | Mount]:
        """The routes, of which the first one that fits answers."""
        folder = self._pictures_folder
        return [
            Route("/health", _health, methods=["GET"]),
            route_with_preflight("/{slashes:slashes}sparql{end:slashes}", self._sparql.sparql, QUERY_METHODS),
            Route("/queries.html", self._examples.page, methods=["GET"]),
            route_with_preflight("/queries/{name:path}", self._examples.example),
            route_with_preflight("/context.jsonld", _context),
            *(route_with_preflight(f"/prefixes{suffix}", _prefixes) for suffix in ("", ".ttl", ".jsonld")),
            route_with_preflight("/.well-known/void", self._sparql.void),
            Mount("/assets", StaticFiles(directory=ASSETS_DIR)),
            *([Mount(f"/{PICTURES_DIR}", PictureFiles(directory=folder))] if is_picture_folder(folder) else []),
            Route("/search/{path:path}", self._pages.search_file, methods=["GET"]),
            route_with_preflight("/{path:path}", self._pages.page),
        ]


class _SlashConvertor(Convertor[str]):
    """Slashes, or none: clients that join a base and a path write ``//sparql``, and some end every address in a slash."""

    regex = "/*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("slashes", _SlashConvertor())


async def _health(request: Request) -> Response:  # noqa: ARG001 - Starlette calls it so
    return PlainTextResponse("ok\n")


async def _context(request: Request) -> Response:  # noqa: ARG001 - Starlette calls it so
    return Response(json.dumps({"@context": jsonld_context()}), media_type="application/ld+json")


async def _prefixes(request: Request) -> Response:
    """The prefix map of an export."""
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
