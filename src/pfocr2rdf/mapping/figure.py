"""From a record to statements: pure, without input or output.

What a row says is the same in every figure, but for the figure: it is worked out once per distinct row, as a ``Plan``, and
the mentions of a figure are put together from the plans column by column.
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
_CANONICAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]{1,18})?").fullmatch
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}\.?[0-9]{0,60}|\.[0-9]{1,60})(?:[eE][+-]?[0-9]{1,3})?").fullmatch


class MappedRecord(NamedTuple):
    """What one record says: the figure, its mentions, and the things it is about, which other figures describe too.

    ``conflicting_subjects`` has the things of which its rows say different things, so that they may disagree.
    """

    figure: GroupedResource
    mentions: ResourceColumns
    entities: dict[str, Resource]
    conflicting_subjects: set[str]
    notes: tuple[str, ...]


def map_record(record: FigureRecord) -> MappedRecord:
    """The statements that a record makes, but for those of its own JSON-LD.

    Raises:
        RecordError: an identifier in the record cannot be made an IRI.
    """
    subject = iri_term(iris.figure_iri(record.figid))
    pairs, described = _figure_pairs(record)
    ids = list(map(id, record.mentions))
    counts = Counter(ids)
    plans = list(map(ROW_CACHE.get, counts))
    if None in plans:
        rows = dict(zip(ids, record.mentions, strict=True))
        plans = [plan or map_row(rows[key]) for key, plan in zip(counts, plans, strict=True)]
    _, keys, said, things, families, entities, notes = zip(*plans, strict=True) if counts else ((),) * 7
    times: Mapping[bytes, int] = dict(zip(keys, counts.values(), strict=True))
    if len(times) < len(keys) or b"" in times:
        said, times = _merge_mentions(keys, said, counts.values())
    mentions = ResourceColumns(
        iris.MENTION_NAMESPACE,
        iris.mention_names(record.figid, times),
        (_MENTION_TYPE, (_HAS_TARGET, subject)),
        said,
        list(map(OCCURRENCE_CACHE.__getitem__, times.values())),
    )
    values = group_by_predicate(dict.fromkeys(pairs))
    for predicate, found in ((_MENTIONS_PREDICATE, things), (_MENTIONS_FAMILY_PREDICATE, families)):
        if some := _distinct_non_empty(found):
            values[predicate] = some
    return MappedRecord(
        GroupedResource(subject, values),
        mentions,
        *_merge_by_subject(chain(described.values(), *entities)),
        (*record.notes, *_distinct_non_empty(notes)),
    )


def _distinct_non_empty(texts: Iterable[str]) -> list[str]:
    """Those that say something, without repeats."""
    distinct = dict.fromkeys(texts)
    distinct.pop("", None)
    return list(distinct)


def _merge_mentions(
    keys: Iterable[bytes], said: Iterable[PredicateObjectList], counts: Iterable[int]
) -> tuple[tuple[PredicateObjectList, ...], Mapping[bytes, int]]:
    """What each mention says and how often it occurs, where rows say nothing or differ only in what they say of their target."""
    first: dict[bytes, PredicateObjectList] = {}
    times: Counter[bytes] = Counter()
    for key, one, count in zip(keys, said, counts, strict=True):
        if key:
            first.setdefault(key, one)
            times[key] += count
    return tuple(first.values()), times


def _merge_by_subject(nodes: Iterable[Resource]) -> tuple[dict[str, Resource], set[str]]:
    """What is said of each thing as one node, and the things of which different nodes say different things."""
    distinct = {id(node): node for node in nodes}.values()
    entities = {node.subject: node for node in distinct}
    further: dict[str, list[Resource]] = {}
    if len(entities) < len(distinct):
        entities = {}
        for node in distinct:
            collect_description(entities, further, node)
        merge_descriptions(entities, further)
    return entities, set(further)


# -- the figure ------------------------------------------------------------------------------------------------------------


def decimal_lexical_form(text: str) -> str:
    """A number as ``xsd:decimal`` writes it; other text as it is, for the shapes to judge.

    More than 18 digits of a fraction are rounded: XML Schema asks no processor for more, and some refuse them.

    >>> [decimal_lexical_form(text) for text in ("9.5e-1", "0.90", ".5", "high", "9.313225746154785e-10")]
    ['0.95', '0.90', '0.5', 'high', '0.000000000931322575']
    """
    if not _NUMBER(text) or _CANONICAL(text):
        return text
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    return format(round(number, 18) if isinstance(exponent, int) and exponent < -18 else number, "f")


def _figure_pairs(record: FigureRecord) -> tuple[list[PredicateObject], dict[str, Resource]]:
    """The statements of the figure itself, and the things that they speak of."""
    paper, entities = record.paper, {}
    pairs = [_FIGURE_TYPE, *literal_pairs(("dcterms:title", record.title), ("dcterms:identifier", record.figid))]
    if record.figid_alias and record.figid_alias != record.figid:
        pairs += literal_pairs(("dcterms:identifier", record.figid_alias))
    pairs += literal_pairs(("pfocr:figureNumber", record.number), ("pfocr:figureType", record.figure_type))
    if paper.pmcid and record.filename:
        pairs.append((PREDICATES["schema:image"], iri_term(iris.image_iri(paper.pmcid, record.filename))))
    if record.figlink:
        pairs.append((PREDICATES["foaf:page"], iri_term(iris.figure_page_iri(record.figlink))))
    pairs += literal_pairs(("pfocr:pathwayScore", decimal_lexical_form(record.score)), datatype="xsd:decimal")
    pairs += literal_pairs(*(("pfocr:organismName", name) for name in record.organisms))
    for node in _organism_resources(record):
        pairs.append((PREDICATES["pfocr:organism"], node.subject))
        entities[node.subject] = node
    if license_iri := iris.license_iri(_text(record.jsonld, "license")):
        pairs.append((PREDICATES["dcterms:license"], iri_term(license_iri)))
    if record.ndex:
        pairs.append((PREDICATES["rdfs:seeAlso"], iri_term(iris.ndex_iri(record.ndex))))
    for node in _pathway_resources(record.wpid):
        pairs.append((PREDICATES["pfocr:pathway"], node.subject))
        entities[node.subject] = node
    pairs += literal_pairs(*(("pfocr:annotation", f"{kind}: {value}" if kind else value) for kind, value in record.annotations))
    if paper.pmcid:
        node = _paper_resource(paper)
        pairs.append((PREDICATES["pfocr:citedIn"], node.subject))
        entities[node.subject] = node
    return pairs, entities


def _text(block: Mapping[str, Any] | None, key: str) -> str:
    value = block.get(key) if block else ""
    return value if type(value) is str else ""


def _organism_resources(record: FigureRecord) -> list[Resource]:
    """The organisms of the figure whose taxon is known: from the record's own rows, or as one that everybody names alike."""
    if not record.organisms:
        return []
    named = {row.organism: row.taxon for row in record.mentions if row.taxon}
    found = [(named.get(name) or TAXON_BY_NAME.get(name, ""), name) for name in record.organisms]
    return [organism_resource(taxon, name) for taxon, name in found if taxon]


def _pathway_resources(wpid: str) -> list[Resource]:
    names = [name.strip() for name in wpid.split(",") if name.strip()]
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
