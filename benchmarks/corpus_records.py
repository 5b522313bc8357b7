"""Records as text: a drawn figure in the layout of its generation."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks.corpus_draw import Figure, figures
from benchmarks.corpus_pool import SHARED, SOURCES, Gene, Term, invented_pool, real_pool
from benchmarks.corpus_yaml import field, item, items, listing

ANNOTATIONS = ("Pathway Ontology", "Disease Ontology", "Cell Type Ontology")


def kind_of(figure: Figure) -> tuple[str, str]:
    """The figure's number and type."""
    letter, kind = figure.rng.choice((("F", "Figure"),) * 18 + (("S", "Scheme"), ("GA", "Graphical abstract")))
    return f"{letter}{figure.place}", kind


def figlink(figure: Figure) -> str:
    """The path of the figure's page at PMC, with and without the slashes at its ends."""
    path = f"pmc/articles/{figure.paper.pmcid}/figure/F{figure.place}"
    return figure.rng.choice(("/", "/", "/", "")) + path + figure.rng.choice(("/", "/", "/", ""))


def crossings(figure: Figure) -> str:
    """The fields that lead elsewhere, empty for most figures."""
    rng = figure.rng
    network = f"{rng.getrandbits(32):08x}-deb4-11ea-99da-0ac135e8bacf" if rng.random() < 0.3 else ""
    pathway = field("wpid", f"WP{rng.randint(100, 5600)}") if rng.random() < 0.02 else ""
    return field("ndex", network) + pathway


def linked_data(figure: Figure) -> str:
    """The record's own JSON-LD block."""
    symbols = [".na.character" if gene.symbol == "NA" else gene.symbol for gene in figure.genes]
    words = [term.word for term in (*figure.chemicals, *figure.diseases)]
    return (
        "seo: CreativeWork\nschema-jsonld:\n  '@context': https://schema.org/\n"
        f"  '@id': https://pfocr.wikipathways.org/figures/{figure.figid}.html\n  '@type': Dataset\n"
        + field("description", figure.caption, "  ")
        + "  license: CC0\n  name: CreativeWork\n  creator:\n    '@type': Organization\n    name: WikiPathways\n"
        + listing("keywords", dict.fromkeys(symbols + words), "  ")
    )


def inline_gene(gene: Gene) -> str:
    """A gene row of 2021."""
    fields = (("word", gene.word), ("symbol", gene.match), ("source", gene.source))
    return item(*fields, ("hgnc_symbol", gene.symbol), ("entrez", gene.id))


def inline_term(term: Term) -> str:
    """A chemical or disease row of 2021."""
    return item(("word", term.word), ("source", "NA" if term.mesh == "NA" else "MESH"), ("identifier", term.mesh))


def curated(rng: random.Random) -> str:
    """What curators said of a figure; most often nothing."""
    if rng.random() > 0.03:
        return "annotations: []\n"
    return items("annotations", [item(("type", rng.choice(ANNOTATIONS)), ("value", f"example term {rng.randrange(40)}"))])


def inline_record(figure: Figure) -> Iterator[tuple[str, str]]:
    """A record of 2021: one file that holds its lists. One in ten is of the older kind, with fewer fields."""
    rng, paper, older = figure.rng, figure.paper, figure.rng.random() < 0.1
    number, kind = kind_of(figure)
    organisms = "Homo sapiens, Mus musculus" if rng.random() < 0.08 else "Homo sapiens"
    text = (
        f"---\nfigid: {figure.figid}\n"
        + field("figlink", figlink(figure))
        + field("number", f"Fig. {figure.place}" if older else number)
        + field("caption", figure.caption)
        + field("pmcid", paper.pmcid)
        + "".join(field(key, paper.fields[key]) for key in ("papertitle", "reftext"))
        + field("pmc_ranked_result_index", str(rng.randrange(200_000)))
        + f"pathway_score: {rng.randint(500_000, 999_999) / 1e6}\nfilename: {figure.figid.split('__')[1]}.jpg\n"
        + field("figtitle", figure.title)
        + field("year", paper.fields["year"])
        + field("organisms", organisms)
        + crossings(figure)
        + curated(rng)
        + linked_data(figure)
        + items("genes", map(inline_gene, figure.genes))
        + items("chemicals", map(inline_term, figure.chemicals))
        + items("diseases", map(inline_term, figure.diseases))
        + ("" if older else aliases(figure, number, kind))
        + "---\n"
    )
    yield f"_figures/{figure.figid}.md", text


