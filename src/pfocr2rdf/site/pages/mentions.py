"""Mentions as people read them: the word in the figure, and how it was recognised."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from pfocr2rdf.rdf.cache import ROW_CACHE_ENTRIES
from pfocr2rdf.rdf.terms import PredicateObject, Resource, expand_term, group_by_predicate, lexical_form
from pfocr2rdf.rdf.vocabulary import EVIDENCE_TYPES
from pfocr2rdf.site.pages.resource_reader import (
    FAMILY,
    HAS_BODY,
    HAS_EVIDENCE,
    HAS_TARGET,
    MATCH,
    OCCURRENCES,
    SOURCE,
    VIA_SYMBOL,
    WORD,
    ResourceReader,
)
from pfocr2rdf.site.pages.view_models import Link

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
    occurrences: int  # how many times the word is in the figure

    @classmethod
    def from_resource(cls, resource: Resource) -> MentionView:
        """The view of a mention's statements; of several values of a property, the first."""
        own = tuple([pair for pair in resource.pairs_own if pair[0] != HAS_TARGET])
        return cls(resource.subject[1:-1].rpartition("/")[2], *_shared_fields(own, resource.pairs_interned))


@lru_cache(ROW_CACHE_ENTRIES)
def _shared_fields(own: tuple[PredicateObject, ...], interned: tuple[PredicateObject, ...]) -> tuple[str, str, str, str, str, str, int]:
    """What a mention says, which many figures have in common: the fields of its view without its name."""
    values = {predicate: objects[0] for predicate, objects in group_by_predicate(own + interned).items()}
    predicates = WORD, MATCH, SOURCE, OCCURRENCES
    word, match, source, occurrences = (lexical_form(values.get(predicate, '""')) for predicate in predicates)
    evidence = _EVIDENCE_LABELS.get(values.get(HAS_EVIDENCE, ""), "")
    occurrence_count = int(occurrences) if occurrences.isdecimal() else 1
    return values.get(HAS_BODY, ""), word, match, source, evidence, values.get(FAMILY, ""), occurrence_count


_word_source_family = attrgetter("word", "source", "family")


def mention_links(mentions: Iterable[MentionView], reader: ResourceReader, *, anchors: bool = False) -> tuple[Link, ...]:
    """The words of the mentions of one entity in one figure, each with what a table of the evidence does not say: the family, for one.

    With ``anchors``, the IRIs of the mentions lead to these words.
    """
    links = []
    for name, _, word, match, source, evidence, family, occurrences in sorted(mentions, key=_word_source_family):
        details = [] if evidence else [source]
        if family:
            details = [f"{evidence or source} {reader.display_name(family)}"]
        elif match not in ("", word):
            details.append(f"as {match}")
        if occurrences > 1:
            details.append(f"{occurrences:,} times")
        links.append(Link(word, "", ", ".join(filter(None, details)) if details else "", name if anchors else "", "word"))
    return tuple(links)


def entity_link(reader: ResourceReader, subject: str, type_name: str, detail: str = "") -> Link:
    """The name of an entity as a link to its page."""
    return Link(reader.display_name(subject), reader.page_url(subject, type_name), detail)
