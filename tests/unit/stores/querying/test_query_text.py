"""A query text is scanned as far as needed, in linear time however hostile it is, and no spelling of SERVICE is missed."""

from __future__ import annotations

import time

import pytest

from pfocr2rdf.errors import StoreError
from pfocr2rdf.stores.querying.query_text import scan_query
from pfocr2rdf.stores.querying.syntax_errors import explain_syntax_error


@pytest.mark.parametrize(
    ("text", "prefixes"),
    [
        ("SELECT * { ?s a.b:c ?o }", {"a.b"}),
        ("SELECT * { ?s a:b.c:d ?o }", {"a"}),
        ("SELECT * { ?s ?p 1.e:f }", {"e"}),
        ("ASK { ?s ?p true.:x ?p ?o }", {""}),
        ("PREFIX a.b: <urn:x> PREFIX c: <urn:y#> SELECT * { a.b:x c:y 'd:e' , <f:g> # h:i\n }", set()),
        ("ASK { ?s ?p \"\"\"a:b\"c:d\"\"e:f\"\"\" , '''g:h''' , 'i\\'j:k' }", set()),
        ("ASK { _:a ?b:c @d:e x-y:z }", {"", "x-y"}),
    ],
)
def test_undeclared_prefixes(text: str, prefixes: set[str]) -> None:
    scanned = scan_query(text)
    assert scanned.undeclared_prefixes.keys() == prefixes
    assert all(text[position:].startswith(f"{prefix}:") for prefix, position in scanned.undeclared_prefixes.items())


@pytest.mark.parametrize(
    ("text", "uses", "may_use"),
    [
        ("ASK { ?s ?p 'all is well' }", False, False),
        ("ASK { ?s ?p '\\t' }", False, False),
        ("ASK { ?services ?p ?o }", False, True),
        ("ASK { ?webservice <urn:p> ?o }", False, True),
        ("ASK { ?s dcat:service ?o }", False, True),
        ("ASK { ?s web-service:of ?o }", False, True),
        ("ASK { ?s ?p '\\u00e9' }", False, True),
        ("ASK { ?s ?p '\\\\u0053ERVICE' }", False, True),
        ("ASK { sErViCe <urn:x> {} }", True, True),
        ("ASK { S\\u0045RV\\U00000049CE <urn:x> {} }", True, True),
        ("ASK { ?s ?p 1.5SERVICE<urn:x> {} }", True, True),
        ("ASK { ?s ?p falseSERVICE ?x {} }", True, True),
        ("ASK { servicesilent:x {} }", True, True),
        ("ASK { SERVICEa.b:c {} }", True, True),
        ("ASK { ?s ?p 'it asks SERVICE <urn:x>' }", True, True),
    ],
)
def test_what_uses_service_and_what_may(text: str, uses: bool, may_use: bool) -> None:
    scanned = scan_query(text)
    assert (scanned.uses_service, scanned.may_use_service) == (uses, may_use)
    assert scanned.needs_sandbox == may_use
    assert not scan_query(text, allow_service=True).needs_sandbox


PATTERNS = [
    *"(){}[]<>\\\"'#?$@:._-%^|;, \n\r\t1aé·",
    '\\"',
    '\\"""',
    '"""',
    "'''",
    "\\'",
    '"\\',
    "'\n",
    '"\n',
    '""',
    "\"'",
    '"""a"',
    "'''a'",
    '"a"',
    "a.",
    "a-",
    "a.-",
    "1.",
    "1e",
    "<a",
    "<<",
    "<\\u0041",
    "<\\",
    "?a",
    "_:a.",
    "@a-",
    "a:",
    "a:b.",
    "a:%4",
    "a:\\",
    "b.:",
    "#\n",
    "#'\n",
    "PREFIX a:",
    "PREFIX a: <",
    "BASE <",
    "GRAPH ",
    "SERVICE",
    "SERVICE ",
    "SERVICE\n",
    "SERVICE#",
    "#SERVICE\n",
    "SERVICE#\n",
    "SERVICE SILENT ",
    "SERVICE a.",
    "SERVICEa.",
    "1SERVICE ",
    "trueSERVICE",
    "SERVICE:",
    "SERVICE:a ",
    "SERVICE" + " " * 50,
    "SERVICE:" + " " * 50,
    "\\u0053",
    "\\u005c",
    "\\U0000005cu005c",
    "\\u0053ERVICE",
]

STARTS = ["ASK {} ", 'ASK {} """', "ASK {} SERVICE ", "ASK {} SERVICE:"]


def cpu_seconds(text: str) -> float:
    began = time.process_time()
    scan_query(text)
    return time.process_time() - began


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_text_is_scanned_in_linear_time(pattern: str, start: str) -> None:
    size = 4_000 // len(pattern)
    for _ in range(5):  # a pause of the machine is no growth
        short, long = (min(cpu_seconds(start + pattern * factor * size) for _ in range(2)) for factor in (1, 4))
        if long < 4 * 1.3 * short + 0.003:  # quadratic is sixteen times
            return
    pytest.fail(f"{short:.4f} s, and four times of it {long:.4f} s")


def test_a_long_text_is_explained_in_linear_time() -> None:
    text = "ASK { " + "\n\"' a.:" * 20_000
    began = time.process_time()
    error = explain_syntax_error(scan_query(text), "error at 1:7: expected one of A, B")
    assert "line 1, column" in str(error)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("text", ["", " \n", "LOAD <urn:x>", "prefix a: <urn:x> insert data {}", "#\nDROP ALL"])
def test_what_is_no_query(text: str) -> None:
    with pytest.raises(StoreError, match=r"is empty|changes a store"):
        scan_query(text)
