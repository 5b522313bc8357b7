"""From a record to statements: pure, without input or output.

What a row says is the same in every figure, but for the figure: it is worked out once per distinct row, as a ``_Plan``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from pfocr2rdf import famplex, iris
from pfocr2rdf.organisms import TAXON_OF_NAME
from pfocr2rdf.records.model import FigureRecord, Mention, Paper
from pfocr2rdf.remembered import Remembered
from pfocr2rdf.terms import TYPE, Node, Pair, literal, ref, term
from pfocr2rdf.vocabulary import EVIDENCE_OF_SOURCE, PREFIXES, PROPERTIES

_P = {row.name: term(row.name) for row in PROPERTIES}
_ORDER = {TYPE: -1, **{predicate: index for index, predicate in enumerate(_P.values())}}

_OWN = f"<{PREFIXES['pfocr']}"

_FIGURE = (TYPE, term("pfocr:Figure"))
_MENTION = (TYPE, term("pfocr:Mention"))
_MENTIONS, _MENTIONS_FAMILY = _P["pfocr:mentions"], _P["pfocr:mentionsFamily"]
_HAS_TARGET, _OCCURRENCES = _P["oa:hasTarget"], _P["pfocr:occurrences"]
_INTEGERS = [(_OCCURRENCES, literal(str(count), "xsd:integer")) for count in range(256)]
_SCIENTIFIC = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]{1,3}").fullmatch
_TARGETS = {"ncbigene": iris.gene, "mesh": iris.mesh, "chebi": iris.chebi, "doid": iris.doid}


class Mapped(NamedTuple):
    """What one record says: the figure, its mentions, and the things it is about, which other figures describe too."""

    figure: Node
    mentions: list[Node]
    entities: dict[str, Node]
    notes: tuple[str, ...]


class _Plan(NamedTuple):
    key: tuple[str, str, str, str, str]
    pairs: tuple[Pair, ...]
    mentioned: tuple[Pair, ...]
    entities: tuple[Node, ...]
    note: str


_plans: Remembered[Mention, _Plan] = Remembered()


def order_of(pair: Pair) -> tuple[int, str, bool, str]:
    """The place of a statement among those of its subject.

    First its types, ours before others; then properties as the vocabulary lists them; then unknown ones.
    """
    predicate, value = pair
    return _ORDER.get(predicate, len(_ORDER)), predicate, not value.startswith(_OWN), value


def ordered(pairs: set[Pair] | tuple[Pair, ...] | list[Pair]) -> tuple[Pair, ...]:
    """The statements of one subject in the order in which they are written."""
    return tuple(sorted(pairs, key=order_of))


def map_record(record: FigureRecord) -> Mapped:
    """The statements that a record makes, but for those of its own JSON-LD.

    Raises:
        RecordError: an identifier in the record cannot be made an IRI.
    """
    subject = ref(iris.figure(record.figid))
    counts: dict[Mention, int] = {}
    for row in record.mentions:
        counts[row] = counts.get(row, 0) + 1
    figure_pairs, entities = _figure(record)
    mentioned: dict[Pair, None] = {}
    mentions: dict[str, Node] = {}
    notes: dict[str, None] = {}
    target = (_HAS_TARGET, subject)
    for row, count in counts.items():
        plan = _plans.get(row) or _plans.keep(row, _plan(row))
        name = ref(iris.mention(record.figid, *plan.key))
        if name in mentions:  # rows that differ in what they say of the target only
            count += _occurrences(mentions[name])
        pairs = (_MENTION, target, *plan.pairs, _INTEGERS[count] if count < 256 else (_OCCURRENCES, literal(str(count), "xsd:integer")))
        mentions[name] = Node(name, pairs)
        for pair in plan.mentioned:
            mentioned[pair] = None
        for node in plan.entities:
            _add(entities, node)
        if plan.note:
            notes[plan.note] = None
    things = [pair for pair in mentioned if pair[0] == _MENTIONS]
    families = [pair for pair in mentioned if pair[0] == _MENTIONS_FAMILY]
    figure = Node(subject, (*figure_pairs, *things, *families))
    return Mapped(figure, list(mentions.values()), entities, (*record.notes, *notes))


def _occurrences(node: Node) -> int:
    return int(node.pairs[-1][1].split('"')[1])


def _add(entities: dict[str, Node], node: Node) -> None:
    known = entities.get(node.subject)
    if known is None:
        entities[node.subject] = node
    elif known is not node and not set(node.pairs) <= set(known.pairs):
        entities[node.subject] = Node(node.subject, ordered({*known.pairs, *node.pairs}))


def _pairs(*values: tuple[str, str], datatype: str = "") -> list[Pair]:
    """Literal statements, without those that say nothing."""
    return [(_P[name], literal(value, datatype)) for name, value in values if value]


# -- the figure ------------------------------------------------------------------------------------------------------------


def decimal(text: str) -> str:
    """A number as ``xsd:decimal`` writes it; other text as it is, for the shapes to judge.

    >>> decimal("9.5e-1"), decimal("0.90"), decimal("high")
    ('0.95', '0.90', 'high')
    """
    return format(Decimal(text), "f") if _SCIENTIFIC(text) else text


def _figure(record: FigureRecord) -> tuple[list[Pair], dict[str, Node]]:
    paper, entities = record.paper, {}
    pairs = [_FIGURE, *_pairs(("dcterms:title", record.title), ("dcterms:identifier", record.figid))]
    if record.figid_alias and record.figid_alias != record.figid:
        pairs += _pairs(("dcterms:identifier", record.figid_alias))
    pairs += _pairs(("pfocr:figureNumber", record.number), ("pfocr:figureType", record.figure_type))
    if paper.pmcid and record.filename:
        pairs.append((_P["schema:image"], ref(iris.image(paper.pmcid, record.filename))))
    if record.figlink:
        pairs.append((_P["foaf:page"], ref(iris.page(record.figlink))))
    pairs += _pairs(("pfocr:pathwayScore", decimal(record.score)), datatype="xsd:decimal")
    pairs += _pairs(*(("pfocr:organismName", name) for name in record.organisms))
    for node in _organisms(record):
        pairs.append((_P["pfocr:organism"], node.subject))
        entities[node.subject] = node
    if record.jsonld and record.jsonld.get("license") in ("CC0", iris.CC0):
        pairs.append((_P["dcterms:license"], ref(iris.CC0)))
    if record.ndex:
        pairs.append((_P["rdfs:seeAlso"], ref(iris.ndex(record.ndex))))
    for node in _pathways(record.wpid):
        pairs.append((_P["pfocr:pathway"], node.subject))
        entities[node.subject] = node
    pairs += _pairs(*(("pfocr:annotation", f"{kind}: {value}" if kind else value) for kind, value in record.annotations))
    if paper.pmcid:
        node = _paper(paper)
        pairs.append((_P["pfocr:citedIn"], node.subject))
        entities[node.subject] = node
    return pairs, entities


def _organisms(record: FigureRecord) -> list[Node]:
    """The organisms of the figure whose taxon is known: from the record's own rows, or as one that everybody names alike."""
    if not record.organisms:
        return []
    named = {row.organism: row.taxon for row in record.mentions if row.taxon}
    found = [(named.get(name) or TAXON_OF_NAME.get(name, ""), name) for name in record.organisms]
    return [_organism(taxon, name) for taxon, name in found if taxon]


