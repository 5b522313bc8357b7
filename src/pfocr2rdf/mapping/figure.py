"""The mapping of a record to statements: pure, without input or output.

Rows are mapped by ``rows.map_row``, once per distinct row; the mentions of a figure are put together from them column by column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple

from pfocr2rdf.mapping.merge import collect_description, merge_descriptions
from pfocr2rdf.mapping.organisms import TAXON_BY_NAME
from pfocr2rdf.mapping.rows import OCCURRENCE_CACHE, PREDICATES, ROW_CACHE, literal_pairs, map_row, organism_resource
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.image_urls import image_iri
from pfocr2rdf.rdf.terms import (
    RDF_TYPE,
    GroupedResource,
    PredicateObject,
    PredicateObjectList,
    Resource,
    ResourceColumns,
    expand_term,
    group_by_predicate,
    iri_term,
)
from pfocr2rdf.records.model import FigureRecord, Paper

_FIGURE_TYPE = (RDF_TYPE, expand_term("pfocr:Figure"))
_MENTION_TYPE = (RDF_TYPE, expand_term("pfocr:Mention"))
_MENTIONS_PREDICATE, _MENTIONS_FAMILY_PREDICATE = PREDICATES["pfocr:mentions"], PREDICATES["pfocr:mentionsFamily"]
_HAS_TARGET = PREDICATES["oa:hasTarget"]
_match_canonical_number = re.compile(r"[+-]?[0-9]+(?:\.[0-9]{1,18})?").fullmatch
_match_number = re.compile(r"[+-]?(?:[0-9]{1,40}\.?[0-9]{0,60}|\.[0-9]{1,60})(?:[eE][+-]?[0-9]{1,3})?").fullmatch


class MappedRecord(NamedTuple):
    """The statements of one record: the figure, its mentions, and its entities, which other figures describe too.

    ``conflicting_subjects`` are the entities of which its rows have different descriptions.
    """

    figure: GroupedResource
    mentions: ResourceColumns
    entities: dict[str, Resource]
    conflicting_subjects: set[str]
    notes: tuple[str, ...]


def map_record(record: FigureRecord) -> MappedRecord:
    """Map a record, but for its JSON-LD; ``RecordError`` where an identifier cannot be made an IRI."""
    subject = iri_term(iris.figure_iri(record.figid))
    pairs, figure_entities = _figure_pairs(record)
    ids = list(map(id, record.mentions))
    counts = Counter(ids)
    mapped_rows = list(map(ROW_CACHE.get, counts))
    if None in mapped_rows:
        rows = dict(zip(ids, record.mentions, strict=True))
        mapped_rows = [mapped or map_row(rows[row_id]) for row_id, mapped in zip(counts, mapped_rows, strict=True)]
    _, keys, bodies, mentioned, families, entities, notes = zip(*mapped_rows, strict=True) if counts else ((),) * 7
    occurrences: Mapping[bytes, int] = dict(zip(keys, counts.values(), strict=True))
    if len(occurrences) < len(keys) or b"" in occurrences:
        bodies, occurrences = _merge_mentions(keys, bodies, counts.values())
    mentions = ResourceColumns(
        iris.MENTION_NAMESPACE,
        iris.mention_names(record.figid, occurrences),
        (_MENTION_TYPE, (_HAS_TARGET, subject)),
        bodies,
        list(map(OCCURRENCE_CACHE.__getitem__, occurrences.values())),
    )
    values_by_predicate = group_by_predicate(dict.fromkeys(pairs))
    for predicate, terms in ((_MENTIONS_PREDICATE, mentioned), (_MENTIONS_FAMILY_PREDICATE, families)):
        if values := _distinct_non_empty(terms):
            values_by_predicate[predicate] = values
    return MappedRecord(
        GroupedResource(subject, values_by_predicate),
        mentions,
        *_merge_by_subject(chain(figure_entities.values(), *entities)),
        (*record.notes, *_distinct_non_empty(notes)),
    )


def _distinct_non_empty(texts: Iterable[str]) -> list[str]:
    """The texts without repeats and without the empty one."""
    distinct = dict.fromkeys(texts)
    distinct.pop("", None)
    return list(distinct)


def _merge_mentions(
    keys: Iterable[bytes], bodies: Iterable[PredicateObjectList], counts: Iterable[int]
) -> tuple[tuple[PredicateObjectList, ...], Mapping[bytes, int]]:
    """The body and the occurrences of each mention, where rows have no content or differ only in the description of their entity."""
    body_by_key: dict[bytes, PredicateObjectList] = {}
    occurrences: Counter[bytes] = Counter()
    for key, body, count in zip(keys, bodies, counts, strict=True):
        if key:
            body_by_key.setdefault(key, body)
            occurrences[key] += count
    return tuple(body_by_key.values()), occurrences


def _merge_by_subject(descriptions: Iterable[Resource]) -> tuple[dict[str, Resource], set[str]]:
    """One resource for each entity, and the subjects that have different descriptions."""
    distinct = {id(description): description for description in descriptions}.values()
    entities = {description.subject: description for description in distinct}
    additional: dict[str, list[Resource]] = {}
    if len(entities) < len(distinct):
        entities = {}
        for description in distinct:
            collect_description(entities, additional, description)
        merge_descriptions(entities, additional)
    return entities, set(additional)


# -- the figure ------------------------------------------------------------------------------------------------------------


def decimal_lexical_form(text: str) -> str:
    """A number as ``xsd:decimal`` writes it; other text as it is, for the shapes to judge.

    More than 18 digits of a fraction are rounded: XML Schema asks no processor for more, and some refuse them.

    >>> [decimal_lexical_form(text) for text in ("9.5e-1", "0.90", ".5", "high", "9.313225746154785e-10")]
    ['0.95', '0.90', '0.5', 'high', '0.000000000931322575']
    """
    if not _match_number(text) or _match_canonical_number(text):
        return text
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    return format(round(number, 18) if isinstance(exponent, int) and exponent < -18 else number, "f")


def _figure_pairs(record: FigureRecord) -> tuple[list[PredicateObject], dict[str, Resource]]:
    """The statements of the figure itself, and the descriptions of the entities in them."""
    paper, entities = record.paper, {}
    pairs = [_FIGURE_TYPE, *literal_pairs(("dcterms:title", record.title), ("dcterms:identifier", record.figid))]
    pairs += literal_pairs(*(("dcterms:identifier", alias) for alias in record.figid_aliases if alias != record.figid))
    pairs += literal_pairs(("pfocr:figureNumber", record.number), *(("pfocr:figureType", name) for name in record.figure_types))
    if paper.pmcid and record.filename:
        pairs.append((PREDICATES["schema:image"], iri_term(image_iri(paper.pmcid, record.filename, record.image_url))))
    if record.figlink:
        pairs.append((PREDICATES["foaf:page"], iri_term(iris.figure_page_iri(record.figlink))))
    pairs += literal_pairs(("pfocr:pathwayScore", decimal_lexical_form(record.score)), datatype="xsd:decimal")
    pairs += literal_pairs(*(("pfocr:organismName", name) for name in record.organisms))
    for organism in _organism_resources(record):
        pairs.append((PREDICATES["pfocr:organism"], organism.subject))
        entities[organism.subject] = organism
    if license_iri := iris.license_iri(_text(record.jsonld, "license")):
        pairs.append((PREDICATES["dcterms:license"], iri_term(license_iri)))
    pairs += [(PREDICATES["rdfs:seeAlso"], iri_term(iris.ndex_iri(uuid))) for uuid in record.ndex_ids]
    for pathway in _pathway_resources(record.wpids):
        pairs.append((PREDICATES["pfocr:pathway"], pathway.subject))
        entities[pathway.subject] = pathway
    pairs += literal_pairs(*(("pfocr:annotation", f"{key}: {value}" if key else value) for key, value in record.annotations))
    if paper.pmcid:
        paper_resource = _paper_resource(paper)
        pairs.append((PREDICATES["pfocr:citedIn"], paper_resource.subject))
        entities[paper_resource.subject] = paper_resource
    return pairs, entities


def _text(block: Mapping[str, Any] | None, key: str) -> str:
    value = block.get(key) if block else ""
    return value if type(value) is str else ""


def _organism_resources(record: FigureRecord) -> list[Resource]:
    """The organisms of the figure whose taxon is known: from the record's own rows, or by a common name."""
    if not record.organisms:
        return []
    taxon_by_name = {**TAXON_BY_NAME, **{row.organism: row.taxon for row in record.mentions if row.taxon}}
    return [organism_resource(taxon_by_name[name], name) for name in record.organisms if name in taxon_by_name]


