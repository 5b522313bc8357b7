"""Query results as HTML, without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import IO, Any, NamedTuple
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode, Triple

from pfocr2rdf.rdf.prefixes import READABLE_LOCAL_NAME, PrefixMap
from pfocr2rdf.rdf.vocabulary import PREFIXES, expand_curie
from pfocr2rdf.site.pages.graph_reader import read_release_name
from pfocr2rdf.site.pages.html import Site, stream_page
from pfocr2rdf.site.pages.query_page import TITLE, query_page_values
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, HTML, address_from_iri
from pfocr2rdf.stores.embedded import EmbeddedStore
from pfocr2rdf.stores.querying.result import ResultStream
from pfocr2rdf.stores.store import SolutionTerm

SERVED_SITE = Site(endpoint="sparql")
"""The served site, without what only its store knows."""

_FORMATS = {
    "select": (("CSV", "csv", "csv"), ("TSV", "tsv", "tsv"), ("JSON", "srj", "json"), ("XML", "srx", "xml")),
    "ask": (("JSON", "srj", "json"), ("XML", "srx", "xml")),  # CSV and TSV are for rows
    "construct": (
        ("Turtle", "ttl", "turtle"),
        ("JSON-LD", "jsonld", "jsonld"),
        ("N-Triples", "nt", "ntriples"),
        ("RDF/XML", "rdf", "rdfxml"),
    ),
}
"""The downloads of a result by query form: name, suffix and value of ``format``."""

_GRAPH_COLUMNS = ("subject", "predicate", "object")
_NUMBER_TYPES = frozenset(PREFIXES["xsd"] + name for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger"))
_LABEL_PROPERTIES = tuple(NamedNode(PREFIXES[prefix] + name) for prefix, name in (("rdfs", "label"), ("dcterms", "title")))
_RDF_TYPE = NamedNode(PREFIXES["rdf"] + "type")
_is_web_url = re.compile(r"https?://", re.IGNORECASE).match


class ResultCell(NamedTuple):
    """A cell of a result table."""

    text: str
    url: str = ""
    title: str = ""  # the whole IRI, or the datatype of a number
    detail: str = ""  # a language tag or a datatype
    label: str = ""  # the name of the resource, unless another cell of the row has it
    is_number: bool = False


def served_site(store: EmbeddedStore) -> Site:
    """The served site, with the release that is in its store."""
    release, issued = read_release_name(store)
    return SERVED_SITE._replace(release=release, issued=issued)


def write_result_page(
    file: IO[bytes], result: ResultStream, query: str, store: EmbeddedStore, *, max_rows: int = 1000, allow_service: bool = False
) -> None:
    """Write the query page with a result: its first rows as an HTML table, with a note if it is truncated.

    Raises:
        StoreError: the store fails while it is read.
    """
    site = served_site(store)
    values = query_page_values(site, query, allow_service=allow_service)
    answer = _answer_values(result, query, store, max_rows)
    for part in stream_page("queries", site, TITLE, problem=None, answer=answer, **values):
        file.write(part.encode())


def _answer_values(result: ResultStream, query: str, store: EmbeddedStore, max_rows: int) -> dict[str, Any]:
    formats = _FORMATS[result.query_form]
    files = [(name, suffix, f"sparql?{urlencode({'query': query, 'format': format_name})}") for name, suffix, format_name in formats]
    if result.query_form == "ask":
        return {"boolean": result.boolean, "files": files}
    names: Sequence[str] = result.variables
    rows = ([row.get(name) for name in names] for row in result.terms())
    if result.query_form == "construct":
        names = _GRAPH_COLUMNS
        rows = ([triple.subject, triple.predicate, triple.object] for triple in result.terms())
    first = list(islice(rows, max_rows))
    more = next(rows, None) is not None
    unit = "statement" if result.query_form == "construct" else "row"
    row_count = f"{'The first ' if more else ''}{len(first):,} {unit}{'' if len(first) == 1 else 's'}"
    return {
        "boolean": None,
        "columns": names,
        "summary": f"{row_count}. There are more: the downloads have all of them." if more else f"{row_count}.",
        "files": files,
        "rows": _result_rows(first, store, result),
    }


def _result_rows(
    rows: Sequence[Sequence[SolutionTerm | Triple | None]], store: EmbeddedStore, result: ResultStream
) -> Iterator[list[ResultCell]]:
    """The rows as cells; resources have their labels, which are read once each."""
    namespaces = dict(sorted(result.prefixes.items(), reverse=True))  # of prefixes of one namespace, the last one by name is shown
    prefixes = PrefixMap(namespaces, READABLE_LOCAL_NAME)
    labels: dict[NamedNode, str] = {}
    urls: dict[NamedNode, str] = {}

    def describe(node: NamedNode) -> ResultCell:
        if node not in labels:
            labels[node] = _label(store, node)
            urls[node] = _page_url(store, node) or (node.value if _is_web_url(node.value) else "")
        return ResultCell(prefixes.compress(node.value) or node.value, urls[node], node.value, label=labels[node])

    for row in rows:
        texts = {value.value.casefold() for value in row if isinstance(value, Literal)}
        cells = [_cell(value, describe, prefixes) for value in row]
        yield [cell._replace(label="") if cell.label.casefold() in {*texts, _local_name(cell.text)} else cell for cell in cells]


def _local_name(curie: str) -> str:
    return curie.rpartition(":")[2].casefold()


def _cell(value: SolutionTerm | Triple | None, describe: Callable[[NamedNode], ResultCell], prefixes: PrefixMap) -> ResultCell:
    if value is None:
        return ResultCell("")
    if isinstance(value, NamedNode):
        return describe(value)
    if not isinstance(value, Literal):
        return ResultCell(str(value))
    datatype = value.datatype.value
    name = prefixes.compress(datatype) or datatype
    if datatype in _NUMBER_TYPES:
        return ResultCell(value.value, title=name, is_number=True)
    is_plain = value.language or datatype == f"{PREFIXES['xsd']}string"
    return ResultCell(value.value, detail=(value.language or "") if is_plain else name)


def _label(store: EmbeddedStore, node: NamedNode) -> str:
    """The name of a resource; ``""`` where the store has none."""
    for label_property in _LABEL_PROPERTIES:
        for quad in store.match(node, label_property, None):
            if isinstance(quad.object, Literal):
                return quad.object.value
    return ""


def _page_url(store: EmbeddedStore, node: NamedNode) -> str:
    """The page of a resource. Where its IRI fits several entity types, the store decides."""
    addresses = [(entity_type, address) for entity_type in ENTITY_TYPES if (address := address_from_iri(node.value, entity_type))]
    if len(addresses) > 1:
        addresses = [item for item in addresses if any(store.match(node, _RDF_TYPE, NamedNode(expand_curie(item[0].cls))))]
    return addresses[0][1].url(HTML) if len(addresses) == 1 else ""
