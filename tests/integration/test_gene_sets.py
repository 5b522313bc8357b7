"""Gene sets of whole exports: the examples line by line, and the real records against a count without our code, SPARQL and gseapy."""

from __future__ import annotations

from collections import defaultdict
from math import comb, isclose
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store
from tests.referees.gene_sets import enrich, read_gmt
from tests.support.real_rows import SOURCES, gene_rows
from tests.support.records import ROOT, shared_data

from pfocr2rdf import export
from pfocr2rdf.rdf.vocabulary import PREFIXES

LEVEL_BY_SOURCE = {"hgnc_symbol": 0, "ncbigene_symbol": 0, "hgnc_alias_symbol": 1, "hgnc_prev_symbol": 1, "ncbigene_synonym": 1}
LEVELS = ("strict", "synonyms", "all")

GeneSets = dict[str, dict[str, list[str]]]
"""The genes of each set, by file name without ``.gmt`` and by set name."""


def read_folder(folder: Path) -> GeneSets:
    return {path.name.removesuffix(".gmt"): read_gmt(path) for path in sorted(folder.glob("*.gmt"))}


SIZES = {
    "Drosophila_melanogaster.all": {"PMC10030840__fonc-13-1111191-g002": 22, "PMC10031380__sc1": 7},
    "Drosophila_melanogaster.all.symbols": {"PMC10030840__fonc-13-1111191-g002": 22, "PMC10031380__sc1": 7},
    "Drosophila_melanogaster.strict": {"PMC10030840__fonc-13-1111191-g002": 7, "PMC10031380__sc1": 3},
    "Drosophila_melanogaster.strict.symbols": {"PMC10030840__fonc-13-1111191-g002": 7, "PMC10031380__sc1": 3},
    "Drosophila_melanogaster.synonyms": {"PMC10030840__fonc-13-1111191-g002": 22, "PMC10031380__sc1": 7},
    "Drosophila_melanogaster.synonyms.symbols": {"PMC10030840__fonc-13-1111191-g002": 22, "PMC10031380__sc1": 7},
    "Homo_sapiens.all": {
        "PMC10030840__fonc-13-1111191-g002": 11,
        "PMC10031380__sc1": 15,
        "PMC2628838__46fig1": 8,
        "PMC5723907__fimmu-08-01707-g001": 47,
        "PMC7378365__fimmu-11-01424-g0002": 12,
    },
    "Homo_sapiens.all.symbols": {
        "PMC10030840__fonc-13-1111191-g002": 11,
        "PMC10031380__sc1": 15,
        "PMC2628838__46fig1": 8,
        "PMC5723907__fimmu-08-01707-g001": 47,
        "PMC7378365__fimmu-11-01424-g0002": 12,
    },
    "Homo_sapiens.strict": {"PMC10030840__fonc-13-1111191-g002": 5, "PMC5723907__fimmu-08-01707-g001": 11},
    "Homo_sapiens.strict.symbols": {"PMC10030840__fonc-13-1111191-g002": 5, "PMC5723907__fimmu-08-01707-g001": 11},
    "Homo_sapiens.synonyms": {"PMC10030840__fonc-13-1111191-g002": 11, "PMC10031380__sc1": 7, "PMC5723907__fimmu-08-01707-g001": 16},
    "Homo_sapiens.synonyms.symbols": {
        "PMC10030840__fonc-13-1111191-g002": 11,
        "PMC10031380__sc1": 7,
        "PMC5723907__fimmu-08-01707-g001": 16,
    },
}


# -- examples ------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def example_sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples")
    export(ROOT / "examples", folder, formats=["gmt"])
    return folder / "genesets"


def test_the_examples_have_these_sets(example_sets: Path) -> None:
    assert {name: {figid: len(genes) for figid, genes in sets.items()} for name, sets in read_folder(example_sets).items()} == SIZES
    human = (example_sets / "Homo_sapiens.strict.symbols.gmt").read_text(encoding="utf-8").splitlines()
    ovarian = "Families with ovarian cancer and rare variants in DNA repair genes\tAGA\tERCC5\tFANCC\tNTHL1\tEXO1"
    assert human[0] == f"PMC10030840__fonc-13-1111191-g002\t{ovarian}"


def test_gseapy_reads_the_examples_and_computes_the_p_value_of_the_hypergeometric_test(example_sets: Path) -> None:
    check_enrichment(*(example_sets / f"Homo_sapiens.{name}.gmt" for name in ("all", "synonyms.symbols")))


