"""Reading for the plain pipeline: a record of either generation as a dict of texts, and its rows as one kind of tuple."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

NOTHING = frozenset(("", "NA", ".na.character", "~", "null"))
GENE = "https://identifiers.org/ncbigene/"
MESH = "http://id.nlm.nih.gov/mesh/"
CHEBI = "https://identifiers.org/chebi/CHEBI:"
DOID = "http://purl.obolibrary.org/obo/DOID_"
FAMILY_SOURCES = frozenset(("bioentities_symbol", "famplex_relations"))
TERMS = (("chemical", "chemicals", "chebi", CHEBI), ("disease", "diseases", "doid", DOID))


class TextLoader(yaml.SafeLoader):
    """PyYAML's loader in pure Python, told to leave every scalar the text that it is."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - it replaces the table of its superclass


class QuickTextLoader(yaml.CSafeLoader):
    """The same with the parser in C, where nothing is measured."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - the same


Loader = type[TextLoader] | type[QuickTextLoader]


class Row(NamedTuple):
    """One row of a record; ``target`` and ``xref`` are IRIs, and ``""`` means that the record says nothing."""

    kind: str
    word: str
    match: str = ""
    source: str = ""
    target: str = ""
    identifier: str = ""
    label: str = ""
    other_label: str = ""
    xref: str = ""
    taxon: str = ""
    organism: str = ""

    @property
    def family(self) -> str:
        """The family that the word names, where that is how the gene was reached."""
        return self.match if self.source in FAMILY_SOURCES else ""


def said(value: object) -> str:
    """The text of a value, or ``""`` where it is one of the ways to say nothing."""
    text = value.strip() if isinstance(value, str) else ""
    return "" if text in NOTHING else text


def several(value: object, separator: str) -> list[str]:
    """The texts of a list, or of one text with separators, without those that say nothing."""
    parts = value.split(separator) if isinstance(value, str) else value if isinstance(value, list) else []
    return [text for part in parts if (text := said(part))]


def read_record(path: Path, loader: Loader = TextLoader) -> dict[str, Any]:
    """The front matter of a record; all scalars are text."""
    with path.open(encoding="utf-8") as file:
        record = next(iter(yaml.load_all(file, Loader=loader)))
    if not isinstance(record, dict):
        raise ValueError(f"{path}: the record is no mapping")
    return record


def read_rows(record: dict[str, Any], path: Path) -> list[Row]:
    """The rows of a record: from its own lists, or else from the tables beside it."""
    if any(name in record for name in ("genes", "chemicals", "diseases")):
        return [*inline_genes(record), *inline_terms(record)]
    return [*table_genes(record, path), *table_terms(record, path)]


def items(record: dict[str, Any], name: str) -> list[dict[str, str]]:
    """The mappings of a list; none where the record writes ``NA`` or nothing in its place."""
    value = record.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def as_word(value: str) -> str:
    """A word letter for letter, blanks included; only R's ways of saying nothing are none."""
    return "" if value in ("", "NA", ".na.character") else value


def inline_genes(record: dict[str, Any]) -> Iterator[Row]:
    """Genes of 2021: ``symbol`` is what the word was matched with, and all are human."""
    for row in items(record, "genes"):
        entrez, match = said(row["entrez"]), said(row["symbol"])
        yield Row(
            "gene",
            as_word(row["word"]),
            match,
            said(row["source"]),
            GENE + entrez if entrez else "",
            entrez,
            said(row["hgnc_symbol"]),
            taxon="9606",
            organism="Homo sapiens",
        )


def inline_terms(record: dict[str, Any]) -> Iterator[Row]:
    """Chemicals and diseases of 2021: a word and a MeSH id, or no id."""
    for kind, name, _, _ in TERMS:
        for row in items(record, name):
            source, (scheme, _, number) = said(row["source"]), said(row["identifier"]).rpartition(":")
            mesh = number if (scheme or source).upper() == "MESH" else ""
            yield Row(kind, as_word(row["word"]), "", source, MESH + mesh if mesh else "", mesh)


def table(record: dict[str, Any], path: Path, name: str) -> list[dict[str, str]]:
    """The rows of a side table; none where there is no such table."""
    file = path.parent.parent / "_data" / f"{record['figid']}-{name}.tsv"
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def table_genes(record: dict[str, Any], path: Path) -> Iterator[Row]:
    """Genes of 2023."""
    for row in table(record, path, "genes"):
        number = said(row["ncbigene_id"])
        yield Row(
            "gene",
            as_word(row["word"]),
            said(row["match"]),
            said(row["source"]),
            GENE + number if number else "",
            number,
            said(row["ncbigene_symbol"]),
            taxon=said(row["organism_id"]),
            organism=said(row["organism_name"]),
        )


def table_terms(record: dict[str, Any], path: Path) -> Iterator[Row]:
    """Chemicals and diseases of 2023: known by MeSH, and by a second vocabulary beside it or instead of it."""
    for kind, name, column, base in TERMS:
        for row in table(record, path, name):
            mesh, number = said(row["mesh"]).removeprefix("mesh:"), said(row[column]).removeprefix(f"{column}:")
            match, second = said(row["match"]), said(row["name"])
            other = base + number if number else ""
            identifier = f"{column.upper()}:{number}" if number else ""
            label = match or second
            yield Row(
                kind,
                as_word(row["word"]),
                match,
                target=MESH + mesh if mesh else other,
                identifier=mesh or identifier,
                label=label,
                other_label=second if second.casefold() != label.casefold() else "",
                xref=other if mesh else "",
            )
