"""Records of 2023: genes, chemicals and diseases are tables beside the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pfocr2rdf.errors import RecordError
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.cache import ROWS, Remembered
from pfocr2rdf.rdf.vocabulary import EVIDENCE_OF_SOURCE
from pfocr2rdf.records.common import build
from pfocr2rdf.records.model import FigureRecord, Mention
from pfocr2rdf.records.tables import Table, extra_columns, rows
from pfocr2rdf.records.values import NO_WORD, clean, some

NAME = "2023"
_GENE = ("organism_id", "organism_name", "word", "match", "ncbigene_symbol", "ncbigene_id", "source")
_GENE_COUNTS = ("organism_group", "count_direct", "count_synonym", "count_match")
_XREF = {"chemical": ("chebi", "name"), "disease": ("doid", "name")}
_made: dict[str, Remembered[tuple[str, ...], Mention]] = {name: Remembered(ROWS) for name in ("gene", "chemical", "disease")}


def recognises(_data: Mapping[str, Any]) -> bool:
    """Whether the record leaves its rows to side tables: it says nothing of them itself."""
    return True


def read(data: Mapping[str, Any], tables: Mapping[str, Table], where: str) -> FigureRecord:
    """The record with its tables; a table that is not there has no rows.

    Raises:
        RecordError: a table lacks a column, a row is ragged, or an identifier is none.
    """
    found: list[Mention] = []
    notes: list[str] = []
    for name, reader in (("genes", _genes), ("chemicals", _chemicals), ("diseases", _diseases)):
        if table := tables.get(name):
            found.extend(reader(table))
            notes += [f"{table.name}: the column {column!r} is not known and was passed over" for column in _extra(name, table)]
    return build(data, NAME, where, "automl_pathway", tuple(found), tuple(notes))


def _extra(name: str, table: Table) -> tuple[str, ...]:
    known = _GENE + _GENE_COUNTS if name == "genes" else ("word", "mesh", "match", "name", "chebi", "doid")
    return extra_columns(table, known)


def _checked(make: Any, value: str, column: str, table: Table, line: int) -> str:
    """The value, once an IRI can be made of it."""
    try:
        make(value, column)
    except RecordError as error:
        error.line = line
        raise error.at(table.name) from None
    return value


def _texts(values: tuple[str, ...], columns: tuple[str, ...], table: Table, line: int) -> list[str]:
    try:
        for column, value in zip(columns, values, strict=True):
            clean(value, column)
    except RecordError as error:
        error.line = line
        raise error.at(table.name) from None
    return [some(value) for value in values]


def _mentions(kind: str, columns: tuple[str, ...], table: Table, make: Callable[[tuple[str, ...], Table, int], Mention]) -> list[Mention]:
    """What the rows of a table say. Most rows were met before: those are looked up all at once."""
    made = _made[kind]
    lines, values = rows(table, columns)
    mentions = []
    for index, mention in enumerate(map(made.get, values)):
        if mention is None:
            row = values[index]
            mention = made.recall(row) or made.keep(row, make(row, table, lines[index]))
        mentions.append(mention)
    return mentions


def _genes(table: Table) -> list[Mention]:
    return _mentions("gene", _GENE, table, _gene)


def _gene(values: tuple[str, ...], table: Table, line: int) -> Mention:
    taxon, organism, _, match, symbol, identifier, source = _texts(values, _GENE, table, line)
    word = values[2]
    if identifier:
        _checked(iris.gene, identifier, "ncbigene_id", table, line)
    if taxon:
        _checked(iris.taxon, taxon, "organism_id", table, line)
    return Mention(
        kind="gene",
        word="" if word in NO_WORD else word,
        match=match,
        lexicon_source=source,
        target=f"ncbigene:{identifier}" if identifier else "",
        label=symbol,
        taxon=taxon,
        organism=organism,
        family=match if EVIDENCE_OF_SOURCE.get(source) == "pfocr:viaFamily" else "",
    )


def _chemicals(table: Table) -> list[Mention]:
    return _recognised("chemical", table, iris.chebi)


def _diseases(table: Table) -> list[Mention]:
    return _recognised("disease", table, iris.doid)


def _recognised(kind: str, table: Table, check: Any) -> list[Mention]:
    xref_column, name_column = _XREF[kind]
    columns = ("word", "mesh", "match", name_column, xref_column)

    def make(values: tuple[str, ...], table: Table, line: int) -> Mention:
        _, mesh, match, name, xref = _texts(values, columns, table, line)
        mesh, xref = mesh.removeprefix("mesh:"), xref.removeprefix(f"{xref_column}:")
        if mesh:
            _checked(iris.mesh, mesh, "mesh", table, line)
        if xref:
            _checked(check, xref, xref_column, table, line)
        return _mention(kind, values[0], mesh, match, name, f"{xref_column}:{xref}" if xref else "")

    return _mentions(kind, columns, table, make)


def _mention(kind: str, word: str, mesh: str, match: str, name: str, xref: str) -> Mention:
    label = match or name
    return Mention(
        kind=kind,
        word="" if word in NO_WORD else word,
        match=match,
        target=f"mesh:{mesh}" if mesh else xref,
        label=label,
        xref=xref if mesh else "",
        alt_label=name if name.casefold() != label.casefold() else "",
    )