def check_enrichment(*paths: Path) -> None:
    """gseapy has the same sets, and its p-values are P(X >= overlap) of the hypergeometric distribution."""
    jobs: list[tuple[Path, list[str], list[str]]] = []
    for path in paths:
        sets = read_gmt(path)
        background = sorted({gene for genes in sets.values() for gene in genes} | {f"OTHER{number}" for number in range(50)})
        jobs.append((path, [*max(sets.values(), key=len)[:4], "OTHER1", "OTHER2", "NOWHERE"], background))
    for (path, query, background), answer in zip(jobs, enrich(jobs), strict=True):
        sets = read_gmt(path)
        assert answer["sets"] == sets
        drawn = set(query) & set(background)
        for name, genes in sets.items():
            overlap = len(drawn & set(genes))
            assert (name in answer["p_values"]) == (overlap > 0)
            if overlap:
                p_value = hypergeometric_tail(overlap, len(background), len(genes), len(drawn))
                assert isclose(answer["p_values"][name], p_value, rel_tol=1e-9), name


def hypergeometric_tail(overlap: int, population: int, successes: int, draws: int) -> float:
    ways = sum(comb(successes, hits) * comb(population - successes, draws - hits) for hits in range(overlap, min(successes, draws) + 1))
    return ways / comb(population, draws)


# -- real records --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sources = [shared_data(name) for name in SOURCES]
    folder = tmp_path_factory.mktemp("real")
    export(sources, folder, formats=["turtle", "gmt"])
    return folder


def count_directly(level: int) -> dict[str, dict[str, set[str]]]:
    """The genes of each set by organism and figid, straight from the records."""
    sets: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in gene_rows():
        if LEVEL_BY_SOURCE.get(row.source, 2) <= level:
            sets[row.organism.replace(" ", "_")][row.figid].add(row.gene)
    by_organism = {organism: {figid: genes for figid, genes in by_figid.items() if len(genes) >= 3} for organism, by_figid in sets.items()}
    return {organism: by_figid for organism, by_figid in by_organism.items() if by_figid}


def test_sets_of_real_records_are_those_of_a_count_without_our_code(real_export: Path) -> None:
    files = read_folder(real_export / "genesets")
    symbols = {row.gene: row.symbol for row in gene_rows() if row.symbol}
    for level, name in enumerate(LEVELS):
        counted = count_directly(level)
        assert {file.split(".")[0] for file in files if file.split(".")[1] == name} == set(counted)
        for organism, by_figid in counted.items():
            assert files[f"{organism}.{name}"] == {figid: sorted(genes, key=int) for figid, genes in by_figid.items()}
            for figid, genes in files[f"{organism}.{name}.symbols"].items():
                assert genes == list(dict.fromkeys(symbols[gene] for gene in files[f"{organism}.{name}"][figid] if gene in symbols))
    assert len(files["Homo_sapiens.strict"]) == 247


def test_sets_of_real_records_are_those_of_a_query(real_export: Path) -> None:
    store = Store()
    store.bulk_load(path=real_export / "figures.ttl", format=RdfFormat.TURTLE)
    files = read_folder(real_export / "genesets")
    for level, classes in enumerate((["viaSymbol"], ["viaSymbol", "viaSynonym", "viaPreviousSymbol"], [])):
        filter_evidence = (
            f"?mention pfocr:evidence ?e . FILTER(?e IN ({', '.join(f'pfocr:{name}' for name in classes)}))" if classes else ""
        )
        rows = store.query(
            f"""
            PREFIX pfocr: <{PREFIXES["pfocr"]}> PREFIX oa: <{PREFIXES["oa"]}> PREFIX rdfs: <{PREFIXES["rdfs"]}>
            SELECT ?name (COUNT(?figure) AS ?sets) (SUM(?count) AS ?genes) {{
              {{ SELECT ?figure ?organism (COUNT(DISTINCT ?gene) AS ?count) {{
                  ?mention oa:hasTarget ?figure ; oa:hasBody ?gene . {filter_evidence}
                  ?gene a pfocr:Gene ; pfocr:organism ?organism .
                }} GROUP BY ?figure ?organism HAVING (COUNT(DISTINCT ?gene) >= 3) }}
              ?organism rdfs:label ?name
            }} GROUP BY ?name"""
        )
        counted = {row["name"].value.replace(" ", "_"): (int(row["sets"].value), int(row["genes"].value)) for row in rows}  # type: ignore[union-attr]
        suffix = f".{LEVELS[level]}"
        assert counted == {
            name.removesuffix(suffix): (len(sets), sum(map(len, sets.values()))) for name, sets in files.items() if name.endswith(suffix)
        }


def test_gseapy_finds_the_figure_of_a_gene_list_first(real_export: Path) -> None:
    path = real_export / "genesets" / "Homo_sapiens.all.gmt"
    sets = read_gmt(path)
    figid = "PMC7378365__fimmu-11-01424-g0002"
    background = sorted({gene for genes in sets.values() for gene in genes})
    (answer,) = enrich([(path, sets[figid], background)])
    assert answer["sets"] == sets
    assert min(answer["p_values"], key=lambda name: answer["p_values"][name]) == figid
