"""The fields that both record schemas share: everything but the mentions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pfocr2rdf.rdf import iris
from pfocr2rdf.records.annotations import read_annotations
from pfocr2rdf.records.fields import RecordFields
from pfocr2rdf.records.identifiers import extract_ndex_id, extract_pmcid, extract_wpid, strip_doi_prefix
from pfocr2rdf.records.jsonld_block import read_jsonld
from pfocr2rdf.records.model import FigureRecord, Mention, Paper
from pfocr2rdf.records.tables import SideTable

_SCORE_FIELDS = ("pathway_score", "automl_pathway")
_PAPER_FIELDS = (
    "filename", "papertitle", "reftext", "year", "doi", "journal_title", "journal_nlm_ta", "publisher_name", "keywords",
)  # fmt: skip
_match_date = re.compile(r"([0-9]{4})-[0-9]{1,2}(?:-[0-9]{1,2})?").fullmatch


class RecordSchema(NamedTuple):
    """A version of the record schema; ``parse`` makes the typed record of its fields, its side tables and its source."""

    version: str  # its name, a year
    matches: Callable[[Mapping[str, Any]], bool]  # whether the fields are those of a record of this version
    parse: Callable[[Mapping[str, Any], Mapping[str, SideTable], str], FigureRecord]


def _read_paper(fields: RecordFields) -> Paper:
    year = fields.text("year")
    if date := _match_date(year):
        fields.notes.append(f"year: is the date {year}, of which the year was used")
        year = date[1]
    return Paper(
        pmcid=extract_pmcid(fields.identity("pmcid")),
        title=fields.text("papertitle"),
        citation=fields.text("reftext"),
        year=year,
        doi=strip_doi_prefix(fields.text("doi")),
        journal=fields.text("journal_title"),
        journal_abbreviation=fields.text("journal_nlm_ta"),
        publisher=fields.text("publisher_name"),
        keywords=fields.texts("keywords", "|"),
    )


def _read_score(fields: RecordFields, score_field: str) -> str:
    """The score by the name that it has in this schema, or else by its name in another one."""
    scores = {name: text for name in (score_field, *_SCORE_FIELDS) if (text := fields.text(name))}
    first, *others = scores or ("",)
    fields.notes += [f"{name}: {scores[name]} was ignored because there is {first}" for name in others if scores[name] != scores[first]]
    return scores.get(first, "")


def _read_ids(fields: RecordFields, name: str, extract: Callable[[str], str]) -> tuple[str, ...]:
    """The identifiers of a field, from a list or from a text with commas."""
    texts = (part.strip() for text in fields.texts(name) for part in text.split(","))
    return tuple(dict.fromkeys(extract(text) for text in texts if text))


def _split_ids(text: str) -> list[str]:
    """The ids in a text with commas; a text with other blanks is one id."""
    ids = [part.strip() for part in text.split(",")]
    return [text] if any(len(part.split()) != 1 for part in ids) else ids


def _read_aliases(fields: RecordFields, figid: str) -> tuple[str, ...]:
    """The aliases; a note of old addresses that have another one."""
    aliases = tuple(dict.fromkeys(alias for text in fields.texts("figid_alias") for alias in _split_ids(text)))
    for alias in aliases:
        if alias != figid and (fault := iris.alias_fault(alias)):
            fields.notes.append(
                f"figid_alias: {alias!r} is not a valid address because {fault}; correct or remove it; there is no redirect from it"
            )
    known = {figid, *aliases}
    for address in fields.texts("redirect_from"):
        alias = address.rpartition("figures/")[2].removesuffix("/").removesuffix(".html")
        if alias not in known:
            fields.notes.append(f"redirect_from: {address} was ignored because {alias!r} is not a figid_alias of the record")
    return aliases


def build_record(fields: RecordFields, schema_version: str, source: str, score_field: str, mentions: tuple[Mention, ...]) -> FigureRecord:
    """The record, from its fields and its mentions; ``RecordError`` where a key has the wrong type, or the figid is not valid."""
    figid, paper = iris.check_figid(fields.identity("figid")), _read_paper(fields)
    if not paper.pmcid and (names := [name for name in _PAPER_FIELDS if fields.texts(name)]):
        fields.notes.append(f"pmcid: missing, so the record has no paper; ignored: {', '.join(names)}")
    record = FigureRecord(
        figid=figid,
        schema_version=schema_version,
        source=source,
        figid_aliases=_read_aliases(fields, figid),
        title=fields.text("figtitle"),
        caption=fields.text("caption"),
        number=fields.text("number"),
        figure_types=fields.texts("figtype"),
        filename=fields.text("filename"),
        figlink=fields.text("figlink"),
        score=_read_score(fields, score_field),
        ndex_ids=_read_ids(fields, "ndex", extract_ndex_id),
        wpids=_read_ids(fields, "wpid", extract_wpid),
        paper=paper,
        organisms=tuple(dict.fromkeys(fields.texts("organisms", ",") + fields.texts("organisms_ner", ","))),
        annotations=read_annotations(fields.items("annotations"), fields.notes),
        mentions=mentions,
        jsonld=read_jsonld(fields.raw("schema-jsonld"), figid, fields.notes),
    )
    fields.note_unread_keys()
    return record._replace(notes=tuple(fields.notes))
