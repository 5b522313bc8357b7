"""The rows of the real records, read without our code."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import yaml
from tests.support.records import shared_data

FOLDERS = ("seed", "corpus-gen1", "real-gen2/_figures")
SOURCES = ("seed", "corpus-gen1", "real-gen2")
_NO_VALUE = ("", "NA", ".na.character", None)


class GeneRow(NamedTuple):
    """A gene row with a gene; the symbol is ``""`` for none."""

    figid: str
    organism: str
    gene: str
    symbol: str
    source: str


@cache
def real_records() -> list[dict[str, Any]]:
    """The records; a table of a record is in it under its name."""
    return list(_iter_records())


def _iter_records() -> Iterator[dict[str, Any]]:
    for folder in FOLDERS:
        for path in sorted(shared_data(folder).glob("*.md")):
            record = yaml.load(path.read_text(encoding="utf-8").split("\n---")[0], yaml.CBaseLoader)
            for kind in ("genes", "chemicals", "diseases"):
                table = path.parents[1] / "_data" / f"{record['figid']}-{kind}.tsv"
                if table.is_file():
                    with table.open(encoding="utf-8", newline="") as file:
                        record[kind] = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
            yield record


@cache
def gene_rows() -> list[GeneRow]:
    """All gene rows."""
    rows = [
        GeneRow(
            record["figid"],
            row.get("organism_name", "Homo sapiens"),
            row.get("entrez", row.get("ncbigene_id")),
            row.get("hgnc_symbol", row.get("ncbigene_symbol")),
            row["source"],
        )
        for record in real_records()
        for row in record.get("genes", ())
    ]
    return [row._replace(symbol="" if row.symbol in _NO_VALUE else row.symbol) for row in rows if row.gene not in _NO_VALUE]


def identifiers(row: dict[str, str]) -> dict[str, str]:
    """The identifiers of a chemical or disease row, by ``mesh``, ``chebi`` and ``doid``, without their prefixes."""
    cells = {"mesh": row.get("mesh", row.get("identifier")), "chebi": row.get("chebi"), "doid": row.get("doid")}
    return {name: cell.partition(":")[2] or cell for name, cell in cells.items() if cell and cell not in _NO_VALUE}
