"""The mentions of a figure or of a gene as people read them: the word, and how it was recognised."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pfocr2rdf.rdf.terms import Resource, expand_term, lexical_form
from pfocr2rdf.rdf.vocabulary import EVIDENCE_TYPES
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.view_models import Link

HAS_BODY, HAS_TARGET = expand_term("oa:hasBody"), expand_term("oa:hasTarget")
_WORD, _MATCH, _SOURCE = expand_term("pfocr:word"), expand_term("pfocr:match"), expand_term("pfocr:lexiconSource")
_EVIDENCE, _FAMILY, _OCCURRENCES = expand_term("pfocr:evidence"), expand_term("pfocr:family"), expand_term("pfocr:occurrences")
_LABELS = {expand_term(row.name): row.label for row in EVIDENCE_TYPES}


class MentionView(NamedTuple):
    """One mention.

    Attributes:
        name: the last step of its IRI.
        body: what was recognised, as a term; ``""`` for nothing that has an identifier.
        word: what OCR read.
        match: the entry of the lexicon.
        source: the lexicon.
        evidence: how it was recognised, in words; ``""`` where the lexicon is not known.
        family: the family by whose name the gene was reached, as a term, or ``""``.
        occurrences: how many times.
    """

    name: str
    body: str
    word: str
    match: str
    source: str
    evidence: str
    family: str
    occurrences: int

    @classmethod
    def from_resource(cls, node: Resource) -> MentionView:
        """What a mention's statements say; of a value that is there more than once, the first."""
        said = {predicate: values[0] for predicate, values in node.values_by_predicate.items()}
        word, match, source, times = (lexical_form(said.get(one, '""')) for one in (_WORD, _MATCH, _SOURCE, _OCCURRENCES))
        return cls(
            node.subject[1:-1].rpartition("/")[2],
            said.get(HAS_BODY, ""),
            word,
            match,
            source,
            _LABELS.get(said.get(_EVIDENCE, ""), ""),
            said.get(_FAMILY, ""),
            int(times) if times.isdecimal() else 1,
        )


def mention_links(mentions: Iterable[MentionView], reader: DatasetReader, *, anchors: bool = False) -> tuple[Link, ...]:
    """The words of mentions, each with how it was recognised.

    Args:
        mentions: those of one figure and one thing.
        reader: for the names of families.
        anchors: whether they are the place that the mentions' IRIs lead to.
    """
    found = []
    for one in sorted(mentions, key=lambda one: (one.word, one.source, one.family)):
        details = [one.evidence or one.source]
        if one.family:
            details[0] += f" {reader.display_name(one.family)}"
        elif one.match not in ("", one.word):
            details.append(f"as {one.match}")
        if one.occurrences > 1:
            details.append(f"{one.occurrences:,} times")
        found.append(Link(one.word, "", ", ".join(filter(None, details)), one.name if anchors else "", "word"))
    return tuple(found)


def entity_link(reader: DatasetReader, subject: str, type_name: str, detail: str = "") -> Link:
    """A link to a thing, by its name."""
    return Link(reader.display_name(subject), reader.page_url(subject, type_name), detail)
