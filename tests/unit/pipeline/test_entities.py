"""What many figures say of one thing: how it is put together does not hang on how the figures came, and no disagreement is lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from itertools import groupby, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.profiles import example_count

from pfocr2rdf.pipeline.descriptions import DescriptionEncoder
from pfocr2rdf.pipeline.entities import Conflict, EntityStore, Origin
from pfocr2rdf.rdf.cache import LruCache
from pfocr2rdf.rdf.terms import RDF_TYPE, Resource, expand_term, iri_term, literal
from pfocr2rdf.rdf.vocabulary import FUNCTIONAL_PROPERTIES
from pfocr2rdf.storage.sqlite import create_database

OLD, NEW = 0, 1

LABEL, TITLE, MEMBER, ORGANISM = (
    expand_term("rdfs:label"),
    expand_term("dcterms:title"),
    expand_term("pfocr:memberOf"),
    expand_term("pfocr:organism"),
)

GENE = (RDF_TYPE, expand_term("pfocr:Gene"))

Saying = tuple[Resource, tuple[int, str]]
"""A description, and the record it is from: the rank of its generation and its figure."""


def gene(subject: str = "g", label: str = "", title: str = "", families: Iterable[str] = (), own: int = 1) -> Resource:
    """A description, with at most one value for what there is one of; split between its own and its shared statements."""
    pairs = [GENE, *([(LABEL, literal(label))] if label else []), *((MEMBER, iri_term(f"urn:{name}")) for name in sorted(families))]
    pairs += [(TITLE, literal(title))] if title else []
    return Resource(iri_term(f"urn:{subject}"), tuple(pairs[:own]), tuple(pairs[own:]))


NODES = st.builds(
    gene,
    st.sampled_from(["g", "h"]),
    st.sampled_from(["", "SA", "sa", "Sa"]),
    st.sampled_from(["", "one", "two"]),
    st.frozensets(st.sampled_from("xyz"), max_size=2),
    st.integers(0, 1),
)

ORIGINS = st.tuples(st.sampled_from([OLD, NEW]), st.integers(0, 6).map("F{}".format))

SAYINGS = st.lists(st.tuples(NODES, ORIGINS), max_size=9)

LAWS = settings(max_examples=example_count(100), deadline=None)


def gathered(sayings: Iterable[Saying], entities: EntityStore | None = None, first: int = 0) -> EntityStore:
    """The sayings, each from a record of its own, in the order of the records."""
    entities = EntityStore() if entities is None else entities
    for number, (node, (rank, figid)) in enumerate(sayings, first):
        entities.add_description(node, Origin(rank, figid, number))
    return entities


def spread(sayings: Sequence[Saying], bounds: Iterable[int], workers: Sequence[int]) -> EntityStore:
    """The same from batches, each of them worked on by one of several workers, who hand over each description once."""
    entities = EntityStore()
    descriptions = [DescriptionEncoder() for _ in range(3)]
    for at, (start, end) in enumerate(pairwise(sorted({0, len(sayings), *bounds}))):
        worker = descriptions[workers[at % len(workers)]]
        keys = [worker.encode_keys([node]) for node, _ in sayings[start:end]]
        entities.add_descriptions(worker.take_new())
        for number, (key, (_, (rank, figid))) in enumerate(zip(keys, sayings[start:end], strict=False), start):
            entities.assert_given_by([key], Origin(rank, figid, number))
    return entities


def settled(entities: EntityStore) -> tuple[list[tuple[str, tuple[tuple[str, str], ...]]], list[Conflict]]:
    """The nodes, and the conflicts."""
    conflicts: list[Conflict] = []
    nodes = [(node.subject, node.pairs) for node in entities.merged_resources(conflicts)]
    return nodes, conflicts


def without_figures(conflicts: Iterable[Conflict]) -> list[tuple[str, str, str, str]]:
    return [(one.subject, one.predicate, one.winner, one.dropped) for one in conflicts]


# -- laws --------------------------------------------------------------------------------------------------------------------------


@given(SAYINGS, st.lists(st.integers(0, 9), max_size=4), st.lists(st.integers(0, 2), min_size=1, max_size=5))
@LAWS
def test_it_is_the_same_however_records_are_batched_and_spread_over_workers(
    sayings: list[Saying], bounds: list[int], workers: list[int]
) -> None:
    inside = [bound for bound in bounds if bound <= len(sayings)]
    assert settled(spread(sayings, inside, workers)) == settled(gathered(sayings))


@given(SAYINGS, st.lists(st.integers(0, 9), max_size=4), st.lists(st.integers(0, 2), min_size=1, max_size=5))
@LAWS
def test_what_was_forgotten_meanwhile_changes_nothing(sayings: list[Saying], bounds: list[int], workers: list[int]) -> None:
    """What is remembered, by workers and here, is a matter of speed: both forget everything when it is too much."""
    inside = [bound for bound in bounds if bound <= len(sayings)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(LruCache, "put", lambda memory, _, value: memory.clear() or value)
        assert settled(spread(sayings, inside, workers)) == settled(gathered(sayings))


def test_a_worker_hands_over_what_many_figures_share_once() -> None:
    """To say it with each of 100,000 figures would take more time than to map them."""
    shared, own = gene("g", "A", own=0), gene("h", "A")
    worker = DescriptionEncoder()
    keys = [worker.encode_keys([shared, own]) for _ in range(3)]
    assert len(set(keys)) == 1
    assert [one.subject for one in worker.take_new() if one.subject == shared.subject] == [shared.subject]
    assert worker.encode_keys([shared]) == keys[0][: len(keys[0]) // 2]
    assert worker.take_new() == []


def test_a_description_that_nobody_handed_over_is_no_saying() -> None:
    entities, worker = EntityStore(), DescriptionEncoder()
    key = worker.encode_keys([gene()])
    assert not entities.has_description(key)
    with pytest.raises(KeyError, match="no worker sent the description"):
        entities.assert_given_by([key], Origin(NEW, "F1"))
    entities.add_descriptions(worker.take_new())
    assert entities.has_description(key)
    assert (len(entities), settled(entities)) == (0, ([], [])), "it was learnt, but no record says it"


@given(SAYINGS.flatmap(lambda sayings: st.tuples(st.just(sayings), st.permutations(sayings))))
@LAWS
def test_what_is_settled_does_not_hang_on_the_order_of_records(orders: tuple[list[Saying], list[Saying]]) -> None:
    (nodes, conflicts), (other_nodes, other_conflicts) = (settled(gathered(sayings)) for sayings in orders)
    assert nodes == other_nodes
    assert without_figures(conflicts) == without_figures(other_conflicts)


@given(SAYINGS)
@LAWS
def test_saying_it_again_changes_nothing(sayings: list[Saying]) -> None:
    once = settled(gathered(sayings))
    assert settled(gathered(sayings + sayings)) == once
    assert settled(gathered([saying for saying in sayings for _ in range(2)])) == once


@given(SAYINGS, SAYINGS)
@LAWS
def test_looking_at_what_is_settled_changes_nothing(sayings: list[Saying], more: list[Saying]) -> None:
    entities = gathered(sayings)
    assert settled(entities) == settled(entities)
    gathered(more, entities, len(sayings))
    assert settled(entities) == settled(gathered(sayings + more))


@given(SAYINGS)
@LAWS
def test_a_file_keeps_the_same_as_memory(sayings: list[Saying]) -> None:
    with TemporaryDirectory() as folder, closing(create_database(Path(folder) / "entities.sqlite")) as database:
        assert settled(gathered(sayings, EntityStore(database))) == settled(gathered(sayings))


# -- what is settled ---------------------------------------------------------------------------------------------------------------


@given(SAYINGS)
@LAWS
def test_each_entity_is_one_node_with_one_value_for_what_there_is_one_of(sayings: list[Saying]) -> None:
    nodes, _ = settled(gathered(sayings))
    subjects = [subject for subject, _ in nodes]
    assert subjects == sorted({node.subject for node, _ in sayings})
    for _, pairs in nodes:
        assert len(set(pairs)) == len(pairs)
        predicates = [predicate for predicate, _ in pairs]
        assert all(predicates.count(predicate) <= 1 for predicate in (LABEL, TITLE))
        assert len(list(groupby(predicates))) == len(set(predicates)), "statements of one predicate are not side by side"


@given(SAYINGS)
@LAWS
def test_nothing_is_lost_but_what_a_conflict_names_and_nothing_is_made_up(sayings: list[Saying]) -> None:
    nodes, conflicts = settled(gathered(sayings))
    said = {(node.subject, *pair) for node, _ in sayings for pair in node.pairs}
    found = {(subject, *pair) for subject, pairs in nodes for pair in pairs}
    assert found | {(one.subject, one.predicate, one.dropped) for one in conflicts} == said
    assert {(one.subject, one.predicate, one.dropped) for one in conflicts} & found == set()
    assert {(one.subject, one.predicate, one.winner) for one in conflicts} <= found


@given(SAYINGS)
@LAWS
def test_the_newest_generation_that_says_something_is_believed_and_of_it_the_first_in_code_point_order(sayings: list[Saying]) -> None:
    nodes, _ = settled(gathered(sayings))
    for subject, pairs in nodes:
        for predicate in (LABEL, TITLE):
            kept = [value for name, value in pairs if name == predicate]
            nodes_of = [(node, rank) for node, (rank, _) in sayings if node.subject == subject]
            values = [(rank, value) for node, rank in nodes_of for name, value in node.pairs if name == predicate]
            newest = max((rank for rank, _ in values), default=None)
            assert kept == sorted(value for rank, value in values if rank == newest)[:1]


@given(SAYINGS)
@LAWS
def test_a_conflict_names_two_figures_that_said_so(sayings: list[Saying]) -> None:
    _, conflicts = settled(gathered(sayings))
    said = {(node.subject, *pair, figid) for node, (_, figid) in sayings for pair in node.pairs}
    for one in conflicts:
        assert (one.subject, one.predicate, one.winner, one.winner_figid) in said
        assert (one.subject, one.predicate, one.dropped, one.dropped_figid) in said
    assert len(set(without_figures(conflicts))) == len(conflicts)


@pytest.mark.parametrize("order", [1, -1])
def test_a_newer_record_wins_over_an_older_one_whichever_comes_first(order: int) -> None:
    sayings = [(gene(label="AAA"), (OLD, "F1")), (gene(label="ZZZ"), (NEW, "F2"))][::order]
    nodes, conflicts = settled(gathered(sayings))
    assert (LABEL, literal("ZZZ")) in nodes[0][1]
    assert conflicts == [Conflict("<urn:g>", LABEL, '"ZZZ"', "F2", '"AAA"', "F1")]


def test_an_older_record_is_believed_where_the_newer_ones_say_nothing() -> None:
    nodes, conflicts = settled(gathered([(gene(label="A"), (OLD, "F1")), (gene(title="t"), (NEW, "F2"))]))
    assert {pair for pair in nodes[0][1] if pair[0] in (LABEL, TITLE)} == {(LABEL, '"A"'), (TITLE, '"t"')}
    assert conflicts == []


def test_what_an_old_and_a_new_record_say_alike_counts_as_new() -> None:
    for sayings in ([(OLD, "F1"), (NEW, "F2")], [(NEW, "F2"), (OLD, "F1")]):
        told = [(gene(label="ZZZ"), origin) for origin in sayings] + [(gene(label="AAA"), (OLD, "F3"))]
        nodes, conflicts = settled(gathered(told))
        assert (LABEL, '"ZZZ"') in nodes[0][1]
        assert conflicts == [Conflict("<urn:g>", LABEL, '"ZZZ"', "F2", '"AAA"', "F3")]


def test_three_values_are_two_conflicts() -> None:
    _, conflicts = settled(gathered((gene(label=label), (NEW, f"F{label}")) for label in "CAB"))
    named = [(one.winner, one.winner_figid, one.dropped, one.dropped_figid) for one in conflicts]
    assert named == [('"A"', "FA", '"B"', "FB"), ('"A"', "FA", '"C"', "FC")]


def test_what_there_can_be_several_of_is_no_conflict() -> None:
    nodes, conflicts = settled(gathered([(gene(families="x"), (OLD, "F1")), (gene(families="yz"), (NEW, "F2"))]))
    assert [value for predicate, value in nodes[0][1] if predicate == MEMBER] == ["<urn:x>", "<urn:y>", "<urn:z>"]
    assert conflicts == []


@pytest.mark.parametrize("name", sorted(FUNCTIONAL_PROPERTIES))
def test_every_property_that_has_one_value_is_settled(name: str) -> None:
    sayings = [(Resource("<urn:g>", (GENE, (expand_term(name), literal(value)))), (NEW, value)) for value in ("a", "b")]
    nodes, conflicts = settled(gathered(sayings))
    assert nodes == [("<urn:g>", (GENE, (expand_term(name), '"a"')))]
    assert without_figures(conflicts) == [("<urn:g>", expand_term(name), '"a"', '"b"')]


def test_one_description_that_disagrees_with_itself_is_settled_too() -> None:
    """A record may list a gene in two rows with two symbols (seen with ``on_violation="keep"``)."""
    node = Resource("<urn:g>", (GENE, (LABEL, '"SA"'), (LABEL, '"sa"')))
    nodes, conflicts = settled(gathered([(node, (NEW, "F1"))]))
    assert nodes == [("<urn:g>", (GENE, (LABEL, '"SA"')))]
    assert conflicts == [Conflict("<urn:g>", LABEL, '"SA"', "F1", '"sa"', "F1")]


def test_a_node_is_the_same_whatever_of_it_is_shared() -> None:
    """The parts of a node are a matter of speed: two nodes with the same statements are one description."""
    entities = gathered((gene("g", "A", "t", "xy", own=own), (OLD, f"F{own}")) for own in range(5))
    assert not entities.is_merged("<urn:g>")
    assert entities.origins("<urn:g>") == ["F0"]
    node = entities.get_resource("<urn:g>")
    assert node is not None
    assert set(node.pairs) == set(settled(entities)[0][0][1])
    assert entities.get_resource("<urn:h>") is None
    assert len(entities) == 1
