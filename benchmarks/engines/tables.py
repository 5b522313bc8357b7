"""The core of a corpus as flat tables, in CSV and JSON: what an engine is given instead of the records.

It is given more than a user would have: the YAML is read, words for "no value" are gone, the hashes in the IRIs of mentions are
made, repeats are dropped, and where records disagree about a gene or a paper, the value that the export keeps is chosen already.

    python -m benchmarks.engines.tables CORPUS FOLDER
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from pfocr2rdf.rdf import iris
from pfocr2rdf.records.model import FigureRecord, Mention
from pfocr2rdf.records.reader import SCHEMA_RANK, read_records

COLUMNS = {
    "figures": ("figid", "title", "pmcid"),
    "aliases": ("figid", "alias"),
    "mentions": ("mention", "figid", "gene", "word"),
    "genes": ("gene", "label"),
    "members": ("gene", "family"),
    "papers": ("pmcid", "title", "year"),
}
"""The tables and their columns: text to be put into an IRI, or to be kept as it is."""

Row = tuple[str, ...]


class Core(NamedTuple):
    """The rows of each table, by what makes them different."""

    figures: dict[str, Row]
    aliases: dict[Row, Row]
    mentions: dict[str, Row]
    genes: dict[str, Row]
    members: dict[Row, Row]
    papers: dict[str, Row]


class Preferred:
    """One value of each property of a thing: that of the newest generation, and of these the first in code point order."""

    def __init__(self) -> None:
        self._chosen: dict[tuple[str, str], tuple[int, str]] = {}

    def add(self, thing: str, name: str, value: str, generation: str) -> None:
        """Add what a record of this generation says."""
        if value:
            offered = (-SCHEMA_RANK[generation], value)
            self._chosen[thing, name] = min(offered, self._chosen.get((thing, name), offered))

    def get(self, thing: str, name: str) -> str:
        """The value to keep, or ``""``."""
        return self._chosen.get((thing, name), (0, ""))[1]


def core_of(records: Iterable[FigureRecord]) -> Core:
    """The tables of these records, of which no two have one figid."""
    core, papers, labels = Core({}, {}, {}, {}, {}, {}), Preferred(), Preferred()
    for record in records:
        paper = record.paper
        core.figures[record.figid] = (record.figid, record.title, paper.pmcid)
        for alias in record.figid_aliases:
            if alias != record.figid:
                core.aliases[record.figid, alias] = (record.figid, alias)
        if paper.pmcid:
            core.papers[paper.pmcid] = ()
            papers.add(paper.pmcid, "title", paper.title, record.schema_version)
            papers.add(paper.pmcid, "year", paper.year, record.schema_version)
        for row in dict.fromkeys(record.mentions):
            if row.entity.startswith("ncbigene:"):
                add_gene(core, record.figid, row)
                labels.add(row.entity[9:], "label", row.label, record.schema_version)
    for pmcid in core.papers:
        core.papers[pmcid] = (pmcid, papers.get(pmcid, "title"), papers.get(pmcid, "year"))
    for gene in core.genes:
        core.genes[gene] = (gene, labels.get(gene, "label"))
    return core


def add_gene(core: Core, figid: str, row: Mention) -> None:
    """Add a row in which a gene was recognised; the gene's label comes at the end."""
    gene = row.entity[9:]
    key = iris.mention_key("gene", row.word, row.match, row.lexicon_source, iris.gene_iri(gene))
    [name] = iris.mention_names(figid, [key])
    core.mentions[name] = (name, figid, gene, row.word)
    core.genes[gene] = ()
    if row.family:
        core.members[gene, row.family] = (gene, row.family)


def write_tables(corpus: Path, folder: Path) -> Core:
    """Write each table to the folder as ``NAME.csv`` and ``NAME.json``; what they hold."""
    core = core_of(read_records(corpus))
    for name, rows in each_table(core):
        columns = COLUMNS[name]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows((columns, *rows))
        objects = [{column: value for column, value in zip(columns, row, strict=True) if value} for row in rows]
        (folder / f"{name}.json").write_text(json.dumps(objects, ensure_ascii=False), encoding="utf-8")
    return core


def each_table(core: Core) -> Iterator[tuple[str, list[Row]]]:
    """Name and rows of each table, in the order of ``COLUMNS``."""
    for name, rows in core._asdict().items():
        yield name, list(rows.values())


if __name__ == "__main__":
    write_tables(Path(sys.argv[1]), Path(sys.argv[2]))
