"""The layout of named graphs in a store, and the graph patterns that select them."""

from __future__ import annotations

from pfocr2rdf.rdf.vocabulary import SITE_URL

GRAPH_LAYOUTS = ("dataset", "figure", "default")
"""One named graph; one for each figure; or the default graph."""

VOCABULARY_GRAPH = f"{SITE_URL}vocab"
"""The name of the graph of the vocabulary."""

EXAMPLES_GRAPH = f"{SITE_URL}queries"
"""The name of the graph of the example queries and the prefixes, which SPARQL editors read."""

FIGURE_GRAPHS_PREFIX = f"{SITE_URL}graphs/"
"""The prefix of the names of the figures' graphs."""


def dataset_pattern(graph_layout: str, name: str) -> str:
    """The graph pattern of all statements of the dataset in a store.

    The name is that of the graph that has them all, ``""`` for the default graph; for ``figure``, of the graph of what figures share.
    """
    if graph_layout == "figure":
        return f'GRAPH ?g {{ ?s ?p ?o }} FILTER (?g = <{name}> || STRSTARTS(STR(?g), "{FIGURE_GRAPHS_PREFIX}"))'
    return graph_pattern(name)


def graph_clause(name: str) -> str:
    """The beginning of a pattern in a graph; empty for the default graph, ``""``."""
    return f"GRAPH <{name}> " if name else ""


def graph_pattern(name: str) -> str:
    """All statements of a graph, as a pattern or as a template of SPARQL Update."""
    return f"GRAPH <{name}> {{ ?s ?p ?o }}" if name else "?s ?p ?o"


def graph_reference(name: str) -> str:
    """A graph as an operand of ``MOVE``."""
    return f"GRAPH <{name}>" if name else "DEFAULT"
