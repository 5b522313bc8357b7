"""Execute a query against an open embedded store; ``query`` and the server do so."""

from __future__ import annotations

from collections.abc import Sequence

from pyoxigraph import BlankNode, DefaultGraph, NamedNode

from pfocr2rdf.stores.embedded import EmbeddedStore
from pfocr2rdf.stores.querying.query_text import LOOKAHEAD_PADDING, QueryText
from pfocr2rdf.stores.querying.result import QueryResult, map_query_errors


def query_embedded(
    store: EmbeddedStore,
    query_text: QueryText,
    default_graphs: Sequence[str] | None = None,
    named_graphs: Sequence[str] | None = None,
    *,
    source: str,
) -> QueryResult:
    """Query an open store, which errors call ``source``. SERVICE is not refused here.

    The default graphs make up the default graph; without them, and without FROM, these are all graphs. GRAPH can name the named graphs;
    ``None`` for all.

    Raises:
        SyntaxError: the query is not valid; ``explain_syntax_error`` says why.
        StoreError: it cannot be answered.
    """
    default: list[NamedNode | BlankNode | DefaultGraph] | None = None if default_graphs is None else [*map(NamedNode, default_graphs)]
    named: list[NamedNode | BlankNode] | None = None if named_graphs is None else [*map(NamedNode, named_graphs)]
    # pyoxigraph's union of all graphs would win over FROM.
    union = default is None and named is None and not query_text.has_from
    with map_query_errors(source):
        results = store.query(
            query_text.text + LOOKAHEAD_PADDING, prefixes=query_text.implied_prefixes,
            use_default_graph_as_union=union, default_graph=default, named_graphs=named,
        )  # fmt: skip
    return QueryResult(results, query_text.prefixes, source)
