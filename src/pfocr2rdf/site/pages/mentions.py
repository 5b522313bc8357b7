"""Mentions as people read them: the word on the figure, and how it was recognised."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from pfocr2rdf.rdf.cache import ROW_CACHE_ENTRIES
from pfocr2rdf.rdf.terms import PredicateObject, Resource, expand_term, group_by_predicate, lexical_form
from pfocr2rdf.rdf.vocabulary import EVIDENCE_TYPES
from pfocr2rdf.site.pages.resource_reader import FAMILY, HAS_BODY, HAS_EVIDENCE, HAS_TARGET, VIA_SYMBOL, WORD, ResourceReader
from pfocr2rdf.site.pages.view_models import Link

_MATCH, _SOURCE, _OCCURRENCES = map(expand_term, ("pfocr:match", "pfocr:lexiconSource", "pfocr:occurrences"))
_EVIDENCE_LABELS = {expand_term(row.name): row.label for row in EVIDENCE_TYPES}
EVIDENCE_NAMES = {term: label.removeprefix("via ") for term, label in _EVIDENCE_LABELS.items()}  # as shown in a table
BY_SYMBOL = _EVIDENCE_LABELS[VIA_SYMBOL]


class MentionView(NamedTuple):
    """The view model of a mention."""

    name: str  # the last segment of its IRI
    body: str  # the entity that was recognised, as a term; ``""`` for none that has an identifier
    word: str  # the word that OCR read
    match: str  # the entry of the lexicon ``source``
    source: str
    evidence: str  # the label of the evidence; ``""`` if the lexicon is not known
    family: str  # the family by whose name the gene was reached, as a term, or ``""``
    occurrences: int  # how many times the word is on the figure

    @classmethod
    def from_resource(cls, resource: Resource) -> MentionView:
        """The view of a mention's statements; of several values of a property, the first."""
        view = _nameless_view(tuple([pair for pair in resource.pairs if pair[0] != HAS_TARGET]))
        return view._replace(name=resource.subject[1:-1].rpartition("/")[2])


@lru_cache(ROW_CACHE_ENTRIES)
def _nameless_view(pairs: tuple[PredicateObject, ...]) -> MentionView:
    """The view of what a mention says, which many figures have in common."""
    values = {predicate: objects[0] for predicate, objects in group_by_predicate(pairs).items()}
    predicates = WORD, _MATCH, _SOURCE, _OCCURRENCES
    word, match, source, occurrences = (lexical_form(values.get(predicate, '""')) for predicate in predicates)
    evidence = _EVIDENCE_LABELS.get(values.get(HAS_EVIDENCE, ""), "")
    occurrence_count = int(occurrences) if occurrences.isdecimal() else 1
    return MentionView("", values.get(HAS_BODY, ""), word, match, source, evidence, values.get(FAMILY, ""), occurrence_count)


def mention_links(mentions: Iterable[MentionView], reader: ResourceReader, *, anchors: bool = False) -> tuple[Link, ...]:
    """The words of the mentions of one entity on one figure, each with what a table of the evidence does not say: the family, for one.

    With ``anchors``, the IRIs of the mentions lead to these words.
    """
    links = []
    for mention in sorted(mentions, key=lambda mention: (mention.word, mention.source, mention.family)):
        details = [] if mention.evidence else [mention.source]
        if mention.family:
            details = [f"{mention.evidence or mention.source} {reader.display_name(mention.family)}"]
        elif mention.match not in ("", mention.word):
            details.append(f"as {mention.match}")
        if mention.occurrences > 1:
            details.append(f"{mention.occurrences:,} times")
        links.append(Link(mention.word, "", ", ".join(filter(None, details)), mention.name if anchors else "", "word"))
    return tuple(links)


def entity_link(reader: ResourceReader, subject: str, type_name: str, detail: str = "") -> Link:
    """The name of an entity as a link to its page."""
    return Link(reader.display_name(subject), reader.page_url(subject, type_name), detail)
