"""The fields that both record schemas share: everything but the mentions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.rdf import iris
from pfocr2rdf.records.model import FigureRecord, Mention, Paper
from pfocr2rdf.records.tables import SideTable
from pfocr2rdf.records.values import NA_VALUES, get_items, get_text, get_texts

_DOI_PREFIXES = ("https://doi.org/", "http://doi.org/", "http://dx.doi.org/", "https://dx.doi.org/", "doi:")


class RecordSchema(NamedTuple):
    """A version of the record schema; ``parse`` makes the typed record of its fields, its side tables and its source."""

    version: str  # its name, a year
    matches: Callable[[Mapping[str, Any]], bool]  # whether the fields are those of a record of this version
    parse: Callable[[Mapping[str, Any], Mapping[str, SideTable], str], FigureRecord]


def _strip_doi_prefix(value: str) -> str:
    for prefix in _DOI_PREFIXES:
        if value.lower().startswith(prefix):
            return value[len(prefix) :].strip()
    return value


def _read_paper(data: Mapping[str, Any]) -> Paper:
    return Paper(
        pmcid=get_text(data, "pmcid"),
        title=get_text(data, "papertitle"),
        citation=get_text(data, "reftext"),
        year=get_text(data, "year"),
        doi=_strip_doi_prefix(get_text(data, "doi")),
        journal=get_text(data, "journal_title"),
        journal_abbreviation=get_text(data, "journal_nlm_ta"),
        publisher=get_text(data, "publisher_name"),
        keywords=get_texts(data, "keywords", "|"),
    )


def _read_annotations(data: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    annotations: dict[tuple[str, str], None] = {}
    for index, item in enumerate(get_items(data, "annotations")):
        if type(item) is str:
            annotations["", item.strip()] = None
        elif type(item) is dict:
            value = get_text(item, "value")
            if value:
                annotations[get_text(item, "type"), value] = None
        else:
            raise RecordError("is no mapping", field=f"annotations[{index}]", remedy="write 'type:' and 'value:'")
    return tuple(annotations)


def _read_jsonld(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    value = data.get("schema-jsonld")
    if type(value) is dict and value:
        return value
    if not value or (type(value) is str and value.strip() in NA_VALUES) or (type(value) is list and not get_items(data, "schema-jsonld")):
        return None
    raise RecordError("is no mapping", field="schema-jsonld", remedy="write the JSON-LD as YAML keys and values")


def build_record(
    data: Mapping[str, Any], schema_version: str, source: str, score_field: str, mentions: tuple[Mention, ...], notes: tuple[str, ...] = ()
) -> FigureRecord:
    """The record, from its fields and its mentions; ``RecordError`` where a key has the wrong type, or the figid is not valid."""
    return FigureRecord(
        figid=iris.check_figid(get_text(data, "figid")),
        schema_version=schema_version,
        source=source,
        figid_alias=get_text(data, "figid_alias"),
        title=get_text(data, "figtitle"),
        caption=get_text(data, "caption"),
        number=get_text(data, "number"),
        figure_type=get_text(data, "figtype"),
        filename=get_text(data, "filename"),
        figlink=get_text(data, "figlink"),
        score=get_text(data, score_field),
        ndex=get_text(data, "ndex"),
        wpid=get_text(data, "wpid"),
        paper=_read_paper(data),
        organisms=tuple(dict.fromkeys(get_texts(data, "organisms") + get_texts(data, "organisms_ner"))),
        annotations=_read_annotations(data),
        mentions=mentions,
        jsonld=_read_jsonld(data),
        notes=notes,
    )
