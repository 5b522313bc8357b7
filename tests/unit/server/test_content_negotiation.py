"""Content negotiation: the best format that the client accepts."""

from __future__ import annotations

import pytest

from pfocr2rdf.server.content_negotiation import GRAPH_MEDIA_TYPES, RESULT_MEDIA_TYPES, negotiate

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "offered", "chosen"),
    [
        ("", RESULT_MEDIA_TYPES, "application/sparql-results+json"),
        ("*/*", GRAPH_MEDIA_TYPES, "text/turtle"),
        (BROWSER, RESULT_MEDIA_TYPES, "text/html"),
        ("text/csv;q=0.4, application/sparql-results+xml;q=0.5", RESULT_MEDIA_TYPES, "application/sparql-results+xml"),
        ("TEXT/CSV", RESULT_MEDIA_TYPES, "text/csv"),
        ("text/*, text/csv;q=0, text/html;q=0.9", RESULT_MEDIA_TYPES, "text/tab-separated-values"),
        ("application/*;q=0.2, application/json;q=0.9", RESULT_MEDIA_TYPES, "application/json"),
        ("application/sparql-results+json;q=0, */*", RESULT_MEDIA_TYPES, "application/json"),
        ('application/ld+json;profile="a,b;q=0"', GRAPH_MEDIA_TYPES, "application/ld+json"),
        ("text/csv;q=high, text/html;q=0.1", RESULT_MEDIA_TYPES, "text/html"),
        ("text/csv;q=7, */*;q=0.001", RESULT_MEDIA_TYPES, "application/sparql-results+json"),
        ("image/png, text/csv;q=0.000", RESULT_MEDIA_TYPES, None),
        ("nonsense,,;;", RESULT_MEDIA_TYPES, None),
    ],
)
def test_negotiation(accept: str, offered: dict[str, str], chosen: str | None) -> None:
    assert negotiate(accept, list(offered)) == chosen
