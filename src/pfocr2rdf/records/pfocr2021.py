"""Records of 2021: genes, chemicals and diseases are lists in the record itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from operator import itemgetter
from typing import Any

from pfocr2rdf.errors import RecordError
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.cache import ROWS, Remembered
from pfocr2rdf.rdf.vocabulary import EVIDENCE_OF_SOURCE
from pfocr2rdf.records.common import build
from pfocr2rdf.records.model import FigureRecord, Mention
from pfocr2rdf.records.tables import Table
from pfocr2rdf.records.values import NO_WORD, clean, items, some

NAME = "2021"
LISTS = ("genes", "chemicals", "diseases")
HUMAN = ("9606", "Homo sapiens")
_GENE_KEYS = ("word", "symbol", "source", "hgnc_symbol", "entrez")
_NER_KEYS = ("word", "source", "identifier")
_made: dict[str, Remembered[tuple[str, ...], Mention]] = {name: Remembered(ROWS) for name in LISTS}


def recognises(data: Mapping[str, Any]) -> bool:
    """Whether the record carries its rows itself."""
    return any(name in data for name in LISTS)


def read(data: Mapping[str, Any], _tables: Mapping[str, Table], where: str) -> FigureRecord:
    """The record. Genes of this generation are human: their symbols are HGNC's.

    Raises:
        RecordError: a row is no mapping, or an identifier is none.
    """
    notes: list[str] = []
    rows = _mentions(data, "genes", _GENE_KEYS, _gene)
    for kind, name in (("chemical", "chemicals"), ("disease", "diseases")):
        rows += _mentions(data, name, _NER_KEYS, partial(_ner, kind, notes))
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


def _mentions(
    data: Mapping[str, Any], name: str, keys: tuple[str, ...], make: Callable[[tuple[str, ...], str], tuple[Mention, bool]]
) -> list[Mention]:
    """What the rows of one list say. Most rows were met before: those are looked up all at once.

    Args:
        data: the record.
        name: the list.
        keys: the keys of a row.
        make: makes the mention of these values, and says whether it may be remembered.
    """
    rows, made = items(data, name), _made[name]
    found: list[Mention | None]
    try:
        found = list(map(made.get, map(itemgetter(*keys), rows)))
    except (KeyError, TypeError):  # a row is no mapping, lacks a key, or has a value that is no text
        found = [None] * len(rows)
    mentions = []
    for index, mention in enumerate(found):
        if mention is None:
            field = f"{name}[{index}]"
            values = _values(rows[index], keys, field)
            mention = made.recall(values)
            if mention is None:
                mention, always_so = make(values, field)
                if always_so:
                    made.keep(values, mention)
        mentions.append(mention)
    return mentions


def _gene(values: tuple[str, ...], field: str) -> tuple[Mention, bool]:
    word, symbol, source, hgnc, entrez = values[0], *map(some, values[1:])
    if entrez:
        iris.gene(entrez, f"{field}.entrez")
    mention = Mention(
        kind="gene",
        word="" if word in NO_WORD else word,
        match=symbol,
        lexicon_source=source,
        target=f"ncbigene:{entrez}" if entrez else "",
        label=hgnc,
        taxon=HUMAN[0],
        organism=HUMAN[1],
        family=symbol if EVIDENCE_OF_SOURCE.get(source) == "pfocr:viaFamily" else "",
    )
    return mention, True


def _ner(kind: str, notes: list[str], values: tuple[str, ...], field: str) -> tuple[Mention, bool]:
    word, source, identifier = values[0], *map(some, values[1:])
    scheme, _, local = identifier.rpartition(":")
    target = ""
    if identifier and (scheme or source).upper() == "MESH":
        iris.mesh(local, f"{field}.identifier")
        target = f"mesh:{local}"
    elif identifier:
        notes.append(f"{field}.identifier: {identifier!r} is of no known vocabulary; the mention is kept without it")
    mention = Mention(kind=kind, word="" if word in NO_WORD else word, lexicon_source=source, target=target)
    return mention, bool(target or not identifier)  # what is worth a warning is said again each time
