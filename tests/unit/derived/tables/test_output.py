"""The format as a whole: which files it writes, and what it does with graphs that are unlike those of an export."""

from __future__ import annotations

import contextlib
import csv
import errno
import gc
import io
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.derived_files import HUMAN, Files, NodesInMemory, derive_in_memory, figure, gene, mention

from pfocr2rdf.derived.derive import derive
from pfocr2rdf.derived.nodes import FigureNodes, Node
from pfocr2rdf.derived.tables import output
from pfocr2rdf.derived.tables.csv_files import REPLACED_SENTENCE
from pfocr2rdf.derived.tables.output import Tables
from pfocr2rdf.derived.tables.schema import TABLES
from pfocr2rdf.errors import MissingExtraError

FAMILY = {"type": "pfocr:Family", "id": "fam:A%2FB", "prefLabel": "A/B"}
MENTION = mention("ncbigene:1", "family", id="mention:01", hasTarget="figure:PMC1__a.html", family="fam:A%2FB", word="AB")
FIGURE = FigureNodes(
    {
        "type": "pfocr:Figure",
        "id": "figure:PMC1__a.html",
        "identifier": ["PMC1__a", "PMC1__F1"],
        "mentions": "ncbigene:1",
        "mentionsFamily": "fam:A%2FB",
    },
    [MENTION],
)


def read(entities: list[Node], *figures: FigureNodes) -> tuple[dict[str, list[dict[str, str]]], dict[str, int]]:
    """The records of the CSV files by table, and the warnings."""
    files, warnings = derive_in_memory(entities, list(figures), "csv")
    tables = {}
    for table in TABLES:
        text = files.contents[f"tables/{table.name}.csv"].decode()
        tables[table.name] = list(csv.DictReader(io.StringIO(text, newline="")))
    return tables, warnings


def names(*formats: str) -> set[str]:
    files, _ = derive_in_memory([HUMAN, gene(1, "ONE")], [FIGURE], *formats)
    return {name.partition("/")[2] for name in files.contents}


def test_each_name_has_its_files() -> None:
    descriptions = {"datapackage.json", "croissant.json"}
    as_csv = {f"{table.name}.csv" for table in TABLES}
    as_parquet = {f"{table.name}.parquet" for table in TABLES}
    assert names("csv") == descriptions | as_csv
    assert names("parquet") == names("tables") == names("tables", "parquet") == descriptions | as_parquet
    assert names("tables", "csv") == descriptions | as_parquet | as_csv


def test_without_pyarrow_the_tables_are_csv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "is_available", lambda: False)
    assert names("tables") == names("csv") == names("tables", "csv")
    Tables.require_libraries("tables")
    with pytest.raises(MissingExtraError, match=r"format parquet needs pyarrow.*pfocr2rdf\[tables\]"):
        Tables.require_libraries("parquet")


def test_resources_of_both_kinds_of_files_refer_to_their_kind() -> None:
    files, _ = derive_in_memory([], [FIGURE], "csv", "parquet")
    package = json.loads(files.contents["tables/datapackage.json"])
    for resource in package["resources"]:
        suffix = resource["name"].rpartition("-")[2]
        assert resource["path"] == resource["name"].replace("-", ".")
        references = [key["reference"]["resource"] for key in resource["schema"].get("foreignKeys", ())]
        assert all(reference.endswith(f"-{suffix}") for reference in references)
    assert len({resource["name"] for resource in package["resources"]}) == 2 * len(TABLES)


def test_rows_are_joined_by_keys_also_if_entities_come_in_any_order() -> None:
    entities = [{**gene(1, "ONE"), "memberOf": ["fam:A%2FB", "fam:C"]}, FAMILY, HUMAN]
    for order in (entities, entities[::-1]):
        tables, warnings = read(order, FIGURE)
        assert [(row["gene"], row["family"]) for row in tables["memberships"]] == [("ncbigene:1", "A/B"), ("ncbigene:1", "C")]
        row = tables["mentions"][0]
        assert (row["figid"], row["gene"], row["family"], row["organism"]) == ("PMC1__a", "ncbigene:1", "A/B", "Homo sapiens")
        assert tables["figures"][0]["aliases"] == '["PMC1__F1"]'
        assert (tables["statements"], warnings) == ([], {})


def test_an_entity_is_in_the_table_of_each_of_its_classes_and_its_other_statements_once() -> None:
    both = {"type": ["pfocr:Chemical", "pfocr:Disease"], "id": "mesh:D1", "label": "X", "schema:about": "y"}
    tables, _ = read([both])
    assert [tables[name][0]["identifier"] for name in ("chemicals", "diseases")] == ["mesh:D1"] * 2
    assert [row["object"] for row in tables["statements"]] == ["y"]


def test_what_a_figure_mentions_without_a_mention_is_a_statement() -> None:
    nodes = FigureNodes({**FIGURE.figure, "mentions": ["ncbigene:1", "ncbigene:2"], "citedIn": ["pmc:PMC2", "pmc:PMC1"]}, FIGURE.mentions)
    tables, _ = read([], nodes)
    assert tables["figures"][0]["paper"] == "PMC1"
    assert [row["object"] for row in tables["statements"]] == ["https://identifiers.org/pmc/PMC2", "https://identifiers.org/ncbigene/2"]


def test_other_entities_are_statements() -> None:
    tables, _ = read([{"type": "pfocr:Pathway", "id": "wikipathways:WP1", "identifier": "WP1"}])
    assert [row["object"] for row in tables["statements"]] == ["WP1", "https://pfocr.wikipathways.org/vocab#Pathway"]
    assert {row["subject"] for row in tables["statements"]} == {"https://identifiers.org/wikipathways/WP1"}


