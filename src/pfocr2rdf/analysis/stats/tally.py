"""Counts statements as they stream by: what is kept grows with the figures, papers, genes and families, not with the mentions."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from itertools import compress

from pfocr2rdf.rdf.terms import TYPE, term
from pfocr2rdf.rdf.vocabulary import PREFIXES

CLASSES = ("pfocr:Gene", "pfocr:Family", "pfocr:Chemical", "pfocr:Disease", "pfocr:Organism", "pfocr:Paper")
"""The classes of which every member is kept, besides figures, which are numbered."""

GENE = f"<{PREFIXES['ncbigene']}".encode()
"""What the IRI of a gene begins with: a figure says that it mentions one before the file says that this is a gene."""

_TYPE, _FIGURE, _MENTION = (name.encode() for name in (TYPE, term("pfocr:Figure"), term("pfocr:Mention")))
_TARGET, _BODY, _EVIDENCE = (term(name).encode() for name in ("oa:hasTarget", "oa:hasBody", "pfocr:evidence"))
_MENTIONS, _FAMILIES = (term(name).encode() for name in ("pfocr:mentions", "pfocr:mentionsFamily"))
_CITED_IN, _ORGANISM = (term(name).encode() for name in ("pfocr:citedIn", "pfocr:organism"))
_MEMBER_OF, _ISSUED = (term(name).encode() for name in ("pfocr:memberOf", "dcterms:issued"))
_LABELS = tuple(term(name).encode() for name in ("skos:prefLabel", "rdfs:label"))
_LABELLED = frozenset(term(name).encode() for name in ("pfocr:Gene", "pfocr:Family", "pfocr:Organism"))
_USED = frozenset(
    (_TYPE, _TARGET, _BODY, _EVIDENCE, _MENTIONS, _FAMILIES, _CITED_IN, _ORGANISM, _MEMBER_OF, _ISSUED, *_LABELS)
)  # fmt: skip
_END = len(b" .\n")
Said = dict[bytes, list[bytes]]


class Tally:
    """What was counted so far. Terms are the bytes that N-Triples writes.

    Attributes:
        figures: how many there are.
        mentions: how many there are.
        bodies: how many mentions have been recognised as this; ``b""`` stands for those without an identifier.
        evidence: how many mentions have this evidence; ``b""`` stands for those without.
        papers: how many figures each paper has; ``b""`` stands for figures without a paper.
        mentioned: how many figures mention this gene, chemical or disease.
        organisms: how many figures are of this organism.
        members: how many genes each family has.
        families: the numbers of the figures that each family is drawn on.
        classes: by the class, what there is of it.
        issued: the year of each paper that has one.
        labels: what genes, families and organisms are called.
    """

    def __init__(self) -> None:
        self.figures = self.mentions = 0
        self.bodies: Counter[bytes] = Counter()
        self.evidence: Counter[bytes] = Counter()
        self.papers: Counter[bytes] = Counter()
        self.mentioned: Counter[bytes] = Counter()
        self.organisms: Counter[bytes] = Counter()
        self.members: Counter[bytes] = Counter()
        self.families: dict[bytes, array[int]] = {}
        self.classes: dict[bytes, set[bytes]] = {term(name).encode(): set() for name in CLASSES}
        self.issued: dict[bytes, bytes] = {}
        self.labels: dict[bytes, bytes] = {}
        self._numbers: dict[bytes, int] = {}
        self._is_figure = bytearray()
        self._genes_of, self._mentions_of = array("I"), array("I")

    def read(self, lines: Iterable[bytes]) -> None:
        """Count statements, of which those of one subject are side by side and each comes once.

        Raises:
            ValueError: a line is no statement.
        """
        current = b""
        said: Said = {}
        for line in lines:
            subject, predicate, value = line.split(b" ", 2)
            if subject != current:
                if said:
                    self._count(current, said)
                    said = {}
                current = subject
            if predicate in _USED:
                if predicate in said:
                    said[predicate].append(value[:-_END])
                else:
                    said[predicate] = [value[:-_END]]
        if said:
            self._count(current, said)

    def per_figure(self) -> tuple[Counter[int], Counter[int]]:
        """How many figures have so many mentions, and how many mention so many genes."""
        return Counter(compress(self._mentions_of, self._is_figure)), Counter(compress(self._genes_of, self._is_figure))

    def _count(self, subject: bytes, said: Said) -> None:
        """Count what is said of one subject."""
        types = said.get(_TYPE, ())
        if _MENTION in types:
            self._mention(said)
        if _FIGURE in types:
            self._figure(subject, said)
        for one in types:
            if one in self.classes:
                self.classes[one].add(subject)
                if one in _LABELLED:
                    labels = [label for predicate in _LABELS for label in sorted(said.get(predicate, ()))]
                    self.labels.setdefault(subject, labels[0] if labels else b"")
        if _ISSUED in said:
            self.issued[subject] = min(said[_ISSUED])
        if _MEMBER_OF in said:
            self.members.update(said[_MEMBER_OF])

    def _mention(self, said: Said) -> None:
        self.mentions += 1
        for figure in said.get(_TARGET, ()):
            self._mentions_of[self._number(figure)] += 1
        self.bodies[said[_BODY][0] if _BODY in said else b""] += 1
        self.evidence[said[_EVIDENCE][0] if _EVIDENCE in said else b""] += 1

    def _figure(self, subject: bytes, said: Said) -> None:
        self.figures += 1
        number = self._number(subject)
        self._is_figure[number] = 1
        things = said.get(_MENTIONS, ())
        self.mentioned.update(things)
        self._genes_of[number] = sum(one.startswith(GENE) for one in things)
        for family in said.get(_FAMILIES, ()):
            self.families.setdefault(family, array("I")).append(number)
        self.organisms.update(said.get(_ORGANISM, ()))
        self.papers[min(said.get(_CITED_IN, (b"",)))] += 1

    def _number(self, figure: bytes) -> int:
        number = self._numbers.setdefault(figure, len(self._numbers))
        if number == len(self._is_figure):
            self._is_figure.append(0)
            self._genes_of.append(0)
            self._mentions_of.append(0)
        return number
