"""From a record to statements: pure, without input or output.

What a row says is the same in every figure, but for the figure: it is worked out once per distinct row, as a ``_Plan``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from pfocr2rdf import famplex, iris
from pfocr2rdf.ordering import ordered
from pfocr2rdf.organisms import TAXON_OF_NAME
from pfocr2rdf.records.model import FigureRecord, Mention, Paper
from pfocr2rdf.remembered import Remembered, RememberedOf
from pfocr2rdf.terms import TYPE, Node, Pair, lexical, literal, ref, term
from pfocr2rdf.vocabulary import EVIDENCE_OF_SOURCE, FUNCTIONAL, PROPERTIES

_P = {row.name: term(row.name) for row in PROPERTIES}

_FIGURE = (TYPE, term("pfocr:Figure"))
_MENTION = (TYPE, term("pfocr:Mention"))
_HAS_TARGET, _OCCURRENCES = _P["oa:hasTarget"], _P["pfocr:occurrences"]
_ROWS = 30_000
_RECENT = 8
FUNCTIONAL_PREDICATES = frozenset(map(term, FUNCTIONAL))
_CANONICAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]{1,18})?").fullmatch
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}\.?[0-9]{0,60}|\.[0-9]{1,60})(?:[eE][+-]?[0-9]{1,3})?").fullmatch
_TARGETS = {"ncbigene": iris.gene, "mesh": iris.mesh, "chebi": iris.chebi, "doid": iris.doid}


class Mapped(NamedTuple):
    """What one record says: the figure, its mentions, and the things it is about, which other figures describe too.

    ``merged`` has the things of which its rows say different things, so that they may disagree.
    """

    figure: Node
    mentions: list[Node]
    entities: dict[str, Node]
    merged: set[str]
    notes: tuple[str, ...]


class _Plan(NamedTuple):
    """What a row says wherever it stands: the statements of its mention by number of occurrences, and what the figure mentions."""

    key: bytes
    pairs: tuple[Pair, ...]
    counted: dict[int, tuple[Pair, ...]]
    thing: Pair | None
    family: Pair | None
    entities: tuple[Node, ...]
    note: str

    def shared(self, count: int) -> tuple[Pair, ...]:
        """The mention's statements but for its figure: the same object each time."""
        found = self.counted.get(count)
        if found is None:
            found = self.counted[count] = (*self.pairs, (_OCCURRENCES, literal(str(count), "xsd:integer")))
        return found


_plans: RememberedOf[Mention, _Plan] = RememberedOf(_ROWS)
_settled: RememberedOf[Node, Node] = RememberedOf(_ROWS)
_unions: Remembered[tuple[int, ...], tuple[tuple[Node, ...], Node]] = Remembered(_ROWS)


def map_record(record: FigureRecord) -> Mapped:
    """The statements that a record makes, but for those of its own JSON-LD.

    Raises:
        RecordError: an identifier in the record cannot be made an IRI.
    """
    subject = ref(iris.figure(record.figid))
    figure_pairs, entities = _figure(record)
    rows = {id(row): row for row in record.mentions}
    counts = Counter(map(id, record.mentions))
    names = iris.Mentions(record.figid)
    own = (_MENTION, (_HAS_TARGET, subject))
    things: dict[Pair, None] = {}
    families: dict[Pair, None] = {}
    mentions: dict[str, tuple[_Plan, int]] = {}
    notes: dict[str, None] = {}
    further: dict[str, list[Node]] = {}
    plans = _plans.made
    for key, row in rows.items():
        if not (row.word or row.match or row.target):
            continue  # the row says nothing
        known = plans.get(key)
        plan = known[1] if known else _plans.keep(row, _plan(row))
        name = f"<{names.iri(plan.key)}>"
        before = mentions.get(name)  # rows that differ only in what they say of their target are one mention
        mentions[name] = (before[0], before[1] + counts[key]) if before else (plan, counts[key])
        if plan.thing:
            things[plan.thing] = None
        if plan.family:
            families[plan.family] = None
        for node in plan.entities:
            add_description(entities, further, node)
        if plan.note:
            notes[plan.note] = None
    put_together(entities, further)
    figure = Node(subject, tuple(dict.fromkeys((*figure_pairs, *things, *families))))
    return Mapped(figure, [_mention(name, own, *said) for name, said in mentions.items()], entities, set(further), (*record.notes, *notes))


def _mention(name: str, own: tuple[Pair, ...], plan: _Plan, count: int) -> Node:
    return Node(name, own, plan.shared(count))


def add_description(entities: dict[str, Node], further: dict[str, list[Node]], node: Node) -> None:
    """Add what is said of a thing. Where something else was said of it, that goes to ``further``, for ``put_together``."""
    known = entities.setdefault(node.subject, node)
    if known is not node:
        others = further.setdefault(node.subject, [])
        if not any(other is node for other in others[-_RECENT:]):
            others.append(node)


def put_together(entities: dict[str, Node], further: dict[str, list[Node]]) -> None:
    """Make one node of all that is said of a thing."""
    for subject, others in further.items():
        nodes = (entities[subject], *others)
        key = tuple(map(id, nodes))
        known = _unions.get(key)
        if known is None:
            known = (nodes, _union(nodes))
            if len(nodes) <= _RECENT:
                _unions.keep(key, known)
        entities[subject] = known[1]


