"""Entries of a search index, and the index as files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pfocr2rdf.site.search.index import IndexSize, SearchEntry, SearchIndexWriter

STAT3 = SearchEntry("genes/6774.html", "gene", "STAT3", "gene of Homo sapiens, 214 figures", ("APRF", "(STAT3", "6774", "STAT"), 214)

STAT1 = SearchEntry("genes/6772.html", "gene", "STAT1", "gene of Homo sapiens, 90 figures", ("6772", "STAT"), 90)

FAMILY = SearchEntry("families/STAT.html", "family", "STAT", "7 genes", (), 300)

IL6 = SearchEntry("genes/3569.html", "gene", "IL6", "gene of Homo sapiens", ("IL-6", "interleukin 6"), 100)

NFKB = SearchEntry("families/NFKB.html", "family", "NFKB", "5 genes", ("NF-κB",), 50)

ACID = SearchEntry("chemicals/D005227.html", "chemical", "Fatty Acids", "", ("fatty acid",), 3)

FEW = SearchEntry(
    "figures/PMC1__F1.html", "figure", "Signalling by STAT3", "Figure 1, 2020", ("→Akt", "p38", "TNFα", "12-HETE", "HỌXA2"), 5
)

MANY = SearchEntry(
    "figures/PMC2__F1.html", "figure", "Fatty and other acids", "Figure 1, 2021", ("STAT3", "p38/MAPK", "IL-6↑", "[Ca²*]i", "→"), 9
)

PAPER = SearchEntry("papers/PMC1.html", "paper", "How STAT3 and STAT1 meet NF-kB", "2020", ("PMC1",), 1)

ALL = (STAT3, STAT1, FAMILY, IL6, NFKB, ACID, FEW, MANY, PAPER)


def write(folder: Path, entries: Iterable[SearchEntry]) -> IndexSize:
    with SearchIndexWriter(folder) as index:
        for entry in entries:
            index.add(entry)
        return index.write()


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def urls_of(*entries: SearchEntry) -> list[str]:
    return [entry.url for entry in entries]
