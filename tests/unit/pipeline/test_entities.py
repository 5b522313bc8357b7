"""The entity store: merging does not depend on the order and batches of records, and no conflict is lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from itertools import groupby, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.entities import add_description
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

Described = tuple[Resource, tuple[int, str]]
"""A description, and the record it is from: the rank of its generation and its figure."""


def gene(subject: str = "g", label: str = "", title: str = "", families: Iterable[str] = (), own_count: int = 1) -> Resource:
    """A description, with at most one value for what there is one of; split between its own and its shared statements."""
    pairs = [GENE, *([(LABEL, literal(label))] if label else []), *((MEMBER, iri_term(f"urn:{name}")) for name in sorted(families))]
    pairs += [(TITLE, literal(title))] if title else []
    return Resource(iri_term(f"urn:{subject}"), tuple(pairs[:own_count]), tuple(pairs[own_count:]))


RESOURCES = st.builds(
    gene,
    st.sampled_from(["g", "h"]),
    st.sampled_from(["", "SA", "sa", "Sa"]),
    st.sampled_from(["", "one", "two"]),
    st.frozensets(st.sampled_from("xyz"), max_size=2),
    st.integers(0, 1),
)

ORIGINS = st.tuples(st.sampled_from([OLD, NEW]), st.integers(0, 6).map("F{}".format))

DESCRIPTIONS = st.lists(st.tuples(RESOURCES, ORIGINS), max_size=9)

LAWS = settings(max_examples=example_count(100), deadline=None)


def stored(descriptions: Iterable[Described], entities: EntityStore | None = None, first: int = 0) -> EntityStore:
    """Descriptions, each from a record of its own, in the order of the records."""
    entities = EntityStore() if entities is None else entities
    for number, (resource, (rank, figid)) in enumerate(descriptions, first):
        add_description(entities, resource, Origin(rank, figid, number))
    return entities


def stored_in_batches(descriptions: Sequence[Described], bounds: Iterable[int], workers: Sequence[int]) -> EntityStore:
    """The same from batches, each of them worked on by one of several workers, who hand over each description once."""
    entities = EntityStore()
    encoders = [DescriptionEncoder() for _ in range(3)]
    for index, (start, end) in enumerate(pairwise(sorted({0, len(descriptions), *bounds}))):
        worker = encoders[workers[index % len(workers)]]
        keys = [worker.encode_keys([resource]) for resource, _ in descriptions[start:end]]
        entities.add_descriptions(worker.take_new())
        for number, (key, (_, (rank, figid))) in enumerate(zip(keys, descriptions[start:end], strict=False), start):
            entities.assert_given_by([key], Origin(rank, figid, number))
    return entities


def merged(entities: EntityStore) -> tuple[list[tuple[str, tuple[tuple[str, str], ...]]], list[Conflict]]:
    """The resources, and the conflicts."""
    conflicts: list[Conflict] = []
    resources = [(resource.subject, resource.pairs) for resource in entities.merged_resources(conflicts)]
    return resources, conflicts


def without_figures(conflicts: Iterable[Conflict]) -> list[tuple[str, str, str, str]]:
    return [(conflict.subject, conflict.predicate, conflict.winner, conflict.dropped) for conflict in conflicts]


# -- laws --------------------------------------------------------------------------------------------------------------------------


@given(DESCRIPTIONS, st.lists(st.integers(0, 9), max_size=4), st.lists(st.integers(0, 2), min_size=1, max_size=5))
@LAWS
def test_it_is_the_same_however_records_are_batched_and_spread_over_workers(
    descriptions: list[Described], bounds: list[int], workers: list[int]
) -> None:
    inside = [bound for bound in bounds if bound <= len(descriptions)]
    assert merged(stored_in_batches(descriptions, inside, workers)) == merged(stored(descriptions))


@given(DESCRIPTIONS, st.lists(st.integers(0, 9), max_size=4), st.lists(st.integers(0, 2), min_size=1, max_size=5))
@LAWS
def test_what_was_forgotten_meanwhile_changes_nothing(descriptions: list[Described], bounds: list[int], workers: list[int]) -> None:
    """What is remembered, by workers and here, is a matter of speed: both forget everything when it is too much."""
    inside = [bound for bound in bounds if bound <= len(descriptions)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(LruCache, "put", lambda memory, _, value: memory.clear() or value)
        assert merged(stored_in_batches(descriptions, inside, workers)) == merged(stored(descriptions))


def test_a_worker_hands_over_what_many_figures_share_once() -> None:
    """To say it with each of 100,000 figures would take more time than to map them."""
    shared, own_resource = gene("g", "A", own_count=0), gene("h", "A")
    worker = DescriptionEncoder()
    keys = [worker.encode_keys([shared, own_resource]) for _ in range(3)]
    assert len(set(keys)) == 1
    assert [new.subject for new in worker.take_new() if new.subject == shared.subject] == [shared.subject]
    assert worker.encode_keys([shared]) == keys[0][: len(keys[0]) // 2]
    assert worker.take_new() == []


def test_a_description_that_was_not_handed_over_is_ignored() -> None:
    entities, worker = EntityStore(), DescriptionEncoder()
    key = worker.encode_keys([gene()])
    assert not entities.has_description(key)
    with pytest.raises(KeyError, match="no worker sent the description"):
        entities.assert_given_by([key], Origin(NEW, "F1"))
    entities.add_descriptions(worker.take_new())
    assert entities.has_description(key)
    assert (len(entities), merged(entities)) == (0, ([], [])), "it was learnt, but no record says it"


@given(DESCRIPTIONS.flatmap(lambda descriptions: st.tuples(st.just(descriptions), st.permutations(descriptions))))
@LAWS
def test_what_is_settled_does_not_hang_on_the_order_of_records(orders: tuple[list[Described], list[Described]]) -> None:
    (resources, conflicts), (other_resources, other_conflicts) = (merged(stored(descriptions)) for descriptions in orders)
    assert resources == other_resources
    assert without_figures(conflicts) == without_figures(other_conflicts)


@given(DESCRIPTIONS)
@LAWS
def test_a_repeated_description_changes_nothing(descriptions: list[Described]) -> None:
    once = merged(stored(descriptions))
    assert merged(stored(descriptions + descriptions)) == once
    assert merged(stored([description for description in descriptions for _ in range(2)])) == once


@given(DESCRIPTIONS, DESCRIPTIONS)
@LAWS
def test_reading_merged_resources_changes_nothing(descriptions: list[Described], more_descriptions: list[Described]) -> None:
    entities = stored(descriptions)
    assert merged(entities) == merged(entities)
    stored(more_descriptions, entities, len(descriptions))
    assert merged(entities) == merged(stored(descriptions + more_descriptions))


@given(DESCRIPTIONS)
@LAWS
def test_a_file_keeps_the_same_as_memory(descriptions: list[Described]) -> None:
    with TemporaryDirectory() as folder, closing(create_database(Path(folder) / "entities.sqlite")) as database:
        assert merged(stored(descriptions, EntityStore(database))) == merged(stored(descriptions))


# -- what is merged ----------------------------------------------------------------------------------------------------------------


@given(DESCRIPTIONS)
@LAWS
def test_each_entity_is_one_node_with_one_value_for_what_there_is_one_of(descriptions: list[Described]) -> None:
    resources, _ = merged(stored(descriptions))
    subjects = [subject for subject, _ in resources]
    assert subjects == sorted({resource.subject for resource, _ in descriptions})
    for _, pairs in resources:
        assert len(set(pairs)) == len(pairs)
        predicates = [predicate for predicate, _ in pairs]
        assert all(predicates.count(predicate) <= 1 for predicate in (LABEL, TITLE))
        assert len(list(groupby(predicates))) == len(set(predicates)), "statements of one predicate are not side by side"


@given(DESCRIPTIONS)
@LAWS
def test_nothing_is_lost_but_what_a_conflict_names_and_nothing_is_made_up(descriptions: list[Described]) -> None:
    resources, conflicts = merged(stored(descriptions))
    statements = {(resource.subject, *pair) for resource, _ in descriptions for pair in resource.pairs}
    merged_statements = {(subject, *pair) for subject, pairs in resources for pair in pairs}
    assert merged_statements | {(conflict.subject, conflict.predicate, conflict.dropped) for conflict in conflicts} == statements
    assert {(conflict.subject, conflict.predicate, conflict.dropped) for conflict in conflicts} & merged_statements == set()
    assert {(conflict.subject, conflict.predicate, conflict.winner) for conflict in conflicts} <= merged_statements


@given(DESCRIPTIONS)
@LAWS
def test_the_newest_generation_that_says_something_is_believed_and_of_it_the_first_in_code_point_order(
    descriptions: list[Described],
) -> None:
    resources, _ = merged(stored(descriptions))
    for subject, pairs in resources:
        for predicate in (LABEL, TITLE):
            merged_values = [value for name, value in pairs if name == predicate]
            described = [(resource, rank) for resource, (rank, _) in descriptions if resource.subject == subject]
            values = [(rank, value) for resource, rank in described for name, value in resource.pairs if name == predicate]
            newest = max((rank for rank, _ in values), default=None)
            assert merged_values == sorted(value for rank, value in values if rank == newest)[:1]


@given(DESCRIPTIONS)
@LAWS
def test_a_conflict_names_two_figures_that_said_so(descriptions: list[Described]) -> None:
    _, conflicts = merged(stored(descriptions))
    statements = {(resource.subject, *pair, figid) for resource, (_, figid) in descriptions for pair in resource.pairs}
    for conflict in conflicts:
        assert (conflict.subject, conflict.predicate, conflict.winner, conflict.winner_figid) in statements
        assert (conflict.subject, conflict.predicate, conflict.dropped, conflict.dropped_figid) in statements
    assert len(set(without_figures(conflicts))) == len(conflicts)


@pytest.mark.parametrize("order", [1, -1])
def test_a_newer_record_wins_over_an_older_one_whichever_comes_first(order: int) -> None:
    descriptions = [(gene(label="AAA"), (OLD, "F1")), (gene(label="ZZZ"), (NEW, "F2"))][::order]
    resources, conflicts = merged(stored(descriptions))
    assert (LABEL, literal("ZZZ")) in resources[0][1]
    assert conflicts == [Conflict("<urn:g>", LABEL, '"ZZZ"', "F2", '"AAA"', "F1")]


def test_an_older_record_is_believed_where_the_newer_ones_say_nothing() -> None:
    resources, conflicts = merged(stored([(gene(label="A"), (OLD, "F1")), (gene(title="t"), (NEW, "F2"))]))
    assert {pair for pair in resources[0][1] if pair[0] in (LABEL, TITLE)} == {(LABEL, '"A"'), (TITLE, '"t"')}
    assert conflicts == []


def test_what_an_old_and_a_new_record_say_alike_counts_as_new() -> None:
    for origins in ([(OLD, "F1"), (NEW, "F2")], [(NEW, "F2"), (OLD, "F1")]):
        descriptions = [(gene(label="ZZZ"), origin) for origin in origins] + [(gene(label="AAA"), (OLD, "F3"))]
        resources, conflicts = merged(stored(descriptions))
        assert (LABEL, '"ZZZ"') in resources[0][1]
        assert conflicts == [Conflict("<urn:g>", LABEL, '"ZZZ"', "F2", '"AAA"', "F3")]


def test_three_values_are_two_conflicts() -> None:
    _, conflicts = merged(stored((gene(label=label), (NEW, f"F{label}")) for label in "CAB"))
    values = [(conflict.winner, conflict.winner_figid, conflict.dropped, conflict.dropped_figid) for conflict in conflicts]
    assert values == [('"A"', "FA", '"B"', "FB"), ('"A"', "FA", '"C"', "FC")]


def test_what_there_can_be_several_of_is_no_conflict() -> None:
    resources, conflicts = merged(stored([(gene(families="x"), (OLD, "F1")), (gene(families="yz"), (NEW, "F2"))]))
    assert [value for predicate, value in resources[0][1] if predicate == MEMBER] == ["<urn:x>", "<urn:y>", "<urn:z>"]
    assert conflicts == []


@pytest.mark.parametrize("name", sorted(FUNCTIONAL_PROPERTIES))
def test_every_property_that_has_one_value_is_settled(name: str) -> None:
    descriptions = [(Resource("<urn:g>", (GENE, (expand_term(name), literal(value)))), (NEW, value)) for value in ("a", "b")]
    resources, conflicts = merged(stored(descriptions))
    assert resources == [("<urn:g>", (GENE, (expand_term(name), '"a"')))]
    assert without_figures(conflicts) == [("<urn:g>", expand_term(name), '"a"', '"b"')]


def test_one_description_that_disagrees_with_itself_is_settled_too() -> None:
    """A record may list a gene in two rows with two symbols (seen with ``on_violation="keep"``)."""
    resource = Resource("<urn:g>", (GENE, (LABEL, '"SA"'), (LABEL, '"sa"')))
    resources, conflicts = merged(stored([(resource, (NEW, "F1"))]))
    assert resources == [("<urn:g>", (GENE, (LABEL, '"SA"')))]
    assert conflicts == [Conflict("<urn:g>", LABEL, '"SA"', "F1", '"sa"', "F1")]


def test_a_node_is_the_same_whatever_of_it_is_shared() -> None:
    """The parts of a resource are a matter of speed: two resources with the same statements are one description."""
    entities = stored((gene("g", "A", "t", "xy", own_count=own_count), (OLD, f"F{own_count}")) for own_count in range(5))
    assert not entities.is_merged("<urn:g>")
    assert entities.origins("<urn:g>") == ["F0"]
    resource = entities.get_resource("<urn:g>")
    assert resource is not None
    assert set(resource.pairs) == set(merged(entities)[0][0][1])
    assert entities.get_resource("<urn:h>") is None
    assert len(entities) == 1
