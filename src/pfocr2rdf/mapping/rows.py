"""What a row of a record says wherever it stands: worked out once per distinct row, as a ``MappedRow``."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from pfocr2rdf.mapping import famplex
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.cache import ROW_CACHE_ENTRIES, LruCache
from pfocr2rdf.rdf.terms import RDF_TYPE, PredicateObject, PredicateObjectList, Resource, expand_term, iri_term, literal
from pfocr2rdf.rdf.vocabulary import EVIDENCE_BY_SOURCE, PROPERTIES
from pfocr2rdf.records.model import Mention

PREDICATES = {row.name: expand_term(row.name) for row in PROPERTIES}
_WORD, _MATCH = PREDICATES["pfocr:word"], PREDICATES["pfocr:match"]
_TARGET_IRIS = {"ncbigene": iris.gene_iri, "mesh": iris.mesh_iri, "chebi": iris.chebi_iri, "doid": iris.doid_iri}


class MappedRow(NamedTuple):
    """What a row says wherever it stands.

    Attributes:
        row: the row itself, so that its identity is not given to another one as long as the plan is remembered.
        key: what makes its mention one, but for the figure; empty where the row says nothing.
        body: the statements of its mention, but for those on the figure and the number of occurrences.
        target: what the figure is said to mention, or ``""``.
        family: the family that the figure is said to mention, or ``""``.
        entities: what is said of these.
        note: what is worth a warning.
    """

    row: Mention
    key: bytes
    body: PredicateObjectList
    target: str
    family: str
    entities: tuple[Resource, ...]
    note: str


def interned_resource(subject: str, pairs: tuple[PredicateObject, ...]) -> Resource:
    """A node that many figures have, all of it."""
    return Resource(subject, (), pairs)


def literal_pairs(*values: tuple[str, str], datatype: str = "") -> list[PredicateObject]:
    """Literal statements, without those that say nothing."""
    return [(PREDICATES[name], literal(value, datatype)) for name, value in values if value]


@lru_cache(10_000)
def organism_resource(taxon: str, name: str) -> Resource:
    """What is said of an organism."""
    pairs = ((RDF_TYPE, expand_term("pfocr:Organism")), *literal_pairs(("dcterms:identifier", taxon), ("rdfs:label", name)))
    return interned_resource(iri_term(iris.taxon_iri(taxon)), pairs)


class _Target(NamedTuple):
    """What rows are about: its name, and the statement that mentions make of it."""

    term: str
    body: PredicateObject


def map_row(row: Mention) -> MappedRow:
    """The plan of this very row."""
    return ROW_CACHE.lookup(id(row)) or ROW_CACHE.put(id(row), _map_new_row(row))


def _map_new_row(row: Mention) -> MappedRow:
    target = _target_of(row.target) if row.target else None
    family = _family_resource(row.family) if row.family else None
    origin, note = _evidence_pairs(row.entity_type == "gene", row.lexicon_source)
    says = row.word or row.match or target
    pairs = [
        *([target.body] if target else ()),
        *([(_WORD, literal(row.word))] if row.word else ()),
        *([(_MATCH, literal(row.match))] if row.match else ()),
        *origin,
        *([(PREDICATES["pfocr:family"], family.subject)] if family else ()),
    ]
    return MappedRow(
        row,
        iris.mention_key(row.entity_type, row.word, row.match, row.lexicon_source, target.term[1:-1] if target else "") if says else b"",
        PredicateObjectList(tuple(pairs)),
        target.term if target else "",
        family.subject if family and says else "",
        _entities_of(row, target, family) if says else (),
        note if says else "",
    )


@lru_cache(1_000)
def _evidence_pairs(is_gene: bool, source: str) -> tuple[tuple[PredicateObject, ...], str]:
    """Where a row has its match from, as statements, and what is worth a warning of it."""
    evidence = EVIDENCE_BY_SOURCE.get(source, "") if is_gene else "pfocr:viaNer"
    note = "" if evidence or not source else f"the lexicon source {source!r} is not known; kept as text, without evidence"
    stated = [(PREDICATES["pfocr:evidence"], expand_term(evidence))] if evidence else []
    return (*literal_pairs(("pfocr:lexiconSource", source)), *stated), note


def _entities_of(row: Mention, target: _Target | None, family: Resource | None) -> tuple[Resource, ...]:
    """What a row says of the things that it is about."""
    nodes = [_ENTITY_MAPPERS[row.entity_type](row, target.term)] if target else []
    if family:
        nodes.append(family)
    if row.entity_type == "gene" and target and row.taxon:
        nodes.append(organism_resource(row.taxon, row.organism))
    return tuple(nodes)


@lru_cache(ROW_CACHE_ENTRIES)
def _target_of(curie: str) -> _Target:
    found = iri_term(_iri_of(curie))
    return _Target(found, (PREDICATES["oa:hasBody"], found))


def _iri_of(curie: str) -> str:
    scheme, _, identifier = curie.partition(":")
    return _TARGET_IRIS[scheme](identifier)


@lru_cache(10_000)
def _family_resource(symbol: str) -> Resource:
    relation, matches = famplex.match_family(symbol)
    links = [(PREDICATES[relation], iri_term(iris.famplex_iri(entry))) for entry in matches]
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
    return _interned_gene(row.target.partition(":")[2], row.label, row.taxon, row.family)


def _entity_mapper(cls: str) -> Callable[[Mention, str], Resource]:
    def describe(row: Mention, subject: str) -> Resource:
        scheme, _, identifier = row.target.partition(":")
        shown = identifier if scheme == "mesh" else f"{scheme.upper()}:{identifier}"
        pairs: list[PredicateObject] = [
            (RDF_TYPE, expand_term(cls)),
            *literal_pairs(("dcterms:identifier", shown), ("rdfs:label", row.label), ("skos:altLabel", row.alt_label)),
        ]
        if row.xref:
            pairs.append((PREDICATES["skos:closeMatch"], iri_term(_iri_of(row.xref))))
        return interned_resource(subject, tuple(pairs))

    return describe


_ENTITY_MAPPERS = {"gene": _gene_resource, "chemical": _entity_mapper("pfocr:Chemical"), "disease": _entity_mapper("pfocr:Disease")}


def _occurrence_pairs(count: int) -> PredicateObjectList:
    return PredicateObjectList(((PREDICATES["pfocr:occurrences"], literal(str(count), "xsd:integer")),))


ROW_CACHE: LruCache[int, MappedRow] = LruCache(ROW_CACHE_ENTRIES)
"""The plans, by the identity of the row; those that are not there are made by ``map_row``."""

OCCURRENCE_CACHE: LruCache[int, PredicateObjectList] = LruCache(1_000, _occurrence_pairs)
"""The statement that a mention occurs so often."""
