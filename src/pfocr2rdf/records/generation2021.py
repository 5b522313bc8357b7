"""Records of 2021: genes, chemicals and diseases are lists in the record itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pfocr2rdf import iris
from pfocr2rdf.errors import RecordError
from pfocr2rdf.records.figure import build
from pfocr2rdf.records.model import FigureRecord, Mention
from pfocr2rdf.records.tables import Table
from pfocr2rdf.records.values import NO_WORD, clean, items, some
from pfocr2rdf.remembered import Remembered
from pfocr2rdf.vocabulary import EVIDENCE_OF_SOURCE

NAME = "2021"
LISTS = ("genes", "chemicals", "diseases")
HUMAN = ("9606", "Homo sapiens")

_GENE_KEYS = ("word", "symbol", "source", "hgnc_symbol", "entrez")
_NER_KEYS = ("word", "source", "identifier")
_mentions: Remembered[tuple[str, ...], Mention] = Remembered()


def recognises(data: Mapping[str, Any]) -> bool:
    """Whether the record carries its rows itself."""
    return any(name in data for name in LISTS)


def read(data: Mapping[str, Any], _tables: Mapping[str, Table], where: str) -> FigureRecord:
    """The record. Genes of this generation are human: their symbols are HGNC's.

    Raises:
        RecordError: a row is no mapping, or an identifier is none.
    """
    notes: list[str] = []
    rows = [_gene(row, index) for index, row in enumerate(items(data, "genes"))]
    for kind, name in (("chemical", "chemicals"), ("disease", "diseases")):
        rows += [_ner(kind, row, f"{name}[{index}]", notes) for index, row in enumerate(items(data, name))]
    return build(data, NAME, where, "pathway_score", tuple(rows), tuple(notes))


def _values(row: Any, keys: tuple[str, ...], field: str) -> tuple[str, ...]:
    if type(row) is not dict:
        raise RecordError("is no mapping", field=field, remedy="write 'word:', 'source:' and the identifiers of the row")
    values = tuple([row.get(key, "") for key in keys])
    for key, value in zip(keys, values, strict=True):
        if type(value) is not str:
            raise RecordError("is not text", field=f"{field}.{key}", remedy="write one value")
        clean(value, f"{field}.{key}")
    return values


def _known(kind: str, row: Any, keys: tuple[str, ...]) -> tuple[tuple[str, ...], Mention | None]:
    """The key under which what is made of this row is remembered, and what was made of it, if anything.

    Rows are remembered only where they have the usual keys in the usual order and text for values; other rows have no key.
    """
    if type(row) is not dict or tuple(row) != keys:
        return (), None
    key = (kind, *row.values())
    try:
        return key, _mentions.get(key)
    except TypeError:  # a value that is a list or a mapping: _values says which
        return (), None


def _gene(row: Any, index: int) -> Mention:
    key, known = _known("gene", row, _GENE_KEYS)
    if known:
        return known
    field = f"genes[{index}]"
    word, symbol, source, hgnc, entrez = _values(row, _GENE_KEYS, field)
    source, entrez, symbol = some(source), some(entrez), some(symbol)
    if entrez:
        iris.gene(entrez, f"{field}.entrez")
    mention = Mention(
        kind="gene",
        word="" if word in NO_WORD else word,
        match=symbol,
        lexicon_source=source,
        target=f"ncbigene:{entrez}" if entrez else "",
        label=some(hgnc),
        taxon=HUMAN[0],
        organism=HUMAN[1],
        family=symbol if EVIDENCE_OF_SOURCE.get(source) == "pfocr:viaFamily" else "",
    )
    return _mentions.keep(key, mention) if key else mention


def _ner(kind: str, row: Any, field: str, notes: list[str]) -> Mention:
    key, known = _known(kind, row, _NER_KEYS)
    if known:
        return known
    word, source, identifier = _values(row, _NER_KEYS, field)
    source, identifier = some(source), some(identifier)
    scheme, _, local = identifier.rpartition(":")
    target = ""
    if identifier and (scheme or source).upper() == "MESH":
        iris.mesh(local, f"{field}.identifier")
        target = f"mesh:{local}"
    elif identifier:
        notes.append(f"{field}.identifier: {identifier!r} is of no known vocabulary; the mention is kept without it")
        key = ()  # said again each time
    mention = Mention(kind=kind, word="" if word in NO_WORD else word, lexicon_source=source, target=target)
    return _mentions.keep(key, mention) if key else mention
