"""Look-ups in steps have the solutions of pyoxigraph, and end after a bound."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad
from tests.support.lookups import EX, PREFIX, draw_query, native_result, normalize, write_store

from pfocr2rdf.stores.embedded import EmbeddedStore
from pfocr2rdf.stores.querying import lookup
from pfocr2rdf.stores.querying.lookup import LookupExceededError, evaluate_lookup, parse_lookup


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    """A few terms in many statements, of which some are in several graphs."""
    folder = tmp_path_factory.mktemp("lookup") / "store"
    write_store(folder)
    opened = EmbeddedStore(folder)
    yield opened
    opened.close()


@pytest.fixture
def unbounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for every look-up of these tests."""
    for name in ("_MAX_ROWS", "_MAX_LATER_LOOKUPS", "_MAX_STEPS", "_MAX_SECONDS"):
        monkeypatch.setattr(lookup, name, 1_000_000)


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


class ListedStore(EmbeddedStore):
    """A store with these objects, each of another subject."""

    def __init__(self, values: Iterable[str]) -> None:
        self.path = Path("listed")
        self.read_count = 0
        self._values = values

    def match(self, *_: object) -> Iterator[Quad]:
        """One statement for each object."""
        for number, value in enumerate(self._values):
            self.read_count += 1
            yield Quad(NamedNode(f"{EX}{number}"), NamedNode(f"{EX}p"), Literal(value), DefaultGraph())


@pytest.mark.parametrize("limit", [1, 2, 3, 32])
def test_a_limit_of_distinct_rows_is_not_that_of_the_rows_read(limit: int) -> None:
    store = ListedStore([*"a" * 40, *"b" * 40, *"c" * 40])
    parsed = parse_lookup(f"{PREFIX}SELECT DISTINCT ?b {{ ?a ex:p ?b }} LIMIT {limit}")
    assert parsed
    with pytest.raises(LookupExceededError):
        evaluate_lookup(store, parsed)
    rows = evaluate_lookup(ListedStore("aabbc"), parsed)
    assert normalize(rows)["results"].total() == min(limit, 3)


@pytest.mark.parametrize("limit", [0, 2**31, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**30])
def test_limits_of_any_size(limit: int) -> None:
    parsed = parse_lookup(f"{PREFIX}SELECT ?b {{ ?a ex:p ?b }} LIMIT {limit}")
    if limit < 2**63:
        assert parsed
        assert normalize(evaluate_lookup(ListedStore("ab"), parsed))["results"].total() == min(limit, 2)
    else:
        assert parsed is None


@pytest.mark.parametrize(("size", "max_reads"), [(1_000_000, 1), (100_000, 4)])
def test_long_literals_exceed_a_lookup(size: int, max_reads: int) -> None:
    parsed = parse_lookup(f"{PREFIX}SELECT * {{ ex:a ex:p ?b }}")
    assert parsed
    store = ListedStore("x" * (size + number) for number in range(4))
    with pytest.raises(LookupExceededError):
        evaluate_lookup(store, parsed)
    assert store.read_count <= max_reads


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
