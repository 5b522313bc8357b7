"""The service as an ASGI application: which address leads where, and what every answer says of itself."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import IO

import pyoxigraph
from pyoxigraph import RdfFormat
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from pfocr2rdf.errors import StoreError
from pfocr2rdf.rdf.serializers.jsonld import context
from pfocr2rdf.server.content_negotiation import STATEMENTS, choose, with_charset
from pfocr2rdf.server.execute import Asked
from pfocr2rdf.server.linked_data import Answer, Asking, Pages
from pfocr2rdf.server.middleware import LOG, Courtesy
from pfocr2rdf.server.result_pages import SERVED, query_page
from pfocr2rdf.server.service_description import serialized, service_description
from pfocr2rdf.server.settings import Settings
from pfocr2rdf.server.sparql_protocol import RefusedError, wanted
from pfocr2rdf.server.worker_pool import RETRY_AFTER, Answered, Pool
from pfocr2rdf.site.pages.browse_pages import not_found
from pfocr2rdf.site.pages.graph_reader import DESCRIPTION
from pfocr2rdf.site.pages.html import ASSETS
from pfocr2rdf.stores.embedded import Kept, refuse_no_store
from pfocr2rdf.stores.querying.examples import Example, example, examples

_BLOCK = 1 << 16
_STALL = 30.0  # seconds, for one block of an answer to be taken
_METHODS = ["GET", "HEAD", "POST", "OPTIONS"]
_HOST = re.compile(r"[A-Za-z0-9._-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?").fullmatch
_RDF = [kind for kind in STATEMENTS if kind != "text/html"]
_PREFLIGHT = {
    "Allow": ", ".join(_METHODS),
    "Access-Control-Allow-Methods": ", ".join(_METHODS),
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Max-Age": "86400",
}
_PREFLIGHT_PAGES = {**_PREFLIGHT, "Allow": "GET, HEAD, OPTIONS", "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS"}
_MAKERS = 4  # pages that are made at once


def application(store: str | os.PathLike[str], settings: Settings = Settings()) -> Starlette:  # noqa: B008 - it cannot be changed
    """The service over an embedded store, for any server that speaks ASGI. The store is only read.

    Args:
        store: the folder of the store.
        settings: the bounds.

    Returns:
        An application with the pages of the dataset, ``/sparql``, ``/.well-known/void`` and ``/health``. Its processes are started
        and ended with its lifespan.

    Raises:
        StoreError: there is no store.
    """
    refuse_no_store(Path(store))
    service = _Service(Path(os.path.abspath(store)), settings)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:  # noqa: ARG001 - Starlette calls it so
        service.pool.start()
        try:
            yield
        finally:
            await service.pool.close()

    app = Starlette(
        routes=[
            Route("/health", _health, methods=["GET"]),
            Route("/sparql", service.sparql, methods=_METHODS),
            Route("/queries.html", service.queries, methods=["GET"]),
            Route("/context.jsonld", _context, methods=["GET", "OPTIONS"]),
            Route("/.well-known/void", service.void, methods=["GET", "OPTIONS"]),
            Mount("/assets", StaticFiles(directory=ASSETS)),
            Route("/{path:path}", service.page, methods=["GET", "OPTIONS"]),
        ],
        middleware=[Middleware(Courtesy)],
        exception_handlers={RefusedError: _refused, HTTPException: _absent},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # it would lead to wherever the header Host says
    return app


class _Service:
    """The addresses that ask the store."""

    def __init__(self, store: Path, settings: Settings) -> None:
        self.pool = Pool(store, settings)
        self._pages = Kept(store, Pages)
        self._settings = settings
        self._makers = asyncio.Semaphore(_MAKERS)

    async def sparql(self, request: Request) -> Response:
        """A query, or a description of the service, or the page with the form."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_PREFLIGHT)
        want = await wanted(request, self._settings)
        if want.asked is None:
            return self._described(request, want.accept, want.example)
        answered = await self._answered(request, want.asked)
        if answered.file is not None:
            return _FileResponse(answered.file, answered.reply.said, self.pool.release)
        status, said = answered.reply
        retry = RETRY_AFTER if status == 503 else {}
        if _is_page(want.accept):
            page = query_page(want.asked.text, self._examples(), said)
            return Response(page, status, retry, with_charset("text/html"))
        raise RefusedError(status, said, retry)

    async def queries(self, request: Request) -> Response:
        """The page with the form and the examples."""
        said = request.query_params
        found = example(said.get("example", ""))
        page = query_page(said.get("query") or (found.text if found else ""), self._examples())
        return Response(page, media_type=with_charset("text/html"))

    async def page(self, request: Request) -> Response:
        """A page of a thing, or what leads to it."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_PREFLIGHT_PAGES)
        said = request.query_params
        asking = Asking(
            request.path_params["path"], request.headers.get("accept", ""), f"{_base(request)}/", said.get("q", ""), said.get("kind", "")
        )
        try:
            async with self._makers:
                answer = await asyncio.to_thread(self._made, asking)
        except RefusedError as error:
            if error.status != 404 or not _is_page(asking.accept):
                raise
            page = not_found(SERVED._replace(base=f"{request.scope.get('root_path', '').rstrip('/')}/"))
            return Response(page.html, 404, media_type=with_charset("text/html"))
        if answer.location:
            return Response(status_code=303, headers={"Location": f"{request.scope.get('root_path', '').rstrip('/')}/{answer.location}"})
        return Response(answer.text, media_type=with_charset(answer.media_type))

    def _made(self, asking: Asking) -> Answer:
        try:
            with self._pages.borrowed() as pages:
                return pages.answer(asking)
        except StoreError as error:
            raise RefusedError(503, str(error), RETRY_AFTER) from None

    async def void(self, request: Request) -> Response:
        """The description of the dataset."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_PREFLIGHT_PAGES)
        kind = choose(request.headers.get("accept", ""), _RDF)
        if kind is None:
            raise RefusedError(406, f"the description is there as {', '.join(_RDF)}")
        text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{DESCRIPTION}> {{ ?s ?p ?o }} }}"
        answered = await self._answered(request, Asked(text, "application/n-triples"))
        if answered.file is None:
            raise RefusedError(answered.reply.status, answered.reply.said, RETRY_AFTER if answered.reply.status == 503 else None)
        try:
            with answered.file as file:
                triples = [quad.triple for quad in pyoxigraph.parse(file, format=RdfFormat.N_TRIPLES)]
        finally:
            self.pool.release()
        if not triples:
            raise RefusedError(404, "the store has no description of its dataset; 'pfocr2rdf load' of an export brings one")
        return Response(serialized(triples, STATEMENTS[kind]), media_type=kind)

    def _described(self, request: Request, accept: str, name: str) -> Response:
        kind = choose(accept, list(STATEMENTS))
        if kind is None:
            raise RefusedError(406, f"the description of the service is there as {', '.join(STATEMENTS)}")
        if kind == "text/html":
            found = example(name) if name else None
            return Response(query_page(found.text if found else "", self._examples()), media_type=with_charset(kind))
        base = _base(request)
        triples = service_description(f"{base}/sparql", f"{base}/.well-known/void", service=self._settings.service)
        return Response(serialized(triples, STATEMENTS[kind]), media_type=kind)

    def _examples(self) -> list[Example]:
        return [one for one in examples() if self._settings.service or not one.federated]

    async def _answered(self, request: Request, asked: Asked) -> Answered:
        """An answer; where the client goes away before it is there, the query is ended."""
        asking = asyncio.ensure_future(self.pool.answer(asked))
        leaving = asyncio.ensure_future(_gone(request.receive))
        try:
            await asyncio.wait((asking, leaving), return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                raise RefusedError(400, "the client has gone away")
            return asking.result()
        finally:
            leaving.cancel()
            asking.cancel()
            await asyncio.wait((asking, leaving))


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _is_page(accept: str) -> bool:
    return choose(accept, ["text/plain", "text/html"]) == "text/html"


def _base(request: Request) -> str:
    """What the addresses of this service begin with, as the client knows them."""
    host = request.headers.get("host", "")
    if not _HOST(host):
        raise RefusedError(400, "the request has no Host that can be one")
    return f"{request.url.scheme}://{host}{request.scope.get('root_path', '').rstrip('/')}"


async def _health(request: Request) -> Response:  # noqa: ARG001 - Starlette calls it so
    return PlainTextResponse("ok\n")


async def _context(request: Request) -> Response:
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=_PREFLIGHT_PAGES)
    return Response(json.dumps({"@context": context()}), media_type="application/ld+json")


