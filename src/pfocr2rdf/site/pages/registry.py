"""From a place to the thing that has its pages there."""

from __future__ import annotations

from collections.abc import Iterator

from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term, iri_term
from pfocr2rdf.site.pages.entity import ENTITY_PAGE_SPECS, EntityPage
from pfocr2rdf.site.pages.figure import FigurePage
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.resource import ResourcePage
from pfocr2rdf.site.pages.urls import EntityType, PageAddress


def load_resource_page(reader: DatasetReader, address: PageAddress) -> ResourcePage | None:
    """The thing whose pages are at a place; none where the dataset has no such thing of that kind.

    Args:
        reader: the store.
        address: the place, of a kind.
    """
    assert address.entity_type is not None  # documents are no things  # noqa: S101
    pairs = reader.pairs(iri_term(address.iri))
    if (RDF_TYPE, expand_term(address.entity_type.cls)) not in pairs:
        return None
    if address.entity_type.name in ENTITY_PAGE_SPECS:
        return EntityPage(reader, address, pairs, ENTITY_PAGE_SPECS[address.entity_type.name])
    return FigurePage(reader, address, pairs)


def iter_resource_iris(reader: DatasetReader, entity_type: EntityType) -> Iterator[str]:
    """The IRIs of all things of a kind, in the order of their code points."""
    for subject in reader.subjects(RDF_TYPE, expand_term(entity_type.cls)):
        yield subject[1:-1]
