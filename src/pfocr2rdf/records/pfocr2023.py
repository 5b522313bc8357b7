"""The record schema of 2023: genes, chemicals and diseases are tables next to the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from pfocr2rdf.errors import RecordError
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.cache import ROW_CACHE_ENTRIES, LruCache, create_row_cache
from pfocr2rdf.rdf.vocabulary import EVIDENCE_BY_SOURCE
from pfocr2rdf.records.common import RecordSchema, build_record
from pfocr2rdf.records.fields import UNEXPORTED_COLUMNS, RecordFields
from pfocr2rdf.records.identifiers import extract_chebi_id, extract_doid, extract_gene_id, extract_mesh_id, extract_taxon
from pfocr2rdf.records.model import FigureRecord, Mention
from pfocr2rdf.records.tables import SideTable, describe_columns, read_rows
from pfocr2rdf.records.values import NA_WORDS, na_to_empty, reject_control_chars

_GENE_COLUMNS = ("organism_id", "organism_name", "word", "match", "ncbigene_symbol", "ncbigene_id", "source")
_NER_COLUMNS = ("word", "mesh", "match", "name")
_MAX_CACHED_LINE_BYTES = 1_000
_XREFS = {
    "chemical": ("chebi", extract_chebi_id, iris.chebi_iri),
    "disease": ("doid", extract_doid, iris.doid_iri),
}
"""The scheme, which is also a column, its identifiers and its IRIs."""


def _matches(_data: Mapping[str, Any]) -> bool:
    return True  # a record without lists has its rows in side tables


def _parse(data: Mapping[str, Any], tables: Mapping[str, SideTable], source: str) -> FigureRecord:
    """The record with its tables; a table that is not there has no rows."""
    mentions: list[Mention] = []
    fields = RecordFields(data)
    for name, (columns, make) in _TABLES.items():
        if table := tables.get(name):
            mentions += _mentions(name, columns, table, make)
            fields.notes += describe_columns(table, columns, UNEXPORTED_COLUMNS)
    return build_record(fields, SCHEMA.version, source, "automl_pathway", tuple(mentions))


def _mentions(name: str, columns: tuple[str, ...], table: SideTable, make: Callable[[tuple[str, ...]], Mention]) -> list[Mention]:
    """The mentions of a table, memoised by row: most rows repeat, and are looked up all at once, by their text."""
    header, *lines = table.data.removesuffix(b"\n").split(b"\n")
    if b"\r" in table.data or len(header) > _MAX_CACHED_LINE_BYTES:  # lines may end elsewhere
        return _read_mentions(name, columns, table, make)
    by_line = _line_caches[name, header]
    mentions: list[Any] = list(map(by_line.get, lines))
    if lines and None not in mentions:
        return mentions
    new_lines = list(dict.fromkeys([line for line, mention in zip(lines, mentions, strict=True) if mention is None]))
    try:
        new_mentions = _read_mentions(name, columns, table._replace(data=b"\n".join([header, *new_lines])), make)
    except RecordError:
        new_mentions = []
    if not new_mentions or len(new_mentions) < len(new_lines):  # there is no row, a blank line, or an error, which is raised with its line
        return _read_mentions(name, columns, table, make)
    mention_by_line = dict(zip(new_lines, new_mentions, strict=True))
    for line, mention in mention_by_line.items():
        if len(line) <= _MAX_CACHED_LINE_BYTES:
            by_line.put(line, mention)
    return [mention or mention_by_line[line] for line, mention in zip(lines, mentions, strict=True)]


def _read_mentions(name: str, columns: tuple[str, ...], table: SideTable, make: Callable[[tuple[str, ...]], Mention]) -> list[Mention]:
    """The same, by the values of the rows."""
    cache = _mention_caches[name]
    lines, rows = read_rows(table, columns)
    mentions = []
    for index, mention in enumerate(map(cache.get, rows)):
        if mention is None:
            row = rows[index]
            try:
                mention = cache.lookup(row) or cache.put(row, make(row))
            except RecordError as error:
                error.line = lines[index]
                raise error.with_source(table.name) from None
        mentions.append(mention)
    return mentions


def _clean_values(values: tuple[str, ...], columns: tuple[str, ...]) -> list[str]:
    if "".join(values).isprintable():  # as most are
        return list(map(na_to_empty, values))
    return [na_to_empty(reject_control_chars(value, column)) for column, value in zip(columns, values, strict=True)]


def _gene_mention(values: tuple[str, ...]) -> Mention:
    taxon, organism, _, match, symbol, identifier, source = _clean_values(values, _GENE_COLUMNS)
    word, taxon, identifier = values[2], extract_taxon(taxon), extract_gene_id(identifier)
    if identifier:
        iris.gene_iri(identifier, "ncbigene_id")
    if taxon:
        iris.taxon_iri(taxon, "organism_id")
    return Mention(
        entity_type="gene",
        word="" if word in NA_WORDS else word,
        match=match,
        lexicon_source=source,
        entity=f"ncbigene:{identifier}" if identifier else "",
        label=symbol,
        taxon=taxon,
        organism=organism,
        family=match if EVIDENCE_BY_SOURCE.get(source) == "pfocr:viaFamily" else "",
    )


def _ner_mention(entity_type: str, values: tuple[str, ...]) -> Mention:
    scheme, extract_xref, xref_iri = _XREFS[entity_type]
    _, mesh, match, name, xref = _clean_values(values, (*_NER_COLUMNS, scheme))
    word, mesh, xref = values[0], extract_mesh_id(mesh), extract_xref(xref)
    if mesh:
        iris.mesh_iri(mesh, "mesh")
    if xref:
        xref_iri(xref, scheme)
        xref = f"{scheme}:{xref}"
    label = match or name
    return Mention(
        entity_type=entity_type,
        word="" if word in NA_WORDS else word,
        match=match,
        entity=f"mesh:{mesh}" if mesh else xref,
        label=label,
        xref=xref if mesh else "",
        alt_label=name if name.casefold() != label.casefold() else "",
    )


_TABLES: dict[str, tuple[tuple[str, ...], Callable[[tuple[str, ...]], Mention]]] = {
    "genes": (_GENE_COLUMNS, _gene_mention),
    "chemicals": ((*_NER_COLUMNS, "chebi"), partial(_ner_mention, "chemical")),
    "diseases": ((*_NER_COLUMNS, "doid"), partial(_ner_mention, "disease")),
}
_mention_caches: dict[str, LruCache[tuple[str, ...], Mention]] = {name: create_row_cache() for name in _TABLES}
_line_caches: LruCache[tuple[str, bytes], LruCache[bytes, Mention]] = create_row_cache(2, lambda _: LruCache(ROW_CACHE_ENTRIES))
"""The mentions of rows by their lines, for each kind of table and header."""

SCHEMA = RecordSchema("2023", _matches, _parse)
