"""Rows from mentions: their kind, their schema, and what they give of their entities."""

from __future__ import annotations

from typing import Any

import pytest

from pfocr2rdf.derived.nodes import FigureNodes, expand_id
from pfocr2rdf.derived.records.facts import GraphFacts
from pfocr2rdf.derived.records.rows import Row, build_lists, build_tables, choose_schema, restore_rows
from pfocr2rdf.rdf import iris
from pfocr2rdf.storage.sqlite import create_database

FIGID = "PMC1__f1"
CHEMICAL = {"type": "pfocr:Chemical", "identifier": "D1"}
GENE = {"type": ["pfocr:Gene", "wp:GeneProduct"], "identifier": "1"}


def collect(entities: list[dict[str, Any]], *figures: list[dict[str, Any]], mesh: str = "") -> GraphFacts:
    """The facts of a graph with these entities, and the mentions of each figure; MeSH has one name for all."""
    facts = GraphFacts(create_database(), lambda _: mesh)
    for entity in entities:
        facts.add_entity(entity)
    for number, mentions in enumerate(figures):
        facts.add_figure(FigureNodes({"type": "pfocr:Figure", "id": f"figure:PMC1__f{number}.html"}, mentions))
    facts.finish()
    return facts


def chemicals(facts: GraphFacts, *rows: Row) -> list[tuple[str, ...]]:
    """Name and ChEBI id of each row in the table of chemicals."""
    return [(row[3], row[4]) for row in build_tables(rows, facts, [], [], {})["chemicals"][1:]]


def mention(kind: str, word: str, evidence: str = "pfocr:viaNer", **values: str) -> dict[str, Any]:
    """A mention as an export writes it."""
    target = expand_id(values["hasBody"]) if "hasBody" in values else ""
    key = iris.mention_key(kind, word, values.get("match", ""), values.get("lexiconSource", ""), target)
    node = {"type": "pfocr:Mention", "id": f"mention:{iris.mention_names(FIGID, [key])[0]}", "word": word, "occurrences": "2", **values}
    return {**node, "evidence": evidence} if evidence else node


@pytest.mark.parametrize("kind", ["chemical", "disease", "gene"])
@pytest.mark.parametrize("evidence", ["pfocr:viaNer", "pfocr:viaSymbol", ""])
def test_the_kind_of_a_mention_without_an_entity_is_in_its_hash(kind: str, evidence: str) -> None:
    assert restore_rows(FIGID, [mention(kind, "x", evidence)]) == [Row(kind, "x", "", "", "", 2)]


def test_a_mention_with_another_identifier_has_the_kind_of_its_evidence() -> None:
    node = {**mention("disease", "x"), "id": "mention:0", "occurrences": "many"}
    assert restore_rows(FIGID, [node]) == [Row("chemical", "x", "", "", "", 1)]


@pytest.mark.parametrize(
    ("row", "schema"),
    [
        (Row("gene", "A", "A", "hgnc_symbol", "ncbigene:1", 1), "2021"),
        (Row("gene", "A", "A", "famplex_relations", "ncbigene:1", 1), "2023"),
        (Row("gene", "A", "A", "hgnc_symbol", "ncbigene:2", 1), "2023"),  # of a mouse
        (Row("gene", "A\tB", "A", "ncbigene_symbol", "ncbigene:1", 1), "2021"),
        (Row("chemical", "A", "", "MESH", "mesh:D1", 1), "2021"),
        (Row("chemical", "A", "", "", "mesh:D1", 1), "2023"),
        (Row("chemical", "A", "B", "", "", 1), "2023"),
        (Row("disease", "A", "", "", "doid:1", 1), "2023"),
    ],
)
def test_the_schema_is_the_one_that_can_have_the_row(row: Row, schema: str) -> None:
    facts = collect([{**GENE, "id": "ncbigene:1", "organism": "taxon:9606"}, {**GENE, "id": "ncbigene:2", "organism": "taxon:10090"}])
    assert choose_schema([row], facts, has_newer_fields=False) == schema


def test_one_row_that_the_other_schema_cannot_have_outweighs_the_lexicons() -> None:
    rows = [Row("chemical", "A", "", source, "mesh:D1", 1) for source in ("MESH", "", "")]
    assert choose_schema(rows, collect([]), has_newer_fields=True) == "2021"


def test_a_count_of_none_is_na() -> None:
    table = build_tables([Row("gene", "A", "A", "famplex_relations", "", 1)], collect([]), [], [], {})["genes"]
    assert table[1][-3:] == ("NA", "NA", "1")


def test_a_record_without_rows_is_of_2023_if_its_paper_has_fields_of_2023() -> None:
    assert [choose_schema([], collect([]), has_newer_fields=newer) for newer in (False, True)] == ["2021", "2023"]


