"""The order of statements within a subject, which all formats share."""

from __future__ import annotations

from collections.abc import Iterable

from pfocr2rdf.rdf.terms import RDF_TYPE, PredicateObject, expand_term
from pfocr2rdf.rdf.vocabulary import PREFIXES, PROPERTIES

_PREDICATE_RANKS = {RDF_TYPE: -1, **{expand_term(row.name): index for index, row in enumerate(PROPERTIES)}}
_PFOCR_TERM_START = f"<{PREFIXES['pfocr']}"


def predicate_sort_key(predicate: str) -> tuple[int, str]:
    """The rank of a property: ``rdf:type``, then properties as the vocabulary lists them, then unknown ones."""
    return _PREDICATE_RANKS.get(predicate, len(_PREDICATE_RANKS)), predicate


def pair_sort_key(pair: PredicateObject) -> tuple[int, str, bool, str]:
    """The rank of a statement among those of its subject: by its property, then terms of the vocabulary before others."""
    predicate, value = pair
    return *predicate_sort_key(predicate), not value.startswith(_PFOCR_TERM_START), value


def sort_pairs(pairs: Iterable[PredicateObject]) -> tuple[PredicateObject, ...]:
    """The statements of one subject in the order in which they are written."""
    return tuple(sorted(pairs, key=pair_sort_key))
