"""Neighbours in figures: genes that are drawn together, and figures that share genes."""

from __future__ import annotations

from collections import Counter

from pfocr2rdf.rdf.terms import PredicateObject, Resource, expand_term
from pfocr2rdf.site.pages.neighbours import MAX_COUNTED_FIGURES, count_neighbours, find_similar_figures
from pfocr2rdf.site.pages.resource_reader import HAS_BODY, HAS_EVIDENCE, HAS_TARGET, VIA_SYMBOL, ResourceReader

MENTIONS, VIA_FAMILY = expand_term("pfocr:mentions"), expand_term("pfocr:viaFamily")


class TriplesReader(ResourceReader):
    """Reads a set of triples, one after the other."""

    def __init__(self, triples: set[tuple[str, str, str]]) -> None:
        super().__init__()
        self._triples = triples

    def pairs(self, subject: str) -> tuple[PredicateObject, ...]:
        return tuple(sorted((p, o) for s, p, o in self._triples if s == subject))

    def values(self, subject: str, predicate: str) -> list[str]:
        return sorted(o for s, p, o in self._triples if (s, p) == (subject, predicate))

    def subjects(self, predicate: str, value: str) -> list[str]:
        return sorted(s for s, p, o in self._triples if (p, o) == (predicate, value))

    def find_resources(self, predicate: str, value: str) -> list[Resource]:
        return [Resource(subject, self.pairs(subject)) for subject in self.subjects(predicate, value)]


def gene(name: str) -> str:
    return f"<https://identifiers.org/ncbigene/{name}>"


def figure(name: str) -> str:
    return f"<https://pfocr.wikipathways.org/figures/{name}.html>"


def reader_of(symbols: dict[str, str], families: dict[str, str] | None = None) -> TriplesReader:
    """A reader of figures with the genes whose symbols, and whose families, are on them."""
    triples = set()
    for evidence, genes_by_figure in ((VIA_SYMBOL, symbols), (VIA_FAMILY, families or {})):
        for name, genes in genes_by_figure.items():
            for letter in genes:
                mention = f"<urn:{evidence[1:-1]}-{name}-{letter}>"
                triples |= {(mention, HAS_TARGET, figure(name)), (mention, HAS_BODY, gene(letter)), (mention, HAS_EVIDENCE, evidence)}
                triples.add((figure(name), MENTIONS, gene(letter)))
    return TriplesReader(triples)


def test_genes_drawn_together_are_counted_by_symbol_on_the_newest_figures() -> None:
    reader = reader_of({"PMC3__a": "abc", "PMC2__a": "ab", "PMC1__a": "ac"}, {"PMC3__a": "z", "PMC2__a": "z"})
    figures = [figure(name) for name in ("PMC3__a", "PMC2__a", "PMC1__a")]
    assert count_neighbours(reader, gene("a"), figures) == [(gene("b"), 2), (gene("c"), 2)]
    many = [*figures[:1] * MAX_COUNTED_FIGURES, figures[2]]
    assert count_neighbours(reader, gene("b"), many)[0] == (gene("a"), MAX_COUNTED_FIGURES)


def test_similar_figures_share_most_genes_and_the_newest_come_first() -> None:
    reader = reader_of({"PMC1__a": "abcd", "PMC2__b": "abc", "PMC4__c": "ab", "PMC3__d": "ab", "PMC5__e": "a"})
    similar = find_similar_figures(reader, figure("PMC1__a"), [gene(letter) for letter in "abcd"])
    assert [(item.figure, len(item.shared_genes)) for item in similar] == [
        (figure("PMC2__b"), 3),
        (figure("PMC4__c"), 2),
        (figure("PMC3__d"), 2),
    ]
    shared = Counter(name for item in similar for name in item.shared_genes)
    assert shared == {gene("a"): 3, gene("b"): 3, gene("c"): 1}
