"""What both generations of records share: everything but the rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pfocr2rdf.errors import RecordError
from pfocr2rdf.rdf import iris
from pfocr2rdf.records.model import FigureRecord, Mention, Paper
from pfocr2rdf.records.values import NO_VALUE, items, text, texts

_DOI_PREFIXES = ("https://doi.org/", "http://doi.org/", "http://dx.doi.org/", "https://dx.doi.org/", "doi:")


def _doi(value: str) -> str:
    for prefix in _DOI_PREFIXES:
        if value.lower().startswith(prefix):
            return value[len(prefix) :].strip()
    return value


def _paper(data: Mapping[str, Any]) -> Paper:
    return Paper(
        pmcid=text(data, "pmcid"),
        title=text(data, "papertitle"),
        citation=text(data, "reftext"),
        year=text(data, "year"),
        doi=_doi(text(data, "doi")),
        journal=text(data, "journal_title"),
        journal_abbreviation=text(data, "journal_nlm_ta"),
        publisher=text(data, "publisher_name"),
        keywords=texts(data, "keywords", "|"),
    )


def _annotations(data: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    for index, item in enumerate(items(data, "annotations")):
        if type(item) is str:
            found["", item.strip()] = None
        elif type(item) is dict:
            value = text(item, "value")
            if value:
                found[text(item, "type"), value] = None
        else:
            raise RecordError("is no mapping", field=f"annotations[{index}]", remedy="write 'type:' and 'value:'")
    return tuple(found)


def _jsonld(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    value = data.get("schema-jsonld")
    if type(value) is dict and value:
        return value
    if not value or (type(value) is str and value.strip() in NO_VALUE) or (type(value) is list and not items(data, "schema-jsonld")):
        return None
    raise RecordError("is no mapping", field="schema-jsonld", remedy="write the JSON-LD as YAML keys and values")


def build(
    data: Mapping[str, Any], generation: str, where: str, score: str, mentions: tuple[Mention, ...], notes: tuple[str, ...] = ()
) -> FigureRecord:
    """The record, from its keys and the rows that its generation's reader found.

    Raises:
        RecordError: a key has the wrong type, or the figid is none.
    """
    return FigureRecord(
        figid=iris.figid(text(data, "figid")),
        generation=generation,
        where=where,
        figid_alias=text(data, "figid_alias"),
        title=text(data, "figtitle"),
        caption=text(data, "caption"),
        number=text(data, "number"),
        figure_type=text(data, "figtype"),
        filename=text(data, "filename"),
        figlink=text(data, "figlink"),
        score=text(data, score),
        ndex=text(data, "ndex"),
        wpid=text(data, "wpid"),
        paper=_paper(data),
        organisms=tuple(dict.fromkeys(texts(data, "organisms") + texts(data, "organisms_ner"))),
        annotations=_annotations(data),
        mentions=mentions,
        jsonld=_jsonld(data),
        notes=notes,
    )
