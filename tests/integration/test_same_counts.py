"""One number for one question, wherever it is asked: the home page, the lists, the pages, the search, ``stats`` and the example queries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

import pytest
from tests.support.sites import BuiltSite

from pfocr2rdf import stats
from pfocr2rdf.analysis.stats.model import GraphStats
from pfocr2rdf.rdf.vocabulary import EVIDENCE_TYPES, PREFIXES
from pfocr2rdf.site.pages.entity import EntityPage
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.listing import list_resources
from pfocr2rdf.site.pages.overview import Overview, compute_overview
from pfocr2rdf.site.pages.registry import load_resource_page
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, ENTITY_TYPES_BY_NAME, address_from_iri
from pfocr2rdf.site.search.index import INDEX_DIR
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
    genes = next(chart for chart in counted.home.charts if chart.heading == "Genes on most figures")
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
    chart = next(chart for chart in counted.home.charts if chart.heading == "Families on most figures")
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