def test_lists_repeat_rows_and_say_na() -> None:
    facts = collect([{**GENE, "id": "ncbigene:1", "label": "NO", "organism": "taxon:9606"}])
    rows = [
        Row("gene", "no", "NO", "hgnc_symbol", "ncbigene:1", 2),
        Row("chemical", "x", "", "MESH", "mesh:D1", 1),
        Row("disease", "y", "", "z", "mesh:D2", 1),
    ]
    gene = {"word": "no", "symbol": "NO", "source": "hgnc_symbol", "hgnc_symbol": "NO", "entrez": "1"}
    assert build_lists(rows, facts) == {
        "genes": [gene, gene],
        "chemicals": [{"word": "x", "source": "MESH", "identifier": "D1"}],
        "diseases": [{"word": "y", "source": "z", "identifier": "MESH:D2"}],
    }
    assert build_lists([Row("gene", "x", "", "", "", 1)], facts)["genes"][0]["entrez"] == "NA"


def test_counts_are_those_of_the_rows_of_an_organism() -> None:
    facts = collect(
        [{**GENE, "id": f"ncbigene:{n}", "organism": "taxon:9606"} for n in (1, 2, 3)]
        + [{"type": "pfocr:Organism", "id": "taxon:9606", "label": "Homo sapiens"}]
    )
    rows = [
        Row("gene", "A", "A", "ncbigene_symbol", "ncbigene:1", 1),
        Row("gene", "A", "A", "ncbigene_synonym", "ncbigene:2", 1),
        Row("gene", "B", "B", "ncbigene_synonym", "ncbigene:3", 1),
    ]
    table = build_tables(rows, facts, [], [], {})["genes"]
    assert [row[:3] + row[-3:] for row in table[1:]] == [("9606", "Homo sapiens", "Primates", "1", "2", "2")] * 3


def test_names_that_no_match_and_no_word_gives_are_given_in_turn() -> None:
    entity = {
        **CHEMICAL,
        "id": "mesh:D1",
        "label": "Glucose",
        "altLabel": ["dextrose", "glc", "grape sugar"],
        "closeMatch": ["chebi:1", "doid:9", "chebi:2"],
    }
    mentions = [
        mention("chemical", "glc", hasBody="mesh:D1", match="Glucose"),
        mention("chemical", "x", hasBody="mesh:D1", match="Glucose", occurrences="1"),
    ]
    facts = collect([entity], mentions, mesh="Glucose")
    row = Row("chemical", "glc", "Glucose", "", "mesh:D1", 3)
    assert chemicals(facts, row) == [("dextrose", "chebi:1"), ("grape sugar", "chebi:2"), ("dextrose", "chebi:1")]


def test_a_label_that_no_match_gives_is_the_name_of_rows_without_a_match() -> None:
    facts = collect([{**CHEMICAL, "id": "mesh:D1", "label": "Glucose"}], [mention("chemical", "x", hasBody="mesh:D1")])
    assert chemicals(facts, Row("chemical", "x", "", "", "mesh:D1", 1), Row("chemical", "x", "y", "", "mesh:D1", 1)) == [
        ("Glucose", "NA"),
        ("NA", "NA"),
    ]


def test_a_name_of_mesh_needs_no_row() -> None:
    facts = collect([{**CHEMICAL, "id": "mesh:D1", "label": "Glucose"}], [mention("chemical", "x", hasBody="mesh:D1")], mesh="Glucose")
    assert chemicals(facts, Row("chemical", "x", "", "", "mesh:D1", 1)) == [("NA", "NA")]


def test_a_chemical_without_mesh_has_its_chebi_id() -> None:
    assert chemicals(collect([]), Row("chemical", "x", "", "", "chebi:1", 1)) == [("NA", "chebi:1")]


def organisms(facts: GraphFacts, names: list[str], taxa: list[str], *rows: Row) -> list[tuple[str, ...]]:
    """Id and name of the organism of each row."""
    return [row[:2] for row in build_tables(rows, facts, names, taxa, {"human": "9606"})["genes"][1:]]


def test_the_names_of_organisms_lead_to_those_of_the_figure() -> None:
    gene, taxon = {**GENE, "id": "ncbigene:1", "organism": "taxon:1"}, {"type": "pfocr:Organism", "id": "taxon:1", "label": "L"}
    facts, row = collect([gene, taxon]), Row("gene", "x", "", "", "ncbigene:1", 1)
    assert organisms(facts, ["L"], ["taxon:1"], row) == [("1", "L")]
    assert organisms(facts, ["L"], [], row) == [("1", "NA")]  # no record of this figure gave the name
    assert organisms(facts, ["human", "M"], ["taxon:9606", "taxon:1"], row) == [("1", "M")]  # the label comes from another record
    assert organisms(facts, ["M"], ["taxon:1"], Row("gene", "x", "", "", "", 1)) == [("1", "M")]  # a row without a gene gave it


def test_figures_give_the_organisms_of_a_gene_in_turn() -> None:
    gene = {**GENE, "id": "ncbigene:1", "organism": ["taxon:9606", "taxon:10090"]}
    row = Row("gene", "x", "", "", "ncbigene:1", 2)
    mentions = [{"type": "pfocr:Mention", "id": "mention:0", "hasBody": "ncbigene:1"}]
    facts = collect([gene], mentions, mentions)
    assert [[taxon for taxon, _ in organisms(facts, [], [], row)] for _ in range(2)] == [["10090", "10090"], ["9606", "9606"]]
    facts = collect([gene], mentions)
    assert [taxon for taxon, _ in organisms(facts, [], [], row)] == ["10090", "9606"]
