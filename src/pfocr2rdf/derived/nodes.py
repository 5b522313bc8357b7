"""Nodes: the statements of a subject as a compact JSON-LD node object, with the terms of the project's context.

IRIs are CURIEs where the context has a prefix (``ncbigene:6772``), so formats can use them as identifiers. A property has one value or
a list of values; ``values`` and ``value`` hide the difference. Values come in the order of the source: that of the records in an
export, that of their text in a store. A format that sorts them has the same content for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from itertools import chain
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from pfocr2rdf.rdf.prefixes import PrefixMap
from pfocr2rdf.rdf.vocabulary import DEFAULT_PREFIXES, PREFIXES

Node = Mapping[str, Any]
"""A node object: ``id``, ``type``, and a value or list of values for each term."""

KINDS = {
    "pfocr:Gene": "gene",
    "pfocr:Family": "family",
    "pfocr:Chemical": "chemical",
    "pfocr:Disease": "disease",
    "pfocr:Organism": "organism",
    "pfocr:Paper": "paper",
    "pfocr:Pathway": "pathway",
}


_CURIES = PrefixMap(PREFIXES, re.compile(r"[^/:?#]+"))
_match_integer = re.compile(r"[+-]?[0-9]{1,18}").fullmatch


class FigureNodes(NamedTuple):
    """A figure with its mentions, in the order of the graph."""

    figure: Node
    mentions: list[Node]


def are_plain(nodes: Iterable[Any], terms: Set[str]) -> bool:
    """Whether all are node objects with these terms only, each of which has a single text. Few calls check many nodes.

    >>> are_plain([{"id": "fam:STAT"}, {"id": "fam:JAK", "prefLabel": "JAK"}], {"id", "prefLabel"}), are_plain([{"id": ["a"]}], {"id"})
    (True, False)
    """
    try:
        "".join(chain.from_iterable(map(dict.values, nodes)))
    except TypeError:
        return False
    return set().union(*nodes) <= terms


def values(node: Node, term: str) -> list[str]:
    """The values of a term as text: CURIEs or IRIs, or the text of literals without datatype and language.

    >>> node = {"id": "ncbigene:6772", "label": "STAT1", "memberOf": ["fam:STAT", {"id": "fam:ISGF"}]}
    >>> values(node, "label"), values(node, "memberOf"), values(node, "organism")
    (['STAT1'], ['fam:STAT', 'fam:ISGF'], [])
    """
    content = node.get(term)
    if content is None:
        return []
    if type(content) is str:
        return [content]
    return [_text(item) for item in (content if type(content) is list else [content])]


def iris(node: Node, term: str) -> list[str]:
    """The values of a property of the vocabulary that are IRIs, sorted; literals in their place are left out.

    >>> iris({"memberOf": ["fam:STAT", {"@value": "STAT"}, "fam:ISGF"]}, "memberOf")
    ['fam:ISGF', 'fam:STAT']
    """
    content = node.get(term, [])
    if type(content) is str:
        return [content]
    return sorted({item for item in (content if type(content) is list else [content]) if type(item) is str})


def value(node: Node, term: str) -> str:
    """The value of a term as text, ``""`` for none; of several values, the first in code point order.

    >>> value({"label": ["b", "a"]}, "label"), value({}, "label")
    ('a', '')
    """
    content = node.get(term, "")
    return content if type(content) is str else min(values(node, term), default="")


def _text(item: Any) -> str:
    return item if type(item) is str else str(item["id"] if "id" in item else item["@value"])


def node_id(node: Node) -> str:
    """The identifier of a node: a CURIE, or an IRI without a prefix."""
    identifier: str = node["id"]
    return identifier


def kind(node: Node) -> str:
    """``gene``, ``family``, ``chemical``, ``disease``, ``organism``, ``paper`` or ``pathway``; ``other`` for another entity.

    An entity that is a chemical and a disease counts as a chemical.
    """
    types = values(node, "type")
    return next((name for class_name, name in KINDS.items() if class_name in types), "other")


def shorten_id(identifier: str) -> str:
    """The CURIE of an identifier, also where Turtle and JSON-LD write the IRI because its local name would need escapes.

    >>> shorten_id("fam:STAT"), shorten_id("https://pfocr.wikipathways.org/families/%C3%BC"), shorten_id("https://example.org/x")
    ('fam:STAT', 'fam:%C3%BC', 'https://example.org/x')
    """
    return identifier if identifier.partition(":")[0] in PREFIXES else _CURIES.compress(identifier) or identifier


def local_id(identifier: str) -> str:
    """The part of a CURIE after its prefix.

    >>> local_id("ncbigene:6772"), local_id("https://pfocr.wikipathways.org/families/~"), local_id("https://example.org/x")
    ('6772', '~', 'https://example.org/x')
    """
    prefix, _, name = shorten_id(identifier).partition(":")
    return name if prefix in PREFIXES else identifier


def figid(figure: Node) -> str:
    """The figid of a figure, which its IRI has percent-encoded; the whole IRI if it is another one.

    Identifiers of the figure in the graph do not count: they can be missing, or be aliases, which figures can share.

    >>> figid({"id": "figure:PMC100008__Fig%201.html"}), figid({"id": "https://example.org/F1.html"})
    ('PMC100008__Fig 1', 'https://example.org/F1.html')
    """
    iri = expand_id(node_id(figure))
    name = unquote(iri.removeprefix(PREFIXES["figure"]).removesuffix(".html"))
    usual_iris = [f"{PREFIXES['figure']}{encoded}.html" for encoded in (quote(name, safe=""), name)]
    return name if name and iri in usual_iris else iri


def family_name(identifier: str) -> str:
    """The name of a family, which its IRI has percent-encoded; the whole IRI if it is another one.

    >>> family_name("fam:A%2FB"), family_name("https://example.org/A")
    ('A/B', 'https://example.org/A')
    """
    iri = expand_id(identifier)
    name = unquote(iri.removeprefix(PREFIXES["fam"]))
    return name if name and iri == PREFIXES["fam"] + quote(name, safe="") else iri


def paper_name(identifier: str) -> str:
    """The PubMed Central id of a paper; the whole IRI of another paper.

    >>> paper_name("pmc:PMC7378365"), paper_name("https://doi.org/10.1000/182")
    ('PMC7378365', 'https://doi.org/10.1000/182')
    """
    return expand_id(identifier).removeprefix(PREFIXES["pmc"])


def taxon_name(identifier: str) -> str:
    """The number of an organism at NCBI Taxonomy; the whole IRI of another organism.

    >>> taxon_name("taxon:9606"), taxon_name("https://example.org/9606")
    ('9606', 'https://example.org/9606')
    """
    return expand_id(identifier).removeprefix(PREFIXES["taxon"])


def parse_integer(text: str) -> int | None:
    """The number that a text is in any form, if it has at most 18 digits: Python refuses to read thousands of digits.

    >>> parse_integer("042"), parse_integer("+42"), parse_integer("forty-two"), parse_integer("9" * 19)
    (42, 42, None, None)
    """
    return int(text) if _match_integer(text) else None


def expand_id(identifier: str) -> str:
    """The IRI of a CURIE; another IRI stays.

    >>> expand_id("ncbigene:6772"), expand_id("https://example.org/x")
    ('https://identifiers.org/ncbigene/6772', 'https://example.org/x')
    """
    prefix = identifier.partition(":")[0]
    return DEFAULT_PREFIXES.expand(identifier) if prefix in PREFIXES else identifier
