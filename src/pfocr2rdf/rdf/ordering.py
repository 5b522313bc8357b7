"""The order of statements within a subject, which every format writes them in."""

from __future__ import annotations

from collections.abc import Iterable

from pfocr2rdf.rdf.terms import TYPE, Pair, term
from pfocr2rdf.rdf.vocabulary import PREFIXES, PROPERTIES

_ORDER = {TYPE: -1, **{term(row.name): index for index, row in enumerate(PROPERTIES)}}
_OWN = f"<{PREFIXES['pfocr']}"


def order_of_predicate(predicate: str) -> tuple[int, str]:
    """The place of a property: types first, then properties as the vocabulary lists them, then unknown ones."""
    return _ORDER.get(predicate, len(_ORDER)), predicate


def order_of(pair: Pair) -> tuple[int, str, bool, str]:
    """The place of a statement among those of its subject.

    First that of its property, then our terms before others.
    """
    predicate, value = pair
    return *order_of_predicate(predicate), not value.startswith(_OWN), value


def ordered(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """The statements of one subject in the order in which they are written."""
    return tuple(sorted(pairs, key=order_of))
