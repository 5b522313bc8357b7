"""Example queries by URL: the page with the form of an example, and the IRI of an example, which leads to its answer."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from pfocr2rdf.errors import OptionError, StoreError
from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.server.content_negotiation import negotiate
from pfocr2rdf.server.execute import STORE_UNAVAILABLE_MESSAGE
from pfocr2rdf.server.middleware import LOG
from pfocr2rdf.server.query_pages import QueryPages
from pfocr2rdf.server.request_urls import read_fields, root_path
from pfocr2rdf.server.sparql_protocol import FORMAT_PARAMETERS, HttpError
from pfocr2rdf.server.store_view import StoreView
from pfocr2rdf.server.worker_pool import RETRY_AFTER_HEADERS
from pfocr2rdf.stores.embedded import StoreManager
from pfocr2rdf.stores.querying.examples import Example, find_example
from pfocr2rdf.stores.querying.parameter_values import set_parameters
from pfocr2rdf.stores.store import SolutionMapping


class ExampleEndpoints:
    """The endpoints of the example queries. Values of their parameters are looked up in the store, in one of the ``slots``."""

    def __init__(self, store: StoreManager[StoreView], query_pages: QueryPages, slots: asyncio.Semaphore) -> None:
        self._store = store
        self._query_pages = query_pages
        self._slots = slots

    async def page(self, request: Request) -> Response:
        """The query page with the examples."""
        fields = {name: value for name, value in read_fields(request).items() if name not in FORMAT_PARAMETERS}
        name = fields.pop("example", "")
        example = find_example(name)
        text, problem, status = fields.pop("query", ""), "", 200
        if name and not example and not text:
            problem, status = "there is no example query of this name", 404
        if example and not text:
            try:
                text = await self._set_parameters(example, fields)
            except OptionError as error:
                text, problem, status = example.text, str(error), 400
        return await asyncio.to_thread(self._query_pages.response, text, problem, status)

    async def example(self, request: Request) -> Response:
        """An example query by its IRI: a redirect to the page where it is in the form, or with values of parameters to its answer."""
        name, fields = request.path_params["name"], read_fields(request)
        example = find_example(name)
        if name and not example and not _prefers_html(request):
            raise HttpError(404, "there is no example query of this name; they are listed at /queries.html")
        form = f"queries.html?{urlencode({'example': name, **fields})}" if name else "queries.html"
        location = await self._answer_url(request, example, fields, form) if example and fields else form
        return Response(status_code=303, headers={"Location": f"{root_path(request)}/{location}"})

    async def _answer_url(self, request: Request, example: Example, fields: dict[str, str], form: str) -> str:
        """The URL of the answer to an example, relative to the root; for a browser that of the form where a value cannot be used."""
        formats = {name: fields.pop(name) for name in FORMAT_PARAMETERS if name in fields}
        try:
            text = await self._set_parameters(example, fields)
        except OptionError as error:
            if _prefers_html(request):
                return form
            raise HttpError(400, str(error)) from None
        return f"sparql?{urlencode({'query': text, **formats})}"

    async def _set_parameters(self, example: Example, fields: dict[str, str]) -> str:
        """The text of an example with the values of its parameters; an empty value is the default, as a form sends it."""
        values = {name: value for name, value in fields.items() if value.strip()}
        async with self._slots:
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


def _prefers_html(request: Request) -> bool:
    return negotiate(request.headers.get("accept", ""), ["text/plain", "text/html"]) == "text/html"
