"""The statistics on the home page, which are queried, are those of ``pfocr2rdf stats``, which are counted from the same export."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode
from tests.support.records import ROOT

from pfocr2rdf import export, load, stats
from pfocr2rdf.analysis.stats.model import GraphStats, RankedEntity
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.overview import Overview, compute_overview
from pfocr2rdf.site.pages.view_models import Bar
from pfocr2rdf.stores.embedded import EmbeddedStore
from pfocr2rdf.stores.querying.examples import find_example

ALL_ROWS = 10_000


@pytest.fixture(scope="module")
def counted_and_queried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[GraphStats, Overview]]:
    folder = tmp_path_factory.mktemp("overview")
    export([ROOT / "examples"], folder / "export", formats=["ntriples"])
    load(folder / "export", folder / "store")
    with closing(EmbeddedStore(folder / "store")) as store:
        yield stats(folder / "export", top=ALL_ROWS), compute_overview(DatasetReader(store))


def bars_of(overview: Overview, heading: str) -> tuple[Bar, ...]:
    return next(chart.bars for chart in overview.charts if chart.heading == heading)


def assert_ranked_alike(bars: tuple[Bar, ...], ranking: list[RankedEntity]) -> None:
    """The same numbers in the same order; of the entities with the smallest number, others may be left out at the end."""
    assert list(bars) == sorted(bars, key=lambda bar: (-bar.number, bar.label))
    assert [bar.number for bar in bars] == [entity.total for entity in ranking[: len(bars)]]
    assert Counter((bar.label, bar.number) for bar in bars) <= Counter((entity.label, entity.total) for entity in ranking)


def test_there_are_as_many_resources(counted_and_queried: tuple[GraphStats, Overview]) -> None:
    stats, queried = counted_and_queried
    assert queried.counts == {folder: getattr(stats, folder) for folder in queried.counts}
    assert min(queried.counts.values()) > 0


def test_there_are_as_many_figures_of_each_year(counted_and_queried: tuple[GraphStats, Overview]) -> None:
    stats, queried = counted_and_queried
    assert {int(bar.label): bar.number for bar in bars_of(queried, "Figures per year")} == stats.figures_by_year


def test_the_same_genes_and_families_are_on_most_figures(counted_and_queried: tuple[GraphStats, Overview]) -> None:
    stats, queried = counted_and_queried
    genes = next(chart for chart in queried.charts if chart.heading == "Genes in the most figures")
    assert genes.other is not None
    assert (genes.part_label, genes.other.part_label) == ("by symbol", "by any evidence")
    assert_ranked_alike(genes.bars, stats.top_genes)
    assert_ranked_alike(genes.other.bars, stats.top_genes_by_any_evidence)
    assert stats.top_genes != stats.top_genes_by_any_evidence
    assert_ranked_alike(bars_of(queried, "Families in the most figures"), stats.top_families)


def test_as_many_figures_have_so_many_mentions(counted_and_queried: tuple[GraphStats, Overview]) -> None:
    stats, queried = counted_and_queried
    bars = bars_of(queried, "Mentions per figure")
    limits = [int(bar.label.split()[-1]) for bar in bars[:-1]]
    bins = Counter(sum(mentions > limit for limit in limits) for mentions in Counter(stats.mentions_per_figure).elements() if mentions)
    assert [bar.number for bar in bars] == [bins[number] for number in range(len(bars))]
    assert sum(bins.values()) == stats.figures - stats.mentions_per_figure.get(0, 0)


def test_the_example_query_counts_the_same_genes(tmp_path: Path) -> None:
    """A reader of the home page, of the statistics and of the example sees one number for one question."""
    export([ROOT / "examples"], tmp_path / "export", formats=["ntriples"])
    load(tmp_path / "export", tmp_path / "store")
    example = find_example("top-genes")
    assert example is not None
    with closing(EmbeddedStore(tmp_path / "store")) as store:
        rows = [(row["symbol"], int(row["figures"])) for row in DatasetReader(store).query_rows(example.query)]
    ranking = [(entity.label, entity.total) for entity in stats(tmp_path / "export", top=ALL_ROWS).top_genes]
    assert len(rows) == 20
    assert set(rows) <= set(ranking)
    assert [number for _, number in rows] == [number for _, number in ranking[:20]]


def overview_of_changed(pattern: str, replacement: str, folder: Path) -> Overview:
    """The overview of the examples with other RDF terms, as any RDF file may have them."""
    export([ROOT / "examples"], folder / "export", formats=["ntriples"])
    statements = (folder / "export" / "figures.nt").read_text(encoding="utf-8")
    (folder / "changed.nt").write_text(re.sub(pattern, lambda _: replacement, statements), encoding="utf-8")
    load(folder / "changed.nt", folder / "store")
    with closing(EmbeddedStore(folder / "store")) as store:
        return compute_overview(DatasetReader(store))


@pytest.mark.parametrize(
    ("year", "group"),
    [
        ('20"', "undated"),
        ("2021\n", "2021"),
        ("2021Z", "2021"),
        ('2021"^^xsd:gYear . ?paper ?p ?o } #', "2021"),
        ("\\", "undated"),
        ("{year}", "undated"),
        ("../..", "undated"),
    ],
)
def test_a_year_is_a_value_of_a_query_and_its_bar_leads_to_the_list_that_has_its_figures(year: str, group: str, tmp_path: Path) -> None:
    literal = Literal(year, datatype=NamedNode("http://www.w3.org/2001/XMLSchema#gYear"))
    overview = overview_of_changed(r'"\d{4}"\^\^<[^>]*gYear>', str(literal), tmp_path)
    assert [(bar.label, bar.url) for bar in bars_of(overview, "Figures per year")] == [(year, f"browse/figures/{group}/index.html")]
    assert overview.strips[0].cards


def test_charts_link_to_no_other_scheme_than_those_of_the_web(tmp_path: Path) -> None:
    overview = overview_of_changed(r"(?<=mentionsFamily> )<[^>]*>", "<data:text/html,x>", tmp_path)
    assert [bar.url for bar in bars_of(overview, "Families in the most figures")] == [""]
