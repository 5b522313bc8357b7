"""Execute a SPARQL query against a store. It only reads, and sends nothing elsewhere unless that is allowed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from typing import IO

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, QueryResultsFormat, RdfFormat, parse, parse_query_results

from pfocr2rdf.errors import FederationError, StoreError
from pfocr2rdf.rdf.iris import DATASET_IRI, is_absolute_iri
from pfocr2rdf.storage.urls import is_url
from pfocr2rdf.stores.clients.http import RequestRefusedError
from pfocr2rdf.stores.connect import ConnectionOptions, open_destination
from pfocr2rdf.stores.description import extract_graphs, fetch_description
from pfocr2rdf.stores.drivers import GraphStoreDriver
from pfocr2rdf.stores.embedded import EmbeddedStore
from pfocr2rdf.stores.graph_layout import VOCABULARY_GRAPH
from pfocr2rdf.stores.network_guard import has_network, run_without_network
from pfocr2rdf.stores.querying.examples import resolve_example
from pfocr2rdf.stores.querying.parameter_values import ParameterValue, set_parameters
from pfocr2rdf.stores.querying.query_result import QueryResult
from pfocr2rdf.stores.querying.query_text import LOOKAHEAD_PADDING, QueryText, scan_query
from pfocr2rdf.stores.querying.result import FEDERATION_MESSAGE, ResultStream, map_query_errors
from pfocr2rdf.stores.querying.syntax_errors import explain_syntax_error, find_syntax_error
from pfocr2rdf.stores.store import SolutionMapping


def query(
    store: str | os.PathLike[str],
    text: str,
    *,
    parameters: Mapping[str, ParameterValue] | None = None,
    graphs: Iterable[str] = (),
    service: bool = False,
    connection: ConnectionOptions = ConnectionOptions(),  # noqa: B008 - it is immutable
) -> QueryResult:
    r"""Execute a SPARQL 1.1 query, or an example query, against a store. The project's prefixes need not be declared.

    The whole result is read before this returns: it can be read many times, and the store is free again. A result beyond
    ``RESULT_MEMORY_BYTES`` is in a temporary file. ``stream_query`` reads no more than what is asked for.

    >>> import tempfile
    >>> from pyoxigraph import Store
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = Store(folder)
    ...     store.update("INSERT DATA { <https://example.org/a> <http://purl.org/dc/terms/title> 'A' }")
    ...     del store
    ...     result = query(folder, "SELECT ?title { ?thing dcterms:title ?title }")
    >>> len(result), list(result)
    (1, [{'title': 'A'}])

    Args:
        store: the folder of an embedded store, or the URL of a server.
        text: the query, or the name of an example query; an update is refused.
        parameters: values of parameters of the query by name: an IRI, an identifier, or a name that is looked up in the store.
        graphs: the IRIs of the graphs that make up the default graph, regardless of FROM in the query. Without them and without FROM,
            these are all graphs of an embedded store; for a server those of the dataset and the vocabulary, if it holds them in
            separate graphs and the query has no GRAPH, else the server's default graph.
        service: whether the query may send parts of itself to other servers, by SERVICE. Without it, a query of an embedded store
            with these letters, or with an escape like ``\u0041``, is executed where it has no network. Where the system cannot do that,
            and for a server, which could ask others itself, it is refused.
        connection: how to connect to a server.

    Raises:
        StoreError: there is no store, or it is being written to; or the query is not valid, or an update, or cannot be answered.
        OptionError: a parameter or the name in its value is unknown, or several resources have that name.
        OutputError: there is no room for the temporary file.
    """
    with stream_query(store, text, parameters=parameters, graphs=graphs, service=service, connection=connection) as stream:
        return QueryResult(stream)


def stream_query(
    store: str | os.PathLike[str],
    text: str,
    *,
    parameters: Mapping[str, ParameterValue] | None = None,
    graphs: Iterable[str] = (),
    service: bool = False,
    connection: ConnectionOptions = ConnectionOptions(),  # noqa: B008 - it is immutable
) -> ResultStream:
    """Execute a query as ``query`` does, and return its result as a stream, for large results and for parts of them.

    The stream can be read once. While it is open, an embedded store cannot be written to: use it in a ``with`` block. The result of a
    server is downloaded first.
    """
    text = set_query_parameters(store, resolve_example(text), parameters or {}, connection)
    query_text = scan_query(text, allow_service=service)
    if query_text.uses_service and not service:
        raise FederationError(FEDERATION_MESSAGE)
    if query_text.needs_sandbox and is_url(os.fspath(store)):
        raise FederationError(
            "the query contains the word SERVICE or an escape sequence, so the server could send parts of it to other servers; "
            "remove it, or allow this with --service"
        )
    graphs = (graphs,) if isinstance(graphs, str) else tuple(graphs)
    for graph in graphs:
        if not is_absolute_iri(graph):
            raise StoreError(f"{graph!r} is not the absolute IRI of a graph")
    with open_destination(os.fspath(store), connection) as destination:
        if isinstance(destination.location, Path):
            if query_text.needs_sandbox:
                return _query_folder_without_network(destination.location, query_text, graphs)
            return _query_folder(destination.location, query_text, graphs)
        return _query_server(destination.location, query_text, graphs, destination.name)


def set_query_parameters(
    store: str | os.PathLike[str], text: str, parameters: Mapping[str, ParameterValue], connection: ConnectionOptions
) -> str:
    """The text of a query with the values of its parameters; names are looked up in the store.

    Raises:
        OptionError: a parameter or a name is unknown, or a name is that of several resources.
        StoreError: the store cannot be queried.
    """

    def select(lookup: str) -> Iterator[SolutionMapping]:
        with stream_query(store, lookup, connection=connection) as solutions:
            yield from solutions.terms()

    return set_parameters(text, parameters, select)


def _query_server(server: GraphStoreDriver, query_text: QueryText, graphs: Sequence[str], url: str) -> ResultStream:
    """Query a server. The result is downloaded to a temporary file, so that it is complete, and does not fill the memory."""
    if not (graphs or query_text.has_from or query_text.has_graph):
        graphs = _default_graphs(server)
    file = tempfile.TemporaryFile(prefix="pfocr2rdf-")  # noqa: SIM115 - the result is read from it later
    try:
        server.download_result(query_text.with_prologue, graphs, file, statements=query_text.returns_triples)
        return _read_result(file, query_text, url, is_rdf=query_text.returns_triples)
    except BaseException as error:
        file.close()
        if isinstance(error, RequestRefusedError) and error.status == HTTPStatus.BAD_REQUEST and (mistake := find_syntax_error(query_text)):
            raise mistake from None  # in the same words for every server
        raise


def _read_result(file: IO[bytes], query_text: QueryText, source: str, *, is_rdf: bool) -> ResultStream:
    """The result in a file: N-Triples, or SPARQL results in JSON."""
    file.seek(0)
    with map_query_errors(source):
        if is_rdf:
            triples = (quad.triple for quad in parse(file, format=RdfFormat.N_TRIPLES, lenient=True))
            return ResultStream(triples, query_text.prefixes, source)
        return ResultStream(parse_query_results(file, format=QueryResultsFormat.JSON), query_text.prefixes, source)


def _default_graphs(server: GraphStoreDriver) -> list[str]:
    """The graphs of the dataset and the vocabulary, if the dataset is in a separate graph."""
    graphs = extract_graphs(fetch_description(server, f"{DATASET_IRI}/description"))
    return [*graphs, VOCABULARY_GRAPH] if graphs == [DATASET_IRI] else []


def _query_folder_without_network(path: Path, query_text: QueryText, graphs: Sequence[str]) -> ResultStream:
    """Query the embedded store in a folder in a thread without network. The result is complete in a temporary file.

    pyoxigraph evaluates while a result is read, which must be in that thread, too.
    """
    file = tempfile.TemporaryFile(prefix="pfocr2rdf-")  # noqa: SIM115 - the result is read from it later

    def execute() -> bool:
        result = _query_folder(path, query_text, graphs)
        is_rdf = result.query_form == "construct"
        result.write(file, "ntriples" if is_rdf else "json")
        return is_rdf

    try:
        return _read_result(file, query_text, str(path), is_rdf=run_without_network(execute))
    except BaseException:
        file.close()
        raise


def _query_folder(path: Path, query_text: QueryText, graphs: Sequence[str]) -> ResultStream:
    """Query the embedded store in a folder, which stays open as long as the result."""
    with ExitStack() as stack:
        store = EmbeddedStore(path)
        stack.callback(store.close)
        try:
            result = query_embedded(store, query_text, graphs or None, source=str(path))
        except SyntaxError as error:
            raise explain_syntax_error(query_text, str(error)) from None
        result.own(stack.pop_all())
    return result


def query_embedded(
    store: EmbeddedStore,
    query_text: QueryText,
    default_graphs: Sequence[str] | None = None,
    named_graphs: Sequence[str] | None = None,
    *,
    base_iri: str | None = None,
    source: str,
) -> ResultStream:
    """Query an open store, which errors call ``source``.

    Relative IRIs are resolved against ``base_iri``; without it they are errors, unless the query has BASE.
    A text that ``needs_sandbox`` is executed only in a thread without network.
    The default graphs make up the default graph; without them, and without FROM, these are all graphs. GRAPH can name the named graphs;
    ``None`` for all.

    Raises:
        SyntaxError: the query is not valid; ``explain_syntax_error`` describes the error.
        FederationError: it asks another server, or this thread has a network and it could.
        StoreError: it cannot be answered.
    """
    if query_text.needs_sandbox and has_network():
        raise FederationError(
            "the query contains the word SERVICE or an escape sequence, and this system has"
            " no sandbox that blocks requests to other servers; "
            "remove it, or allow this with --service"
        )
    default: list[NamedNode | BlankNode | DefaultGraph] | None = None if default_graphs is None else [*map(NamedNode, default_graphs)]
    named: list[NamedNode | BlankNode] | None = None if named_graphs is None else [*map(NamedNode, named_graphs)]
    # pyoxigraph's union of all graphs would win over FROM.
    union = default is None and named is None and not query_text.has_from
    with map_query_errors(source, is_federated=query_text.may_use_service):
        results = store.query(
            query_text.text + LOOKAHEAD_PADDING, base_iri=base_iri, prefixes=query_text.implied_prefixes,
            use_default_graph_as_union=union, default_graph=default, named_graphs=named,
        )  # fmt: skip
    return ResultStream(results, query_text.prefixes, source, is_federated=query_text.may_use_service)
