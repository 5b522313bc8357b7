"""From a place to the thing that has its pages there."""

from __future__ import annotations

from collections.abc import Iterator

from pfocr2rdf.rdf.terms import TYPE, ref, term
from pfocr2rdf.site.pages.entity import PROFILES, Shared
from pfocr2rdf.site.pages.figure import Figure
from pfocr2rdf.site.pages.graph_reader import Reader
from pfocr2rdf.site.pages.resource import Thing
from pfocr2rdf.site.pages.urls import Kind, Place


def thing_at(reader: Reader, place: Place) -> Thing | None:
    """The thing whose pages are at a place; none where the dataset has no such thing of that kind.

    Args:
        reader: the store.
        place: the place, of a kind.
    """
    assert place.kind is not None  # documents are no things  # noqa: S101
    pairs = reader.pairs(ref(place.iri))
    if (TYPE, term(place.kind.cls)) not in pairs:
        return None
    if place.kind.name in PROFILES:
        return Shared(reader, place, pairs, PROFILES[place.kind.name])
    return Figure(reader, place, pairs)


def things_of(reader: Reader, kind: Kind) -> Iterator[str]:
    """The IRIs of all things of a kind, in the order of their code points."""
    for subject in reader.subjects(TYPE, term(kind.cls)):
        yield subject[1:-1]
