"""The statistics on the home page, by SPARQL; ``pfocr2rdf stats`` counts the same, as statements stream by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from pfocr2rdf.rdf.vocabulary import PREFIXES, expand_curie
from pfocr2rdf.site.pages.cards import figure_card
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.listing import newest_first_key, year_group
from pfocr2rdf.site.pages.urls import ENTITY_TYPES
from pfocr2rdf.site.pages.view_models import BarChart, CardStrip, Link, make_bars

_YEAR_TYPE = NamedNode(expand_curie("xsd:gYear"))
_MAX_BARS = 15
_MAX_CARDS = 6
_BINS = ((1, 5), (6, 10), (11, 20), (21, 50), (51, 100), (101, 200), (201, 0))
_PREFIX_HEADER = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("pfocr", "dcterms", "oa", "xsd"))
_COUNT_QUERY = "SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a <{cls}> }}"

_YEARS_QUERY = """
SELECT ?year (COUNT(DISTINCT ?figure) AS ?n) { ?figure pfocr:citedIn/dcterms:issued ?year } GROUP BY ?year ORDER BY ?year"""

_YEAR_QUERY = "SELECT DISTINCT ?figure {{ ?paper dcterms:issued {year} . ?figure pfocr:citedIn ?paper }}"

_SYMBOLS_QUERY = """
SELECT ?thing (COUNT(DISTINCT ?figure) AS ?n) {
  ?mention pfocr:evidence pfocr:viaSymbol ; oa:hasBody ?thing ; oa:hasTarget ?figure FILTER (STRSTARTS(STR(?thing), "%s"))
} GROUP BY ?thing ORDER BY DESC(?n) ?thing LIMIT %d"""

_GENES_QUERY = """
SELECT ?thing (COUNT(DISTINCT ?figure) AS ?n) { ?figure pfocr:mentions ?thing FILTER (STRSTARTS(STR(?thing), "%s")) }
GROUP BY ?thing ORDER BY DESC(?n) ?thing LIMIT %d"""

_FAMILIES_QUERY = """
SELECT ?thing (COUNT(DISTINCT ?figure) AS ?n) { ?figure pfocr:mentionsFamily ?thing } GROUP BY ?thing ORDER BY DESC(?n) ?thing LIMIT %d"""

_MENTIONS_QUERY = "SELECT ?each (COUNT(*) AS ?n) { { SELECT ?f (COUNT(*) AS ?each) { ?m oa:hasTarget ?f } GROUP BY ?f } } GROUP BY ?each"

_Query = Callable[[str], list[dict[str, str]]]
QueryRows = Mapping[str, list[dict[str, str]]]
"""The rows of queries, by their texts."""


class MentionCounts(NamedTuple):
    """What the queries on mentions count."""

    figures_by_gene: Counter[str]  # the number of figures with the symbol of each entity, by its term
    figures_by_mentions: Counter[int]  # the number of figures by their number of mentions

    def query_rows(self) -> QueryRows:
        """The rows of the queries, which then need no mentions in the store."""
        genes = ((term[1:-1], count) for term, count in self.figures_by_gene.items() if term.startswith(f"<{PREFIXES['ncbigene']}"))
        ranking = sorted(genes, key=lambda item: (-item[1], item[0]))[:_MAX_BARS]
        return {
            _PREFIX_HEADER + _SYMBOLS_QUERY % (PREFIXES["ncbigene"], _MAX_BARS): [{"thing": iri, "n": str(n)} for iri, n in ranking],
            _PREFIX_HEADER + _MENTIONS_QUERY: [{"each": str(each), "n": str(n)} for each, n in self.figures_by_mentions.items()],
        }


class Overview(NamedTuple):
    """The statistics on the home page."""

    counts: dict[str, int]  # the number of resources of each entity type, by the name of its folder
    charts: tuple[BarChart, ...]
    strips: tuple[CardStrip, ...]  # the newest figures
    search_examples: tuple[str, ...]  # what people may search for: names of genes and of a family


def compute_overview(reader: DatasetReader, query_rows: _Query | None = None) -> Overview:
    """Query the dataset for its statistics, which takes some seconds for a hundred thousand figures.

    ``query_rows`` answers its queries instead of the reader, which then reads no more than the names and cards of what is shown.
    """
    read_rows = query_rows or reader.query_rows

    def query(text: str) -> list[dict[str, str]]:
        return read_rows(_PREFIX_HEADER + text)

    counts = {
        entity_type.folder: int(read_rows(_COUNT_QUERY.format(cls=expand_curie(entity_type.cls)))[0]["n"]) for entity_type in ENTITY_TYPES
    }
    years = [(row["year"], f"browse/figures/{year_group(row['year'])}/index.html", int(row["n"])) for row in query(_YEARS_QUERY)]
    genes, genes_by_any_evidence = (
        _ranking_rows(reader, query(text % (PREFIXES["ncbigene"], _MAX_BARS)), "gene") for text in (_SYMBOLS_QUERY, _GENES_QUERY)
    )
    families = _ranking_rows(reader, query(_FAMILIES_QUERY % _MAX_BARS), "family")
    mentions = _histogram_rows({int(row["each"]): int(row["n"]) for row in query(_MENTIONS_QUERY)})
    charts = (
        BarChart("Figures per year", make_bars(years)),
        BarChart(
            "Genes in the most figures",
            make_bars(genes),
            "by symbol",
            BarChart("Genes in the most figures, by any evidence", make_bars(genes_by_any_evidence), "by any evidence"),
        ),
        BarChart("Families in the most figures", make_bars(families)),
        BarChart("Mentions per figure", make_bars(mentions)),
    )
    search_examples = tuple(row[0] for row in (*genes[:2], *families[:1]))
    newest_years = [year for year, _, _ in years[::-1]]
    shown = (chart if chart.bars or not chart.other else chart.other for chart in charts)
    strips = tuple(_newest_figures(reader, newest_years, query))
    return Overview(counts, tuple(chart for chart in shown if chart.bars), strips, search_examples)


def _newest_figures(reader: DatasetReader, newest_years: list[str], query: _Query) -> Iterator[CardStrip]:
    """Figures of the newest years, as many as fit into a strip."""
    figures: list[str] = []
    for year in newest_years:
        rows = query(_YEAR_QUERY.format(year=Literal(year, datatype=_YEAR_TYPE)))
        figures += sorted((f"<{row['figure']}>" for row in rows), key=newest_first_key)
        if len(figures) >= _MAX_CARDS:
            break
    if figures:
        yield CardStrip("Newest figures", tuple(figure_card(reader, figure) for figure in figures[:_MAX_CARDS]))


def _ranking_rows(reader: DatasetReader, rows: list[dict[str, str]], type_name: str) -> list[tuple[str, str, int]]:
    """The name, the URL and the number of each entity; entities with the same number are sorted by name."""
    numbers = {f"<{row['thing']}>": int(row["n"]) for row in rows}
    links = [(Link(reader.display_name(thing), reader.page_url(thing, type_name)), number) for thing, number in numbers.items()]
    ranking = [(link.text, link.url if link.is_linkable else "", number) for link, number in links]
    return sorted(ranking, key=lambda entry: (-entry[2], entry[0]))


def _histogram_rows(figure_counts: dict[int, int]) -> list[tuple[str, str, int]]:
    """The number of figures by their number of mentions, in bins that grow."""
    rows = []
    for low, high in _BINS:
        total = sum(count for mentions, count in figure_counts.items() if low <= mentions and (not high or mentions <= high))
        rows.append((f"{low} to {high}" if high else f"more than {low - 1}", "", total))
    return rows if figure_counts else []
