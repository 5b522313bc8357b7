"""Content negotiation: the best format that the client accepts."""

from __future__ import annotations

import pytest

from pfocr2rdf.server.content_negotiation import ROWS, STATEMENTS, choose

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "offered", "chosen"),
    [
        ("", ROWS, "application/sparql-results+json"),
        ("*/*", STATEMENTS, "text/turtle"),
        (BROWSER, ROWS, "text/html"),
        ("text/csv;q=0.4, application/sparql-results+xml;q=0.5", ROWS, "application/sparql-results+xml"),
        ("TEXT/CSV", ROWS, "text/csv"),
        ("text/*, text/csv;q=0, text/html;q=0.9", ROWS, "text/tab-separated-values"),
        ("application/*;q=0.2, application/json;q=0.9", ROWS, "application/json"),
        ("application/sparql-results+json;q=0, */*", ROWS, "application/json"),
        ('application/ld+json;profile="a,b;q=0"', STATEMENTS, "application/ld+json"),
        ("text/csv;q=high, text/html;q=0.1", ROWS, "text/html"),
        ("text/csv;q=7, */*;q=0.001", ROWS, "application/sparql-results+json"),
        ("image/png, text/csv;q=0.000", ROWS, None),
        ("nonsense,,;;", ROWS, None),
    ],
)
def test_negotiation(accept: str, offered: dict[str, str], chosen: str | None) -> None:
    assert choose(accept, list(offered)) == chosen
