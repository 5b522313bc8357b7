"""Look-ups in steps have the solutions of pyoxigraph, and end after a bound."""

from __future__ import annotations

import io
import json
import random
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QueryResultsFormat

from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.stores.embedded import EmbeddedStore
from pfocr2rdf.stores.querying import lookup
from pfocr2rdf.stores.querying.lookup import LookupExceededError, evaluate_lookup, parse_lookup

EX = "https://example.org/"
XSD = PREFIXES["xsd"]
SUBJECTS = [*(NamedNode(f"{EX}s{number}") for number in range(5)), BlankNode("b")]
PREDICATES = [*(NamedNode(f"{EX}p{number}") for number in range(3)), NamedNode(f"{PREFIXES['rdf']}type")]
VALUES = [
    *SUBJECTS, Literal("a"), Literal('quoted "é"\n\t\\/\x07'), Literal("a", language="en"), Literal("01",
    datatype=NamedNode(f"{XSD}integer")),
    Literal("1", datatype=NamedNode(f"{XSD}integer")), Literal("x", datatype=NamedNode(f"{EX}d")),
]  # fmt: skip
TERMS = ["?a", "?b", "$c", "?d_1", "<https://example.org/s1>", "ex:s2", "ex:p1", "ex:s0"]
OBJECTS = [*TERMS, '"a"', '"a"@en', '"a"@EN', '"1"^^xsd:integer', '"01"^^<http://www.w3.org/2001/XMLSchema#integer>', '"x"^^ex:d', '""']
FORMS = ["SELECT *", "SELECT ?a ?b", "select DISTINCT $a WHERE", "SELECT ?none ?d_1", "ASK", "ASK WHERE", "SELECT?b"]
PREFIX = f"PREFIX ex: <{EX}>\n"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    """A few terms in many statements, of which some are in several graphs."""
    chance, folder = random.Random(3), tmp_path_factory.mktemp("lookup") / "store"
    graphs = [DefaultGraph(), NamedNode(f"{EX}g1"), NamedNode(f"{EX}g2")]
    written = pyoxigraph.Store(folder)
    for _ in range(60):
        statement = chance.choice(SUBJECTS), chance.choice(PREDICATES), chance.choice(VALUES)
        written.extend([Quad(*statement, graph) for graph in chance.sample(graphs, chance.choice([1, 1, 2]))])
    del written
    opened = EmbeddedStore(folder)
    yield opened
    opened.close()


