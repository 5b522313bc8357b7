"""Content negotiation: the best format that the client accepts."""

from __future__ import annotations

import time

import pytest

from pfocr2rdf.server.content_negotiation import GRAPH_MEDIA_TYPES, RESULT_MEDIA_TYPES, choose_media_type, negotiate, negotiate_coding

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


JSON_ROWS, XML_ROWS, CSV = "application/sparql-results+json", "application/sparql-results+xml", "text/csv"


@pytest.mark.parametrize(
    ("accept", "format_names", "rows", "graph"),
    [
        ("", ["json"], JSON_ROWS, "application/ld+json"),
        ("*/*", ["xml"], XML_ROWS, "application/rdf+xml"),
        ("*/*", ["csv"], CSV, "text/turtle"),  # a format of the other kind of answer changes nothing
        ("*/*", ["rdf+xml"], JSON_ROWS, "application/rdf+xml"),
        ("*/*", ["RDF"], JSON_ROWS, "application/rdf+xml"),
        ("*/*", ["n3"], JSON_ROWS, "text/turtle"),
        ("*/*", ["nt"], JSON_ROWS, "application/n-triples"),
        ("*/*", ["json-ld"], JSON_ROWS, "application/ld+json"),
        ("*/*", ["trig"], JSON_ROWS, "application/trig"),
        ("*/*", ["auto"], JSON_ROWS, "text/turtle"),
        ("*/*", ["", "text/html"], "text/html", "text/html"),
        ("*/*", ["application/sparql-results+json"], JSON_ROWS, "text/turtle"),
        ("*/*", ["application/sparql-results xml"], XML_ROWS, "text/turtle"),  # a plus sign in an address that is not encoded
        ("*/*", ["Text/CSV; charset=utf-8"], CSV, "text/turtle"),
        ("application/json", ["csv"], "application/json", "application/json"),  # the header decides
        ("text/csv, text/turtle", ["word"], CSV, "text/turtle"),
        ("text/csv;q=0.5, text/turtle;q=0.5, */*;q=0.1", ["xml"], CSV, "text/turtle"),
        (f"{JSON_ROWS}, {CSV}, text/turtle, application/n-triples", ["csv", "nt"], CSV, "application/n-triples"),  # of equals
        (BROWSER, ["csv", "ttl"], CSV, "text/turtle"),  # a link to a file
        (BROWSER, [], "text/html", "text/html"),
        ("text/html", ["csv", "ttl"], "text/html", "text/html"),
        ("image/png", ["csv", "ttl"], CSV, "text/turtle"),  # only the format can be met
        ("image/png", ["word"], None, None),
        ("application/turtle;q=0.5, text/rdf+n3", [], None, "text/turtle"),  # names of no standard
        ("text/n3;q=0, image/png", [], None, None),
    ],
)
def test_the_header_decides_and_then_the_format(accept: str, format_names: list[str], rows: str | None, graph: str | None) -> None:
    assert choose_media_type(accept, format_names, list(RESULT_MEDIA_TYPES)) == rows
    assert choose_media_type(accept, format_names, list(GRAPH_MEDIA_TYPES)) == graph


@pytest.mark.parametrize(
    ("accept_encoding", "chosen"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=0", None),
        ("gzip;q=0.000, br", "br"),
        ("br;q=0.2, gzip;q=0.8", "gzip"),
        ("X-GZIP", "gzip"),
        ("*", "zstd"),
        ("zstd;q=0, *", "br"),
        ("*;q=0", None),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("deflate", None),
        ("", None),
    ],
)
def test_content_coding(accept_encoding: str, chosen: str | None) -> None:
    assert negotiate_coding(accept_encoding, ["zstd", "br", "gzip"]) == chosen


def cpu_seconds(header: str) -> float:
    began = time.process_time()
    negotiate(header, list(RESULT_MEDIA_TYPES))
    negotiate_coding(header, ["gzip"])
    return time.process_time() - began


@pytest.mark.parametrize(
    "pattern",
    [
        '"',
        '\\"',
        '"\\',
        ' "',
        '";',
        ";q=",
        "; ",
        " ;q =",
        ",",
        ";,",
        "a/b;",
        'a/b;"',
        'a/b;x="\\',
        "q=1;q=1",
        "a/b,",
        "a/",
        " ",
        "a",
        '"a",',
    ],
)
@pytest.mark.parametrize("end", ["", "\\", '"', "x"])
def test_a_header_is_read_in_linear_time(pattern: str, end: str) -> None:
    size = 8_000 // len(pattern)
    for _ in range(5):  # a pause of the machine is no growth
        short, long = (min(cpu_seconds(f"a/b;{pattern * factor * size}{end}") for _ in range(2)) for factor in (1, 4))
        if long < 4 * 1.3 * short + 0.005:  # quadratic is sixteen times, and at this size seconds
            return
    pytest.fail(f"{short:.4f} s, and four times of it {long:.4f} s")
