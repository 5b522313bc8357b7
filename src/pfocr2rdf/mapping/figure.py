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

from pfocr2rdf.mapping.merge import add_description, put_together
from pfocr2rdf.mapping.organisms import TAXON_OF_NAME
from pfocr2rdf.mapping.rows import OCCURRING, PLANS, TERMS, literals, organism, plan_of
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.terms import TYPE, Alike, Grouped, Node, Pair, Shared, grouped, ref, term
from pfocr2rdf.records.model import FigureRecord, Paper

_FIGURE = (TYPE, term("pfocr:Figure"))
_MENTION = (TYPE, term("pfocr:Mention"))
_MENTIONS, _FAMILIES = TERMS["pfocr:mentions"], TERMS["pfocr:mentionsFamily"]
_HAS_TARGET = TERMS["oa:hasTarget"]
_CANONICAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]{1,18})?").fullmatch
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}\.?[0-9]{0,60}|\.[0-9]{1,60})(?:[eE][+-]?[0-9]{1,3})?").fullmatch


class Mapped(NamedTuple):
    """What one record says: the figure, its mentions, and the things it is about, which other figures describe too.

    ``merged`` has the things of which its rows say different things, so that they may disagree.
    """

    figure: Grouped
    mentions: Alike
    entities: dict[str, Node]
    merged: set[str]
    notes: tuple[str, ...]


def map_record(record: FigureRecord) -> Mapped:
    """The statements that a record makes, but for those of its own JSON-LD.

    Raises:
        RecordError: an identifier in the record cannot be made an IRI.
    """
    subject = ref(iris.figure(record.figid))
    pairs, described = _figure(record)
    ids = list(map(id, record.mentions))
    counts = Counter(ids)
    plans = list(map(PLANS.get, counts))
    if None in plans:
        rows = dict(zip(ids, record.mentions, strict=True))
        plans = [plan or plan_of(rows[key]) for key, plan in zip(counts, plans, strict=True)]
    _, keys, said, things, families, entities, notes = zip(*plans, strict=True) if counts else ((),) * 7
    times: Mapping[bytes, int] = dict(zip(keys, counts.values(), strict=True))
    if len(times) < len(keys) or b"" in times:
        said, times = _merged(keys, said, counts.values())
    mentions = Alike(
        iris.MENTIONS,
        iris.mentions(record.figid, times),
        (_MENTION, (_HAS_TARGET, subject)),
        said,
        list(map(OCCURRING.__getitem__, times.values())),
    )
    values = grouped(dict.fromkeys(pairs))
    for predicate, found in ((_MENTIONS, things), (_FAMILIES, families)):
        if some := _some(found):
            values[predicate] = some
    return Mapped(Grouped(subject, values), mentions, *_together(chain(described.values(), *entities)), (*record.notes, *_some(notes)))


def _some(texts: Iterable[str]) -> list[str]:
    """Those that say something, without repeats."""
    distinct = dict.fromkeys(texts)
    distinct.pop("", None)
    return list(distinct)


def _merged(keys: Iterable[bytes], said: Iterable[Shared], counts: Iterable[int]) -> tuple[tuple[Shared, ...], Mapping[bytes, int]]:
    """What each mention says and how often it occurs, where rows say nothing or differ only in what they say of their target."""
    first: dict[bytes, Shared] = {}
    times: Counter[bytes] = Counter()
    for key, one, count in zip(keys, said, counts, strict=True):
        if key:
            first.setdefault(key, one)
            times[key] += count
    return tuple(first.values()), times


def _together(nodes: Iterable[Node]) -> tuple[dict[str, Node], set[str]]:
    """What is said of each thing as one node, and the things of which different nodes say different things."""
    distinct = {id(node): node for node in nodes}.values()
    entities = {node.subject: node for node in distinct}
    further: dict[str, list[Node]] = {}
    if len(entities) < len(distinct):
        entities = {}
        for node in distinct:
            add_description(entities, further, node)
        put_together(entities, further)
    return entities, set(further)


# -- the figure ------------------------------------------------------------------------------------------------------------


