"""What a row of a record says wherever it stands: worked out once per distinct row, as a ``Plan``."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from pfocr2rdf.mapping import famplex
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.cache import ROWS, Remembered
from pfocr2rdf.rdf.terms import TYPE, Node, Pair, Shared, literal, ref, term
from pfocr2rdf.rdf.vocabulary import EVIDENCE_OF_SOURCE, PROPERTIES
from pfocr2rdf.records.model import Mention

TERMS = {row.name: term(row.name) for row in PROPERTIES}
_WORD, _MATCH = TERMS["pfocr:word"], TERMS["pfocr:match"]
_TARGETS = {"ncbigene": iris.gene, "mesh": iris.mesh, "chebi": iris.chebi, "doid": iris.doid}


class Plan(NamedTuple):
    """What a row says wherever it stands.

    Attributes:
        row: the row itself, so that its identity is not given to another one as long as the plan is remembered.
        key: what makes its mention one, but for the figure; empty where the row says nothing.
        said: the statements of its mention, but for those on the figure and the number of occurrences.
        thing: what the figure is said to mention, or ``""``.
        family: the family that the figure is said to mention, or ``""``.
        entities: what is said of these.
        note: what is worth a warning.
    """

    row: Mention
    key: bytes
    said: Shared
    thing: str
    family: str
    entities: tuple[Node, ...]
    note: str


def whole(subject: str, pairs: tuple[Pair, ...]) -> Node:
    """A node that many figures have, all of it."""
    return Node(subject, (), pairs)


def literals(*values: tuple[str, str], datatype: str = "") -> list[Pair]:
    """Literal statements, without those that say nothing."""
    return [(TERMS[name], literal(value, datatype)) for name, value in values if value]


@lru_cache(10_000)
def organism(taxon: str, name: str) -> Node:
    """What is said of an organism."""
    pairs = ((TYPE, term("pfocr:Organism")), *literals(("dcterms:identifier", taxon), ("rdfs:label", name)))
    return whole(ref(iris.taxon(taxon)), pairs)


class _Target(NamedTuple):
    """What rows are about: its name, and the statement that mentions make of it."""

    ref: str
    body: Pair


def plan_of(row: Mention) -> Plan:
    """The plan of this very row."""
    return PLANS.recall(id(row)) or PLANS.keep(id(row), _plan(row))


def _plan(row: Mention) -> Plan:
    target = _target_of(row.target) if row.target else None
    family = _family(row.family) if row.family else None
    origin, note = _origin(row.kind == "gene", row.lexicon_source)
    says = row.word or row.match or target
    pairs = [
        *([target.body] if target else ()),
        *([(_WORD, literal(row.word))] if row.word else ()),
        *([(_MATCH, literal(row.match))] if row.match else ()),
        *origin,
        *([(TERMS["pfocr:family"], family.subject)] if family else ()),
    ]
    return Plan(
        row,
        iris.mention_key(row.kind, row.word, row.match, row.lexicon_source, target.ref[1:-1] if target else "") if says else b"",
        Shared(tuple(pairs)),
        target.ref if target else "",
        family.subject if family and says else "",
        _described(row, target, family) if says else (),
        note if says else "",
    )


@lru_cache(1_000)
def _origin(is_gene: bool, source: str) -> tuple[tuple[Pair, ...], str]:
    """Where a row has its match from, as statements, and what is worth a warning of it."""
    evidence = EVIDENCE_OF_SOURCE.get(source, "") if is_gene else "pfocr:viaNer"
    note = "" if evidence or not source else f"the lexicon source {source!r} is not known; kept as text, without evidence"
    stated = [(TERMS["pfocr:evidence"], term(evidence))] if evidence else []
    return (*literals(("pfocr:lexiconSource", source)), *stated), note


def _described(row: Mention, target: _Target | None, family: Node | None) -> tuple[Node, ...]:
    """What a row says of the things that it is about."""
    nodes = [_DESCRIBE[row.kind](row, target.ref)] if target else []
    if family:
        nodes.append(family)
    if row.kind == "gene" and target and row.taxon:
        nodes.append(organism(row.taxon, row.organism))
    return tuple(nodes)


@lru_cache(ROWS)
def _target_of(curie: str) -> _Target:
    found = ref(_iri_of(curie))
    return _Target(found, (TERMS["oa:hasBody"], found))


def _iri_of(curie: str) -> str:
    scheme, _, identifier = curie.partition(":")
    return _TARGETS[scheme](identifier)


@lru_cache(10_000)
def _family(symbol: str) -> Node:
    relation, matches = famplex.matches(symbol)
    links = [(TERMS[relation], ref(iris.famplex(entry))) for entry in matches]
    return whole(ref(iris.family(symbol)), ((TYPE, term("pfocr:Family")), *literals(("skos:prefLabel", symbol)), *links))


@lru_cache(ROWS)
def _gene_node(identifier: str, label: str, taxon: str, family: str) -> Node:
    pairs: list[Pair] = [
        (TYPE, term("pfocr:Gene")),
        (TYPE, term("wp:GeneProduct")),
        *literals(("dcterms:identifier", identifier), ("rdfs:label", label)),
        *([(TERMS["pfocr:organism"], ref(iris.taxon(taxon)))] if taxon else []),
        *([(TERMS["pfocr:memberOf"], ref(iris.family(family)))] if family else []),
    ]
    return whole(ref(iris.gene(identifier)), tuple(pairs))


def _gene(row: Mention, _subject: str) -> Node:
    return _gene_node(row.target.partition(":")[2], row.label, row.taxon, row.family)


def _identified(cls: str) -> Callable[[Mention, str], Node]:
    def describe(row: Mention, subject: str) -> Node:
        scheme, _, identifier = row.target.partition(":")
        shown = identifier if scheme == "mesh" else f"{scheme.upper()}:{identifier}"
        pairs: list[Pair] = [
            (TYPE, term(cls)),
            *literals(("dcterms:identifier", shown), ("rdfs:label", row.label), ("skos:altLabel", row.alt_label)),
        ]
        if row.xref:
            pairs.append((TERMS["skos:closeMatch"], ref(_iri_of(row.xref))))
        return whole(subject, tuple(pairs))

    return describe


_DESCRIBE = {"gene": _gene, "chemical": _identified("pfocr:Chemical"), "disease": _identified("pfocr:Disease")}


def _occurs(count: int) -> Shared:
    return Shared(((TERMS["pfocr:occurrences"], literal(str(count), "xsd:integer")),))


PLANS: Remembered[int, Plan] = Remembered(ROWS)
"""The plans, by the identity of the row; those that are not there are made by ``plan_of``."""

OCCURRING: Remembered[int, Shared] = Remembered(1_000, _occurs)
"""The statement that a mention occurs so often."""
