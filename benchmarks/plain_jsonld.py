"""The JSON-LD of a record in the plain pipeline: repaired, expanded by PyLD, and put into rdflib's graph."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from pyld import jsonld
from rdflib import RDF, XSD, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS

from benchmarks.plain_rows import NOTHING, said

CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"


@cache
def context() -> Any:
    """The context of schema.org that ships with the package."""
    return json.loads(files("pfocr2rdf").joinpath("mapping/jsonld/data/schema.org.context.jsonld").read_text(encoding="utf-8"))


def load_context(url: str, options: object) -> dict[str, Any]:  # noqa: ARG001 - PyLD's signature
    """PyLD's document loader: no network, whatever a record asks for."""
    if url.rstrip("/") not in ("https://schema.org", "http://schema.org"):
        raise ValueError(f"the context {url} is not at hand")
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": context()}


def repaired(block: dict[str, Any], title: str) -> dict[str, Any]:
    """The block with licence, name, creator and keywords put right."""
    entries = {key: value for key, value in block.items() if not (isinstance(value, str) and value.strip() in NOTHING)}
    if entries.get("license") == "CC0":
        entries["license"] = CC0
    if entries.get("name") == "CreativeWork":
        entries["name"] = [title] if title else []
    if entries.get("creator") == {"@type": "Organization", "name": "WikiPathways"}:
        entries["creator"] = {"@id": "https://www.wikipathways.org/", **entries["creator"]}
    if isinstance(entries.get("keywords"), list):
        entries["keywords"] = [word for word in entries["keywords"] if word.strip() not in NOTHING]
    return entries


def add_json_ld(graph: Graph, figure: URIRef, record: dict[str, Any]) -> None:
    """The statements of the record's JSON-LD, as PyLD expands them."""
    own = record.get("schema-jsonld")
    if isinstance(own, dict):
        add_block(graph, figure, record, own)
    description, caption = URIRef("http://schema.org/description"), said(record.get("caption"))
    if caption and caption.split() not in [str(text).split() for text in graph.objects(figure, description)]:
        graph.add((figure, description, Literal(caption)))


def add_block(graph: Graph, figure: URIRef, record: dict[str, Any], own: dict[str, Any]) -> None:
    """The statements of a block that is there."""
    block = repaired(own, said(record.get("figtitle")))
    if block.get("@id") != str(figure):
        raise ValueError(f"{block.get('@id')} is not {figure}")
    for triples in jsonld.to_rdf(block, {"documentLoader": load_context}).values():
        for triple in triples:
            graph.add((URIRef(triple["subject"]["value"]), URIRef(triple["predicate"]["value"]), json_ld_object(triple["object"])))
    if licence := block.get("license"):
        graph.add((figure, DCTERMS.license, URIRef(licence)))


def json_ld_object(term: dict[str, str]) -> URIRef | Literal:
    """One of PyLD's objects as one of rdflib's."""
    if term["type"] == "blank node":
        raise ValueError("the JSON-LD has a node without a name")
    if term["type"] == "IRI":
        return URIRef(term["value"])
    plain = term["datatype"] in (str(XSD.string), str(RDF.langString))
    return Literal(term["value"], term.get("language"), None if plain else URIRef(term["datatype"]), normalize=False)
