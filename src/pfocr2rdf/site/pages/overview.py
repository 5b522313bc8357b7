"""The numbers of the home page."""

from __future__ import annotations

from typing import NamedTuple

from pfocr2rdf.rdf.vocabulary import PREFIXES, expand_curie
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.urls import ENTITY_TYPES

_MAX_BARS = 15
_BINS = ((1, 5), (6, 10), (11, 20), (21, 50), (51, 100), (101, 200), (201, 0))
_PREFIX_HEADER = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("pfocr", "dcterms", "oa", "xsd"))
_COUNT_QUERY = "SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a <{cls}> }}"

_YEARS_QUERY = """
SELECT ?year (COUNT(DISTINCT ?figure) AS ?n) { ?figure pfocr:citedIn/dcterms:issued ?year } GROUP BY ?year ORDER BY ?year"""

_GENES_QUERY = """
SELECT ?thing (COUNT(DISTINCT ?figure) AS ?n) { ?figure pfocr:mentions ?thing FILTER (STRSTARTS(STR(?thing), "%s")) }
GROUP BY ?thing ORDER BY DESC(?n) ?thing LIMIT %d"""

_FAMILIES_QUERY = """
SELECT ?thing (COUNT(DISTINCT ?figure) AS ?n) { ?figure pfocr:mentionsFamily ?thing } GROUP BY ?thing ORDER BY DESC(?n) ?thing LIMIT %d"""

_MENTIONS_QUERY = "SELECT ?each (COUNT(*) AS ?n) { { SELECT ?f (COUNT(*) AS ?each) { ?m oa:hasTarget ?f } GROUP BY ?f } } GROUP BY ?each"


class Bar(NamedTuple):
    """A bar of a plot: what it is of, where its name leads, its number, and its length, from 0 to 100."""

    label: str
    url: str
    number: int
    length: int


class Overview(NamedTuple):
    """How much there is of what.

    Attributes:
        counts: how many things there are of each kind, by the name of its folder.
        plots: the plots, each with a heading.
        example: the page of a thing to begin with, or ``""``.
    """

    counts: dict[str, int]
    plots: tuple[tuple[str, tuple[Bar, ...]], ...]
    example: str


def compute_overview(reader: DatasetReader) -> Overview:
    """Count. It takes some seconds for a hundred thousand figures."""
    counts = {kind.folder: int(reader.query_rows(_COUNT_QUERY.format(cls=expand_curie(kind.cls)))[0]["n"]) for kind in ENTITY_TYPES}
    years = [
        (row["year"], f"browse/figures/{row['year']}/index.html", int(row["n"])) for row in reader.query_rows(_PREFIX_HEADER + _YEARS_QUERY)
    ]
    genes = reader.query_rows(_PREFIX_HEADER + _GENES_QUERY % (PREFIXES["ncbigene"], _MAX_BARS))
    families = reader.query_rows(_PREFIX_HEADER + _FAMILIES_QUERY % _MAX_BARS)
    plots = (
        ("Figures per year", _bars(years)),
        ("Genes on most figures", _bars(_ranking_rows(reader, genes, "gene"))),
        ("Families on most figures", _bars(_ranking_rows(reader, families, "family"))),
        (
            "Mentions per figure",
            _bars(_histogram_rows({int(row["each"]): int(row["n"]) for row in reader.query_rows(_PREFIX_HEADER + _MENTIONS_QUERY)})),
        ),
    )
    first = next((bar.url for heading, bars in plots if heading.startswith("Genes") for bar in bars), "")
    return Overview(counts, tuple(plot for plot in plots if plot[1]), "" if ":" in first else first)


def _ranking_rows(reader: DatasetReader, rows: list[dict[str, str]], type_name: str) -> list[tuple[str, str, int]]:
    return [(reader.display_name(f"<{row['thing']}>"), reader.page_url(f"<{row['thing']}>", type_name), int(row["n"])) for row in rows]


def _histogram_rows(sizes: dict[int, int]) -> list[tuple[str, str, int]]:
    """How many figures have so many mentions, in classes of sizes that grow."""
    found = []
    for low, high in _BINS:
        number = sum(count for size, count in sizes.items() if low <= size and (not high or size <= high))
        found.append((f"{low} to {high}" if high else f"more than {low - 1}", "", number))
    return found if sizes else []


def _bars(rows: list[tuple[str, str, int]]) -> tuple[Bar, ...]:
    most = max((number for *_, number in rows), default=0)
    return tuple(Bar(label, url, number, round(100 * number / most)) for label, url, number in rows) if most else ()
