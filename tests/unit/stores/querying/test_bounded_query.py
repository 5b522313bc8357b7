"""Bounded queries have the solutions of pyoxigraph, and read no more than they may."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, Triple
from tests.support.lookups import EX, PREFIX, draw_query, native_result, normalize, write_store

from pfocr2rdf.stores.embedded import EmbeddedStore
from pfocr2rdf.stores.querying import bounded_query
from pfocr2rdf.stores.querying.bounded_query import evaluate_bounded
from pfocr2rdf.stores.querying.lookup import Lookup, LookupExceededError, parse_lookup

HUB_SIZE = 30_000
P, Q, HUB = NamedNode(f"{EX}p"), NamedNode(f"{EX}q"), NamedNode(f"{EX}hub")


def written(folder: Path, quads: list[Quad]) -> EmbeddedStore:
    new = pyoxigraph.Store(folder)
    new.bulk_extend(quads)
    del new
    return EmbeddedStore(folder)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    """A few terms in many statements, of which some are in several graphs."""
    folder = tmp_path_factory.mktemp("small") / "store"
    write_store(folder)
    opened = EmbeddedStore(folder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    """A resource with many links in both directions."""
    others = [NamedNode(f"{EX}s{number}") for number in range(HUB_SIZE)]
    quads = [quad for other in others for quad in (Quad(other, P, HUB), Quad(HUB, Q, other))]
    opened = written(tmp_path_factory.mktemp("large") / "store", quads)
    yield opened
    opened.close()


def lookup_of(text: str) -> Lookup:
    parsed = parse_lookup(f"{PREFIX}{text}")
    assert parsed, text
    return parsed


@pytest.mark.parametrize("max_reads", [10_000, 30])
def test_a_bounded_query_has_the_solutions_of_pyoxigraph(max_reads: int, small: EmbeddedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_query, "_MAX_READS", max_reads)
    chance, outcomes = random.Random(16), Counter[bool | None]()
    for _ in range(600):
        text = draw_query(chance).removeprefix(PREFIX)
        try:
            result = normalize(evaluate_bounded(small, lookup_of(text)))
        except LookupExceededError:
            outcomes[None] += 1
            continue
        expected = native_result(small, f"{PREFIX}{text}")
        assert result == expected, text
        assert len(expected["head"]["vars"]) != 1 or expected["results"].total() <= max_reads
        outcomes[bool(result["results"])] += 1
    assert min(outcomes[True], outcomes[False]) > 40


@pytest.mark.parametrize("limit", [0, 1, 2, 1000])
@pytest.mark.parametrize("form", ["SELECT ?a ?b ?c", "SELECT DISTINCT ?a", "SELECT ?c"])
def test_a_limit_takes_some_of_the_solutions(limit: int, form: str, small: EmbeddedStore) -> None:
    text = f"{form} {{ ?a ex:p1 ?b . ?a ex:p2 ?c }}"
    every = native_result(small, PREFIX + text)["results"]
    assert every
    try:
        rows = normalize(evaluate_bounded(small, lookup_of(f"{text} LIMIT {limit}")))["results"]
    except LookupExceededError:
        assert limit < every.total()  # a row that is not of the result may be one of the first
        return
    assert rows <= every
    assert rows.total() == min(limit, every.total())


def test_values_of_any_kind_are_counted_as_they_are(tmp_path: Path) -> None:
    label, about, note = (NamedNode(f"{EX}{name}") for name in ("label", "about", "note"))
    texts = [Literal("}},{"), Literal('"}},{"'), Literal('":{"type":'), Literal('"type":"triple"'), Literal("\t\n")]
    quads = [Quad(NamedNode(f"{EX}s{number}"), label, text) for number, text in enumerate(texts)]
    quads += [Quad(NamedNode(f"{EX}s{number}"), about, Triple(HUB, P, HUB)) for number in range(2)]
    quads += [Quad(HUB, note, Literal("x" * 200_000)), Quad(HUB, note, Literal("y" * 200_000))]
    store = written(tmp_path / "store", quads)
    for text in ("?s ex:label ?l", "?s ex:label ?l ; ex:about ?a", "?s ex:about ?a ; ex:label ?l", "?s ex:about ?a ; ex:none ?l"):
        text = f"SELECT * {{ {text} }}"
        assert normalize(evaluate_bounded(store, lookup_of(text))) == native_result(store, PREFIX + text)
    with pytest.raises(LookupExceededError):
        evaluate_bounded(store, lookup_of("SELECT * { ex:hub ex:note ?x }"))
    store.close()


def test_a_value_that_looks_like_the_end_of_a_row_does_not_lift_a_limit(tmp_path: Path) -> None:
    quads = [Quad(NamedNode(f"{EX}s{number}"), P, Literal("ab }},{" if number % 5 == 0 else "v")) for number in range(200)]
    store = written(tmp_path / "store", quads)
    outcomes = set()
    for limit in range(0, 220, 7):
        for names in ("?s ?o", "?o ?s", "?o"):
            try:
                rows = normalize(evaluate_bounded(store, lookup_of(f"SELECT {names} {{ ?s ex:p ?o }} LIMIT {limit}")))["results"]
            except LookupExceededError:
                outcomes.add(False)
                continue
            assert rows.total() == min(limit, 200), (names, limit)
            outcomes.add(True)
    assert outcomes == {True, False}
    store.close()


@pytest.mark.parametrize("text", ["ASK { ?x ex:p ex:hub }", "SELECT * { ex:s1 ex:p ex:hub }", "SELECT * { ?x ex:p ?x }"])
def test_all_else_is_not_supported(text: str, large: EmbeddedStore) -> None:
    with pytest.raises(LookupExceededError):
        evaluate_bounded(large, lookup_of(text))


def cpu_seconds(work: Callable[[], object]) -> float:
    start = time.thread_time()
    work()
    return time.thread_time() - start


@pytest.mark.parametrize(
    "patterns",
    [
        "?x ex:p ex:hub", "?x ex:p ex:hub ; ex:none ?y", "?x ex:p ex:hub . ex:hub ?y ?z", "?x ex:p ex:hub . ex:hub ex:q ?x",
        "ex:hub ex:q ?x . ?x ex:p ?y", "ex:hub ex:q ?x . ?x ?y ex:hub", "?x ex:p ?y . ?z ex:q ?a", "?a ?b ?c . ?d ?e ?f . ?g ?h ?i",
        "ex:s1 ex:p ?x . ?x ex:q ?y", "ex:s1 ex:p ?x . ?x ex:q ?y . ?y ex:p ?z . ?z ex:q ?a", "ex:s1 ex:none ?x . ?y ex:p ?x",
        "ex:s1 ex:p ?x . ?y ex:p ?x . ?y ex:none ?z", "ex:hub ex:q ?x , ?y , ?z . ?z ex:none ?a",
        '?x ex:p ex:hub . ?y ex:q "a" . ?x ex:q ?y',
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["SELECT *", "SELECT DISTINCT ?x", "SELECT ?none"])
def test_no_index_is_read_to_its_end(patterns: str, form: str, large: EmbeddedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_query, "_MAX_READS", 200)
    parsed = lookup_of(f"{form} {{ {patterns} }}")

    def evaluate() -> None:
        try:
            evaluate_bounded(large, parsed)
        except LookupExceededError:
            return
        assert "none" in patterns or '"' in patterns  # only these have few rows

    all_of_it = cpu_seconds(lambda: large.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").serialize(format=QueryResultsFormat.JSON))
    assert min(cpu_seconds(evaluate) for _ in range(5)) < all_of_it / 2
