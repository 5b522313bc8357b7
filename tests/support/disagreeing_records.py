"""Records that disagree: what one reads as a chemical another reads as a disease, and two papers have one DOI."""

from __future__ import annotations

from tests.support.records import CHEMICAL_COLUMNS, DISEASE_COLUMNS, front_matter, newer, table


def _record(figid: str, pmcid: str, *extra: str) -> str:
    return front_matter(newer(figid, *extra).replace("PMC100", pmcid))


def _rows(kind: str, word: str, name: str, alignment: str) -> str:
    columns = CHEMICAL_COLUMNS if kind == "chemicals" else DISEASE_COLUMNS
    return table(columns, (word, "mesh:D009538", word, name, alignment))


DISAGREEING_RECORDS = {
    "_figures/PMC11__a.md": _record("PMC11__a", "PMC11", "doi: 10.1000/twice", "year: 2019"),
    "_figures/PMC12__b.md": _record("PMC12__b", "PMC12", "doi: 10.1000/twice", "year: 2020"),
    "_figures/PMC13__c.md": _record("PMC13__c", "PMC13", "doi: 10.1000/once"),
    "_data/PMC11__a-chemicals.tsv": _rows("chemicals", "nicotine", "Nicotine", "chebi:18723"),
    "_data/PMC12__b-diseases.tsv": _rows("diseases", "smoking", "Nicotine", "doid:0050742"),
    "_data/PMC13__c-chemicals.tsv": _rows("chemicals", "nicotine", "Nicotine", "chebi:18723"),
    "_data/PMC13__c-diseases.tsv": _rows("diseases", "nicotine", "Nicotine", "doid:0050742"),
}