def _organism(taxon: str, name: str) -> Node:
    return Node(
        ref(iris.taxon(taxon)),
        ((TYPE, term("pfocr:Organism")), *_pairs(("dcterms:identifier", taxon), ("rdfs:label", name))),
    )


def _pathways(wpid: str) -> list[Node]:
    names = [name.strip() for name in wpid.split(",") if name.strip()]
    return [Node(ref(iris.pathway(name)), ((TYPE, term("pfocr:Pathway")), *_pairs(("dcterms:identifier", name)))) for name in names]


def _paper(paper: Paper) -> Node:
    doi = iris.doi(paper.doi)
    pairs: list[Pair] = [
        (TYPE, term("pfocr:Paper")),
        (TYPE, term("schema:ScholarlyArticle")),
        *_pairs(("dcterms:title", paper.title), ("dcterms:identifier", paper.pmcid), ("dcterms:bibliographicCitation", paper.citation)),
        *_pairs(("dcterms:issued", paper.year), datatype="xsd:gYear"),
        *_pairs(("bibo:doi", paper.doi)),
        *([(_P["owl:sameAs"], ref(doi))] if doi else []),
        *_pairs(("pfocr:journal", paper.journal), ("pfocr:journalAbbreviation", paper.journal_abbreviation)),
        *_pairs(("pfocr:publisher", paper.publisher)),
        *_pairs(*(("pfocr:keyword", word) for word in paper.keywords)),
    ]
    return Node(ref(iris.paper(paper.pmcid)), tuple(pairs))


