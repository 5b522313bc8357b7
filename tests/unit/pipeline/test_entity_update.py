"""Which entities an update merges again."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.support.entities import add_description

from pfocr2rdf.pipeline.entities import EntityStore, Origin
from pfocr2rdf.pipeline.entity_update import EntityUpdate
from pfocr2rdf.pipeline.state import State
from pfocr2rdf.pipeline.words import WordCounts
from pfocr2rdf.rdf.terms import RDF_TYPE, Resource

TAXON = Resource("<urn:taxon>", ((RDF_TYPE, "<urn:Taxon>"), ("<urn:label>", '"A taxon"')))
LABELLED = Resource("<urn:taxon>", ((RDF_TYPE, "<urn:Taxon>"), ("<urn:label>", '"Another taxon"')))
RECLASSIFIED = Resource("<urn:taxon>", ((RDF_TYPE, "<urn:Species>"), ("<urn:label>", '"A taxon"')))
GENE = Resource("<urn:gene>", ((RDF_TYPE, "<urn:Gene>"), ("<urn:organism>", "<urn:taxon>")))
MERGED = [Resource("<urn:merged>", (("<urn:organism>", "<urn:taxon>"), ("<urn:note>", note))) for note in ('"a"', '"b"')]
REFERRERS = [GENE, *MERGED, Resource("<urn:other>", ((RDF_TYPE, "<urn:Gene>"),))]


def state_with(path: Path, resources: list[Resource]) -> tuple[State, EntityStore]:
    state = State.create(path)
    store = EntityStore(state.database)
    for number, resource in enumerate([*REFERRERS, *resources]):
        add_description(store, resource, Origin(0, f"F{number}", number))
    store.flush()
    return state, store


@pytest.mark.parametrize(
    ("previous", "current", "referrers"),
    [
        ([TAXON], [TAXON], set()),
        ([], [TAXON], {"<urn:gene>", "<urn:merged>"}),
        ([TAXON], [], {"<urn:gene>", "<urn:merged>"}),
        ([TAXON], [RECLASSIFIED], {"<urn:gene>", "<urn:merged>"}),
        ([TAXON], [LABELLED], {"<urn:merged>"}),
    ],
    ids=["the same", "it comes", "it goes", "another class", "another label"],
)
def test_entities_that_refer_to_one_that_changed(
    previous: list[Resource], current: list[Resource], referrers: set[str], tmp_path: Path
) -> None:
    """They are counted by its classes; merged ones are validated with it."""
    previous_state, _ = state_with(tmp_path / "previous.sqlite", previous)
    state, store = state_with(tmp_path / "current.sqlite", current)
    aggregator = SimpleNamespace(entity_store=store, word_counts=WordCounts(state.database))
    update = EntityUpdate(
        cast("Any", SimpleNamespace(state=previous_state)), state, cast("Any", aggregator), lambda *_: [], {"<urn:taxon>"}
    )
    assert update.subjects == {"<urn:taxon>"} | referrers
    previous_state.discard()
    state.discard()
