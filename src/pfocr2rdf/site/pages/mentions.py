"""The mentions of a figure or of a gene as people read them: the word, and how it was recognised."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pfocr2rdf.rdf.terms import Node, lexical, term
from pfocr2rdf.rdf.vocabulary import EVIDENCE
from pfocr2rdf.site.pages.graph_reader import Reader
from pfocr2rdf.site.pages.view_models import Link

HAS_BODY, HAS_TARGET = term("oa:hasBody"), term("oa:hasTarget")
_WORD, _MATCH, _SOURCE = term("pfocr:word"), term("pfocr:match"), term("pfocr:lexiconSource")
_EVIDENCE, _FAMILY, _OCCURRENCES = term("pfocr:evidence"), term("pfocr:family"), term("pfocr:occurrences")
_LABELS = {term(row.name): row.label for row in EVIDENCE}


class Said(NamedTuple):
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
    def of(cls, node: Node) -> Said:
        """What a mention's statements say; of a value that is there more than once, the first."""
        said = {predicate: values[0] for predicate, values in node.values.items()}
        word, match, source, times = (lexical(said.get(one, '""')) for one in (_WORD, _MATCH, _SOURCE, _OCCURRENCES))
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


def words(mentions: Iterable[Said], reader: Reader, *, anchors: bool = False) -> tuple[Link, ...]:
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
            details[0] += f" {reader.name(one.family)}"
        elif one.match not in ("", one.word):
            details.append(f"as {one.match}")
        if one.occurrences > 1:
            details.append(f"{one.occurrences:,} times")
        found.append(Link(one.word, "", ", ".join(filter(None, details)), one.name if anchors else "", "word"))
    return tuple(found)


def link(reader: Reader, thing: str, kind: str, detail: str = "") -> Link:
    """A link to a thing, by its name."""
    return Link(reader.name(thing), reader.url(thing, kind), detail)
