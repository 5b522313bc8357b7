"""One question, answered into a file. It is done in a process that can be killed: everything that reads the question is here."""

from __future__ import annotations

import errno
import os
from typing import IO, NamedTuple

from pfocr2rdf.errors import StoreError
from pfocr2rdf.rdf.iris import is_absolute_iri
from pfocr2rdf.server.content_negotiation import GRAPH_MEDIA_TYPES, RESULT_MEDIA_TYPES, negotiate
from pfocr2rdf.server.result_pages import write_result_page
from pfocr2rdf.stores.embedded import EmbeddedStore, StoreManager
from pfocr2rdf.stores.querying.execute import query_embedded
from pfocr2rdf.stores.querying.query_text import QueryText, explain_syntax_error, scan_query

_MAX_MESSAGE_CHARS = 2000


class SparqlRequest(NamedTuple):
    """What somebody asks.

    Attributes:
        query: the query.
        accept: the media types in which it may be answered, as the header has them.
        default_graphs: the graphs that make up the default graph.
        named_graphs: the named graphs. Without both, it is asked as ``pfocr2rdf query`` asks.
    """

    query: str
    accept: str = ""
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


class ExecutionResult(NamedTuple):
    """What came of it.

    Attributes:
        status: as in HTTP; the file has the answer where it is 200.
        detail: the media type of the answer, or the sentence that says why there is none.
    """

    status: int
    detail: str


def execute_into(
    file: IO[bytes], store: StoreManager[EmbeddedStore], request: SparqlRequest, *, allow_service: bool = False, max_rows: int = 1000
) -> ExecutionResult:
    """Answer a question into a file, or say why not. It raises nothing that the question or the store could bring about.

    Args:
        file: where to.
        store: the store.
        request: the question.
        allow_service: whether it may ask other servers.
        max_rows: how many rows a table for people has.
    """
    try:
        reply = _execute(file, store, request, allow_service, max_rows)
        file.flush()
    except OSError as error:
        if error.errno == errno.EFBIG:
            return ExecutionResult(500, "the answer is larger than this service gives; ask for less, such as with LIMIT")
        return ExecutionResult(500, f"the answer cannot be kept: {os.strerror(error.errno or errno.EIO)}")
    except MemoryError:
        return ExecutionResult(500, "the query needs more memory than it may have; ask for less")
    return ExecutionResult(reply.status, reply.detail[:_MAX_MESSAGE_CHARS])


def _execute(
    file: IO[bytes], store: StoreManager[EmbeddedStore], request: SparqlRequest, allow_service: bool, max_rows: int
) -> ExecutionResult:
    strange = next((graph for graph in (*request.default_graphs, *request.named_graphs) if not is_absolute_iri(graph)), None)
    if strange is not None:
        return ExecutionResult(400, f"{strange!r} is no absolute IRI of a graph")
    try:
        question = scan_query(request.query)
    except StoreError as error:
        return ExecutionResult(400, str(error))
    if not allow_service and question.uses_service:
        return ExecutionResult(403, "the query asks another server with SERVICE, and this service sends nothing elsewhere")
    try:
        with store.acquire() as found:
            return _write_result(file, found, question, request, max_rows)
    except SyntaxError as error:
        return ExecutionResult(400, str(explain_syntax_error(question, str(error))))
    except StoreError as error:
        return ExecutionResult(503, str(error))


def _write_result(file: IO[bytes], store: EmbeddedStore, query_text: QueryText, request: SparqlRequest, max_rows: int) -> ExecutionResult:
    """The answer in the form that is liked best.

    Raises:
        SyntaxError: the question is wrong.
        StoreError: the store fails before it has an answer.
    """
    # With the one or the other, the protocol means these graphs and no others; without both, all of them.
    chosen = bool(request.default_graphs or request.named_graphs)
    default_graphs, named_graphs = (request.default_graphs, request.named_graphs) if chosen else (None, None)
    answer = query_embedded(store, query_text, default_graphs, named_graphs, source="the store")
    offered = GRAPH_MEDIA_TYPES if answer.query_form == "construct" else RESULT_MEDIA_TYPES
    kind = negotiate(request.accept, list(offered))
    if kind is None:
        return ExecutionResult(406, f"the answer cannot be given as {request.accept}; there is {', '.join(offered)}")
    try:
        if kind == "text/html":
            write_result_page(file, answer, request.query, max_rows)
        else:
            answer.write(file, offered[kind])
    except StoreError as error:
        return ExecutionResult(500, str(error))
    return ExecutionResult(200, kind)