def decimal(text: str) -> str:
    """A number as ``xsd:decimal`` writes it; other text as it is, for the shapes to judge.

    More than 18 digits of a fraction are rounded: XML Schema asks no processor for more, and some refuse them.

    >>> decimal("9.5e-1"), decimal("0.90"), decimal(".5"), decimal("high"), decimal("9.313225746154785e-10")
    ('0.95', '0.90', '0.5', 'high', '0.000000000931322575')
    """
    if not _NUMBER(text) or _CANONICAL(text):
        return text
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    return format(round(number, 18) if isinstance(exponent, int) and exponent < -18 else number, "f")


def _figure(record: FigureRecord) -> tuple[list[Pair], dict[str, Node]]:
    """The statements of the figure itself, and the things that they speak of."""
    paper, entities = record.paper, {}
    pairs = [_FIGURE, *literals(("dcterms:title", record.title), ("dcterms:identifier", record.figid))]
    if record.figid_alias and record.figid_alias != record.figid:
        pairs += literals(("dcterms:identifier", record.figid_alias))
    pairs += literals(("pfocr:figureNumber", record.number), ("pfocr:figureType", record.figure_type))
    if paper.pmcid and record.filename:
        pairs.append((TERMS["schema:image"], ref(iris.image(paper.pmcid, record.filename))))
    if record.figlink:
        pairs.append((TERMS["foaf:page"], ref(iris.page(record.figlink))))
    pairs += literals(("pfocr:pathwayScore", decimal(record.score)), datatype="xsd:decimal")
    pairs += literals(*(("pfocr:organismName", name) for name in record.organisms))
    for node in _organisms(record):
        pairs.append((TERMS["pfocr:organism"], node.subject))
        entities[node.subject] = node
    if license_iri := iris.license_iri(_text(record.jsonld, "license")):
        pairs.append((TERMS["dcterms:license"], ref(license_iri)))
    if record.ndex:
        pairs.append((TERMS["rdfs:seeAlso"], ref(iris.ndex(record.ndex))))
    for node in _pathways(record.wpid):
        pairs.append((TERMS["pfocr:pathway"], node.subject))
        entities[node.subject] = node
    pairs += literals(*(("pfocr:annotation", f"{kind}: {value}" if kind else value) for kind, value in record.annotations))
    if paper.pmcid:
        node = _paper(paper)
        pairs.append((TERMS["pfocr:citedIn"], node.subject))
        entities[node.subject] = node
    return pairs, entities


def _text(block: Mapping[str, Any] | None, key: str) -> str:
    value = block.get(key) if block else ""
    return value if type(value) is str else ""


def _organisms(record: FigureRecord) -> list[Node]:
    """The organisms of the figure whose taxon is known: from the record's own rows, or as one that everybody names alike."""
    if not record.organisms:
        return []
    named = {row.organism: row.taxon for row in record.mentions if row.taxon}
    found = [(named.get(name) or TAXON_OF_NAME.get(name, ""), name) for name in record.organisms]
    return [organism(taxon, name) for taxon, name in found if taxon]


def _pathways(wpid: str) -> list[Node]:
    names = [name.strip() for name in wpid.split(",") if name.strip()]
    return [Node(ref(iris.pathway(name)), ((TYPE, term("pfocr:Pathway")), *literals(("dcterms:identifier", name)))) for name in names]


def _paper(paper: Paper) -> Node:
    doi = iris.doi(paper.doi)
    pairs: list[Pair] = [
        (TYPE, term("pfocr:Paper")),
        (TYPE, term("schema:ScholarlyArticle")),
        *literals(("dcterms:title", paper.title), ("dcterms:identifier", paper.pmcid), ("dcterms:bibliographicCitation", paper.citation)),
        *literals(("dcterms:issued", paper.year), datatype="xsd:gYear"),
        *literals(("bibo:doi", paper.doi)),
        *([(TERMS["owl:sameAs"], ref(doi))] if doi else []),
        *literals(("pfocr:journal", paper.journal), ("pfocr:journalAbbreviation", paper.journal_abbreviation)),
        *literals(("pfocr:publisher", paper.publisher)),
        *literals(*(("pfocr:keyword", word) for word in paper.keywords)),
    ]
    return Node(ref(iris.paper(paper.pmcid)), tuple(pairs))
