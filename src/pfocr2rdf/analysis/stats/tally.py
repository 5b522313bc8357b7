"""The count of a stream of statements: its memory grows with the figures, papers, genes and families, and eight bytes a symbol."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from itertools import compress, groupby

from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term
from pfocr2rdf.rdf.vocabulary import PREFIXES

COUNTED_CLASSES = ("pfocr:Gene", "pfocr:Family", "pfocr:Chemical", "pfocr:Disease", "pfocr:Organism", "pfocr:Paper")
"""The classes whose members are collected; figures are numbered instead."""

GENE_IRI_PREFIX = f"<{PREFIXES['ncbigene']}".encode()
"""What the IRI of a gene begins with: a file states that a figure mentions a gene before it states the class of the gene."""

_TYPE, _FIGURE, _MENTION = (name.encode() for name in (RDF_TYPE, expand_term("pfocr:Figure"), expand_term("pfocr:Mention")))
_HAS_TARGET, _HAS_BODY, _EVIDENCE = (expand_term(name).encode() for name in ("oa:hasTarget", "oa:hasBody", "pfocr:evidence"))
_VIA_SYMBOL = expand_term("pfocr:viaSymbol").encode()
_MENTIONS_ENTITY, _MENTIONS_FAMILY = (expand_term(name).encode() for name in ("pfocr:mentions", "pfocr:mentionsFamily"))
_CITED_IN, _ORGANISM = (expand_term(name).encode() for name in ("pfocr:citedIn", "pfocr:organism"))
_MEMBER_OF, _ISSUED = (expand_term(name).encode() for name in ("pfocr:memberOf", "dcterms:issued"))
_LABEL_PREDICATES = tuple(expand_term(name).encode() for name in ("skos:prefLabel", "rdfs:label"))
_LABELLED_CLASSES = frozenset(expand_term(name).encode() for name in ("pfocr:Gene", "pfocr:Family", "pfocr:Organism"))
_COUNTED_PREDICATES = frozenset(
    (_TYPE, _HAS_TARGET, _HAS_BODY, _EVIDENCE, _MENTIONS_ENTITY, _MENTIONS_FAMILY, _CITED_IN, _ORGANISM, _MEMBER_OF, _ISSUED),
).union(_LABEL_PREDICATES)
_FIGURE_NUMBER_BITS = 32
_LINE_END_BYTES = len(b" .\n")
ObjectsByPredicate = dict[bytes, list[bytes]]


class GraphTally:
    """The counts so far. Terms are the bytes that N-Triples writes.

    Attributes:
        mentions_by_body: the mentions of each entity; ``b""`` stands for those without an identifier.
        mentions_by_evidence: the mentions with each evidence; ``b""`` stands for those without.
        figures_per_paper: the figures of each paper; ``b""`` stands for figures without a paper.
        figures_per_entity: the figures that mention each gene, chemical or disease.
        figure_numbers_by_family: the numbers of the figures that each family is drawn on.
        labels: the labels of genes, families and organisms.
    """

    def __init__(self) -> None:
        self.figures = self.mentions = 0
        self.mentions_by_body: Counter[bytes] = Counter()
        self.mentions_by_evidence: Counter[bytes] = Counter()
        self.figures_per_paper: Counter[bytes] = Counter()
        self.figures_per_entity: Counter[bytes] = Counter()
        self.figures_per_organism: Counter[bytes] = Counter()
        self.genes_per_family: Counter[bytes] = Counter()
        self.figure_numbers_by_family: dict[bytes, array[int]] = {}
        self.subjects_by_class: dict[bytes, set[bytes]] = {expand_term(name).encode(): set() for name in COUNTED_CLASSES}
        self.year_by_paper: dict[bytes, bytes] = {}
        self.labels: dict[bytes, bytes] = {}
        self._numbers: dict[bytes, int] = {}
        self._gene_numbers: dict[bytes, int] = {}
        self._symbols = array("Q")  # for each symbol in a figure, the number of the gene above that of the figure
        self._is_figure = bytearray()
        self._genes_of, self._mentions_of = array("I"), array("I")

    def add_statements(self, lines: Iterable[bytes]) -> None:
        """Count statements, of which those of one subject are side by side and each comes once.

        Raises:
            ValueError: a line is not a statement.
        """
        current = b""
        objects: ObjectsByPredicate = {}
        for line in lines:
            subject, predicate, value = line.split(b" ", 2)
            if subject != current:
                if objects:
                    self._count_subject(current, objects)
                    objects = {}
                current = subject
            if predicate in _COUNTED_PREDICATES:
                if predicate in objects:
                    objects[predicate].append(value[:-_LINE_END_BYTES])
                else:
                    objects[predicate] = [value[:-_LINE_END_BYTES]]
        if objects:
            self._count_subject(current, objects)

    def count_per_figure(self) -> tuple[Counter[int], Counter[int]]:
        """The number of figures by their number of mentions, and by their number of genes."""
        return Counter(compress(self._mentions_of, self._is_figure)), Counter(compress(self._genes_of, self._is_figure))

    def count_figures_by_symbol(self) -> dict[bytes, int]:
        """The number of figures on which each gene was recognised by its symbol."""
        genes = list(self._gene_numbers)
        counts = Counter(pair >> _FIGURE_NUMBER_BITS for pair, _ in groupby(sorted(self._symbols)))
        return {genes[number]: count for number, count in counts.items()}

    def _count_subject(self, subject: bytes, objects: ObjectsByPredicate) -> None:
        types = objects.get(_TYPE, ())
        if _MENTION in types:
            self._count_mention(objects)
        if _FIGURE in types:
            self._count_figure(subject, objects)
        for rdf_class in types:
            if rdf_class in self.subjects_by_class:
                self.subjects_by_class[rdf_class].add(subject)
                if rdf_class in _LABELLED_CLASSES:
                    labels = [label for predicate in _LABEL_PREDICATES for label in sorted(objects.get(predicate, ()))]
                    self.labels.setdefault(subject, labels[0] if labels else b"")
        if _ISSUED in objects:
            self.year_by_paper[subject] = min(objects[_ISSUED])
        if _MEMBER_OF in objects:
            self.genes_per_family.update(objects[_MEMBER_OF])

    def _count_mention(self, objects: ObjectsByPredicate) -> None:
        self.mentions += 1
        genes = [body for body in objects.get(_HAS_BODY, ()) if body.startswith(GENE_IRI_PREFIX)]
        symbols = genes if _VIA_SYMBOL in objects.get(_EVIDENCE, ()) else ()
        for figure in objects.get(_HAS_TARGET, ()):
            number = self._figure_number(figure)
            self._mentions_of[number] += 1
            for gene in symbols:
                gene_number = self._gene_numbers.setdefault(gene, len(self._gene_numbers))
                self._symbols.append(gene_number << _FIGURE_NUMBER_BITS | number)
        self.mentions_by_body[objects[_HAS_BODY][0] if _HAS_BODY in objects else b""] += 1
        self.mentions_by_evidence[objects[_EVIDENCE][0] if _EVIDENCE in objects else b""] += 1

    def _count_figure(self, subject: bytes, objects: ObjectsByPredicate) -> None:
        self.figures += 1
        number = self._figure_number(subject)
        self._is_figure[number] = 1
        entities = objects.get(_MENTIONS_ENTITY, ())
        self.figures_per_entity.update(entities)
        self._genes_of[number] = sum(entity.startswith(GENE_IRI_PREFIX) for entity in entities)
        for family in objects.get(_MENTIONS_FAMILY, ()):
            self.figure_numbers_by_family.setdefault(family, array("I")).append(number)
        self.figures_per_organism.update(objects.get(_ORGANISM, ()))
        self.figures_per_paper[min(objects.get(_CITED_IN, (b"",)))] += 1

    def _figure_number(self, figure: bytes) -> int:
        number = self._numbers.setdefault(figure, len(self._numbers))
        if number == len(self._is_figure):
            self._is_figure.append(0)
            self._genes_of.append(0)
            self._mentions_of.append(0)
        return number