def _union(nodes: tuple[Node, ...]) -> Node:
    pairs = {pair for node in nodes for pair in node.pairs}
    return _whole(nodes[0].subject, ordered(pairs)) if len(pairs) > len(nodes[0].pairs) else nodes[0]


def settled(node: Node) -> Node:
    """The node with one value for what it can have only one of: the first in code point order. Most are so already."""
    known = _settled.get(node)
    if known is None:
        said = [predicate for predicate, _ in node.pairs if predicate in FUNCTIONAL_PREDICATES]
        known = node if len(said) == len(set(said)) else _whole(node.subject, _firsts(node.pairs))
        if not node.own:  # many figures have this very node
            _settled.keep(node, known)
    return known


def _firsts(pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
    first: dict[str, str] = {}
    for predicate, value in pairs:
        first[predicate] = min(value, first.get(predicate, value), key=lexical)
    return tuple(pair for pair in pairs if pair[0] not in FUNCTIONAL_PREDICATES or first[pair[0]] == pair[1])


def _whole(subject: str, pairs: tuple[Pair, ...]) -> Node:
    """A node that many figures have, all of it."""
    return Node(subject, (), pairs)


def _pairs(*values: tuple[str, str], datatype: str = "") -> list[Pair]:
    """Literal statements, without those that say nothing."""
    return [(_P[name], literal(value, datatype)) for name, value in values if value]


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
    if license_iri := iris.license_iri(_text(record.jsonld, "license")):
        pairs.append((_P["dcterms:license"], ref(license_iri)))
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


def _text(block: Mapping[str, Any] | None, key: str) -> str:
    value = block.get(key) if block else ""
    return value if type(value) is str else ""


def _organisms(record: FigureRecord) -> list[Node]:
    """The organisms of the figure whose taxon is known: from the record's own rows, or as one that everybody names alike."""
    if not record.organisms:
        return []
    named = {row.organism: row.taxon for row in record.mentions if row.taxon}
    found = [(named.get(name) or TAXON_OF_NAME.get(name, ""), name) for name in record.organisms]
    return [_organism(taxon, name) for taxon, name in found if taxon]


@lru_cache(10_000)
def _organism(taxon: str, name: str) -> Node:
    pairs = ((TYPE, term("pfocr:Organism")), *_pairs(("dcterms:identifier", taxon), ("rdfs:label", name)))
    return _whole(ref(iris.taxon(taxon)), pairs)


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
    target = _target(row.target)
    evidence = EVIDENCE_OF_SOURCE.get(row.lexicon_source, "") if row.kind == "gene" else "pfocr:viaNer"
    family = _family(row.family) if row.family else None
    pairs: list[Pair] = []
    if target:
        pairs.append((_P["oa:hasBody"], ref(target)))
    if row.word:
        pairs.append((_P["pfocr:word"], literal(row.word)))
    if row.match:
        pairs.append((_P["pfocr:match"], literal(row.match)))
    if row.lexicon_source:
        pairs.append((_P["pfocr:lexiconSource"], literal(row.lexicon_source)))
    if evidence:
        pairs.append((_P["pfocr:evidence"], term(evidence)))
    if family:
        pairs.append((_P["pfocr:family"], family.subject))
    return _Plan(
        key=iris.mention_key(row.kind, row.word, row.match, row.lexicon_source, target),
        pairs=tuple(pairs),
        counted={},
        thing=(_P["pfocr:mentions"], ref(target)) if target else None,
        family=(_P["pfocr:mentionsFamily"], family.subject) if family else None,
        entities=_described(row, target, family),
        note=""
        if evidence or not row.lexicon_source
        else f"the lexicon source {row.lexicon_source!r} is not known; kept as text, without evidence",
    )


def _described(row: Mention, target: str, family: Node | None) -> tuple[Node, ...]:
    """What a row says of the things that it is about."""
    nodes = [_DESCRIBE[row.kind](row, ref(target))] if target else []
    if family:
        nodes.append(family)
    if row.kind == "gene" and target and row.taxon:
        nodes.append(_organism(row.taxon, row.organism))
    return tuple(nodes)


def _target(curie: str) -> str:
    scheme, _, identifier = curie.partition(":")
    return _TARGETS[scheme](identifier) if scheme else ""


@lru_cache(10_000)
def _family(symbol: str) -> Node:
    relation, matches = famplex.matches(symbol)
    links = [(_P[relation], ref(iris.famplex(entry))) for entry in matches]
    return _whole(ref(iris.family(symbol)), ((TYPE, term("pfocr:Family")), *_pairs(("skos:prefLabel", symbol)), *links))


@lru_cache(_ROWS)
def _gene_node(identifier: str, label: str, taxon: str, family: str) -> Node:
    pairs: list[Pair] = [
        (TYPE, term("pfocr:Gene")),
        (TYPE, term("wp:GeneProduct")),
        *_pairs(("dcterms:identifier", identifier), ("rdfs:label", label)),
        *([(_P["pfocr:organism"], ref(iris.taxon(taxon)))] if taxon else []),
        *([(_P["pfocr:memberOf"], ref(iris.family(family)))] if family else []),
    ]
    return _whole(ref(iris.gene(identifier)), tuple(pairs))


def _gene(row: Mention, _subject: str) -> Node:
    return _gene_node(row.target.partition(":")[2], row.label, row.taxon, row.family)


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
        return _whole(subject, tuple(pairs))

    return describe


_DESCRIBE = {"gene": _gene, "chemical": _identified("pfocr:Chemical"), "disease": _identified("pfocr:Disease")}