@pytest.fixture
def unbounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for every look-up of these tests."""
    for name in ("_MAX_ROWS", "_MAX_LATER_LOOKUPS", "_MAX_STEPS", "_MAX_SECONDS"):
        monkeypatch.setattr(lookup, name, 1_000_000)


def draw_query(chance: random.Random) -> str:
    """A query of the subset."""
    triples = []
    for _ in range(chance.randint(1, 3)):
        triple = f"{chance.choice(TERMS)} {chance.choice(['?p', 'a', 'ex:p0', 'ex:p1', 'ex:p2'])} {chance.choice(OBJECTS)}"
        triple += chance.choice(["", "", f" , {chance.choice(OBJECTS)}", f" ;\n ex:p1 {chance.choice(OBJECTS)}", " ;"])
        triples.append(triple)
    end = "" if triples[-1].endswith(";") else chance.choice(["", ".", " . "])
    return f"{PREFIX}{chance.choice(FORMS)} {{ {' . '.join(triples)} {end}}}"


def native_result(store: EmbeddedStore, text: str) -> dict[str, Any]:
    """The result by pyoxigraph."""
    implied = {name: namespace for name, namespace in PREFIXES.items() if name != "ex"}
    file = io.BytesIO()
    results = store.query(text, prefixes=implied, use_default_graph_as_union=True, base_iri="http://localhost/sparql")
    assert not isinstance(results, pyoxigraph.QueryTriples)
    results.serialize(file, QueryResultsFormat.JSON)
    return normalize(file.getvalue())


def normalize(body: bytes) -> dict[str, Any]:
    """A result whose rows have no order."""
    document: dict[str, Any] = json.loads(body)
    if "results" in document:
        document["results"] = Counter(json.dumps(row, sort_keys=True) for row in document["results"]["bindings"])
    return document


@pytest.mark.usefixtures("unbounded")
def test_a_lookup_has_the_solutions_of_pyoxigraph(store: EmbeddedStore) -> None:
    chance = random.Random(14)
    sizes = Counter[bool]()
    for _ in range(400):
        text = draw_query(chance)
        parsed = parse_lookup(text)
        assert parsed, text
        result = normalize(evaluate_lookup(store, parsed))
        assert result == native_result(store, text), text
        sizes[bool(result.get("results") or result.get("boolean"))] += 1
    assert min(sizes.values()) > 60  # found and not found


@pytest.mark.usefixtures("unbounded")
def test_what_is_understood_is_valid_and_means_the_same(store: EmbeddedStore) -> None:
    chance, understood = random.Random(15), 0
    letters = " \t\n.,;:?$<>{}()[]\"'\\^@#*/|aALIMT01é%-_\u00a0" + "\x0b"
    for _ in range(1400):
        text = draw_query(chance)
        for _ in range(chance.randint(1, 2)):
            position = chance.randrange(len(PREFIX) - 5, len(text) + 1)
            text = text[:position] + chance.choice([chance.choice(letters), ""]) + text[position + chance.randint(0, 1) :]
        parsed = parse_lookup(text)
        if parsed:
            understood += 1
            assert normalize(evaluate_lookup(store, parsed)) == native_result(store, text), text
    assert understood > 140


@pytest.mark.usefixtures("unbounded")
@pytest.mark.parametrize("limit", [0, 1, 2, 1000])
def test_a_limit_takes_some_of_the_solutions(limit: int, store: EmbeddedStore) -> None:
    for form in ("SELECT ?a ?b", "SELECT DISTINCT ?a"):
        parsed = parse_lookup(f"{PREFIX}{form} {{ ?a ex:p1 ?b }} LIMIT {limit}")
        assert parsed
        every = native_result(store, f"{PREFIX}{form} {{ ?a ex:p1 ?b }}")["results"]
        rows = normalize(evaluate_lookup(store, parsed))["results"]
        assert rows <= every
        assert rows.total() == min(limit, every.total())


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?a ?p ?b } ORDER BY ?a", "SELECT (COUNT(*) AS ?n) { ?a ?p ?b }", "SELECT * { ?a <x:p>/<x:q> ?b }",
        "SELECT * { ?a <x:p>* ?b }",
        "SELECT * { GRAPH ?g { ?a ?p ?b } }", "SELECT * FROM <x:g> { ?a ?p ?b }", "SELECT * { ?a ?p ?b FILTER(?a) }",
        "SELECT * { _:a ?p ?b }",
        "SELECT * { [] ?p ?b }", "SELECT * { ?a ?p 1 }", "SELECT * { ?a ?p true }", "SELECT * { ?a ?p 'b' }", 'SELECT * { ?a ?p """b""" }',
        'SELECT * { ?a ?p "\\u0041" }', "SELECT * { <a> ?p ?b }", "SELECT * { <x:a/../b> ?p ?b }", "SELECT * { <x:.> ?p ?b }",
        "SELECT * { }",
        "SELECT * { ?a ?p ?b } OFFSET 1", "SELECT * { OPTIONAL { ?a ?p ?b } }", "SELECT * { ?a ?p ?b } # all", "SELECT * { nix:a ?p ?b }",
        "SELECT * { SERVICE <x:s> { ?a ?p ?b } }", "CONSTRUCT WHERE { ?a ?p ?b }", "DESCRIBE <x:a>", "INSERT DATA { <x:a> <x:p> <x:b> }",
        "",
        f"SELECT * {{ {'?a ?p ?b . ' * 9} }}", f"SELECT * {{ ?a ?p ?b }}{' ' * 2000}", "BASE <x:> SELECT * { ?a ?p ?b }",
        "SELECT ?a ?a { ?a ?p ?b }",
    ],
)  # fmt: skip
def test_all_else_is_for_pyoxigraph(text: str) -> None:
    assert parse_lookup(text) is None


class EndlessStore(EmbeddedStore):
    """A store that has always one more statement, and counts how many were read."""

    def __init__(self) -> None:
        self.path = Path("endless")
        self.read_count = 0

    def match(self, *_: object) -> Iterator[Quad]:
        """Statements without an end."""
        for number in count():
            self.read_count += 1
            yield Quad(NamedNode(f"{EX}{number}"), NamedNode(f"{EX}p"), NamedNode(f"{EX}s"), DefaultGraph())


@pytest.mark.parametrize(
    "pattern", ["?a ?b ?c", "?a ?a ?a", "ex:a ex:p ex:s . ?a ?a ?a . ?c ex:p ?d", "?a ex:p ?b . ?c ex:p ?d . ?e ex:p ?f"]
)
@pytest.mark.parametrize("form", ["SELECT *", "SELECT DISTINCT ?x", "ASK"])
def test_a_lookup_ends_after_a_bound(form: str, pattern: str) -> None:
    store = EndlessStore()
    parsed = parse_lookup(f"{PREFIX}{form} {{ {pattern} }}")
    assert parsed
    with pytest.raises(LookupExceededError):
        evaluate_lookup(store, parsed)
    assert store.read_count <= lookup._MAX_STEPS


def test_a_lookup_ends_at_its_deadline(store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch, unbounded: None) -> None:
    ticks = count()
    monkeypatch.setattr("pfocr2rdf.stores.querying.lookup.time.monotonic", lambda: next(ticks))
    monkeypatch.setattr(lookup, "_MAX_SECONDS", 3)
    parsed = parse_lookup("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    assert parsed
    with pytest.raises(LookupExceededError):
        evaluate_lookup(store, parsed)


def test_the_most_selective_pattern_is_first() -> None:
    parsed = parse_lookup(f"{PREFIX}SELECT * {{ ?a ?p ?b . ?a a ex:T . ?a ex:p1 ex:s1 . ?b ex:p1 ?c }}")
    assert parsed
    assert [str(pattern[2]) for pattern in parsed.patterns] == [f"<{EX}s1>", f"<{EX}T>", "b", "c"]
