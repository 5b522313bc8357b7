"""The mapping of one row of a record, made once per distinct row: its statements are the same in every figure."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from pfocr2rdf.mapping import famplex
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.cache import ROW_CACHE_ENTRIES, LruCache, create_row_cache
from pfocr2rdf.rdf.terms import (
    RDF_TYPE,
    PredicateObject,
    PredicateObjectList,
    Resource,
    expand_term,
    iri_term,
    list_classes,
    literal,
    object_kind,
)
from pfocr2rdf.rdf.vocabulary import EVIDENCE_BY_SOURCE, PROPERTIES
from pfocr2rdf.records.model import Mention

PREDICATES = {row.name: expand_term(row.name) for row in PROPERTIES}
_WORD, _MATCH, _FAMILY = PREDICATES["pfocr:word"], PREDICATES["pfocr:match"], PREDICATES["pfocr:family"]
_HAS_BODY = PREDICATES["oa:hasBody"]
_ENTITY_IRIS = {"ncbigene": iris.gene_iri, "mesh": iris.mesh_iri, "chebi": iris.chebi_iri, "doid": iris.doid_iri}


class MappedRow(NamedTuple):
    """The statements of a row, independent of its figure."""

    row: Mention  # the row itself: as long as this is cached, no other row has its identity
    key: bytes  # the identity of its mention within a figure; empty where the row has no content
    body: PredicateObjectList  # the statements of its mention, but for those on the figure and the number of occurrences
    entity: str  # the entity that the figure mentions, as a term, or ``""``
    family: str  # the family that the figure mentions, as a term, or ``""``
    entities: tuple[Resource, ...]  # descriptions of these
    note: str  # a warning, or ``""``


def interned_resource(subject: str, pairs: tuple[PredicateObject, ...]) -> Resource:
    """A resource that many figures have, all of it."""
    return Resource(subject, (), pairs, sys.intern(object_kind(subject, list_classes(pairs))))


def literal_pairs(*values: tuple[str, str], datatype: str = "") -> list[PredicateObject]:
    """Statements with literals, without those that are empty."""
    return [(PREDICATES[name], literal(value, datatype)) for name, value in values if value]


@lru_cache(10_000)
def organism_resource(taxon: str, name: str) -> Resource:
    """The description of an organism."""
    pairs = ((RDF_TYPE, expand_term("pfocr:Organism")), *literal_pairs(("dcterms:identifier", taxon), ("rdfs:label", name)))
    return interned_resource(iri_term(iris.taxon_iri(taxon)), pairs)


def map_row(row: Mention) -> MappedRow:
    """The mapping of a row, by its identity."""
    return ROW_CACHE.lookup(id(row)) or ROW_CACHE.put(id(row), _map_new_row(row))


def _map_new_row(row: Mention) -> MappedRow:
    has_body = _has_body_pair(row.entity) if row.entity else None
    entity = has_body[1] if has_body else ""
    family = _family_resource(row.family) if row.family else None
    evidence_pairs, note = _evidence_pairs(row.entity_type == "gene", row.lexicon_source)
    has_content = row.word or row.match or entity
    pairs = [has_body] if has_body else []
    if row.word:
        pairs.append((_WORD, literal(row.word)))
    if row.match:
        pairs.append((_MATCH, literal(row.match)))
    pairs += evidence_pairs
    if family:
        pairs.append((_FAMILY, family.subject))
    entities = _describe_entities(row, entity, family) if has_content else ()
    return MappedRow(
        row=row,
        key=iris.mention_key(row.entity_type, row.word, row.match, row.lexicon_source, entity[1:-1]) if has_content else b"",
        body=PredicateObjectList(tuple(pairs), {described.subject: described.kind for described in entities}),
        entity=entity,
        family=family.subject if family and has_content else "",
        entities=entities,
        note="; ".join([text for text in (note if has_content else "", _describe_unmapped(row)) if text]),
    )


def _describe_unmapped(row: Mention) -> str:
    """A note of values that describe an entity, of a row that does not identify it."""
    if row.entity and (row.taxon or not row.organism):
        return ""
    values = [] if row.entity else ["" if row.label == row.match else row.label, row.alt_label, row.taxon]
    if not (row.entity and row.taxon):
        values.append(row.organism)
    passed_over = ", ".join(map(repr, filter(None, values)))
    return f"the {row.entity_type} row {row.word!r} has no identifier for {passed_over}; ignored" if passed_over else ""


@lru_cache(1_000)
def _evidence_pairs(is_gene: bool, source: str) -> tuple[tuple[PredicateObject, ...], str]:
    """The provenance of a row's match, as statements, and a warning where its source is unknown."""
    evidence = EVIDENCE_BY_SOURCE.get(source, "") if is_gene else "pfocr:viaNer"
    note = "" if evidence or not source else f"the lexicon source {source!r} is unknown; exported as text, without evidence"
    evidence_pairs = [(PREDICATES["pfocr:evidence"], expand_term(evidence))] if evidence else []
    return (*literal_pairs(("pfocr:lexiconSource", source)), *evidence_pairs), note


