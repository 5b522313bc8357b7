"""The JSON-LD block of a record, ``schema-jsonld``: as published records have it, and with it the statements that no field has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pfocr2rdf.derived.nodes import expand_id
from pfocr2rdf.derived.records.facts import GraphFacts, iter_references
from pfocr2rdf.derived.records.statements import OpenNode, expand_statements, list_types, take_text, take_texts
from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.vocabulary import PREFIXES

_SCHEMA = PREFIXES["schema"]
_PUBLISHER = {
    "@id": iris.WIKIPATHWAYS_IRI,
    "@type": [f"{_SCHEMA}Organization"],
    f"{_SCHEMA}name": [{"@value": "WikiPathways"}],
}
_PLAIN_KEYS = {"description": "description", "schema_name": "name", "keywords": "keywords"}
_match_term = re.compile(r"[A-Za-z][A-Za-z0-9]*").fullmatch


def build_block(figid: str, rest: OpenNode, title: str, facts: GraphFacts) -> dict[str, Any] | None:
    """The block for what is left of the node of a figure; ``None`` where nothing is. The node is consumed.

    Entities that only JSON-LD describes are repeated in the block of each figure that refers to them, and each of the others in one block.
    """
    included = [*facts.list_reachable(iter_references(rest)), *facts.take_unreferenced()]
    types, license_iri = list_types(rest), expand_id(take_text(rest, "license"))
    if not (types or license_iri or included or rest.keys() - {"id", "type"}):
        return None
    licenses = take_texts(rest, "schema_license")
    block: dict[str, Any] = {"@context": "https://schema.org/", "@id": iris.figure_iri(figid)}
    # Without a context, "license" is the licence of the record, and no statement of its JSON-LD.
    has_terms = not license_iri or license_iri in licenses[:1]
    if not has_terms:
        del block["@context"]
    if types:
        block["@type"] = _unless_several([_term(iri) if has_terms else iri for iri in types])
    block |= _take_plain_texts(rest, title) if has_terms else {}
    if license_iri:
        block["license"] = "CC0" if license_iri == iris.CC0_IRI else license_iri
        licenses = licenses[1:] if has_terms else licenses
    elif licenses:
        block["license"] = [expand_id(text) for text in licenses]
        licenses = []
    if licenses:
        rest["schema_license"] = licenses
    creators = take_texts(rest, "creator")
    publisher = facts.jsonld_nodes.get(iris.WIKIPATHWAYS_IRI)
    if creators == [iris.WIKIPATHWAYS_IRI] and publisher and _describe(publisher) == _PUBLISHER and has_terms:
        block["creator"] = {"@type": "Organization", "name": "WikiPathways"}
        included = [identifier for identifier in included if identifier != iris.WIKIPATHWAYS_IRI]
    elif creators:
        rest["creator"] = creators
    block |= {_term(iri) if has_terms else iri: items for iri, items in expand_statements(rest).items()}
    nodes = [_describe(facts.jsonld_nodes[identifier]) for identifier in dict.fromkeys(included)]
    if nodes:
        block["@included"] = nodes
    return block


def _take_plain_texts(rest: OpenNode, title: str) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for term, key in _PLAIN_KEYS.items():
        if texts := take_texts(rest, term):
            plain[key] = texts if key == "keywords" or texts == ["CreativeWork"] else _unless_several(texts)
    if title and plain.get("name") == title:
        plain["name"] = "CreativeWork"  # as in all published records, for which the title is exported
    return plain


def _describe(node: OpenNode) -> dict[str, Any]:
    types = {"@type": types} if (types := list_types(node)) else {}
    return {"@id": expand_id(node["id"]), **types, **expand_statements(node)}


def _term(iri: str) -> str:
    """The term of schema.org's context, where it is surely one; else the IRI."""
    name = iri.removeprefix(_SCHEMA)
    return name if name != iri and _match_term(name) else iri


def _unless_several(items: Iterable[str]) -> Any:
    several = list(items)
    return several[0] if len(several) == 1 else several
