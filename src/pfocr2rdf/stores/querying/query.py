"""Ask a store a question: what is wrong with the question is told in its own lines, and nothing is written or sent elsewhere."""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, QueryResultsFormat, RdfFormat, Store, parse, parse_query_results

from pfocr2rdf.errors import StoreError
from pfocr2rdf.rdf.iris import DATASET, is_absolute
from pfocr2rdf.stores.connect import Connection, opened
from pfocr2rdf.stores.description import description_in, graphs_of
from pfocr2rdf.stores.drivers import Server
from pfocr2rdf.stores.embedded import mapped, refuse_no_store, shared
from pfocr2rdf.stores.graph_layout import VOCABULARY
from pfocr2rdf.stores.querying.query_text import PADDING, Question, misread, read
from pfocr2rdf.stores.querying.result import Answer, answering


def query(
    store: str | os.PathLike[str],
    text: str,
    *,
    graphs: Iterable[str] = (),
    service: bool = False,
    connection: Connection = Connection(),  # noqa: B008 - it cannot be changed
) -> Answer:
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
    question = read(text)
    if question.asks_elsewhere and not service:
        raise StoreError("the query asks another server with SERVICE, and nothing is sent elsewhere; allow it with --service")
    named = tuple(graphs)
    for graph in named:
        if not is_absolute(graph):
            raise StoreError(f"{graph!r} is no absolute IRI of a graph")
    place = os.fspath(store)
    return _asked_server(place, question, named, connection) if "://" in place else answer(place, question, graphs=named)


def _asked_server(url: str, question: Question, graphs: Sequence[str], connection: Connection) -> Answer:
    """Ask a server. What it answers is kept in a temporary file, so that it is whole, and no memory is full of it."""
    with opened(url, connection) as target:
        server = target.server
        assert server is not None  # since it is a URL  # noqa: S101
        if not (graphs or question.has_from or question.has_graph):
            graphs = _graphs(server)
        file = tempfile.TemporaryFile(prefix="pfocr2rdf-")  # noqa: SIM115 - the answer is read from it later
        try:
            server.save(question.text, graphs, file, statements=question.has_statements)
            file.seek(0)
            with answering(url):
                if question.has_statements:
                    return Answer((quad.triple for quad in parse(file, format=RdfFormat.N_TRIPLES)), question.prefixes, url)
                return Answer(parse_query_results(file, format=QueryResultsFormat.JSON), question.prefixes, url)
        except BaseException:
            file.close()
            raise


def _graphs(server: Server) -> list[str]:
    """The graphs of the dataset and the vocabulary, where the one is in a graph of its own."""
    graphs = graphs_of(description_in(server, f"{DATASET}/description"))
    return [*graphs, VOCABULARY] if graphs == [DATASET] else []


def answer(store: str | os.PathLike[str], question: Question, *, graphs: Sequence[str] = ()) -> Answer:
    """Ask an embedded store a question that was read. It is asked as it is, also where it asks elsewhere.

    Raises:
        StoreError: there is no store, or it is being written to; or the question is wrong, or cannot be answered.
    """
    path = Path(store)
    found, lock = read_only(path)
    try:
        # pyoxigraph's union of all graphs would win over FROM.
        union = not graphs and not question.has_from
        asked: list[NamedNode | BlankNode | DefaultGraph] = [NamedNode(graph) for graph in graphs]
        with answering(str(path)):
            results = found.query(question.text + PADDING, use_default_graph_as_union=union, default_graph=asked or None)
        answered = Answer(results, question.prefixes, str(path))
    except BaseException as error:
        os.close(lock)
        if isinstance(error, SyntaxError):
            raise misread(question, str(error)) from None
        raise
    weakref.finalize(answered, os.close, lock)
    return answered


def read_only(path: Path) -> tuple[Store, int]:
    """The store in a folder, and a handle that keeps writers away from it until it is closed."""
    refuse_no_store(path)
    lock = shared(path)
    try:
        with mapped(path):
            return Store.read_only(str(path)), lock
    except BaseException:
        os.close(lock)
        raise
