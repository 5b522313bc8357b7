"""A syntax error has the line, the column and what was expected there, in one sentence."""

from __future__ import annotations

import pyoxigraph
import pytest

from pfocr2rdf.stores.querying.query_text import LOOKAHEAD_PADDING, scan_query
from pfocr2rdf.stores.querying.syntax_errors import explain_syntax_error, find_syntax_error

TERMS = "a variable, an IRI, a prefixed name"
ANY_TERM = f"{TERMS}, a string, a number, a blank node"

ERRORS = [
    ("SELEC ?a { ?a a ?b }", 1, "expected SELECT, ASK, CONSTRUCT or DESCRIBE, not: SELEC ?a { ?a a ?b }"),
    ("SELECT { ?a a ?b }", 8, "expected a variable, an expression, DISTINCT or *, not: { ?a a ?b }"),
    ("SELECT ?a WHERE ?a a ?b }", 17, "expected '{', not: ?a a ?b }"),
    ("SELECT ?a { ?a }", 16, f"expected {TERMS}, 'a' or '(', not: }}"),
    ("SELECT ?a { ?a a }", 18, f"expected {ANY_TERM}, '(' or '*', not: }}"),
    ("SELECT ?a { ?a a ?b", 20, "it ends unexpectedly; expected '.', ';', ',', '{' or '}'"),
    ("ASK {", 6, f"it ends unexpectedly; expected {ANY_TERM}, '{{', '}}' or '('"),
    ("ASK { ?a a 'x }", 16, "it ends unexpectedly; expected a closing quotation mark"),
    ('ASK { ?a a "x }\n}', 16, "expected a closing quotation mark, not: }"),
    ("SELECT ?a { ?a a ?b } LIMIT x", 29, "expected a number, not: x"),
    ("SELECT ?a { ?a a ?b } ORDER ?a", 29, "expected BY, not: ?a"),
    ("SELECT ?a { ?a a ?b FILTER ?b = 3 }", 28, "expected a condition in parentheses, or a function, not: ?b = 3 }"),
    ("SELECT ?a { ?a a ?b FILTER (?b = ) }", 34, "expected an expression, not: ) }"),
    ("SELECT (COUNT(?a) ?n) { ?a a ?b }", 19, "expected an operator, ',', ')' or AS, not: ?n) { ?a a ?b }"),
    ("SELECT ?a { ?a a ?b BIND (1 AS ?a) }", 32, "?a has a value before this BIND; choose another variable"),
    ("ASK { ?a <b c> ?d }", 15, "this IRI is not valid"),
    ("ASK { ?a x:y ?d }", 10, "the prefix x: is not declared; write PREFIX x: <its IRI> before the query"),
]


@pytest.mark.parametrize(("text", "column", "reason"), ERRORS)
def test_an_error_has_its_position_and_what_was_expected(text: str, column: int, reason: str) -> None:
    assert str(find_syntax_error(scan_query(text))) == f"the query, line 1, column {column}: {reason}"
    moved = f"# a comment (\n\n{text}"
    assert str(find_syntax_error(scan_query(moved))) == f"the query, line 3, column {column}: {reason}"


@pytest.mark.parametrize("text", [text for text, *_ in ERRORS])
def test_the_engine_and_the_check_for_servers_say_the_same(text: str) -> None:
    scanned = scan_query(text)
    with pytest.raises(SyntaxError) as caught:
        pyoxigraph.Store().query(text + LOOKAHEAD_PADDING, prefixes=scanned.implied_prefixes)
    assert str(explain_syntax_error(scanned, str(caught.value))) == str(find_syntax_error(scanned))


def test_what_is_valid_or_not_safe_to_parse_has_no_error() -> None:
    assert find_syntax_error(scan_query("SELECT * { ?gene rdfs:label 'a # (b' }")) is None
    assert find_syntax_error(scan_query("ASK { SERVICE <http://127.0.0.1:9/> { ?a ?b ?c }", allow_service=True)) is None
    assert find_syntax_error(scan_query(f"ASK {{ {'?a ?b ?c . ' * 2000}")) is None


def test_a_long_or_federated_query_keeps_the_position_of_the_parser() -> None:
    text = f"ASK {{ {'?a ?b ?c . ' * 2000}"
    with pytest.raises(SyntaxError) as caught:
        pyoxigraph.Store().query(text + LOOKAHEAD_PADDING)
    message = str(explain_syntax_error(scan_query(text), str(caught.value)))
    assert message == f"the query, line 1, column {len(text.rstrip()) + 1}: it ends unexpectedly; expected {ANY_TERM}, '{{', '}}' or '('"
