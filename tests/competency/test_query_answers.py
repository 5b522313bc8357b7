"""The answers of the example queries are those that Python counts in the records, row by row and in the same order.

Which organism a gene is of is read from the graph: what is tested here is what a query selects, counts, sorts and cuts off.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pyoxigraph import NamedNode, Store
from tests.support.records import exported, shared_data

from pfocr2rdf import read_records
from pfocr2rdf.rdf.iris import family_iri, figure_iri, paper_iri
from pfocr2rdf.rdf.vocabulary import EVIDENCE_TYPES, PREFIXES
from pfocr2rdf.records.model import FigureRecord, Mention
from pfocr2rdf.stores.querying.query import query

EVIDENCE = {source: row.name for row in EVIDENCE_TYPES for source in row.sources}
STRICT, SYNONYM, PREVIOUS, FAMILY, NER = (f"pfocr:via{name}" for name in ("Symbol", "Synonym", "PreviousSymbol", "Family", "Ner"))
HUMAN = f"{PREFIXES['taxon']}9606"
Rows = list[tuple[Any, ...]]


class Corpus(NamedTuple):
    """The records, and what the graph has of genes."""

    store: Path
    records: dict[str, FigureRecord]  # by the IRI of the figure
    organisms: dict[str, str]  # by the IRI of the gene

    def mentions(self, *evidence: str) -> Iterator[tuple[str, Mention]]:
        """The mentions with evidence of some kinds, or all, with their figures."""
        for figure, record in self.records.items():
            for mention in record.mentions:
                if not evidence or evidence_of(mention) in evidence:
                    yield figure, mention

    def things(self, figure: str) -> set[str]:
        return {iri(mention) for mention in self.records[figure].mentions if mention.entity}

    def genes(self, figure: str) -> set[str]:
        return {iri(mention) for mention in self.records[figure].mentions if mention.entity and mention.entity_type == "gene"}

    def paper(self, figure: str) -> str:
        return paper_iri(self.records[figure].paper.pmcid)


def iri(mention: Mention) -> str:
    prefix, _, identifier = mention.entity.partition(":")
    return PREFIXES[prefix] + identifier


def evidence_of(mention: Mention) -> str:
    return NER if mention.entity_type != "gene" else EVIDENCE.get(mention.lexicon_source, "")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("answers")
    sources = [shared_data("corpus-gen1"), shared_data("real-gen2")]
    result = exported(sources, folder / "out")
    store = Store(folder / "store")
    store.bulk_load(path=folder / "out" / "figures.nt", to_graph=NamedNode("https://pfocr.wikipathways.org/dataset"))
    store.load(path=folder / "out" / "vocabulary.ttl", to_graph=NamedNode("https://pfocr.wikipathways.org/vocab"))
    del store
    read = sorted((record for source in sources for record in read_records(source)), key=lambda record: record.schema_version)
    records = {figure_iri(record.figid): record for record in read}
    assert len(records) == result.summary.exported > 600
    rows = query(folder / "store", "SELECT ?gene ?organism { ?gene a pfocr:Gene ; pfocr:organism ?organism }")
    return Corpus(folder / "store", records, {row["gene"]: row["organism"] for row in rows})


def counted(pairs: Iterable[tuple[Any, str]]) -> dict[Any, int]:
    """How many different things belong to each key."""
    members: dict[Any, set[str]] = defaultdict(set)
    for key, member in pairs:
        members[key].add(member)
    return {key: len(values) for key, values in members.items()}


def most(counts: dict[Any, int], limit: int) -> Rows:
    """The keys with their counts, the largest first and equal ones in the order of the keys."""
    return [
        (*(key if isinstance(key, tuple) else (key,)), count) for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ][:limit]


# -- what each query should answer -----------------------------------------------------------------------------------------


def ambiguous_words(corpus: Corpus) -> Rows:
    pairs = {(mention.word, iri(mention)) for _, mention in corpus.mentions(STRICT, SYNONYM, PREVIOUS) if mention.entity}
    counts = counted(((word, corpus.organisms[gene]), gene) for word, gene in pairs if gene in corpus.organisms)
    return most({key: count for key, count in counts.items() if count > 1}, 100)


def both_genes(corpus: Corpus) -> Rows:
    both = {f"{PREFIXES['ncbigene']}6774", f"{PREFIXES['ncbigene']}3717"}
    return sorted(
        ((figure, record.title) for figure, record in corpus.records.items() if both <= corpus.things(figure)), key=lambda row: row[::-1]
    )


def drawn_with(thing: str, limit: int = 100) -> Callable[[Corpus], Rows]:
    def genes(corpus: Corpus) -> Rows:
        figures = [figure for figure in corpus.records if thing in corpus.things(figure)]
        return most(counted((gene, figure) for figure in figures for gene in corpus.genes(figure) if gene != thing), limit)

    return genes


def drawn_with_in_all(corpus: Corpus) -> Rows:
    every = counted((gene, figure) for figure in corpus.records for gene in corpus.genes(figure))
    return [(gene, together, every[gene]) for gene, together in drawn_with(f"{PREFIXES['ncbigene']}6774")(corpus)]


def disease_genes(corpus: Corpus) -> Rows:
    rows = drawn_with(f"{PREFIXES['mesh']}D009369", 10**9)(corpus)
    return [row for row in rows if corpus.organisms.get(row[0]) == HUMAN][:100]


def disease_papers(corpus: Corpus) -> Rows:
    disease = f"{PREFIXES['mesh']}D009369"
    figures = [figure for figure, record in corpus.records.items() if disease in corpus.things(figure) and record.paper.year == "2023"]
    return most(counted((corpus.paper(figure), figure) for figure in figures), 100)


def strict_genes(corpus: Corpus) -> dict[str, int]:
    return counted((iri(mention), figure) for figure, mention in corpus.mentions(STRICT) if mention.entity)


def co_mentions(corpus: Corpus) -> Rows:
    mentions = counted((iri(mention), f"{figure} {mention[1:4]}") for figure, mention in corpus.mentions(STRICT) if mention.entity)
    top = {row[0] for row in most(mentions, 50)}
    genes: dict[str, set[str]] = defaultdict(set)
    for figure, mention in corpus.mentions(STRICT):
        if mention.entity and iri(mention) in top:
            genes[figure].add(iri(mention))
    pairs = (((gene, other), figure) for figure, members in genes.items() for gene in members for other in members if gene < other)
    return most(counted(pairs), 1000)


def families_together(corpus: Corpus) -> Rows:
    families = {
        figure: {family_iri(mention.family) for mention in record.mentions if mention.family} for figure, record in corpus.records.items()
    }
    pairs = (((family, other), figure) for figure, members in families.items() for family in members for other in members if family < other)
    return most(counted(pairs), 100)


def family_members(corpus: Corpus) -> Rows:
    members = {iri(mention) for _, mention in corpus.mentions() if mention.entity and mention.family.upper() == "STAT"}
    figures = most(counted((gene, figure) for figure in corpus.records for gene in corpus.genes(figure) if gene in members), 100)
    own = counted((iri(mention), figure) for figure, mention in corpus.mentions(STRICT, SYNONYM, PREVIOUS) if mention.entity)
    return [(gene, count, own.get(gene, 0)) for gene, count in figures]


def family_only(corpus: Corpus) -> Rows:
    named = {iri(mention) for _, mention in corpus.mentions(STRICT, SYNONYM, PREVIOUS) if mention.entity}
    genes = {iri(mention) for _, mention in corpus.mentions() if mention.entity and mention.family} - named
    return most(counted((gene, figure) for figure in corpus.records for gene in corpus.genes(figure) & genes), 100)


def dois(corpus: Corpus) -> Rows:
    papers = ((record.paper.doi, corpus.paper(figure), figure) for figure, record in corpus.records.items() if record.paper.doi)
    return [(paper, doi, count) for doi, paper, count in most(counted(((doi, paper), figure) for doi, paper, figure in papers), 100)]


def journals(corpus: Corpus) -> Rows:
    figures = counted((record.paper.journal, figure) for figure, record in corpus.records.items() if record.paper.journal)
    papers = counted((record.paper.journal, corpus.paper(figure)) for figure, record in corpus.records.items())
    return [(journal, count, papers[journal]) for journal, count in most(figures, 100)]


def keywords(corpus: Corpus) -> Rows:
    by_paper = {keyword: set[str]() for record in corpus.records.values() for keyword in record.paper.keywords}
    for figure, record in corpus.records.items():
        for keyword in record.paper.keywords:
            by_paper[keyword].add(corpus.paper(figure))
    figures = {keyword: [figure for figure in corpus.records if corpus.paper(figure) in papers] for keyword, papers in by_paper.items()}
    rows = most({keyword: len(members) for keyword, members in figures.items()}, 100)
    return [(keyword, count, len(set().union(*map(corpus.genes, figures[keyword])))) for keyword, count in rows]


def old_names(corpus: Corpus) -> Rows:
    rows = {
        (figure, mention.word, iri(mention), corpus.records[figure].paper.year or None) for figure, mention in corpus.mentions(PREVIOUS)
    }
    return sorted(rows, key=lambda row: row[:3])[:100]


def organisms(corpus: Corpus) -> Rows:
    figures = counted((name, figure) for figure, record in corpus.records.items() for name in (record.organisms or ("no organism",)))
    return most(figures, 100)


def strict(corpus: Corpus) -> Rows:
    genes = counted((figure, iri(mention)) for figure, mention in corpus.mentions(STRICT) if mention.entity)
    words = {figure: sum(1 for mention in corpus.records[figure].mentions if evidence_of(mention) == STRICT) for figure in genes}
    return [(figure, count, words[figure]) for figure, count in most(genes, 100)]


def synonyms(corpus: Corpus) -> Rows:
    counts = counted(((mention.word, iri(mention)), figure) for figure, mention in corpus.mentions(SYNONYM) if mention.entity)
    return most(counts, 100)


def title_words(corpus: Corpus) -> Rows:
    rows = [
        (record.title, figure) for figure, record in corpus.records.items() if "receptor" in f"{record.title}\n{record.caption}".lower()
    ]
    return [(figure, title) for title, figure in sorted(rows)[:100]]


def two_organisms(corpus: Corpus) -> Rows:
    genes = {figure: {gene for gene in corpus.genes(figure) if gene in corpus.organisms} for figure in corpus.records}
    rows = [(figure, len({corpus.organisms[gene] for gene in members}), len(members)) for figure, members in genes.items()]
    return sorted((row for row in rows if row[1] > 1), key=lambda row: (-row[1], -row[2], row[0]))[:100]


def unidentified_words(corpus: Corpus) -> Rows:
    return most(counted((mention.word, figure) for figure, mention in corpus.mentions(NER) if not mention.entity), 100)


def unsure_figures(corpus: Corpus) -> Rows:
    rows = [(figure, float(record.score)) for figure, record in corpus.records.items() if record.score and float(record.score) < 0.91]
    return sorted(rows, key=lambda row: row[::-1])[:100]


def odd_words(corpus: Corpus) -> Rows:
    words = sorted({mention.word for _, mention in corpus.mentions() if re.search("[^A-Za-z0-9 -]", mention.word)})[:50]
    labels = {row.name: row.label for row in EVIDENCE_TYPES}
    rows = {
        (mention.word, labels[evidence_of(mention)], iri(mention) if mention.entity else "", mention.match)
        for _, mention in corpus.mentions()
        if mention.word in words and evidence_of(mention)
    }
    return [(word, how, thing or None) for word, how, thing, _ in sorted(rows)[:100]]


def pictures(corpus: Corpus) -> Rows:
    return [(figure,) for figure in sorted(corpus.records) if f"{PREFIXES['ncbigene']}6772" in corpus.things(figure)][:100]


def years(corpus: Corpus) -> Rows:
    figures = counted((record.paper.year, figure) for figure, record in corpus.records.items() if record.paper.year)
    papers = counted((record.paper.year, corpus.paper(figure)) for figure, record in corpus.records.items())
    genes = counted((record.paper.year, gene) for figure, record in corpus.records.items() for gene in corpus.genes(figure))
    return [(year, figures[year], papers[year], genes.get(year, 0)) for year in sorted(figures, reverse=True)[:100]]


ANSWERS: dict[str, tuple[str, Callable[[Corpus], Rows]]] = {
    "ambiguous-words": ("word organism genes", ambiguous_words),
    "both-genes": ("figure title", both_genes),
    "chemical-genes": ("gene figures", drawn_with(f"{PREFIXES['mesh']}D000431")),
    "co-mentions": ("gene other weight", co_mentions),
    "disease-genes": ("gene figures", disease_genes),
    "disease-papers": ("paper figures", disease_papers),
    "dois": ("paper doi figures", dois),
    "drawn-with": ("other together figures", drawn_with_in_all),
    "families-together": ("family other figures", families_together),
    "family-members": ("gene figures own", family_members),
    "family-only": ("gene figures", family_only),
    "journals": ("journal figures papers", journals),
    "keywords": ("keyword figures genes", keywords),
    "old-names": ("figure word gene year", old_names),
    "organisms": ("name figures", organisms),
    "pictures": ("figure", pictures),
    "strict": ("figure genes words", strict),
    "synonyms": ("word gene figures", synonyms),
    "title-words": ("figure title", title_words),
    "top-genes": ("gene figures", lambda corpus: most(strict_genes(corpus), 20)),
    "two-organisms": ("figure organisms genes", two_organisms),
    "unidentified-words": ("word figures", unidentified_words),
    "unsure-figures": ("figure score", unsure_figures),
    "words": ("word how thing", odd_words),
    "years": ("year figures papers genes", years),
}
"""The columns that are counted, and the function that counts them."""


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer_is_that_of_the_records(name: str, corpus: Corpus) -> None:
    columns, reference = ANSWERS[name]
    rows = [tuple(row[column] for column in columns.split()) for row in query(corpus.store, name)]
    assert [tuple(map(plain, row)) for row in rows] == [tuple(map(plain, row)) for row in reference(corpus)]
    assert rows or name == "disease-papers"


def plain(value: Any) -> Any:
    return float(value) if isinstance(value, int) or type(value).__name__ == "Decimal" else value
