"""RDF terms as values of Python: by their datatype, and as text where Python has no such type or the literal is not valid."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode

from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.stores.querying.python_values import python_value

UTC = datetime.UTC


@pytest.mark.parametrize(
    ("text", "datatype", "value"),
    [
        ("STAT3", "string", "STAT3"),
        ("-7", "integer", -7),
        ("007", "nonNegativeInteger", 7),
        ("12", "unsignedByte", 12),
        ("2020", "gYear", 2020),
        ("2020Z", "gYear", "2020Z"),
        ("0.950", "decimal", Decimal("0.950")),
        (".5", "decimal", Decimal("0.5")),
        ("1e3", "double", 1000.0),
        ("INF", "double", float("inf")),
        ("-INF", "float", float("-inf")),
        ("true", "boolean", True),
        ("0", "boolean", False),
        ("2026-01-31", "date", datetime.date(2026, 1, 31)),
        ("2026-01-31T10:20:30", "dateTime", datetime.datetime(2026, 1, 31, 10, 20, 30)),
        ("2026-01-31T10:20:30.5Z", "dateTime", datetime.datetime(2026, 1, 31, 10, 20, 30, 500_000, UTC)),
        ("P1D", "duration", "P1D"),
        ("https://example.org/", "anyURI", "https://example.org/"),
    ],
)
def test_a_literal_has_the_type_of_its_datatype(text: str, datatype: str, value: Any) -> None:
    result = python_value(Literal(text, datatype=NamedNode(PREFIXES["xsd"] + datatype)))
    assert (result, type(result)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "datatype"),
    [
        ("1_000", "integer"), ("seven", "integer"), ("", "integer"), ("٣", "integer"), ("9" * 5000, "integer"), ("1e3", "decimal"),
        ("Infinity", "double"), ("nan", "double"), ("yes", "boolean"), ("2026-02-30", "date"), ("20260131", "date"),
        ("2026-01-31+01:00", "date"), ("2026-01-31T24:00:00", "dateTime"), ("2026-01-31T10:20:30.1234567", "dateTime"),
    ],
)  # fmt: skip
def test_a_literal_without_a_counterpart_is_its_text(text: str, datatype: str) -> None:
    assert python_value(Literal(text, datatype=NamedNode(PREFIXES["xsd"] + datatype))) == text


def test_iris_blank_nodes_and_tagged_text_are_text() -> None:
    assert python_value(NamedNode("urn:a")) == "urn:a"
    assert python_value(BlankNode("b")) == "_:b"
    assert python_value(Literal("Signalweg", language="de")) == "Signalweg"
    assert python_value(Literal("a", datatype=NamedNode("urn:own"))) == "a"
