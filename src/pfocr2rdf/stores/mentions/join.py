"""The join of a mention with its figure, entity and paper. Terms are the text that N-Triples writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from pfocr2rdf.rdf.iris import is_figure_iri
from pfocr2rdf.rdf.prefixes import PrefixMap
from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term, lexical_form
from pfocr2rdf.rdf.vocabulary import PREFIXES

ObjectsByPredicate = Mapping[str, Sequence[str]]
"""The statements of a subject."""

MENTION_CLASS = expand_term("pfocr:Mention")
_FIGURE_CLASS, _PAPER_CLASS = expand_term("pfocr:Figure"), expand_term("pfocr:Paper")
_KINDS = {expand_term(name): kind for name, kind in (("pfocr:Gene", "gene"), ("pfocr:Chemical", "chemical"), ("pfocr:Disease", "disease"))}
_HAS_TARGET, _HAS_BODY, _WORD, _MATCH, _EVIDENCE, _FAMILY, _OCCURRENCES = map(
    expand_term, ("oa:hasTarget", "oa:hasBody", "pfocr:word", "pfocr:match", "pfocr:evidence", "pfocr:family", "pfocr:occurrences")
)
_IDENTIFIER, _LABEL, _PREF_LABEL, _ORGANISM, _CITED_IN, _ISSUED = map(
    expand_term, ("dcterms:identifier", "rdfs:label", "skos:prefLabel", "pfocr:organism", "pfocr:citedIn", "dcterms:issued")
)
READ_PREDICATES = frozenset((
    RDF_TYPE, _HAS_TARGET, _HAS_BODY, _WORD, _MATCH, _EVIDENCE, _FAMILY, _OCCURRENCES, _IDENTIFIER, _LABEL, _PREF_LABEL, _ORGANISM,
    _CITED_IN, _ISSUED,
))  # fmt: skip
"""The predicates that the join uses."""

JOINED_CLASSES = (_FIGURE_CLASS, _PAPER_CLASS, *_KINDS, expand_term("pfocr:Family"), expand_term("pfocr:Organism"))
"""The classes of what a mention is joined with."""

_PREFIX_MAP = PrefixMap(PREFIXES)
_match_number = re.compile(r"-?[0-9]{1,18}").fullmatch


class MentionRow(NamedTuple):
    """A mention with its figure, entity and paper; unknown values are ``None``.

    Attributes:
        figid: the identifier of the figure.
        figure: the IRI of the figure.
        kind: ``gene``, ``chemical`` or ``disease``, or ``other`` for an entity of none of these classes.
        identifier: the entity as a CURIE, such as ``ncbigene:6772``; its IRI where no prefix fits.
        entity: the IRI of the entity.
        label: the symbol or name of the entity.
        word: the word in the figure.
        match: the lexicon entry that the word was matched to.
        evidence: the type of match, such as ``viaSymbol`` or ``viaFamily``.
        family: the family, if the word is the name of a family.
        organism: the name of the organism of a gene.
        taxon: the identifier of the organism at NCBI Taxonomy.
        occurrences: the number of rows of the record for this mention.
        paper: the identifier of the paper, such as ``PMC7378365``.
        year: the year of the paper.
    """

    figid: str | None
    figure: str | None
    kind: str | None
    identifier: str | None
    entity: str | None
    label: str | None
    word: str | None
    match: str | None
    evidence: str | None
    family: str | None
    organism: str | None
    taxon: str | None
    occurrences: int | None
    paper: str | None
    year: int | None


class SubjectSummary(NamedTuple):
    """What the join uses of a figure, an entity, a family, an organism or a paper."""

    kind: str | None = None
    identifier: str | None = None
    label: str | None = None
    organism: str | None = None  # a term
    paper: str | None = None  # a term
    year: int | None = None


def summarize_subject(subject: str, objects: ObjectsByPredicate) -> SubjectSummary:
    """The summary of a subject. Of several values, the first one in the order of their text is used."""
    classes = objects.get(RDF_TYPE, ())
    return SubjectSummary(
        next((kind for name, kind in _KINDS.items() if name in classes), None),
        _identifier(subject, classes, objects),
        _first(objects, _PREF_LABEL) or _first(objects, _LABEL),
        min(objects.get(_ORGANISM, ()), default=None),
        min(objects.get(_CITED_IN, ()), default=None),
        _number(_first(objects, _ISSUED)),
    )


def join_mention(objects: ObjectsByPredicate, summarize: Callable[[str], SubjectSummary | None]) -> Iterator[MentionRow]:
    """The rows of a mention: one, except for third-party files, in which a mention may have several figures or entities."""
    for figure, entity in product(objects.get(_HAS_TARGET) or (None,), objects.get(_HAS_BODY) or (None,)):
        figure_summary, entity_summary = (summarize(term) if term else None for term in (figure, entity))
        paper_term = figure_summary and figure_summary.paper
        organism_term = entity_summary and entity_summary.organism if entity_summary and entity_summary.kind == "gene" else None
        family_term = min(objects.get(_FAMILY, ()), default=None)
        paper, organism, family = (summarize(term) if term else None for term in (paper_term, organism_term, family_term))
        evidence, occurrences = _first(objects, _EVIDENCE), _first(objects, _OCCURRENCES)
        yield MentionRow(
            figid=figure_summary and figure_summary.identifier,
            figure=lexical_form(figure) if figure else None,
            kind=(entity_summary and entity_summary.kind) or ("other" if entity else None),
            identifier=_curie(entity),
            entity=lexical_form(entity) if entity else None,
            label=entity_summary and entity_summary.label,
            word=_first(objects, _WORD),
            match=_first(objects, _MATCH),
            evidence=evidence.removeprefix(PREFIXES["pfocr"]) if evidence else None,
            family=(family and family.label) or _local_name(family_term),
            organism=organism and organism.label,
            taxon=_local_name(organism_term),
            occurrences=_number(occurrences),
            paper=(paper and paper.identifier) or _local_name(paper_term),
            year=paper and paper.year,
        )


def _identifier(subject: str, classes: Sequence[str], objects: ObjectsByPredicate) -> str | None:
    """The identifier of a figure or a paper; of those of a figure, the one that its IRI has, since aliases are identifiers, too."""
    names = sorted(map(lexical_form, objects.get(_IDENTIFIER, ())))
    if _FIGURE_CLASS in classes:
        return next((name for name in names if is_figure_iri(subject[1:-1], name)), names[0] if names else None)
    return names[0] if names and _PAPER_CLASS in classes else None


def _curie(term: str | None) -> str | None:
    return (_PREFIX_MAP.compress(term[1:-1]) or term[1:-1]) if term else None


def _local_name(term: str | None) -> str | None:
    return curie.rpartition(":")[2] if (curie := _curie(term)) else None


def _first(objects: ObjectsByPredicate, predicate: str) -> str | None:
    values = objects.get(predicate)
    return lexical_form(min(values)) if values else None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and _match_number(text) else None
