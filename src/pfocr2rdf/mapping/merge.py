"""Merging of several descriptions of one resource."""

from __future__ import annotations

from pfocr2rdf.mapping.rows import interned_resource
from pfocr2rdf.rdf.cache import ROW_CACHE_ENTRIES, LruCache
from pfocr2rdf.rdf.ordering import sort_pairs
from pfocr2rdf.rdf.terms import PredicateObject, Resource, expand_term, lexical_form
from pfocr2rdf.rdf.vocabulary import FUNCTIONAL_PROPERTIES

_RECENT_DESCRIPTIONS = 8
_union_cache: LruCache[tuple[int, ...], tuple[tuple[Resource, ...], Resource]] = LruCache(ROW_CACHE_ENTRIES)
FUNCTIONAL_PREDICATES = frozenset(map(expand_term, FUNCTIONAL_PROPERTIES))


def collect_description(entities: dict[str, Resource], additional: dict[str, list[Resource]], node: Resource) -> None:
    """Add what is said of a thing. Where something else was said of it, that goes to ``additional``, for ``merge_descriptions``."""
    known = entities.setdefault(node.subject, node)
    if known is not node:
        others = additional.setdefault(node.subject, [])
        if not any(other is node for other in others[-_RECENT_DESCRIPTIONS:]):
            others.append(node)


def merge_descriptions(entities: dict[str, Resource], additional: dict[str, list[Resource]]) -> None:
    """Make one node of all that is said of a thing."""
    for subject, others in additional.items():
        nodes = (entities[subject], *others)
        key = tuple(map(id, nodes))
        known = _union_cache.lookup(key)
        if known is None:
            known = (nodes, _union(nodes))
            if len(nodes) <= _RECENT_DESCRIPTIONS:
                _union_cache.put(key, known)
        entities[subject] = known[1]


def _union(nodes: tuple[Resource, ...]) -> Resource:
    pairs = {pair for node in nodes for pair in node.pairs}
    return interned_resource(nodes[0].subject, sort_pairs(pairs)) if len(pairs) > len(nodes[0].pairs) else nodes[0]


def resolve_functional(node: Resource) -> Resource:
    """The node with one value for what it can have only one of: the first in code point order. Most are so already."""
    said = [predicate for predicate, _ in node.pairs if predicate in FUNCTIONAL_PREDICATES]
    return node if len(said) == len(set(said)) else interned_resource(node.subject, _keep_first_values(node.pairs))


def _keep_first_values(pairs: tuple[PredicateObject, ...]) -> tuple[PredicateObject, ...]:
    first: dict[str, str] = {}
    for predicate, value in pairs:
        first[predicate] = min(value, first.get(predicate, value), key=lexical_form)
    return tuple(pair for pair in pairs if pair[0] not in FUNCTIONAL_PREDICATES or first[pair[0]] == pair[1])
