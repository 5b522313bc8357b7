"""The layout of named graphs in a store, and the graph patterns that select them."""

from __future__ import annotations

from pfocr2rdf.rdf.vocabulary import SITE

GRAPHS = ("dataset", "figure", "default")
"""Where statements go: into one graph, into one for each figure, or into the graph without a name."""

VOCABULARY = f"{SITE}vocab"
"""The graph of the vocabulary."""

FIGURES = f"{SITE}graphs/"
"""What the names of the figures' graphs begin with."""


def everything(graphs: str, name: str) -> str:
    """The pattern of all statements of the dataset in a store.

    Args:
        graphs: one of ``GRAPHS``.
        name: the graph that has them all; ``""`` is the default graph. For ``figure`` it is that of what figures share.
    """
    if graphs == "figure":
        return f'GRAPH ?g {{ ?s ?p ?o }} FILTER (?g = <{name}> || STRSTARTS(STR(?g), "{FIGURES}"))'
    return all_of(name)


def graph(name: str) -> str:
    """A pattern's beginning: in the graph of this name; the default graph for ``""``."""
    return f"GRAPH <{name}> " if name else ""


def all_of(name: str) -> str:
    """All statements of a graph, as a pattern and as what is deleted or inserted."""
    return f"GRAPH <{name}> {{ ?s ?p ?o }}" if name else "?s ?p ?o"


def one_of(name: str) -> str:
    """A graph as ``MOVE`` names it."""
    return f"GRAPH <{name}>" if name else "DEFAULT"
