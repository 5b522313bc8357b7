"""Ask a store a question: what is wrong with the question is told in its own lines, and nothing is written or sent elsewhere."""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, QueryResultsFormat, RdfFormat, Store, parse, parse_query_results

from pfocr2rdf.errors import StoreError
from pfocr2rdf.rdf.iris import DATASET_IRI, is_absolute_iri
from pfocr2rdf.stores.connect import ConnectionOptions, open_destination
from pfocr2rdf.stores.description import extract_graphs, fetch_description
from pfocr2rdf.stores.drivers import GraphStoreDriver
from pfocr2rdf.stores.embedded import map_store_errors, read_lock, require_store
from pfocr2rdf.stores.graph_layout import VOCABULARY_GRAPH
from pfocr2rdf.stores.querying.query_text import LOOKAHEAD_PADDING, QueryText, explain_syntax_error, scan_query
from pfocr2rdf.stores.querying.result import QueryResult, map_query_errors


def query(
    store: str | os.PathLike[str],
    text: str,
    *,
    graphs: Iterable[str] = (),
    service: bool = False,
    connection: ConnectionOptions = ConnectionOptions(),  # noqa: B008 - it cannot be changed
) -> QueryResult:
    """Ask a store a query of SPARQL 1.1, in which the project's prefixes need not be declared.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = Store(folder)
    ...     made.update("INSERT DATA { <https://example.org/a> <http://purl.org/dc/terms/title> 'A' }")
    ...     del made
    ...     [row["title"].value for row in query(folder, "SELECT ?title { ?thing dcterms:title ?title }")]
    ['A']

    Args:
        store: the folder of an embedded store, or the URL of a server.
        text: the query; an update is refused.
        graphs: the IRIs of the graphs that are asked, whatever FROM the query has. Without them and without FROM, an embedded
            store is asked for all its graphs together; a server for that of the dataset and the vocabulary, if it holds them in
            graphs of their own and the query has no GRAPH, else for what it answers by itself.
        service: whether the query may send parts of itself to other servers, by SERVICE.
        connection: how to get into a server.

    Returns:
        The answer, which can be read once. While it is there, nobody can write to an embedded store.

    Raises:
        StoreError: there is no store, or it is being written to; or the query is wrong, or an update, or cannot be answered.
    """
    question = scan_query(text)
    if question.uses_service and not service:
        raise StoreError("the query asks another server with SERVICE, and nothing is sent elsewhere; allow it with --service")
    named = tuple(graphs)
    for graph in named:
        if not is_absolute_iri(graph):
            raise StoreError(f"{graph!r} is no absolute IRI of a graph")
    place = os.fspath(store)
    return _query_server(place, question, named, connection) if "://" in place else query_embedded(place, question, graphs=named)


def _query_server(url: str, question: QueryText, graphs: Sequence[str], connection: ConnectionOptions) -> QueryResult:
    """Ask a server. What it answers is kept in a temporary file, so that it is whole, and no memory is full of it."""
    with open_destination(url, connection) as target:
        server = target.server
        assert server is not None  # since it is a URL  # noqa: S101
        if not (graphs or question.has_from or question.has_graph):
            graphs = _default_graphs(server)
        file = tempfile.TemporaryFile(prefix="pfocr2rdf-")  # noqa: SIM115 - the answer is read from it later
        try:
            server.download_result(question.text, graphs, file, statements=question.returns_triples)
            file.seek(0)
            with map_query_errors(url):
                if question.returns_triples:
                    return QueryResult((quad.triple for quad in parse(file, format=RdfFormat.N_TRIPLES)), question.prefixes, url)
                return QueryResult(parse_query_results(file, format=QueryResultsFormat.JSON), question.prefixes, url)
        except BaseException:
            file.close()
            raise


def _default_graphs(server: GraphStoreDriver) -> list[str]:
    """The graphs of the dataset and the vocabulary, where the one is in a graph of its own."""
    graphs = extract_graphs(fetch_description(server, f"{DATASET_IRI}/description"))
    return [*graphs, VOCABULARY_GRAPH] if graphs == [DATASET_IRI] else []


def query_embedded(store: str | os.PathLike[str], query_text: QueryText, *, graphs: Sequence[str] = ()) -> QueryResult:
    """Ask an embedded store a question that was read. It is asked as it is, also where it asks elsewhere.

    Raises:
        StoreError: there is no store, or it is being written to; or the question is wrong, or cannot be answered.
    """
    path = Path(store)
    found, lock = open_read_locked(path)
    try:
        # pyoxigraph's union of all graphs would win over FROM.
        union = not graphs and not query_text.has_from
        asked: list[NamedNode | BlankNode | DefaultGraph] = [NamedNode(graph) for graph in graphs]
        with map_query_errors(str(path)):
            results = found.query(query_text.text + LOOKAHEAD_PADDING, use_default_graph_as_union=union, default_graph=asked or None)
        answered = QueryResult(results, query_text.prefixes, str(path))
    except BaseException as error:
        os.close(lock)
        if isinstance(error, SyntaxError):
            raise explain_syntax_error(query_text, str(error)) from None
        raise
    weakref.finalize(answered, os.close, lock)
    return answered


def open_read_locked(path: Path) -> tuple[Store, int]:
    """The store in a folder, and a handle that keeps writers away from it until it is closed."""
    require_store(path)
    lock = read_lock(path)
    try:
        with map_store_errors(path):
            return Store.read_only(str(path)), lock
    except BaseException:
        os.close(lock)
        raise
