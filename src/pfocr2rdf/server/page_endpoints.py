"""The pages of the dataset, and the files of its search index."""

from __future__ import annotations

import asyncio
import contextlib
import io
import re

from starlette.requests import Request
from starlette.responses import Response

from pfocr2rdf.errors import StoreError
from pfocr2rdf.server.answers import Answer, QueryAnswers, make_answer
from pfocr2rdf.server.content_negotiation import add_charset, negotiate
from pfocr2rdf.server.execute import STORE_UNAVAILABLE_MESSAGE
from pfocr2rdf.server.file_responses import file_response
from pfocr2rdf.server.linked_data import SEARCH_PAGE, WARM_UP_STEPS, PageRequest, PageResponse, is_resource
from pfocr2rdf.server.middleware import LOG
from pfocr2rdf.server.page_data_process import PageDataProcess
from pfocr2rdf.server.query_pages import current_site
from pfocr2rdf.server.request_urls import base_url, root_path
from pfocr2rdf.server.sparql_protocol import HttpError
from pfocr2rdf.server.store_view import StoreView
from pfocr2rdf.server.transfers import TransferTable
from pfocr2rdf.server.worker_pool import RETRY_AFTER_HEADERS
from pfocr2rdf.site.pages.browse_pages import render_not_found_page
from pfocr2rdf.stores.embedded import StoreManager

MAX_CONCURRENT_PAGES = 2
"""The number of pages of a kind that are rendered at once: more threads of Python hinder each other."""


_match_page_number = re.compile(r"[1-9][0-9]{0,5}", re.ASCII).fullmatch


class PageEndpoints:
    """The endpoints of pages. Resource pages do not wait for lists, which are rendered in ``list_slots``."""

    def __init__(
        self,
        store: StoreManager[StoreView],
        answers: QueryAnswers,
        page_data: PageDataProcess,
        transfers: TransferTable,
        list_slots: asyncio.Semaphore,
    ) -> None:
        self._store = store
        self._answers = answers
        self._page_data = page_data
        self._transfers = transfers
        self._list_slots = list_slots
        self._resource_slots = asyncio.Semaphore(MAX_CONCURRENT_PAGES)

    async def page(self, request: Request) -> Response:
        """A resource page, or the redirect to one."""
        parameters = request.query_params
        page_number = _match_page_number(parameters.get("page", ""))
        search = parameters.get("q", ""), parameters.get("kind", ""), int(page_number[0]) if page_number else 1
        page_request = PageRequest(request.path_params["path"], request.headers.get("accept", ""), f"{base_url(request)}/", *search)
        key = self._answers.page_key(page_request)
        if key and (cached := self._answers.cache.get(key)):
            return self._send(request, cached)
        if page_request.path == SEARCH_PAGE:
            await self._page_data.wait_for_index()
        try:
            async with self._resource_slots if is_resource(page_request) else self._list_slots:
                response = await asyncio.to_thread(self._render, page_request)
        except HttpError as error:
            if error.status != 404 or negotiate(page_request.accept, ["text/plain", "text/html"]) != "text/html":
                raise
            site = await asyncio.to_thread(current_site, self._store)
            page = render_not_found_page(site._replace(base_url=f"{root_path(request)}/"))
            return Response(page.html, 404, media_type=add_charset("text/html"))
        if response.location:
            return Response(status_code=response.redirect_status, headers={"Location": f"{root_path(request)}/{response.location}"})
        answer = make_answer(response.media_type, response.body.encode())
        if key and response.is_final:
            self._answers.cache.put(key, answer, len(page_request.path) + len(page_request.accept))
        return self._send(request, answer)

    async def search_file(self, request: Request) -> Response:
        """A file of the search index, which the script of the search reads. Its address has the version of the index."""
        path = request.path_params["path"]
        if not path:
            return Response(status_code=301, headers={"Location": f"{root_path(request)}/search?{request.url.query}"})
        data = self._page_data.find()
        index = data.search_index() if data else None
        if index is None or not index.is_complete:
            raise HttpError(503, "the search index is being built; try again in a moment", RETRY_AFTER_HEADERS)
        body = await asyncio.to_thread(index.read_file, path)
        if body is None:
            raise HttpError(404, "there is no such file of the search index")
        return Response(body, media_type="application/json" if path.endswith(".json") else "application/octet-stream")

    def _render(self, request: PageRequest) -> PageResponse:
        try:
            with self._store.acquire() as view:
                return view.pages.handle(request)
        except StoreError as error:
            LOG.error("%s", error)
            raise HttpError(503, STORE_UNAVAILABLE_MESSAGE, RETRY_AFTER_HEADERS) from None

    def _send(self, request: Request, answer: Answer) -> Response:
        return file_response(request, io.BytesIO(answer.body), answer.media_type, answer.etag, self._transfers)


class WarmUp:
    """The warm-up of a store's pages, so that no request waits: the home page and the lists are made in advance."""

    def __init__(self, store: StoreManager[StoreView]) -> None:
        self._store = store
        self._is_ending = False

    def run(self) -> None:
        """Make them, one by one: writers are not kept away longer than for one of them."""
        with contextlib.suppress(StoreError):
            for step in range(WARM_UP_STEPS):
                if self._is_ending:
                    return
                with self._store.acquire() as view:
                    view.pages.warm_up(step)

    def end(self) -> None:
        """Let it end after its present step."""
        self._is_ending = True
