"""Statements of a node, removed one by one: what is left at the end, a record can have in its JSON-LD only."""

from __future__ import annotations

from typing import Any

from pfocr2rdf.derived.nodes import expand_id
from pfocr2rdf.rdf.vocabulary import PROPERTIES, expand_curie

OpenNode = dict[str, Any]
"""A node object from which statements are removed."""

_PROPERTIES = {row.jsonld_key: row for row in PROPERTIES}


def as_list(content: Any) -> list[Any]:
    """The values of a key, of which a single one is no list."""
    return content if type(content) is list else [content]


def take_texts(node: OpenNode, term: str, limit: int = -1) -> list[str]:
    """Remove the values of a term that are text, the first ones only with a limit, and return them.

    >>> node = {"label": ["a", {"@value": "b", "@language": "en"}], "title": ["x", "y"]}
    >>> take_texts(node, "label"), take_texts(node, "title", 1), node
    (['a'], ['x'], {'label': [{'@value': 'b', '@language': 'en'}], 'title': ['y']})
    """
    texts: list[str] = []
    others: list[Any] = []
    for item in as_list(node.pop(term, [])):
        if type(item) is str and len(texts) != limit:
            texts.append(item)
        else:
            others.append(item)
    if others:
        node[term] = others
    return texts


def take_text(node: OpenNode, term: str) -> str:
    """Remove the first value of a term that is text and return it, ``""`` if there is none."""
    return "".join(take_texts(node, term, 1))


def put_texts(node: OpenNode, term: str, texts: list[str]) -> None:
    """Add values to a node, before those that it has."""
    if texts:
        node[term] = [*texts, *as_list(node.get(term, []))]


def expand_statements(node: OpenNode) -> dict[str, Any]:
    """The statements of a node in expanded JSON-LD, which needs no context; its identifier and types are left out.

    >>> expand_statements({"id": "urn:x", "issued": "2020", "schema:about": {"id": "ncbigene:1"}})["http://schema.org/about"]
    [{'@id': 'https://identifiers.org/ncbigene/1'}]
    """
    return {
        expand_curie(_PROPERTIES[key].name) if key in _PROPERTIES else expand_id(key): [
            _expand_value(key, item) for item in as_list(content)
        ]
        for key, content in node.items()
        if key not in ("id", "type")
    }


def list_types(node: OpenNode) -> list[str]:
    """The IRIs of the classes of a node."""
    return [expand_id(item) for item in as_list(node.get("type", []))]


def _expand_value(key: str, item: Any) -> dict[str, str]:
    if type(item) is str:
        row = _PROPERTIES.get(key)
        if row and row.is_object:
            return {"@id": expand_id(item)}
        return {"@value": item, "@type": expand_curie(row.range)} if row and row.range != "xsd:string" else {"@value": item}
    if "id" in item:
        return {"@id": expand_id(item["id"])}
    return {name: expand_id(text) if name == "@type" else text for name, text in item.items()}
