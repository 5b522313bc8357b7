"""The layout of named graphs in a store, and the graph patterns that select them."""

from __future__ import annotations

from pfocr2rdf.rdf.vocabulary import SITE_URL

GRAPH_LAYOUTS = ("dataset", "figure", "default")
"""Where statements go: into one graph, into one for each figure, or into the graph without a name."""

VOCABULARY_GRAPH = f"{SITE_URL}vocab"
"""The graph of the vocabulary."""

FIGURE_GRAPHS_PREFIX = f"{SITE_URL}graphs/"
"""What the names of the figures' graphs begin with."""


def dataset_pattern(graph_layout: str, name: str) -> str:
    """The pattern of all statements of the dataset in a store.

    Args:
        graph_layout: one of ``GRAPH_LAYOUTS``.
        name: the graph that has them all; ``""`` is the default graph. For ``figure`` it is that of what figures share.
    """
    if graph_layout == "figure":
        return f'GRAPH ?g {{ ?s ?p ?o }} FILTER (?g = <{name}> || STRSTARTS(STR(?g), "{FIGURE_GRAPHS_PREFIX}"))'
    return graph_pattern(name)


def graph_clause(name: str) -> str:
    """A pattern's beginning: in the graph of this name; the default graph for ``""``."""
    return f"GRAPH <{name}> " if name else ""


def graph_pattern(name: str) -> str:
    """All statements of a graph, as a pattern and as what is deleted or inserted."""
    return f"GRAPH <{name}> {{ ?s ?p ?o }}" if name else "?s ?p ?o"


def graph_reference(name: str) -> str:
    """A graph as ``MOVE`` names it."""
    return f"GRAPH <{name}>" if name else "DEFAULT"
