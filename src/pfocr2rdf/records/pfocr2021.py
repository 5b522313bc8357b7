"""The record schema of 2021: genes, chemicals and diseases are lists in the record itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import repeat
from operator import attrgetter, itemgetter
from typing import Any

from pfocr2rdf.errors import RecordError
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.cache import LruCache, create_row_cache
from pfocr2rdf.rdf.vocabulary import EVIDENCE_BY_SOURCE
from pfocr2rdf.records.block_yaml import TextRow
from pfocr2rdf.records.common import RecordSchema, build_record
from pfocr2rdf.records.fields import RecordFields
from pfocr2rdf.records.identifiers import extract_gene_id, extract_mesh_id
from pfocr2rdf.records.model import FigureRecord, Mention
from pfocr2rdf.records.tables import SideTable
from pfocr2rdf.records.unknown_names import describe_unknown
from pfocr2rdf.records.values import NA_WORDS, get_items, na_to_empty, reject_control_chars

LIST_FIELDS = ("genes", "chemicals", "diseases")
HUMAN_TAXON = ("9606", "Homo sapiens")
_GENE_KEYS = ("word", "symbol", "source", "hgnc_symbol", "entrez")
_NER_KEYS = ("word", "source", "identifier")
_ONLY_TEXT = frozenset((str,))
_MakeMention = Callable[[tuple[str, ...], str], tuple[Mention, bool]]
_get_mention = attrgetter("mention")
_mention_caches: dict[str, LruCache[tuple[str, ...], Mention]] = {name: create_row_cache() for name in LIST_FIELDS}


def _matches(data: Mapping[str, Any]) -> bool:
    return any(name in data for name in LIST_FIELDS)


def _parse(data: Mapping[str, Any], _tables: Mapping[str, SideTable], source: str) -> FigureRecord:
    """The record; genes of this schema are human: their symbols are HGNC's."""
    fields = RecordFields(data)
    rows = _mentions(fields, "genes", _GENE_KEYS, _gene_mention)
    for entity_type, name in (("chemical", "chemicals"), ("disease", "diseases")):
        rows += _mentions(fields, name, _NER_KEYS, partial(_ner_mention, entity_type, fields.notes))
    return build_record(fields, SCHEMA.version, source, "pathway_score", tuple(rows))


def _row_values(row: Any, keys: tuple[str, ...], field: str) -> tuple[str, ...]:
    if not isinstance(row, dict):
        raise RecordError("is not a mapping", field=field, remedy="write 'word:', 'source:' and the identifiers of the row")
    values = [row.get(key, "") for key in keys]
    for index, (key, value) in enumerate(zip(keys, values, strict=True)):
        if type(value) is list and len(value) == 1:
            values[index] = value = value[0]
        if type(value) is not str:
            raise RecordError("is not text", field=f"{field}.{key}", remedy="write one value")
        reject_control_chars(value, f"{field}.{key}")
    return tuple(values)


def _is_plain(values: tuple[str, ...]) -> bool:
    """Whether all of the values are text without control characters."""
    return _ONLY_TEXT.issuperset(map(type, values)) and "".join(values).isprintable()


def _mentions(fields: RecordFields, name: str, keys: tuple[str, ...], make: _MakeMention) -> list[Mention]:
    """The mentions of one list, memoised by row; those that were read by their text have it, where it may be cached.

    ``make`` makes the mention of the values of these ``keys``, and returns whether it may be cached.
    """
    rows = fields.raw(name)
    if type(rows) is not list or not rows or type(rows[0]) is not TextRow:  # if one row was read by its text, all were
        rows = _rows(rows, name)
        return _read_mentions(fields, name, dict(enumerate(rows)), keys, make)
    mentions: list[Mention] = list(map(_get_mention, rows))
    if None in mentions:
        new_rows = {index: row for index, row in enumerate(rows) if row.mention is None}
        for (index, row), mention in zip(new_rows.items(), _read_mentions(fields, name, new_rows, keys, make), strict=True):
            mentions[index] = mention
            is_whole = len(row) == len(keys) and row.keys() >= set(keys) and _ONLY_TEXT.issuperset(map(type, row.values()))
            if is_whole and mention is _mention_caches[name].get(tuple([row[key] for key in keys])):
                row.mention = mention
    return mentions


