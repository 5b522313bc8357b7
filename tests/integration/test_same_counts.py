"""One number for one question, wherever it is asked: the home page, the lists, the pages, the search, ``stats`` and the example queries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from tests.support.records import front_matter, write
from tests.support.sites import BuiltSite, figure_of_many

from pfocr2rdf import load, stats
from pfocr2rdf.analysis.stats.model import GraphStats
from pfocr2rdf.rdf.vocabulary import EVIDENCE_TYPES, PREFIXES
from pfocr2rdf.server.page_data_builder import build_page_data
from pfocr2rdf.site.pages.entity import EntityPage
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.listing import list_resources
from pfocr2rdf.site.pages.overview import Overview, compute_overview
from pfocr2rdf.site.pages.registry import load_resource_page
from pfocr2rdf.site.pages.resource_reader import ResourceReader
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, ENTITY_TYPES_BY_FOLDER, ENTITY_TYPES_BY_NAME, address_from_iri
from pfocr2rdf.site.search.index import INDEX_DIR
from pfocr2rdf.site.static.resource_table import TableReader, build_resource_table
from pfocr2rdf.stores.embedded import EmbeddedStore
from pfocr2rdf.stores.querying.examples import find_example

PREFIX_HEADER = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("pfocr", "oa"))
ALL_ROWS = 10_000


class Counted(NamedTuple):
    """A dataset, and its numbers on the home page and from ``stats``."""

    reader: DatasetReader
    home: Overview
    stats: GraphStats

    def page(self, iri: str, type_name: str) -> EntityPage:
        address = address_from_iri(iri, ENTITY_TYPES_BY_NAME[type_name])
        page = address and load_resource_page(self.reader, address)
        assert isinstance(page, EntityPage)
        return page


@pytest.fixture(scope="module")
def counted(small: BuiltSite) -> Iterator[Counted]:
    with closing(EmbeddedStore(small.store)) as store:
        reader = DatasetReader(store)
        yield Counted(reader, compute_overview(reader), stats(small.export, top=ALL_ROWS))


def figures_fact(page: EntityPage) -> list[str]:
    return next(([link.text for link in fact.values] for fact in page.facts() if fact.label == "Figures"), [])


def iri_of(url: str) -> str:
    """The IRI of a gene or a family, from the address of its page."""
    folder, _, name = url.removesuffix(".html").partition("/")
    return (PREFIXES["ncbigene"] if folder == "genes" else PREFIXES["fam"]) + name


def test_the_numbers_of_resources_are_the_same_on_the_home_page_in_lists_in_the_search_and_in_stats(
    counted: Counted, small: BuiltSite
) -> None:
    searched = {folder: count for _, folder, count in json.loads((small.site / INDEX_DIR / "index.json").read_bytes())["kinds"]}
    published = json.loads((small.site / "site.json").read_bytes())["pages"]
    listed = {entity_type.folder: list_resources(counted.reader, entity_type).total for entity_type in ENTITY_TYPES}
    counted_by_stats = {folder: getattr(counted.stats, folder) for folder in listed}
    assert counted.home.counts == searched == published == listed == counted_by_stats
    assert min(listed.values()) > 0


def test_the_evidence_on_the_page_of_a_gene_is_that_of_a_query(counted: Counted) -> None:
    names = {row.name: row.label.removeprefix("via ") for row in EVIDENCE_TYPES}
    query = """SELECT ?gene ?evidence (COUNT(DISTINCT ?figure) AS ?n) {
      ?mention oa:hasBody ?gene ; oa:hasTarget ?figure ; pfocr:evidence ?evidence . ?gene a pfocr:Gene } GROUP BY ?gene ?evidence"""
    expected: dict[str, set[str]] = {}
    for row in counted.reader.query_rows(PREFIX_HEADER + query):
        name = names[f"pfocr:{row['evidence'].rpartition('#')[2]}"]
        expected.setdefault(row["gene"], set()).add(f"{int(row['n']):,} by {name}")
    query = "SELECT ?gene (COUNT(DISTINCT ?figure) AS ?n) { ?figure pfocr:mentions ?gene . ?gene a pfocr:Gene } GROUP BY ?gene"
    totals = counted.reader.query_rows(PREFIX_HEADER + query)
    assert len(totals) > 100
    for row in totals:
        texts = figures_fact(counted.page(row["gene"], "gene"))
        assert {text for text in texts if " by " in text} == expected[row["gene"]]
        assert texts[-1] in (f"{int(row['n']):,} in all", next(iter(expected[row["gene"]])))


def test_the_genes_on_most_figures_have_the_same_numbers_on_their_pages(counted: Counted) -> None:
    genes = next(chart for chart in counted.home.charts if chart.heading == "Genes in the most figures")
    assert genes.other is not None
    for bar in genes.bars:
        page = counted.page(iri_of(bar.url), "gene")
        assert f"{bar.number:,} by symbol" in figures_fact(page)
        assert len(page.strict_figures) == bar.number
    for bar in genes.other.bars:
        assert len(counted.page(iri_of(bar.url), "gene").figures) == bar.number
    example = find_example("top-genes")
    assert example is not None
    by_query = {row["symbol"]: int(row["figures"]) for row in counted.reader.query_rows(example.query)}
    assert {bar.label: bar.number for bar in genes.bars if bar.label in by_query}.items() <= by_query.items()


def test_families_have_the_same_numbers_on_the_home_page_in_stats_and_on_their_pages(counted: Counted) -> None:
    chart = next(chart for chart in counted.home.charts if chart.heading == "Families in the most figures")
    totals = {entity.iri: entity.total for entity in counted.stats.top_families}
    for bar in chart.bars:
        assert totals[iri_of(bar.url)] == bar.number
        assert figures_fact(counted.page(iri_of(bar.url), "family")) == [f"{bar.number:,}"]


def test_years_have_the_same_numbers_on_the_home_page_in_lists_in_stats_and_in_the_example_query(counted: Counted) -> None:
    example = find_example("years")
    assert example is not None
    by_query = {row["year"]: int(row["figures"]) for row in counted.reader.query_rows(example.query)}
    chart = next(chart for chart in counted.home.charts if chart.heading == "Figures per year")
    listed = {
        group: size for group, size in list_resources(counted.reader, ENTITY_TYPES_BY_NAME["figure"]).group_sizes if group.isdecimal()
    }
    by_stats = {str(year): count for year, count in counted.stats.figures_by_year.items()}
    assert {bar.label: bar.number for bar in chart.bars} == by_query == listed == by_stats


def test_the_table_of_a_gene_shows_its_strict_figures_first_and_a_switch_has_both_numbers(counted: Counted) -> None:
    mixed = 0
    for address in list_resources(counted.reader, ENTITY_TYPES_BY_NAME["gene"]).addresses():
        page = counted.page(address.iri, "gene")
        table = next(iter(page.tables(1)))
        is_strict = [any(link.style == "strict" for link in row[-1]) for row in table.rows]
        assert is_strict == sorted(is_strict, reverse=True)
        if 0 < sum(is_strict) < len(is_strict):
            mixed += 1
            assert table.choices == (f"by symbol ({sum(is_strict):,})", f"by any evidence ({table.total:,})")
        else:
            assert table.choices == ()
    assert mixed > 0


def counted_by_query(reader: DatasetReader) -> dict[str, str]:
    """The number of figures of each resource with mentions, by its IRI, in a phrase with the evidence: the symbol first."""
    names = {row.name: row.label.removeprefix("via ") for row in EVIDENCE_TYPES}
    query = """SELECT ?body ?evidence (COUNT(DISTINCT ?figure) AS ?n) (SAMPLE(?all) AS ?total) {
      ?mention oa:hasBody ?body ; oa:hasTarget ?figure ; pfocr:evidence ?evidence .
      { SELECT ?body (COUNT(DISTINCT ?f) AS ?all) { ?f pfocr:mentions ?body } GROUP BY ?body } } GROUP BY ?body ?evidence"""
    counts: dict[str, dict[str, int]] = {}
    totals: dict[str, int] = {}
    for row in reader.query_rows(PREFIX_HEADER + query):
        counts.setdefault(row["body"], {})[names[f"pfocr:{row['evidence'].rpartition('#')[2]}"]] = int(row["n"])
        totals[row["body"]] = int(row["total"])

    def phrase(by_name: dict[str, int], total: int) -> str:
        first = by_name.get("symbol", total)
        noun = "figure" if first == 1 else "figures"
        if list(by_name.values()) == [total]:
            return f"{first} {noun} by {min(by_name)}"
        return f"{first} {noun} by symbol, {total} by any evidence" if "symbol" in by_name else f"{total} {noun} by any evidence"

    return {iri: phrase(by_name, totals[iri]) for iri, by_name in counts.items()}


def test_results_of_the_search_and_descriptions_count_the_evidence_that_they_name(
    counted: Counted, small: BuiltSite, tmp_path: Path
) -> None:
    expected = counted_by_query(counted.reader)
    build_page_data(small.store, tmp_path)
    (served,) = tmp_path.glob("*/*/search")
    names = sorted(path.relative_to(served) for path in served.rglob("*") if path.is_file())
    for name in names:
        assert (served / name).read_bytes() == (small.site / INDEX_DIR / name).read_bytes()
    kinds = json.loads((served / "index.json").read_bytes())["kinds"]
    blocks = (json.loads((served / "things" / f"{number}.json").read_bytes()) for number in range(len(list(served.glob("things/*")))))
    entries = iter([entry for block in blocks for entry in block])
    endings = set()
    for type_name, folder, size in kinds:
        for name, _, detail in [next(entries) for _ in range(size)]:
            if type_name in ("gene", "chemical", "disease"):
                (iri,) = (
                    iri
                    for iri in expected
                    if iri.endswith(f"/{name}") and f"{folder}/{name}.html" == counted.reader.page_url(f"<{iri}>", type_name)
                )
                assert detail.split(", ", type_name == "gene")[-1] == expected[iri]  # behind the organism of a gene
                assert f": {expected[iri]}." in (small.site / folder / f"{name}.html").read_text(encoding="utf-8")
                endings.add(expected[iri].lstrip("0123456789 "))
    assert len(endings) > 4
    assert next(entries, None) is None


def test_families_are_read_as_the_words_of_a_query(counted: Counted) -> None:
    query = """SELECT ?family ?word (COUNT(DISTINCT ?figure) AS ?n) {
      ?mention pfocr:family ?family ; oa:hasTarget ?figure ; pfocr:word ?word } GROUP BY ?family ?word"""
    expected: dict[str, set[tuple[str, str]]] = {}
    for row in counted.reader.query_rows(PREFIX_HEADER + query):
        expected.setdefault(row["family"], set()).add((row["word"], row["n"] if row["n"] != "1" else ""))
    assert len(expected) >= 10
    for iri, words in expected.items():
        fact = next(fact for fact in counted.page(iri, "family").facts() if fact.label == "Read as")
        assert {(link.text, link.detail) for link in fact.values} == words


def test_the_words_of_a_family_are_counted_by_figure_on_its_newest_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, words in enumerate((("KIN", "KINs"), ("KIN", "KIN-A"), ("KINs",), ("KIN",))):
        record = figure_of_many(f"PMC{number + 1}__kin", "KIN", "OTHER")
        for gene in record["genes"]:
            gene["word"] = words[int(gene["entrez"]) % len(words)] if gene["symbol"] == "KIN" else "other"
        write(tmp_path / "records", {f"_figures/{number}.md": front_matter(yaml.safe_dump({**record, "pmcid": f"PMC{number + 1}"}))})
    load(tmp_path / "records", tmp_path / "store")
    with closing(EmbeddedStore(tmp_path / "store")) as store:
        reader = DatasetReader(store)
        blocks = reader.dump()
        assert blocks
        build_resource_table(tmp_path / "table", blocks)
        address = reader.page_address(f"{PREFIXES['fam']}KIN", ENTITY_TYPES_BY_NAME["family"])
        assert address
        for each in (reader, TableReader(tmp_path / "table", frozenset(ENTITY_TYPES_BY_FOLDER))):
            page = load_resource_page(each, address)
            assert isinstance(page, EntityPage)
            for figure in page.figures:
                assert each.family_words(figure, page.subject) == ResourceReader.family_words(each, figure, page.subject)
            assert _words_of(page, "Read as") == [("KIN", "3"), ("KINs", "2"), ("KIN-A", "")]
            with monkeypatch.context() as patch:
                patch.setattr("pfocr2rdf.site.pages.entity.MAX_COUNTED_FIGURES", 2)
                page = load_resource_page(each, address)
                assert isinstance(page, EntityPage)
                assert _words_of(page, "Read as, on its newest 2 figures") == [("KIN", ""), ("KINs", "")]


def _words_of(page: EntityPage, label: str) -> list[tuple[str, str]]:
    return next(([(link.text, link.detail) for link in fact.values] for fact in page.facts() if fact.label == label), [])