def aliases(figure: Figure, number: str, kind: str) -> str:
    """The fields that newer records name the figure with a second time."""
    alias = f"{figure.paper.pmcid}__{number}"
    return f"figid_alias: {alias}\nfigtype: {kind}\nredirect_from: /figures/{alias}\n"


def table_record(figure: Figure) -> Iterator[tuple[str, str]]:
    """A record of 2023: its file and those of its tables that have rows."""
    rng, paper = figure.rng, figure.paper
    number, kind = kind_of(figure)
    text = (
        f"---\nfigid: {figure.figid}\n"
        + field("figtitle", figure.title)
        + listing("organisms", rng.choice((("NA",), ("Homo sapiens",), ("Homo sapiens", "Mus musculus"))))
        + listing("organisms_ner", dict.fromkeys(gene.organism[1] for gene in figure.genes) or ("NA",))
        + f"pmcid: {paper.pmcid}\nfilename: {figure.figid.split('__')[1]}.jpg\n"
        + field("figlink", figlink(figure))
        + field("number", number)
        + field("caption", figure.caption)
        + "".join(field(key, value) for key, value in paper.fields.items())
        + f"automl_pathway: {rng.randint(500_000, 999_999) / 1e6}\n"
        + aliases(figure, number, kind)
        + crossings(figure)
        + linked_data(figure)
        + "---\n"
    )
    yield f"_figures/{figure.figid}.md", text
    for name, header, lines in side_tables(figure):
        if lines:
            yield f"_data/{figure.figid}-{name}.tsv", "\n".join((header, *lines, ""))


def side_tables(figure: Figure) -> Iterator[tuple[str, str, list[str]]]:
    """Name, header and lines of a figure's three tables."""
    for name, terms, scheme in (("chemicals", figure.chemicals, "chebi"), ("diseases", figure.diseases, "doid")):
        lines = ["\t".join(term._replace(mesh=term.mesh if term.mesh == "NA" else f"mesh:{term.mesh}")) for term in terms]
        yield name, f"word\tmesh\tmatch\tname\t{scheme}", lines
    header = "organism_id\torganism_name\torganism_group\tword\tmatch\tncbigene_symbol\tncbigene_id\tsource"
    counts = {organism: organism_counts(organism, figure.genes) for organism in {gene.organism for gene in figure.genes}}
    rows = (
        (*gene.organism, gene.word, gene.match, gene.symbol, gene.id, SOURCES[gene.source], *counts[gene.organism]) for gene in figure.genes
    )
    yield ("genes", f"{header}\tcount_direct\tcount_synonym\tcount_match", ["\t".join(row) for row in rows])


def organism_counts(organism: tuple[str, str, str], genes: list[Gene]) -> tuple[str, str, str]:
    """What a gene table counts of an organism: rows found by symbol, by synonym, and different matches."""
    rows = [gene for gene in genes if gene.organism == organism]
    sources = [SOURCES[gene.source] for gene in rows]
    matches = len({gene.match for gene in rows})
    return (str(sources.count("ncbigene_symbol")), str(sources.count("ncbigene_synonym")), str(matches))


def records(
    n: int, *, generation: str = "mixed", seed: int = 0, source: Path | None = SHARED, rows: float = 60
) -> Iterator[tuple[str, str]]:
    """Path and text of every file of `n` records, a record's tables right behind it.

    `source` is the folder of real data; `None`, or one that is not there, means invented rows.
    `rows` is the mean number of gene rows of an inline record.
    """
    pool = real_pool(source) if source is not None and source.is_dir() else invented_pool()
    for figure in islice(figures(generation, seed, pool, rows), n):
        yield from (inline_record(figure) if figure.paper.generation == "2021" else table_record(figure))
