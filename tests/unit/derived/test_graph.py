"""Files of an export are read directly only in the form in which an export writes them; another form is for the general reader."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfocr2rdf.derived.graph import ExportedGraph, GraphPart, UnorderedGraphError
from pfocr2rdf.derived.nodes import FigureNodes, Node
from pfocr2rdf.rdf.serializers.jsonld import JsonLdSerializer
from pfocr2rdf.rdf.terms import Resource, expand_term, literal

FORMATS = {"jsonld": pyoxigraph.RdfFormat.JSON_LD, "nt": pyoxigraph.RdfFormat.N_TRIPLES}
GENE, CLASS = expand_term("ncbigene:1"), expand_term("rdf:type")
FIGURE = expand_term("figure:PMC1__a.html")


def resource(subject: str, *pairs: tuple[str, str]) -> Resource:
    """A resource, with CURIEs of properties and the text of RDF terms."""
    return Resource(expand_term(subject), tuple((expand_term(predicate), term) for predicate, term in pairs))


def mention(name: str, *pairs: tuple[str, str]) -> Resource:
    return resource(f"mention:{name}", ("rdf:type", expand_term("pfocr:Mention")), ("oa:hasTarget", FIGURE), ("oa:hasBody", GENE), *pairs)


FAMILIES = (expand_term("fam:A"), expand_term("fam:B"))
ENTITY = resource("ncbigene:1", ("rdf:type", expand_term("pfocr:Gene")), *[("pfocr:memberOf", family) for family in FAMILIES])
FIGURE_RESOURCE = resource("figure:PMC1__a.html", ("rdf:type", expand_term("pfocr:Figure")), ("dcterms:title", literal("A title")))
RESOURCES = [
    ENTITY, FIGURE_RESOURCE, mention("1", ("pfocr:word", literal("ONE")), ("pfocr:occurrences", literal("2", "xsd:integer"))),
    mention("2"),
]  # fmt: skip
ENTITY_LINE, FIGURE_LINE, MENTION_LINE, LAST_LINE = range(-6, -2)


def write_jsonld(resources: list[Resource]) -> str:
    serializer = JsonLdSerializer()
    return serializer.header() + serializer.serialize_resources(resources, "") + serializer.footer()


def read(text: str, name: str = "jsonld") -> tuple[list[Node], list[FigureNodes]]:
    graph = ExportedGraph([GraphPart("figures", lambda: nullcontext(io.BytesIO(text.encode())), FORMATS[name])])
    return list(graph.iter_entities()), list(graph.iter_figures())


def edit_line(number: int, edit: Callable[[str], str]) -> Callable[[str], str]:
    """An edit of a line of JSON-LD, without its comma."""

    def apply(text: str) -> str:
        lines = text.split("\n")
        comma = "," if lines[number].endswith(",") else ""
        lines[number] = edit(lines[number].removesuffix(",")) + comma
        return "\n".join(lines)

    return apply


def edit_node(number: int, edit: Callable[[dict[str, Any]], Any]) -> Callable[[str], str]:
    return edit_line(number, lambda line: json.dumps(edit(json.loads(line))))


def test_the_lines_of_an_export_are_its_nodes() -> None:
    entities, figures = read(write_jsonld(RESOURCES))
    assert [entity["id"] for entity in entities] == ["ncbigene:1"]
    assert [(nodes.figure["id"], [node["id"] for node in nodes.mentions]) for nodes in figures] == [
        ("figure:PMC1__a.html", ["mention:1", "mention:2"])
    ]


EDITS: dict[str, Callable[[str], str]] = {
    "another prefix": lambda text: text.replace('"https://identifiers.org/ncbigene/"', '"https://example.org/"'),
    "another term": lambda text: text.replace('"@id": "pfocr:occurrences"', '"@id": "pfocr:other"'),
    "line ends of Windows": lambda text: text.replace("\n", "\r\n"),
    "a byte order mark": lambda text: f"\ufeff{text}",
    "no end": lambda text: text.removesuffix("]}\n"),
    "more after the end": lambda text: f'{text}{{"type": "pfocr:Figure", "id": "figure:PMC2__a.html"}}\n',
    "type after id": edit_node(MENTION_LINE, lambda node: {"id": node["id"], **node} | {"type": node["type"]}),
    "no spaces": edit_line(MENTION_LINE, lambda line: line.replace(": ", ":")),
    "indentation": edit_line(MENTION_LINE, lambda line: f"  {line}"),
    "another type first": edit_node(MENTION_LINE, lambda node: {**node, "type": ["schema:Thing", "pfocr:Mention"]}),
    "the IRI of a class": edit_line(FIGURE_LINE, lambda line: line.replace("pfocr:Figure", "https://pfocr.wikipathways.org/vocab#Figure")),
    "the IRI of an entity": edit_line(MENTION_LINE, lambda line: line.replace("ncbigene:1", GENE[1:-1])),
    "an escaped IRI": edit_line(MENTION_LINE, lambda line: line.replace("ncbigene:1", GENE[1:-1].replace("/", "\\/"))),
    "the IRI of a property": edit_node(MENTION_LINE, lambda node: {**node, "https://pfocr.wikipathways.org/vocab#match": "ONE"}),
    "the CURIE of a property": edit_node(MENTION_LINE, lambda node: {**node, "pfocr:match": "ONE"}),
    "an unknown key": edit_node(MENTION_LINE, lambda node: {**node, "note": "x"}),
    "keywords": edit_line(MENTION_LINE, lambda line: line.replace('"id"', '"@id"').replace('"type"', '"@type"')),
    "a number": edit_node(MENTION_LINE, lambda node: {**node, "occurrences": 2}),
    "true": edit_node(FIGURE_LINE, lambda node: {**node, "figureNumber": True}),
    "null": edit_node(ENTITY_LINE, lambda node: {**node, "label": None}),
    "a number in a list": edit_node(ENTITY_LINE, lambda node: {**node, "altLabel": ["x", 1]}),
    "a literal as a class": edit_node(ENTITY_LINE, lambda node: {**node, "type": [node["type"], {"@value": "x"}]}),
    "a set": edit_node(MENTION_LINE, lambda node: {**node, "word": {"@set": ["ONE"]}}),
    "a list": edit_node(MENTION_LINE, lambda node: {**node, "word": {"@list": ["ONE"]}}),
    "a type that the context gives": edit_node(MENTION_LINE, lambda node: {**node, "word": {"@value": "ONE", "@type": "xsd:string"}}),
    "a node in a node": edit_node(MENTION_LINE, lambda node: {**node, "hasBody": {"id": "ncbigene:1", "label": "ONE"}}),
    "an object for an IRI": edit_node(MENTION_LINE, lambda node: {**node, "hasBody": {"id": "ncbigene:1"}}),
    "a blank node": edit_node(MENTION_LINE, lambda node: {**node, "hasBody": "_:b"}),
    "a node without an id": edit_node(MENTION_LINE, lambda node: {"type": node["type"], "word": "ONE"}),
    "a relative id": edit_node(ENTITY_LINE, lambda node: {**node, "id": "one"}),
    "an id that is a number": edit_node(ENTITY_LINE, lambda node: {**node, "id": 1}),
    "a number for a node": edit_line(ENTITY_LINE, lambda line: f"42,\n{line}"),
    "a text for a mention": edit_line(MENTION_LINE, lambda line: f'"x",\n{line}'),
    "two nodes in a line": edit_line(MENTION_LINE, lambda line: f"{line}, {line.replace('mention:1', 'mention:3')}"),
    "a mention that is twice there": edit_line(MENTION_LINE, lambda line: f"{line},\n{line}"),
    "a mention of two figures": edit_node(MENTION_LINE, lambda node: {**node, "hasTarget": ["figure:PMC1__a.html", "figure:PMC1__b.html"]}),
    "a second type for a mention": edit_line(MENTION_LINE, lambda line: line.removesuffix("}") + ', "type": "pfocr:Gene"}'),
    "a mention before its figure": lambda text: text.replace('"pfocr:Gene"', '"pfocr:Mention"'),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_lines_in_another_form_are_recognised(name: str) -> None:
    text = write_jsonld(RESOURCES)
    assert EDITS[name](text) != text
    with pytest.raises(UnorderedGraphError):
        read(EDITS[name](text))


PRINTABLE_TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20)  # no record has control characters
TEXTS = st.sampled_from(["_:b", GENE[1:-1], "\\u0041", "\\/", '"http', "]}", "ncbigene:1"]) | PRINTABLE_TEXTS


@given(TEXTS, TEXTS, st.sampled_from(["schema:about", "dcterms:title", "oa:hasBody", "pfocr:occurrences"]))
def test_all_that_the_serializer_writes_is_read(title: str, word: str, predicate: str) -> None:
    terms = [literal(word), literal(word, "xsd:integer"), GENE, f"{literal(word)}@en"]
    resources = [
        ENTITY, resource("figure:PMC1__a.html", ("rdf:type", expand_term("pfocr:Figure")), ("dcterms:title", literal(title))),
        *[mention(str(number), (predicate, term), ("pfocr:word", literal(title))) for number, term in enumerate(terms)],
    ]  # fmt: skip
    _, figures = read(write_jsonld(resources))
    assert figures[0].figure["title"] == title
    assert [node["word"] for node in figures[0].mentions] == [title] * len(terms)


TRIPLE_TERM = "<urn:s> <urn:p> <<( <urn:a> <urn:b> <urn:c> )>> ."
STATEMENTS = ("_:b <urn:p> <urn:o> .", "<urn:s> <urn:p> _:b .", TRIPLE_TERM, "<pfocr:x> <urn:p> <urn:o> .")


@pytest.mark.parametrize("line", STATEMENTS)
def test_statements_that_no_export_has_are_for_the_general_reader(line: str) -> None:
    with pytest.raises(UnorderedGraphError):
        read(f"{line}\n", "nt")


def test_a_statement_that_is_twice_there_counts_once() -> None:
    assert read("<urn:s> <urn:p> <urn:o> .\n" * 2, "nt")[0] == [{"id": "urn:s", "urn:p": {"id": "urn:o"}}]
