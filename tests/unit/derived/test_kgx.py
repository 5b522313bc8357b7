"""KGX: what is a node, what is an edge, and that both syntaxes have the same content."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.derived_files import EVIDENCE, HUMAN, derive_in_memory, figure, gene, mention

from pfocr2rdf.derived.kgx import (
    EDGE_COLUMNS,
    MENTION_WITHOUT_EDGE,
    NODE_COLUMNS,
    REPLACED_SURROGATES,
    REPLACED_TEXT,
    UNCLASSIFIED_ENTITY,
    UNDESCRIBED_ENTITY,
    UNREADABLE_COUNT,
)
from pfocr2rdf.derived.nodes import FigureNodes, Node

LISTS = {
    "category", "synonym", "xref", "equivalent_identifiers", "keywords", "organism_names", "annotations",
    "publications", "has_evidence", "supporting_text", "matched_via",
}  # fmt: skip
STAT1: Node = {**gene(6772, "STAT1"), "memberOf": "fam:STAT"}
STAT: Node = {"type": "pfocr:Family", "id": "fam:STAT", "prefLabel": "STAT", "exactMatch": "fplx:STAT"}
PAPER: Node = {
    "type": ["pfocr:Paper", "schema:ScholarlyArticle"], "id": "pmc:PMC1", "title": "A paper", "issued": "2020", "sameAs": "https://doi.org/10.1/x",
}  # fmt: skip
ENTITIES = [STAT1, STAT, PAPER, HUMAN]
TEXTS = st.text('|"\\aé\t\n\x85\u2028', min_size=1) | st.text(min_size=1)


def kgx(*figures: FigureNodes, entities: list[Node] = ENTITIES) -> tuple[list[Any], list[Any], dict[str, int]]:
    """The nodes and edges of the JSON Lines, the same as those of the tables, and the warnings."""
    files, warnings = derive_in_memory(entities, list(figures), "kgx")
    assert sorted(files.contents) == ["kgx/edges.jsonl", "kgx/edges.tsv", "kgx/nodes.jsonl", "kgx/nodes.tsv"]
    both = []
    for kind, columns in (("nodes", NODE_COLUMNS), ("edges", EDGE_COLUMNS)):
        lines = [json.loads(line) for line in files.contents[f"kgx/{kind}.jsonl"].split(b"\n")[:-1]]
        header, *rows = files.contents[f"kgx/{kind}.tsv"].decode().split("\n")[:-1]
        assert header.split("\t") == list(columns)
        assert [dict(zip(columns, row.split("\t"), strict=True)) for row in rows] == [table_row(line, columns) for line in lines]
        both.append(lines)
    return both[0], both[1], warnings


def table_row(line: dict[str, Any], columns: tuple[str, ...]) -> dict[str, str]:
    """What a line of a table has for a line of JSON."""
    assert all(isinstance(line.get(column, []), list) == (column in LISTS or column not in line) for column in columns)
    return {
        column: "|".join(map(plain, cell)) if isinstance(cell := line.get(column, ""), list) else plain(str(cell)) for column in columns
    }


def plain(text: str) -> str:
    """The text as the table has it: with one space for control characters that follow each other."""
    return re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).replace("|", "¦")


def word(text: str, body: str = "", evidence: str = "symbol", **terms: Any) -> Node:
    """A mention with a word; of no entity for ``""``."""
    node = {**mention(body, evidence, word=text, occurrences="1", id=f"mention:{text.encode().hex()}"), **terms}
    return {term: content for term, content in node.items() if content}


def test_a_mention_is_an_edge_with_its_word_its_evidence_and_its_paper() -> None:
    nodes, edges, warnings = kgx(figure("PMC1__F1", "A figure", [word("STAT-1", "ncbigene:6772")], citedIn="pmc:PMC1"))
    assert nodes[-1] == {
        "id": "pfocr.figure:PMC1__F1",
        "category": ["biolink:InformationContentEntity"],
        "name": "A figure",
        "iri": "https://pfocr.wikipathways.org/figures/PMC1__F1.html",
    }
    assert edges[-1] == {
        "id": "pfocr.figure:PMC1__F1-mentions-NCBIGene:6772",
        "subject": "pfocr.figure:PMC1__F1",
        "predicate": "biolink:mentions",
        "object": "NCBIGene:6772",
        "category": ["biolink:InformationContentEntityToNamedThingAssociation"],
        "knowledge_level": "observation",
        "agent_type": "image_processing_agent",
        "primary_knowledge_source": "infores:pfocr",
        "publications": ["PMC:1"],
        "evidence_count": 1,
        "has_evidence": [f"pfocr.mention:{b'STAT-1'.hex()}"],
        "supporting_text": ["STAT-1"],
        "matched_via": ["pfocr:viaSymbol"],
        "occurrences": 1,
    }
    assert [(edge["subject"], edge["predicate"], edge["object"]) for edge in edges[:-1]] == [
        ("NCBIGene:6772", "biolink:member_of", "pfocr.family:STAT"),
        ("NCBIGene:6772", "biolink:in_taxon", "NCBITaxon:9606"),
        ("pfocr.figure:PMC1__F1", "biolink:part_of", "PMC:1"),
    ]
    assert warnings == {}


def test_entities_have_their_names_and_their_identifiers_elsewhere() -> None:
    chemical = {"type": "pfocr:Chemical", "id": "mesh:D005947", "label": "Glucose", "altLabel": ["glu", "Glc"], "closeMatch": "chebi:17234"}
    nodes, edges, warnings = kgx(entities=[*ENTITIES, chemical, {"type": "schema:Organization", "id": "https://example.org/"}])
    assert [(node["id"], *node["category"], node["name"]) for node in nodes] == [
        ("NCBIGene:6772", "biolink:Gene", "STAT1"),
        ("pfocr.family:STAT", "biolink:GeneFamily", "STAT"),
        ("PMC:1", "biolink:JournalArticle", "A paper"),
        ("NCBITaxon:9606", "biolink:OrganismTaxon", "Homo sapiens"),
        ("MESH:D005947", "biolink:ChemicalEntity", "Glucose"),
    ]
    assert [nodes[1]["equivalent_identifiers"], nodes[2]["equivalent_identifiers"]] == [["FPLX:STAT"], ["doi:10.1/x"]]
    assert (nodes[4]["xref"], nodes[4]["synonym"]) == (["CHEBI:17234"], ["Glc", "glu"])
    assert len(edges) == 2
    assert warnings == {}


def test_mentions_of_an_entity_in_a_figure_are_one_edge() -> None:
    mentions = [
        word("STAT", "ncbigene:6772", "family", family="fam:STAT"),
        word("STAT1", "ncbigene:6772", occurrences="3"),
        word("stat1", "ncbigene:6772"),
    ]
    for order in (mentions, mentions[::-1]):
        _, edges, _ = kgx(figure("PMC1__F1", "A figure", order))
        to_gene, to_family = edges[-2:] if edges[-2]["object"].startswith("NCBI") else edges[:-3:-1]
        assert (to_gene["evidence_count"], to_gene["occurrences"], len(to_gene["has_evidence"])) == (3, 5, 3)
        assert to_gene["supporting_text"] == ["STAT", "STAT1", "stat1"]
        assert to_gene["matched_via"] == ["pfocr:viaFamily", "pfocr:viaSymbol"]
        assert (to_family["object"], to_family["supporting_text"]) == ("pfocr.family:STAT", ["STAT"])


def test_the_organisms_and_the_pathway_of_a_figure_are_edges_of_another_predicate() -> None:
    pathway = {"type": "pfocr:Pathway", "id": "wikipathways:WP1", "title": "A pathway"}
    node = figure("PMC1__F1", "A figure", [], organism="taxon:9606", pathway="wikipathways:WP1")
    _, edges, _ = kgx(node, entities=[HUMAN, pathway])
    assert [(edge["predicate"], edge["object"]) for edge in edges] == [
        ("biolink:related_to", "NCBITaxon:9606"),
        ("biolink:related_to", "WIKIPATHWAYS:WP1"),
    ]


def test_what_has_no_edge_or_no_name_is_counted() -> None:
    mentions = [word("melanoma"), word("melanomas"), word("a", "ncbigene:1"), word("b", "ncbigene:1", "")]
    nodes, edges, warnings = kgx(figure("PMC1__F1", "A figure", mentions), figure("PMC1__F2", "A figure", mentions[:3]))
    assert warnings == {MENTION_WITHOUT_EDGE: 4, UNDESCRIBED_ENTITY: 1}
    assert [node for node in nodes if node["id"] == "NCBIGene:1"] == [
        {"id": "NCBIGene:1", "category": ["biolink:NamedThing"], "iri": "https://identifiers.org/ncbigene/1"}
    ]
    assert [edge["matched_via"] for edge in edges[-2:]] == [["pfocr:viaSymbol"], ["pfocr:viaSymbol"]]


def test_both_nodes_of_every_edge_are_there() -> None:
    """Families and organisms may come after their genes, or not at all."""
    genes = [{**gene(1, "A", "taxon:10090"), "memberOf": ["fam:GONE", "fam:LATE"]}, {**gene(2, "B"), "memberOf": "fam:GONE"}]
    late = {"type": "pfocr:Family", "id": "fam:LATE", "prefLabel": "Late"}
    nodes, edges, warnings = kgx(figure("PMC1__F1", "A figure", []), entities=[*genes, late, HUMAN])
    identifiers = [node["id"] for node in nodes]
    assert len(set(identifiers)) == len(identifiers)
    assert {edge[end] for edge in edges for end in ("subject", "object")} <= set(identifiers)
    assert [node["id"] for node in nodes if node["category"] == ["biolink:NamedThing"]] == ["pfocr.family:GONE", "NCBITaxon:10090"]
    assert warnings == {UNDESCRIBED_ENTITY: 2}


def test_an_entity_of_another_class_is_a_named_thing_with_its_name() -> None:
    entity = {"type": "https://example.org/Class", "id": "https://example.org/x", "label": "An X"}
    nodes, edges, warnings = kgx(figure("PMC1__F1", "A figure", [word("x", "https://example.org/x")]), entities=[entity])
    assert nodes[-1] == {
        "id": "https://example.org/x", "category": ["biolink:NamedThing"], "name": "An X", "iri": "https://example.org/x",
    }  # fmt: skip
    assert edges[-1]["object"] == "https://example.org/x"
    assert warnings == {UNCLASSIFIED_ENTITY: 1}


@pytest.mark.parametrize("number", [1, 2])
def test_a_mention_of_another_program_has_its_iri(number: int) -> None:
    mentions = [word("a", "ncbigene:6772", id="https://example.org/mention"), word("b", "ncbigene:6772")]
    _, edges, _ = kgx(figure("PMC1__F1", "A figure", mentions[:number]))
    assert edges[-1]["has_evidence"] == ["https://example.org/mention", f"pfocr.mention:{b'b'.hex()}"][:number]


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("text", ["9" * 5000, "9" * 19, "٣", "many", ""])
def test_what_is_no_number_of_occurrences_is_counted(text: str, number: int) -> None:
    mentions = [word("a", "ncbigene:6772") | {"occurrences": text}, word("b", "ncbigene:6772", occurrences="2")]
    _, edges, warnings = kgx(figure("PMC1__F1", "A figure", mentions[:number]))
    assert edges[-1]["occurrences"] == (0 if number == 1 else 2)
    assert warnings == {UNREADABLE_COUNT: 1}


def test_an_unknown_lexicon_source_has_no_evidence() -> None:
    _, edges, _ = kgx(figure("PMC1__F1", "A figure", [word("STAT1", "ncbigene:6772", "")]))
    assert edges[-1]["matched_via"] == []


def test_text_that_a_table_cannot_hold_is_replaced_and_counted() -> None:
    words = [word("|TH|T", "ncbigene:6772"), word("a\tb", "ncbigene:6772")]
    _, edges, warnings = kgx(figure("PMC1__F1", "line one\nline two", words))
    assert edges[-1]["supporting_text"] == ["a\tb", "|TH|T"]
    assert warnings == {REPLACED_TEXT: 3}


def test_lone_surrogates_are_replaced_and_counted() -> None:
    nodes, _, warnings = kgx(figure("PMC1__F1", "a \ud835 title", []), entities=[])
    assert nodes[-1]["name"] == "a \ufffd title"
    assert warnings == {REPLACED_TEXT: 1, REPLACED_SURROGATES: 1}


@settings(max_examples=50)
@given(TEXTS, st.sampled_from([*EVIDENCE]), st.integers(1, 99))
def test_an_edge_of_one_mention_has_the_same_bytes_as_by_the_way_for_several(text: str, evidence: str, occurrences: int) -> None:
    mention_node = word(text, "ncbigene:6772", evidence, occurrences=str(occurrences))
    in_lists = {**mention_node, **{term: [mention_node[term]] for term in ("word", "evidence", "occurrences")}}
    quick, slow = (derive_in_memory(ENTITIES, [figure("PMC1__F1", "A figure", [node])], "kgx") for node in (mention_node, in_lists))
    assert quick[0].contents == slow[0].contents
    assert quick[1] == slow[1]


@settings(max_examples=50)
@given(st.lists(TEXTS, min_size=1, max_size=4), TEXTS)
def test_any_text_is_the_same_in_both_syntaxes_but_for_what_tables_cannot_hold(words: list[str], title: str) -> None:
    mentions = [word(text, "ncbigene:6772") for text in words]
    _, edges, warnings = kgx(figure("PMC1__F1", title, mentions))
    assert edges[-1]["supporting_text"] == sorted(set(words))
    unsafe = [text for text in [*set(words), title] if plain(text) != text]
    assert warnings.get(REPLACED_TEXT, 0) == len(unsafe)
