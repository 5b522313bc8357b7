"""Merging of several descriptions of one resource."""

from __future__ import annotations

from pfocr2rdf.mapping.rows import whole
from pfocr2rdf.rdf.cache import ROWS, Remembered
from pfocr2rdf.rdf.ordering import ordered
from pfocr2rdf.rdf.terms import Node, Pair, lexical, term
from pfocr2rdf.rdf.vocabulary import FUNCTIONAL

_RECENT = 8
_unions: Remembered[tuple[int, ...], tuple[tuple[Node, ...], Node]] = Remembered(ROWS)
FUNCTIONAL_PREDICATES = frozenset(map(term, FUNCTIONAL))


def add_description(entities: dict[str, Node], further: dict[str, list[Node]], node: Node) -> None:
    """Add what is said of a thing. Where something else was said of it, that goes to ``further``, for ``put_together``."""
    known = entities.setdefault(node.subject, node)
    if known is not node:
        others = further.setdefault(node.subject, [])
        if not any(other is node for other in others[-_RECENT:]):
            others.append(node)


def put_together(entities: dict[str, Node], further: dict[str, list[Node]]) -> None:
    """Make one node of all that is said of a thing."""
    for subject, others in further.items():
        nodes = (entities[subject], *others)
        key = tuple(map(id, nodes))
        known = _unions.recall(key)
        if known is None:
            known = (nodes, _union(nodes))
            if len(nodes) <= _RECENT:
                _unions.keep(key, known)
        entities[subject] = known[1]


def _union(nodes: tuple[Node, ...]) -> Node:
    pairs = {pair for node in nodes for pair in node.pairs}
    return whole(nodes[0].subject, ordered(pairs)) if len(pairs) > len(nodes[0].pairs) else nodes[0]


def settled(node: Node) -> Node:
    """The node with one value for what it can have only one of: the first in code point order. Most are so already."""
    said = [predicate for predicate, _ in node.pairs if predicate in FUNCTIONAL_PREDICATES]
    return node if len(said) == len(set(said)) else whole(node.subject, _firsts(node.pairs))


def _firsts(pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
    first: dict[str, str] = {}
    for predicate, value in pairs:
        first[predicate] = min(value, first.get(predicate, value), key=lexical)
    return tuple(pair for pair in pairs if pair[0] not in FUNCTIONAL_PREDICATES or first[pair[0]] == pair[1])