def _read_mentions(fields: RecordFields, name: str, rows: Mapping[int, Any], keys: tuple[str, ...], make: _MakeMention) -> list[Mention]:
    """The mentions of rows, by their values; most of them repeat, and are looked up all at once."""
    cache, columns = _mention_caches[name], list[tuple[str, ...]]()
    cached: Iterable[Mention | None]
    try:
        columns = list(map(itemgetter(*keys), rows.values()))
        cached = list(map(cache.get, columns))
    except (KeyError, TypeError):  # a row is no mapping, lacks a key, or has a value that is no text
        cached, columns = repeat(None, len(rows)), []
    mentions = []
    for number, (index, mention) in enumerate(zip(rows, cached, strict=True)):
        if mention is None:
            field = f"{name}[{index}]"
            values = columns[number] if columns and _is_plain(columns[number]) else _row_values(rows[index], keys, field)
            mention = cache.lookup(values) or _make_mention(cache, make, values, field)
        mentions.append(mention)
    if rows and (not columns or not {len(keys)}.issuperset(map(len, rows.values()))):  # a row with all keys and as many has no other
        unknown = dict.fromkeys(key for row in rows.values() for key in row if key not in keys)
        fields.notes += describe_unknown("key", unknown, keys, f"{name}: ")
    return mentions


def _make_mention(cache: LruCache[tuple[str, ...], Mention], make: _MakeMention, values: tuple[str, ...], field: str) -> Mention:
    mention, is_cacheable = make(values, field)
    return cache.put(values, mention) if is_cacheable else mention


def _rows(value: Any, name: str) -> list[Any]:
    """The rows of a list; a mapping with a word is the only one."""
    return get_items({name: [value] if type(value) is dict and "word" in value else value}, name)


def _gene_mention(values: tuple[str, ...], field: str) -> tuple[Mention, bool]:
    word, symbol, source, hgnc, entrez = values[0], *map(na_to_empty, values[1:])
    entrez = extract_gene_id(entrez)
    if entrez:
        iris.gene_iri(entrez, f"{field}.entrez")
    mention = Mention(
        entity_type="gene",
        word="" if word in NA_WORDS else word,
        match=symbol,
        lexicon_source=source,
        entity=f"ncbigene:{entrez}" if entrez else "",
        label=hgnc,
        taxon=HUMAN_TAXON[0] if entrez else "",
        organism=HUMAN_TAXON[1] if entrez else "",
        family=symbol if EVIDENCE_BY_SOURCE.get(source) == "pfocr:viaFamily" else "",
    )
    return mention, True


def _ner_mention(entity_type: str, notes: list[str], values: tuple[str, ...], field: str) -> tuple[Mention, bool]:
    word, source, identifier = values[0], *map(na_to_empty, values[1:])
    scheme, _, local = identifier.rpartition(":")
    if (mesh_id := extract_mesh_id(identifier)) != identifier:
        scheme, local = "MESH", mesh_id
    entity = ""
    if identifier and (scheme or source).upper() == "MESH":
        iris.mesh_iri(local, f"{field}.identifier")
        entity = f"mesh:{local}"
    elif identifier:
        notes.append(f"{field}.identifier: {identifier!r} is not from a known vocabulary; the mention is exported without it")
    mention = Mention(entity_type=entity_type, word="" if word in NA_WORDS else word, lexicon_source=source, entity=entity)
    return mention, bool(entity or not identifier)  # a note is made each time


SCHEMA = RecordSchema("2021", _matches, _parse)
