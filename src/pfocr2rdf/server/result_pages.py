"""Query results as HTML, without JavaScript."""

from __future__ import annotations

import re
from itertools import islice
from typing import IO, Any, NamedTuple
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode, Triple

from pfocr2rdf.rdf.prefixes import READABLE_LOCAL_NAME, PrefixMap
from pfocr2rdf.site.pages.graph_reader import read_release_name
from pfocr2rdf.site.pages.html import Site, stream_page
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, HTML, address_from_iri
from pfocr2rdf.stores.embedded import EmbeddedStore
from pfocr2rdf.stores.querying.result import ResultStream
from pfocr2rdf.stores.store import SolutionTerm

SERVED_SITE = Site(endpoint="sparql")
"""The served site, without what only its store knows."""

_RESULT_FORMATS, _GRAPH_FORMATS = ("csv", "tsv", "json", "xml"), ("turtle", "ntriples", "jsonld", "rdfxml")
_is_web_url = re.compile(r"https?://", re.IGNORECASE).match


class ResultCell(NamedTuple):
    """A cell of a result table: text, link, title of the link, and a detail such as a language tag."""

    text: str
    url: str = ""
    title: str = ""
    detail: str = ""


def served_site(store: EmbeddedStore) -> Site:
    """The served site, with the release that is in its store."""
    release, issued = read_release_name(store)
    return SERVED_SITE._replace(release=release, issued=issued)


def write_result_page(file: IO[bytes], site: Site, result: ResultStream, query: str, max_rows: int) -> None:
    """Write a result as an HTML table, row by row, with a note if it is truncated.

    Raises:
        StoreError: the store fails while it is read.
    """
    table = {"columns": None, "truth": result.boolean} if result.query_form == "ask" else _table_context(result, query, max_rows)
    form: dict[str, Any] = {"endpoint": site.endpoint, "is_own": True, "text": query, "problem": ""}
    for part in stream_page("answer", site, "Answer", **form, **table):
        file.write(part.encode())


def _table_context(result: ResultStream, query: str, max_rows: int) -> dict[str, Any]:
    names, formats = result.variables, _RESULT_FORMATS
    rows = ([row.get(name) for name in names] for row in result.terms())
    if result.query_form == "construct":
        names, formats = ("subject", "predicate", "object"), _GRAPH_FORMATS
        rows = ([triple.subject, triple.predicate, triple.object] for triple in result.terms())
    first = list(islice(rows, max_rows))
    more = next(rows, None) is not None
    namespaces = dict(sorted(result.prefixes.items(), reverse=True))  # of prefixes of one namespace, the last one by name is shown
    prefixes = PrefixMap(namespaces, READABLE_LOCAL_NAME)
    row_count = f"{'The first ' if more else ''}{len(first):,} {'row' if len(first) == 1 else 'rows'}"
    return {
        "columns": names,
        "summary": f"{row_count}, and there are more: take a file to have them all" if more else row_count,
        "files": [(name, f"?{urlencode({'query': query, 'format': name})}") for name in formats],
        "rows": ([_cell(value, prefixes) for value in row] for row in first),
    }


def _cell(value: SolutionTerm | Triple | None, prefixes: PrefixMap) -> ResultCell:
    if value is None:
        return ResultCell("")
    if isinstance(value, NamedNode):
        iri = value.value
        url = _page_url(iri) or (iri if _is_web_url(iri) else "")
        return ResultCell(prefixes.compress(iri) or iri, url, iri)
    if isinstance(value, Literal):
        return ResultCell(value.value, detail=value.language or "")
    return ResultCell(str(value))


def _page_url(iri: str) -> str:
    """The page of a resource; empty if its IRI fits several entity types."""
    addresses = [address for entity_type in ENTITY_TYPES if (address := address_from_iri(iri, entity_type))]
    return addresses[0].url(HTML) if len(addresses) == 1 else ""
