"""Rows of nodes: what is in a cell, and what becomes a statement."""

from __future__ import annotations

from typing import Any

import pytest

from pfocr2rdf.derived.tables.rows import RowReader, to_integer
from pfocr2rdf.derived.tables.schema import FIGURES, PAPERS, Row

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
    assert (row["keywords"], row["same_as"], row["types"]) == (["b", "a"], ["https://doi.org/10.1/x"], ["pfocr:Paper"])
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


def test_a_primary_key_has_the_local_identifier_where_there_is_no_other() -> None:
    row = RowReader(PAPERS).read({"type": "pfocr:Paper", "id": "pmc:PMC9"}, COMPUTED, [])
    assert row[0] == "PMC9"


def test_scores_are_numbers() -> None:
    statements: list[Row] = []
    columns = [column.name for column in FIGURES.columns]
    computed = dict.fromkeys(("figid", "figure", "paper", "year", "aliases"))
    for score, cell in (("0.90", 0.9), ("1", 1.0), ("high", None)):
        row = RowReader(FIGURES).read({"id": "figure:a.html", "pathwayScore": score}, computed, statements)
        assert row[columns.index("pathway_score")] == cell
    assert [row[2] for row in statements] == ["high"]


def test_numbers_have_at_most_18_digits() -> None:
    assert (to_integer("-12"), to_integer("1" * 19), to_integer("١"), to_integer("")) == (-12, None, None, None)