SPECIAL_GRAPH = (
    [
        {**gene(1, "ONE"), "organism": ["taxon:9606", "taxon:1"], "memberOf": ["fam:S1", "fam:S2", "fam:missing", {"@value": "text"}]},
        {**gene(2, "TWO"), "organism": {"@value": "mouse"}},
        {"type": "pfocr:Family", "id": "fam:S1", "prefLabel": "Same"},
        {"type": ["pfocr:Family", "pfocr:Organism"], "id": "fam:S2", "prefLabel": "Same", "identifier": "1"},
        {"type": "pfocr:Chemical", "id": "mesh:D1", "memberOf": "fam:S1"},
        {"type": "pfocr:Paper", "id": "https://example.org/PMC1", "identifier": "PMC1"},
        {"type": "pfocr:Paper", "id": "pmc:PMC1", "identifier": "PMC1"},
    ],
    [
        figure("PMC1__a", "A", [mention("ncbigene:1", id="mention:1", hasTarget=["figure:PMC1__a.html", "figure:PMC1__b.html"]),
                                mention("ncbigene:2", id="mention:2", family="fam:other")], identifier="alias", citedIn="pmc:PMC1"),
        figure("PMC1__b", "B", [mention("ncbigene:1", id="mention:1", hasTarget=["figure:PMC1__a.html", "figure:PMC1__b.html"])],
               identifier="alias", citedIn=["pmc:PMC7", {"@value": "a text"}]),
    ],
)  # fmt: skip
"""A graph of another program: entities without a description or with equal names, literals for IRIs, and figures with one alias."""


def test_keys_hold_for_graphs_of_other_programs() -> None:
    tables, warnings = read(SPECIAL_GRAPH[0], *SPECIAL_GRAPH[1])
    assert warnings == {}
    for table in TABLES:
        rows = tables[table.name]
        keys = [tuple(row[column] for column in table.primary_key) for row in rows]
        assert not table.primary_key or len(set(keys)) == len(keys), table.name
        assert all(map(all, keys)), table.name
        for key in table.foreign_keys:
            names = {row[key.target] for row in tables[key.table]}
            assert {row[key.column] for row in rows} - {""} <= names, (table.name, key)
    assert [row["figid"] for row in tables["figures"]] == ["PMC1__a", "PMC1__b"]
    assert {row["paper"] for row in tables["papers"]} == {"PMC1", "PMC7", "https://example.org/PMC1"}
    assert {row["family"] for row in tables["families"]} == {"S1", "S2", "missing", "other"}
    objects = {row["object"] for row in tables["statements"]}
    assert {"mouse", "text", "a text", "Same", "PMC1"} <= objects
    assert "https://pfocr.wikipathways.org/families/S1" in objects, "a chemical has no row in memberships"


def test_the_figid_is_the_same_in_all_formats() -> None:
    genes = [gene(number, f"G{number}") for number in (1, 2, 3)]
    mentions = [mention(f"ncbigene:{number}", id=f"mention:{number}") for number in (1, 2, 3)]
    files, _ = derive_in_memory([HUMAN, *genes], [figure("PMC1__a%20b", "A", mentions, identifier="alias")], "csv", "gmt", "biothings")
    documents = files.contents["biothings.jsonl"].decode()
    sets = files.contents["genesets/Homo_sapiens.all.gmt"].decode()
    rows = list(csv.DictReader(io.StringIO(files.contents["tables/figures.csv"].decode(), newline="")))
    assert {rows[0]["figid"], json.loads(documents)["_id"], sets.partition("\t")[0]} == {"PMC1__a b"}
    assert rows[0]["aliases"] == '["alias"]'


def test_lists_are_sorted_so_every_source_gives_the_same() -> None:
    for words in (["b", "a", "é"], ["é", "a", "b"]):
        tables, _ = read([], FigureNodes({**FIGURE.figure, "organismName": words, "keywords": words}, []))
        assert [tables["figures"][0][name] for name in ("organism_names", "keywords")] == ['["a", "b", "é"]'] * 2


@given(st.text(st.characters(codec=None, categories=None), min_size=1))
def test_any_text_is_in_its_cell(text: str) -> None:
    tables, warnings = read([gene(1, text)], figure("PMC1__a", text, [mention("ncbigene:1", id="mention:1", word=text)]))
    cells: list[Any] = [
        tables["figures"][0]["title"],
        tables["genes"][0]["label"],
        tables["mentions"][0]["word"],
        tables["mentions"][0]["label"],
    ]
    if REPLACED_SENTENCE in warnings:
        assert warnings[REPLACED_SENTENCE] == len(cells)
        assert cells[0] != text
    else:
        assert cells == [text] * len(cells)
    assert len(set(cells)) == 1


class FullFile(io.BytesIO):
    """A file on a full disk."""

    def write(self, data: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", ["csv", "parquet"])
def test_a_full_disk_is_one_error(name: str) -> None:
    with pytest.raises(OSError, match="No space left"):
        derive(NodesInMemory([HUMAN], [FIGURE]), [name], lambda _: contextlib.nullcontext(FullFile()))
    gc.collect()


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_an_error_of_the_graph_passes() -> None:
    class Broken(NodesInMemory):
        def iter_figures(self) -> Iterator[FigureNodes]:
            yield FIGURE
            raise ValueError("the graph is damaged")

    files = Files()
    with pytest.raises(ValueError, match="the graph is damaged"):
        derive(Broken([HUMAN], []), ["parquet", "csv"], files.open)
    gc.collect()