def _describe_entities(row: Mention, entity: str, family: Resource | None) -> tuple[Resource, ...]:
    """The descriptions of the entities of a row."""
    descriptions = [_ENTITY_MAPPERS[row.entity_type](row, entity)] if entity else []
    if family:
        descriptions.append(family)
    if row.entity_type == "gene" and entity and row.taxon:
        descriptions.append(organism_resource(row.taxon, row.organism))
    return tuple(descriptions)


@lru_cache(ROW_CACHE_ENTRIES)
def _has_body_pair(curie: str) -> PredicateObject:
    return _HAS_BODY, entity_term(curie)


@lru_cache(ROW_CACHE_ENTRIES)
def entity_term(curie: str) -> str:
    """The term of an entity, by the CURIE that a row has of it."""
    prefix, _, identifier = curie.partition(":")
    return iri_term(_ENTITY_IRIS[prefix](identifier))


@lru_cache(10_000)
def _family_resource(symbol: str) -> Resource:
    relation, entry_ids = famplex.match_family(symbol)
    links = [(PREDICATES[relation], iri_term(iris.famplex_iri(entry_id))) for entry_id in entry_ids]
    return interned_resource(
        iri_term(iris.family_iri(symbol)), ((RDF_TYPE, expand_term("pfocr:Family")), *literal_pairs(("skos:prefLabel", symbol)), *links)
    )


@lru_cache(ROW_CACHE_ENTRIES)
def _interned_gene(identifier: str, label: str, taxon: str, family: str) -> Resource:
    pairs: list[PredicateObject] = [
        (RDF_TYPE, expand_term("pfocr:Gene")),
        (RDF_TYPE, expand_term("wp:GeneProduct")),
        *literal_pairs(("dcterms:identifier", identifier), ("rdfs:label", label)),
        *([(PREDICATES["pfocr:organism"], iri_term(iris.taxon_iri(taxon)))] if taxon else []),
        *([(PREDICATES["pfocr:memberOf"], iri_term(iris.family_iri(family)))] if family else []),
    ]
    return interned_resource(iri_term(iris.gene_iri(identifier)), tuple(pairs))


def _gene_resource(row: Mention, _subject: str) -> Resource:
    return _interned_gene(row.entity.partition(":")[2], row.label, row.taxon, row.family)


def _entity_mapper(cls: str) -> Callable[[Mention, str], Resource]:
    def describe(row: Mention, subject: str) -> Resource:
        prefix, _, local_id = row.entity.partition(":")
        identifier = local_id if prefix == "mesh" else f"{prefix.upper()}:{local_id}"
        pairs: list[PredicateObject] = [
            (RDF_TYPE, expand_term(cls)),
            *literal_pairs(("dcterms:identifier", identifier), ("rdfs:label", row.label), ("skos:altLabel", row.alt_label)),
        ]
        if row.xref:
            pairs.append((PREDICATES["skos:closeMatch"], entity_term(row.xref)))
        return interned_resource(subject, tuple(pairs))

    return describe


_ENTITY_MAPPERS = {"gene": _gene_resource, "chemical": _entity_mapper("pfocr:Chemical"), "disease": _entity_mapper("pfocr:Disease")}


def _occurrence_pairs(count: int) -> PredicateObjectList:
    return PredicateObjectList(((PREDICATES["pfocr:occurrences"], literal(str(count), "xsd:integer")),))


ROW_CACHE: LruCache[int, MappedRow] = create_row_cache()
"""The mapped rows by the identity of the row; missing ones are made by ``map_row``."""

OCCURRENCE_CACHE: LruCache[int, PredicateObjectList] = LruCache(1_000, _occurrence_pairs)
"""The statements of how often a mention occurs, by the number."""
