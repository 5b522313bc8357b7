"""Rows of nodes: what is in a cell, and what becomes a statement."""

from __future__ import annotations

from typing import Any

import pytest

from pfocr2rdf.derived.nodes import Node
from pfocr2rdf.derived.tables.rows import RowReader, parse_canonical_integer
from pfocr2rdf.derived.tables.schema import FAMILIES, FIGURES, ORGANISMS, PAPERS, Row, Table

XSD = "http://www.w3.org/2001/XMLSchema#"
PAPER = {"type": ["pfocr:Paper"], "id": "pmc:PMC1", "identifier": "PMC1"}
IRI = "https://identifiers.org/pmc/PMC1"
COMPUTED = {"identifier": "pmc:PMC1", "entity": IRI}


def read(**terms: Any) -> tuple[dict[str, Any], list[Row]]:
    statements: list[Row] = []
    row = RowReader(PAPERS).read({**PAPER, **terms}, COMPUTED, statements)
    return dict(zip([column.name for column in PAPERS.columns], row, strict=True)), statements


def test_a_row_has_a_cell_for_each_column() -> None:
    row, statements = read(title="A paper", issued="2019", keyword=["b", "a"], sameAs="https://doi.org/10.1/x")
    assert (row["paper"], row["entity"], row["title"], row["year"]) == ("PMC1", IRI, "A paper", 2019)
    assert (row["keywords"], row["same_as"], row["types"]) == (["a", "b"], ["https://doi.org/10.1/x"], ["pfocr:Paper"])
    assert (row["doi"], row["publisher"]) == (None, None)
    assert statements == []


def test_no_values_are_an_empty_list_and_an_empty_text_stays() -> None:
    row, _ = read(title="")
    assert (row["keywords"], row["title"], row["citation"]) == ([], "", None)


def test_further_values_of_a_single_valued_column_are_statements() -> None:
    row, statements = read(title=["Second", "First"])
    assert row["title"] == "First"
    assert statements == [(IRI, "http://purl.org/dc/terms/title", "Second", f"{XSD}string", None)]


@pytest.mark.parametrize(
    ("terms", "statement"),
    [
        ({"issued": "in press"}, (IRI, "http://purl.org/dc/terms/issued", "in press", f"{XSD}gYear", None)),
        ({"title": {"@value": "Titel", "@language": "de"}},
         (IRI, "http://purl.org/dc/terms/title", "Titel", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString", "de")),
        ({"keyword": {"@value": "7", "@type": "xsd:integer"}},
         (IRI, "https://pfocr.wikipathways.org/vocab#keyword", "7", f"{XSD}integer", None)),
        ({"schema:about": "plain"}, (IRI, "http://schema.org/about", "plain", f"{XSD}string", None)),
        ({"https://example.org/p": {"id": "pmc:PMC2"}}, (IRI, "https://example.org/p", "https://identifiers.org/pmc/PMC2", None, None)),
    ],
)  # fmt: skip
def test_what_no_column_has_is_a_statement(terms: dict[str, Any], statement: Row) -> None:
    row, statements = read(**terms)
    assert statements == [statement]
    assert (row["year"], row["title"], row["keywords"]) == (None, None, [])


@pytest.mark.parametrize(
    ("table", "node", "key", "others"),
    [
        (PAPERS, {"id": "pmc:PMC9"}, "PMC9", []),
        (PAPERS, {"id": "pmc:PMC9", "identifier": ["PMC8", "PMC9"]}, "PMC9", ["PMC8"]),
        (PAPERS, {"id": "https://example.org/PMC9", "identifier": "PMC9"}, "https://example.org/PMC9", ["PMC9"]),
        (ORGANISMS, {"id": "taxon:7", "identifier": "8"}, "7", ["8"]),
        (FAMILIES, {"id": "fam:A%20B", "prefLabel": "A B"}, "A B", []),
        (FAMILIES, {"id": "fam:A2", "prefLabel": "A B"}, "A2", ["A B"]),
    ],
)
def test_keys_come_from_the_iri_so_they_are_unique(table: Table, node: Node, key: str, others: list[str]) -> None:
    statements: list[Row] = []
    row = RowReader(table).read(node, {"identifier": node["id"], "entity": "..."}, statements)
    assert row[[column.name for column in table.columns].index(table.primary_key[0])] == key
    assert [statement[2] for statement in statements] == others


def test_scores_are_numbers_and_those_with_other_digits_are_also_statements() -> None:
    statements: list[Row] = []
    columns = [column.name for column in FIGURES.columns]
    computed = dict.fromkeys(("figid", "figure", "paper", "year", "aliases"))
    for score, cell in (("0.9", 0.9), ("0.90", 0.9), ("0.12345678901234567890", 0.12345678901234568), ("1", 1.0), ("high", None)):
        row = RowReader(FIGURES).read({"id": "figure:a.html", "pathwayScore": score}, computed, statements)
        assert row[columns.index("pathway_score")] == cell
    assert [row[2] for row in statements] == ["0.90", "0.12345678901234567890", "1", "high"]


@pytest.mark.parametrize("text", ["1" * 19, "١", "", "007", "-0", "+3", "1.0", " 1", "1\n"])
def test_other_integers_than_str_writes_are_no_numbers(text: str) -> None:
    assert parse_canonical_integer(text) is None


@pytest.mark.parametrize("number", [0, 7, -12, 10**18 - 1, 1 - 10**18])
def test_integers_of_18_digits_are_numbers(number: int) -> None:
    assert parse_canonical_integer(str(number)) == number