# -- the rows --------------------------------------------------------------------------------------------------------------


def _plan(row: Mention) -> _Plan:
    """What a row says, wherever it occurs."""
    target = _target(row.target)
    evidence = EVIDENCE_OF_SOURCE.get(row.lexicon_source, "") if row.kind == "gene" else "pfocr:viaNer"
    family = _family(row.family) if row.family else None
    pairs: list[Pair] = [
        *([(_P["oa:hasBody"], ref(target))] if target else []),
        *_pairs(("pfocr:word", row.word), ("pfocr:match", row.match), ("pfocr:lexiconSource", row.lexicon_source)),
        *([(_P["pfocr:evidence"], term(evidence))] if evidence else []),
        *([(_P["pfocr:family"], family.subject)] if family else []),
    ]
    mentioned: list[Pair] = [(_MENTIONS, ref(target))] if target else []
    entities: list[Node] = [_DESCRIBE[row.kind](row, ref(target))] if target else []
    if family:
        mentioned.append((_MENTIONS_FAMILY, family.subject))
        entities.append(family)
    if row.kind == "gene" and target and row.taxon:
        entities.append(_organism(row.taxon, row.organism))
    note = "" if evidence else f"the lexicon source {row.lexicon_source!r} is not known; kept as text, without evidence"
    key = (row.kind, row.word, row.match, row.lexicon_source, target)
    return _Plan(key, tuple(pairs), tuple(mentioned), tuple(entities), note)


def _target(curie: str) -> str:
    scheme, _, identifier = curie.partition(":")
    return _TARGETS[scheme](identifier) if scheme else ""


def _family(symbol: str) -> Node:
    relation, matches = famplex.matches(symbol)
    links = [(_P[relation], ref(iris.famplex(entry))) for entry in matches]
    return Node(ref(iris.family(symbol)), ((TYPE, term("pfocr:Family")), *_pairs(("skos:prefLabel", symbol)), *links))


def _gene(row: Mention, subject: str) -> Node:
    pairs: list[Pair] = [
        (TYPE, term("pfocr:Gene")),
        (TYPE, term("wp:GeneProduct")),
        *_pairs(("dcterms:identifier", row.target.partition(":")[2]), ("rdfs:label", row.label)),
    ]
    if row.taxon:
        pairs.append((_P["pfocr:organism"], ref(iris.taxon(row.taxon))))
    if row.family:
        pairs.append((_P["pfocr:memberOf"], ref(iris.family(row.family))))
    return Node(subject, ordered(pairs))


def _identified(cls: str) -> Callable[[Mention, str], Node]:
    def describe(row: Mention, subject: str) -> Node:
        scheme, _, identifier = row.target.partition(":")
        shown = identifier if scheme == "mesh" else f"{scheme.upper()}:{identifier}"
        pairs: list[Pair] = [
            (TYPE, term(cls)),
            *_pairs(("dcterms:identifier", shown), ("rdfs:label", row.label), ("skos:altLabel", row.alt_label)),
        ]
        if row.xref:
            pairs.append((_P["skos:closeMatch"], ref(_target(row.xref))))
        return Node(subject, ordered(pairs))

    return describe


_DESCRIBE = {"gene": _gene, "chemical": _identified("pfocr:Chemical"), "disease": _identified("pfocr:Disease")}
