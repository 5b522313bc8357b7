"""The query page of the service: a form with a query, the examples, and the problem of a query that cannot be answered."""

from __future__ import annotations

from starlette.responses import Response

from pfocr2rdf.errors import StoreError
from pfocr2rdf.server.content_negotiation import add_charset
from pfocr2rdf.server.result_pages import SERVED_SITE, served_site
from pfocr2rdf.server.store_view import StoreView
from pfocr2rdf.server.worker_pool import retry_headers
from pfocr2rdf.site.pages.html import Site
from pfocr2rdf.site.pages.query_page import render_query_page
from pfocr2rdf.site.pages.query_problem import describe_problem
from pfocr2rdf.stores.embedded import StoreManager


class QueryPages:
    """Responses with the query page."""

    def __init__(self, store: StoreManager[StoreView], *, allow_service: bool) -> None:
        self._store = store
        self._allow_service = allow_service

    def response(self, text: str, problem: str = "", status: int = 200) -> Response:
        """The page with the text of a query, and what is wrong with it."""
        described = describe_problem(problem, text, status) if problem else None
        page = render_query_page(current_site(self._store), text, described, allow_service=self._allow_service)
        return Response(page, status, retry_headers(status), add_charset("text/html"))


def current_site(store: StoreManager[StoreView]) -> Site:
    """The served site, with its release unless the store is being written to."""
    try:
        with store.acquire() as view:
            return served_site(view.store)
    except StoreError:
        return SERVED_SITE
