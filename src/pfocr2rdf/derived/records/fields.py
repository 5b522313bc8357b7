"""The fields of a record from the nodes of its figure and its paper."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from pfocr2rdf.derived.nodes import FigureNodes, expand_id, local_id, node_id, values
from pfocr2rdf.derived.records.facts import GraphFacts
from pfocr2rdf.derived.records.jsonld import build_block
from pfocr2rdf.derived.records.rows import build_lists, build_tables, choose_schema, restore_rows
from pfocr2rdf.derived.records.statements import OpenNode, put_texts, take_text, take_texts
from pfocr2rdf.errors import RecordError, SourceError
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.image_urls import EUROPE_PMC_IMAGE_URL, image_iri
from pfocr2rdf.rdf.vocabulary import SITE_URL

_FIGURES, _PAGE_SUFFIX = f"{SITE_URL}figures/", ".html"
_NO_VALUES = frozenset(("", "NA", ".na.character", "~", "null"))


class RecordOptions(NamedTuple):
    """What the graph does not say of its records: the taxa of names of organisms, and the template of the URLs of pictures."""

    taxon_by_name: Mapping[str, str]
    image_url: str = ""


class WrittenRecord(NamedTuple):
    """A record: its schema, its keys and values, its side tables, each with a header, and the number of its rows."""

    figid: str
    schema_version: str
    fields: dict[str, Any]
    tables: dict[str, list[tuple[str, ...]]]
    row_count: int


def read_figid(figure: str) -> str:
    """The figid in the identifier of a figure; ``SourceError`` where it has none that a record can have."""
    iri = expand_id(figure)
    try:
        figid = iris.check_figid(unquote(iri.removeprefix(_FIGURES).removesuffix(_PAGE_SUFFIX)))
        if iris.figure_iri(figid) == iri:
            return figid
        reason = f"figures have IRIs such as {iris.figure_iri('PMC100008__F9')}"
    except RecordError as error:
        reason = error.reason
    raise SourceError(f"<{iri}> has no figure id, so that it cannot be written as a record: {reason}")


def restore_record(nodes: FigureNodes, facts: GraphFacts, options: RecordOptions) -> WrittenRecord:
    """The record of a figure; ``SourceError`` where it has no valid figid."""
    figid = read_figid(node_id(nodes.figure))
    rest: OpenNode = {key: list(item) if type(item) is list else item for key, item in nodes.figure.items()}
    _take_generated(rest, nodes)
    rows = restore_rows(figid, nodes.mentions)
    aliases = [text for text in take_texts(rest, "identifier") if text != figid]
    pmcid, paper = _take_paper(rest, facts)
    schema_version = choose_schema(rows, facts, "doi" in paper or "journal_title" in paper)
    names, organisms = take_texts(rest, "organismName"), take_texts(rest, "organism")
    title = take_text(rest, "title")
    score_field = "pathway_score" if schema_version == "2021" else "automl_pathway"
    filename = _take_filename(rest, pmcid, options.image_url)
    fields: dict[str, Any] = {
        "figid": figid,
        "figtitle": title,
        "organisms": _join(names, ", ") if schema_version == "2021" else [],
        "pmcid": pmcid,
        "filename": filename,
        "figlink": _take_figlink(rest),
        "number": take_text(rest, "figureNumber"),
        "caption": "",
        **paper,
        score_field: take_text(rest, "pathwayScore"),
        "figid_alias": _unlist(aliases),
        "organisms_ner": names if schema_version == "2023" else [],  # most records have their organisms there
        "redirect_from": _unlist([f"/figures/{alias}" for alias in aliases]),
        "figtype": _unlist(take_texts(rest, "figureType")),
        "ndex": _join(_take_ids(rest, "seeAlso", iris.NDEX_SITE), ", "),
        "wpid": _join([local_id(text) for text in take_texts(rest, "pathway")], ", "),
        "annotations": [_split_annotation(text) for text in take_texts(rest, "annotation")],
        "seo": "CreativeWork",
    }
    descriptions = take_texts(rest, "description")
    fields["caption"] = descriptions[-1] if descriptions else ""
    has_block = bool(rest.keys() - {"id"})
    put_texts(rest, "description", descriptions[:-1] or (descriptions if has_block else []))
    fields["schema-jsonld"] = build_block(figid, rest, title, facts)
    if schema_version == "2021":
        tables = {}
        lists: dict[str, Any] = build_lists(rows, facts)
    else:
        tables = build_tables(rows, facts, names, organisms, options.taxon_by_name)
        lists = {}
    return WrittenRecord(figid, schema_version, {**_drop_empty(fields), **lists}, tables, sum(row.occurrences for row in rows))


def _take_generated(rest: OpenNode, nodes: FigureNodes) -> None:
    """Remove the statements that follow from the class and the mentions."""
    bodies = {body for mention in nodes.mentions for body in values(mention, "hasBody")}
    families = {family for mention in nodes.mentions for family in values(mention, "family")}
    for term, generated in (("type", {"pfocr:Figure"}), ("mentions", bodies), ("mentionsFamily", families)):
        put_texts(rest, term, [text for text in take_texts(rest, term) if text not in generated])


def _take_paper(rest: OpenNode, facts: GraphFacts) -> tuple[str, dict[str, Any]]:
    """The id of the paper, and the fields about it."""
    identifier = take_text(rest, "citedIn")
    paper = facts.find(identifier) or {}
    keywords = take_texts(paper, "keyword")
    fields = {
        "papertitle": take_text(paper, "title"),
        "reftext": take_text(paper, "citation"),
        "year": take_text(paper, "issued"),
        "doi": take_text(paper, "doi"),
        "journal_title": take_text(paper, "journal"),
        "journal_nlm_ta": take_text(paper, "journalAbbreviation"),
        "publisher_name": take_text(paper, "publisher"),
        "keywords": _join(keywords, " | "),
    }
    return local_id(identifier), _drop_empty(fields)


def _take_filename(rest: OpenNode, pmcid: str, template: str) -> str:
    """The file name of the picture, from its URL."""
    pattern = re.escape(template or EUROPE_PMC_IMAGE_URL).replace(re.escape("{filename}"), "(.+)", 1)
    for name, value in (("pmcid", re.escape(quote(pmcid, safe=""))), ("filename", ".+"), ("media_type", ".*")):
        pattern = pattern.replace(re.escape(f"{{{name}}}"), value)
    match_picture = re.compile(pattern).fullmatch
    urls = take_texts(rest, "image")
    for url in urls:
        if pmcid and (matched := match_picture(url)) and image_iri(pmcid, filename := unquote(matched[1]), template) == url:
            put_texts(rest, "image", [other for other in urls if other != url])
            return filename
    put_texts(rest, "image", urls)
    return ""


def _take_figlink(rest: OpenNode) -> str:
    """The path of the page of the figure at PubMed Central; its URL if it is elsewhere."""
    url = take_text(rest, "page")
    if not url.startswith(iris.PMC_SITE):
        return url
    path = url.removeprefix(iris.PMC_SITE)
    text = unquote(path)
    return f"/{text if text.isprintable() and '%' not in text and text == text.strip() else path}"


def _take_ids(rest: OpenNode, term: str, site: str) -> list[str]:
    """The ids in the IRIs of a site; other values stay."""
    texts = take_texts(rest, term)
    put_texts(rest, term, [text for text in texts if not text.startswith(site)])
    return [unquote(text.removeprefix(site)) for text in texts if text.startswith(site)]


def _split_annotation(text: str) -> Any:
    """Type and value, where there is a separator between them."""
    name, separator, content = text.partition(": ")
    is_clean = name == name.strip() and content == content.strip() and not _NO_VALUES.intersection((name, content))
    return {"type": name, "value": content} if separator and is_clean else text


def _join(texts: list[str], separator: str) -> Any:
    """The texts in one, as published records have it; a list where the separator is in a text."""
    mark = separator.strip()
    return texts if any(mark in text for text in texts) else separator.join(texts)


def _unlist(texts: list[str]) -> Any:
    return texts[0] if len(texts) == 1 else texts


def _drop_empty(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: content for name, content in fields.items() if content}