def _pathway_resources(names: Iterable[str]) -> list[Resource]:
    return [
        Resource(iri_term(iris.pathway_iri(name)), ((RDF_TYPE, expand_term("pfocr:Pathway")), *literal_pairs(("dcterms:identifier", name))))
        for name in names
    ]


def _paper_resource(paper: Paper) -> Resource:
    doi = iris.doi_iri(paper.doi)
    pairs: list[PredicateObject] = [
        (RDF_TYPE, expand_term("pfocr:Paper")),
        (RDF_TYPE, expand_term("schema:ScholarlyArticle")),
        *literal_pairs(
            ("dcterms:title", paper.title), ("dcterms:identifier", paper.pmcid), ("dcterms:bibliographicCitation", paper.citation)
        ),
        *literal_pairs(("dcterms:issued", paper.year), datatype="xsd:gYear"),
        *literal_pairs(("bibo:doi", paper.doi)),
        *([(PREDICATES["owl:sameAs"], iri_term(doi))] if doi else []),
        *literal_pairs(("pfocr:journal", paper.journal), ("pfocr:journalAbbreviation", paper.journal_abbreviation)),
        *literal_pairs(("pfocr:publisher", paper.publisher)),
        *literal_pairs(*(("pfocr:keyword", word) for word in paper.keywords)),
    ]
    return Resource(iri_term(iris.paper_iri(paper.pmcid)), tuple(pairs))