async def _refused(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette calls it so
    assert isinstance(error, RefusedError)  # noqa: S101 - it is what this is the handler of
    return PlainTextResponse(f"{error}\n", error.status, error.headers)


async def _absent(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is what this is the handler of
    if error.status_code == 404:
        return PlainTextResponse("there is nothing here; the SPARQL service is at /sparql\n", 404)
    return PlainTextResponse(f"{request.method} does nothing here\n", error.status_code, error.headers)


class _FileResponse(Response):
    """An answer from a file, block by block. A client that takes none for long is left, so that others have its place."""

    def __init__(self, file: IO[bytes], kind: str, done: Callable[[], None]) -> None:
        super().__init__(media_type=with_charset(kind))
        self._file = file
        self._done = done
        self._size = file.seek(0, os.SEEK_END)
        self.headers["Content-Length"] = str(self._size)
        file.seek(0)
        self.headers["Vary"] = "Accept"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with self._file as file:
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                left = 0 if scope["method"] == "HEAD" else self._size
                more = True
                while more:  # also where there is nothing, which must be said
                    block = file.read(min(left, _BLOCK))
                    left -= len(block)
                    more = left > 0
                    async with asyncio.timeout(_STALL):
                        await send({"type": "http.response.body", "body": block, "more_body": more})
        except TimeoutError:
            LOG.info("a client took nothing for %g seconds and was left", _STALL)
        finally:
            self._done()
