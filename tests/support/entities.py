"""Descriptions of entities, added to an entity store one by one."""

from __future__ import annotations

from pfocr2rdf.pipeline.descriptions import encode_description
from pfocr2rdf.pipeline.entities import EntityStore, Origin
from pfocr2rdf.rdf.terms import Resource


def add_description(store: EntityStore, entity: Resource, origin: Origin) -> None:
    """Add one record's description of an entity."""
    description = encode_description(entity)
    store.add_descriptions([description])
    store.assert_given_by([description.key], origin)
