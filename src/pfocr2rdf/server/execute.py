"""Execution of one query into a file, in a worker process: everything that parses a query runs where it can be killed."""

from __future__ import annotations

import errno
import os
from typing import IO, NamedTuple

from pfocr2rdf.errors import FederationError, StoreError
from pfocr2rdf.rdf.iris import is_absolute_iri
from pfocr2rdf.server.content_negotiation import GRAPH_MEDIA_TYPES, RESULT_MEDIA_TYPES, choose_media_type
from pfocr2rdf.server.result_pages import write_result_page
from pfocr2rdf.stores.embedded import EmbeddedStore, StoreManager
from pfocr2rdf.stores.network_guard import has_network
from pfocr2rdf.stores.querying.query import query_embedded
from pfocr2rdf.stores.querying.query_text import QueryText, scan_query
from pfocr2rdf.stores.querying.syntax_errors import explain_syntax_error

STORE_UNAVAILABLE_MESSAGE = "the store cannot be read at the moment; try again later, or see the log of the service"
QUERY_REMEDY = "add LIMIT, or make a pattern more specific"  # of a query that is too large
_MAX_MESSAGE_CHARS = 2000


class SparqlRequest(NamedTuple):
    """A query of the SPARQL Protocol."""

    query: str
    accept: str = ""
    default_graphs: tuple[str, ...] = ()  # of ``default-graph-uri``: the graphs that form the default graph
    named_graphs: tuple[str, ...] = ()  # of ``named-graph-uri``; without either, the dataset is that of ``pfocr2rdf query``
    formats: tuple[str, ...] = ()  # of ``format`` and its synonyms
    base_iri: str | None = None  # of relative IRIs in a query without BASE


class ExecutionResult(NamedTuple):
    """The outcome of a query."""

    status: int  # of HTTP; with 200 the file holds the result
    detail: str  # the media type of the result, or the error message
    log_message: str = ""  # what is for the operator alone, such as the path of the store


_FEDERATION_REFUSED = ExecutionResult(403, "the query sends a request to another server with SERVICE, which this service does not allow")
_POSSIBLE_FEDERATION_REFUSED = ExecutionResult(
    403,
    "the query contains the word SERVICE or an escape sequence, so it could send a request"
    " to another server, which this service does not allow",
)


def execute_into(
    file: IO[bytes], store: StoreManager[EmbeddedStore], request: SparqlRequest, *, allow_service: bool = False
) -> ExecutionResult:
    """Write the result of a query to a file. Errors of the query and of the store are outcomes and not exceptions."""
    try:
        result = _execute(file, store, request, allow_service)
        file.flush()
    except OSError as error:
        if error.errno == errno.EFBIG:
            return ExecutionResult(
                500, f"the result is larger than this service allows; {QUERY_REMEDY}, or ask the operator to increase --max-answer"
            )
        return ExecutionResult(500, f"the result cannot be stored: {os.strerror(error.errno or errno.EIO)}")
    except MemoryError:
        return ExecutionResult(
            500, f"the query needs more memory than this service allows; {QUERY_REMEDY}, or ask the operator to increase --memory"
        )
    return result._replace(detail=result.detail[:_MAX_MESSAGE_CHARS], log_message=result.log_message[:_MAX_MESSAGE_CHARS])


def _execute(file: IO[bytes], store: StoreManager[EmbeddedStore], request: SparqlRequest, allow_service: bool) -> ExecutionResult:
    for graph in (*request.default_graphs, *request.named_graphs):
        if not is_absolute_iri(graph):
            return ExecutionResult(400, f"{graph!r} is not the absolute IRI of a graph")
    try:
        query_text = scan_query(request.query, allow_service=allow_service)
    except StoreError as error:
        return ExecutionResult(400, str(error))
    if query_text.uses_service and not allow_service:
        return _FEDERATION_REFUSED
    try:
        with store.acquire() as embedded:
            return _write_result(file, embedded, query_text, request)
    except FederationError:
        return _POSSIBLE_FEDERATION_REFUSED if has_network() else _FEDERATION_REFUSED
    except SyntaxError as error:
        return ExecutionResult(400, str(explain_syntax_error(query_text, str(error))))
    except StoreError as error:
        return ExecutionResult(503, STORE_UNAVAILABLE_MESSAGE, str(error))


def _write_result(file: IO[bytes], store: EmbeddedStore, query_text: QueryText, request: SparqlRequest) -> ExecutionResult:
    """Write the result in the preferred media type. An error before there is a result is raised, a later one is an outcome."""
    # Either parameter replaces the whole dataset (SPARQL 1.1 Protocol, section 2.1.4).
    graphs = (request.default_graphs, request.named_graphs) if request.default_graphs or request.named_graphs else (None, None)
    result = query_embedded(store, query_text, *graphs, base_iri=request.base_iri, source="the store")
    offered = GRAPH_MEDIA_TYPES if result.query_form == "construct" else RESULT_MEDIA_TYPES
    media_type = choose_media_type(request.accept, request.formats, list(offered))
    if media_type is None:
        return ExecutionResult(406, f"the result is not available as {request.accept}; choose from {', '.join(offered)}")
    try:
        if media_type == "text/html":
            write_result_page(file, result, request.query, store, allow_service=query_text.allow_service)
        else:
            result.write(file, offered[media_type])
    except FederationError:
        raise
    except StoreError as error:
        return ExecutionResult(500, "the query cannot be answered", str(error))
    return ExecutionResult(200, media_type)
