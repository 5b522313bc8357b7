"""The record schema of 2023: genes, chemicals and diseases are tables beside the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pfocr2rdf.errors import RecordError
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.cache import ROW_CACHE_ENTRIES, LruCache
from pfocr2rdf.rdf.vocabulary import EVIDENCE_BY_SOURCE
from pfocr2rdf.records.common import RecordSchema, build_record
from pfocr2rdf.records.model import FigureRecord, Mention
from pfocr2rdf.records.tables import SideTable, read_rows, unknown_columns
from pfocr2rdf.records.values import NA_WORDS, na_to_empty, reject_control_chars

_GENE_COLUMNS = ("organism_id", "organism_name", "word", "match", "ncbigene_symbol", "ncbigene_id", "source")
_GENE_COUNT_COLUMNS = ("organism_group", "count_direct", "count_synonym", "count_match")
_XREF_COLUMNS = {"chemical": ("chebi", "name"), "disease": ("doid", "name")}
_mention_caches: dict[str, LruCache[tuple[str, ...], Mention]] = {
    name: LruCache(ROW_CACHE_ENTRIES) for name in ("gene", "chemical", "disease")
}


def _matches(_data: Mapping[str, Any]) -> bool:
    return True  # a record without lists of its own leaves its rows to side tables


def _parse(data: Mapping[str, Any], tables: Mapping[str, SideTable], source: str) -> FigureRecord:
    """The record with its tables; a table that is not there has no rows."""
    mentions: list[Mention] = []
    notes: list[str] = []
    for name, reader in (("genes", _gene_mentions), ("chemicals", _chemical_mentions), ("diseases", _disease_mentions)):
        if table := tables.get(name):
            mentions.extend(reader(table))
            notes += [f"{table.name}: the column {column!r} is not known and was passed over" for column in _unknown_columns(name, table)]
    return build_record(data, SCHEMA.version, source, "automl_pathway", tuple(mentions), tuple(notes))


def _unknown_columns(name: str, table: SideTable) -> tuple[str, ...]:
    columns = _GENE_COLUMNS + _GENE_COUNT_COLUMNS if name == "genes" else ("word", "mesh", "match", "name", "chebi", "doid")
    return unknown_columns(table, columns)


def _check_identifier(make: Any, value: str, column: str, table: SideTable, line: int) -> str:
    """The value, once an IRI can be made of it."""
    try:
        make(value, column)
    except RecordError as error:
        error.line = line
        raise error.with_source(table.name) from None
    return value


def _row_values(values: tuple[str, ...], columns: tuple[str, ...], table: SideTable, line: int) -> list[str]:
    try:
        for column, value in zip(columns, values, strict=True):
            reject_control_chars(value, column)
    except RecordError as error:
        error.line = line
        raise error.with_source(table.name) from None
    return [na_to_empty(value) for value in values]


def _mentions(
    entity_type: str, columns: tuple[str, ...], table: SideTable, make: Callable[[tuple[str, ...], SideTable, int], Mention]
) -> list[Mention]:
    """The mentions of a table, memoised by row: most rows repeat, and are looked up all at once."""
    cache = _mention_caches[entity_type]
    lines, values = read_rows(table, columns)
    mentions = []
    for index, mention in enumerate(map(cache.get, values)):
        if mention is None:
            row = values[index]
            mention = cache.lookup(row) or cache.put(row, make(row, table, lines[index]))
        mentions.append(mention)
    return mentions


def _gene_mentions(table: SideTable) -> list[Mention]:
    return _mentions("gene", _GENE_COLUMNS, table, _gene_mention)


def _gene_mention(values: tuple[str, ...], table: SideTable, line: int) -> Mention:
    taxon, organism, _, match, symbol, identifier, source = _row_values(values, _GENE_COLUMNS, table, line)
    word = values[2]
    if identifier:
        _check_identifier(iris.gene_iri, identifier, "ncbigene_id", table, line)
    if taxon:
        _check_identifier(iris.taxon_iri, taxon, "organism_id", table, line)
    return Mention(
        entity_type="gene",
        word="" if word in NA_WORDS else word,
        match=match,
        lexicon_source=source,
        target=f"ncbigene:{identifier}" if identifier else "",
        label=symbol,
        taxon=taxon,
        organism=organism,
        family=match if EVIDENCE_BY_SOURCE.get(source) == "pfocr:viaFamily" else "",
    )


def _chemical_mentions(table: SideTable) -> list[Mention]:
    return _ner_mentions("chemical", table, iris.chebi_iri)


def _disease_mentions(table: SideTable) -> list[Mention]:
    return _ner_mentions("disease", table, iris.doid_iri)


def _ner_mentions(entity_type: str, table: SideTable, check: Any) -> list[Mention]:
    xref_column, name_column = _XREF_COLUMNS[entity_type]
    columns = ("word", "mesh", "match", name_column, xref_column)

    def make(values: tuple[str, ...], table: SideTable, line: int) -> Mention:
        _, mesh, match, name, xref = _row_values(values, columns, table, line)
        mesh, xref = mesh.removeprefix("mesh:"), xref.removeprefix(f"{xref_column}:")
        if mesh:
            _check_identifier(iris.mesh_iri, mesh, "mesh", table, line)
        if xref:
            _check_identifier(check, xref, xref_column, table, line)
        return _ner_mention(entity_type, values[0], mesh, match, name, f"{xref_column}:{xref}" if xref else "")

    return _mentions(entity_type, columns, table, make)


def _ner_mention(entity_type: str, word: str, mesh: str, match: str, name: str, xref: str) -> Mention:
    label = match or name
    return Mention(
        entity_type=entity_type,
        word="" if word in NA_WORDS else word,
        match=match,
        target=f"mesh:{mesh}" if mesh else xref,
        label=label,
        xref=xref if mesh else "",
        alt_label=name if name.casefold() != label.casefold() else "",
    )


SCHEMA = RecordSchema("2023", _matches, _parse)
