"""The columns of mentions."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from pfocr2rdf.derived.entities import EntitySummary
from pfocr2rdf.derived.nodes import Node
from pfocr2rdf.derived.tables.mention_rows import FigureCells, MentionBatch
from pfocr2rdf.derived.tables.schema import MENTIONS, IndexedCells, Row

FIGURE = FigureCells("PMC1__a", "https://pfocr.wikipathways.org/figures/PMC1__a.html", "PMC1", 2019)
ENTITIES = {
    "ncbigene:1": EntitySummary("gene", "ONE", "taxon:9606"),
    "mesh:D1": EntitySummary("disease", "An illness"),
    "taxon:9606": EntitySummary("organism", "Homo sapiens"),
    "fam:A%20B": EntitySummary("family", "A B"),
}


def mention(number: int, **terms: Any) -> Node:
    return {"type": "pfocr:Mention", "id": f"mention:{number:04}", "hasTarget": "figure:PMC1__a.html", **terms}


def collect(*mentions: Node) -> tuple[list[dict[str, Any]], list[Row]]:
    batch, statements = MentionBatch(ENTITIES, set()), list[Row]()
    batch.add(FIGURE, mentions, statements)
    assert len(batch) == len(mentions)
    columns = [[cells.values[index] for index in cells.indexes] if isinstance(cells, IndexedCells) else cells for cells in batch.columns()]
    names = [column.name for column in MENTIONS.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)], statements


def test_a_mention_of_a_gene_has_all_cells() -> None:
    rows, statements = collect(
        mention(1, hasBody="ncbigene:1", word="(One", match="ONE", evidence="pfocr:viaFamily", family="fam:A%20B",
                occurrences="2", lexiconSource="famplex_relations")
    )  # fmt: skip
    assert rows == [{
        "mention": "0001", "figid": "PMC1__a", "figure": FIGURE.figure, "kind": "gene", "identifier": "ncbigene:1",
        "entity": "https://identifiers.org/ncbigene/1", "label": "ONE", "word": "(One", "match": "ONE", "evidence": "viaFamily",
        "family": "A B", "organism": "Homo sapiens", "taxon": "9606", "occurrences": 2, "paper": "PMC1", "year": 2019,
        "lexicon_source": "famplex_relations", "gene": "ncbigene:1", "chemical": None, "disease": None,
    }]  # fmt: skip
    assert statements == []


def test_kinds_are_by_the_entity() -> None:
    rows, _ = collect(mention(1, hasBody="mesh:D1"), mention(2), mention(3, hasBody="fam:A%20B"), mention(4, hasBody="ncbigene:7"))
    assert [row["kind"] for row in rows] == ["disease", None, "other", "other"]
    assert [row["disease"] for row in rows] == ["mesh:D1", None, None, None]
    assert {row["organism"] for row in rows} == {None}


@pytest.mark.parametrize("count", ["٣", "1" * 19, "many", "007"])
def test_what_is_no_number_of_occurrences_is_a_statement(count: str) -> None:
    rows, statements = collect(mention(1, hasBody="ncbigene:1", occurrences=count))
    assert (rows[0]["occurrences"], [row[2] for row in statements]) == (None, [count])


def test_a_mention_of_several_figures_has_a_row_for_each_and_its_statements_once() -> None:
    node = mention(1, type=["oa:Annotation", "pfocr:Mention"], hasTarget=["figure:PMC1__a.html", "figure:PMC1__b.html"], word=["b", "a"])
    rows, statements = collect(node, node)
    assert [(row["mention"], row["word"]) for row in rows] == [("0001", "a")] * 2
    assert [row[2] for row in statements] == ["http://www.w3.org/ns/oa#Annotation", "b"]


def test_a_mention_with_another_iri_has_all_of_it() -> None:
    rows, _ = collect({"type": "pfocr:Mention", "id": "ncbigene:1"}, {"type": "pfocr:Mention", "id": "mention:1"})
    assert [row["mention"] for row in rows] == ["https://identifiers.org/ncbigene/1", "1"]


def test_what_no_column_has_is_a_statement() -> None:
    rows, statements = collect(mention(1, word=["b", "a"], occurrences="many", **{"schema:about": "x"}), mention(2, occurrences="1"))
    assert [row["word"] for row in rows] == ["a", None]
    assert [row["occurrences"] for row in rows] == [None, 1]
    assert [row[2] for row in statements] == ["b", "many", "x"]
    assert {row[0] for row in statements} == {"https://pfocr.wikipathways.org/mentions/0001"}


def test_a_batch_is_freed_without_the_garbage_collector() -> None:
    batch = MentionBatch({}, set())
    mention = {"type": "pfocr:Mention", "id": "mention:a", "hasTarget": "figure:a", "hasBody": "ncbigene:6772", "word": "STAT1"}
    batch.add(FigureCells("a", "figure:a", None, None), [mention], [])
    assert len(batch.columns()) > 10
    reference = weakref.ref(batch)
    gc.disable()
    try:
        del batch
        assert reference() is None
    finally:
        gc.enable()
