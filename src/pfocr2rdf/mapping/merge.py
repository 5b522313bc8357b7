"""Merging of several descriptions of one entity."""

from __future__ import annotations

from pfocr2rdf.mapping.rows import interned_resource
from pfocr2rdf.rdf.cache import LruCache, create_row_cache
from pfocr2rdf.rdf.terms import PredicateObject, Resource, expand_term, lexical_form, sort_pairs
from pfocr2rdf.rdf.vocabulary import FUNCTIONAL_PROPERTIES

_RECENT_DESCRIPTIONS = 8
_union_cache: LruCache[tuple[int, ...], tuple[tuple[Resource, ...], Resource]] = create_row_cache()
FUNCTIONAL_PREDICATES = frozenset(map(expand_term, FUNCTIONAL_PROPERTIES))


def collect_description(entities: dict[str, Resource], additional: dict[str, list[Resource]], description: Resource) -> None:
    """Add the description of an entity. Further ones of the same entity go to ``additional``, for ``merge_descriptions``."""
    if entities.setdefault(description.subject, description) is not description:
        descriptions = additional.setdefault(description.subject, [])
        if not any(recent is description for recent in descriptions[-_RECENT_DESCRIPTIONS:]):
            descriptions.append(description)


def merge_descriptions(entities: dict[str, Resource], additional: dict[str, list[Resource]]) -> None:
    """Merge all descriptions of an entity into one."""
    for subject, others in additional.items():
        descriptions = (entities[subject], *others)
        key = tuple(map(id, descriptions))
        cached = _union_cache.lookup(key)
        if cached is None:
            cached = (descriptions, _union(descriptions))
            if len(descriptions) <= _RECENT_DESCRIPTIONS:
                _union_cache.put(key, cached)
        entities[subject] = cached[1]


def _union(descriptions: tuple[Resource, ...]) -> Resource:
    first = descriptions[0]
    pairs = {pair for description in descriptions for pair in description.pairs}
    return interned_resource(first.subject, sort_pairs(pairs)) if len(pairs) > len(first.pairs) else first


def resolve_functional(resource: Resource) -> Resource:
    """The resource with one value of each functional property: the first in code point order. Mostly it has no other."""
    predicates = [predicate for predicate, _ in resource.pairs if predicate in FUNCTIONAL_PREDICATES]
    return resource if len(predicates) == len(set(predicates)) else interned_resource(resource.subject, _keep_first_values(resource.pairs))


def _keep_first_values(pairs: tuple[PredicateObject, ...]) -> tuple[PredicateObject, ...]:
    first_values: dict[str, str] = {}
    for predicate, value in pairs:
        first_values[predicate] = min(value, first_values.get(predicate, value), key=lexical_form)
    return tuple(pair for pair in pairs if pair[0] not in FUNCTIONAL_PREDICATES or first_values[pair[0]] == pair[1])
