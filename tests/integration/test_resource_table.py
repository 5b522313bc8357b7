"""The resource table: pages that are made of it are those that the server makes of the store."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.records import ROOT
from tests.support.sites import small_site

from pfocr2rdf import load
from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.html import Site, render_resource_page
from pfocr2rdf.site.pages.rdf_documents import merge_resources, serialize_jsonld, serialize_turtle
from pfocr2rdf.site.pages.registry import load_resource_page
from pfocr2rdf.site.pages.resource_reader import HAS_BODY, HAS_TARGET, ResourceReader
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, ENTITY_TYPES_BY_FOLDER, PageAddress
from pfocr2rdf.site.static.resource_table import TableReader, build_resource_table
from pfocr2rdf.stores.embedded import EmbeddedStore

OA, EX, PFOCR = "http://www.w3.org/ns/oa#", "https://example.org/", "https://pfocr.wikipathways.org/vocab#"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"


def documents(reader: ResourceReader, address: PageAddress) -> list[str]:
    page = load_resource_page(reader, address)
    assert page
    resources = merge_resources(page.resources())
    html = [render_resource_page(page.view(number), Site()) for number in range(1, page.page_count + 1)]
    return [*html, serialize_turtle(resources), serialize_jsonld(resources)]


def test_every_page_of_the_table_is_that_of_the_store(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    store_reader = DatasetReader(EmbeddedStore(small_site(tmp_path_factory).store))
    blocks = store_reader.dump()
    assert blocks
    build_resource_table(tmp_path / "table", blocks)
    table_reader = TableReader(tmp_path / "table", frozenset(ENTITY_TYPES_BY_FOLDER))
    count = 0
    for entity_type in ENTITY_TYPES:
        for subject in store_reader.subjects(RDF_TYPE, expand_term(entity_type.cls)):
            address = store_reader.page_address(subject[1:-1], entity_type)
            assert address
            assert documents(table_reader, address) == documents(store_reader, address)
            count += 1
    assert count > 300


def test_a_store_with_a_graph_for_each_figure_has_no_table(tmp_path: Path) -> None:
    load(ROOT / "examples", tmp_path / "store", graphs="figure")
    assert DatasetReader(EmbeddedStore(tmp_path / "store")).dump() is None


def test_what_a_table_answers(tmp_path: Path) -> None:
    lines = [
        f"<{EX}m/2> <{OA}hasTarget> <{EX}f2> .", f"<{EX}m/2> <{OA}hasTarget> <{EX}f1> .", f"<{EX}m/2> <{OA}hasBody> <{EX}g> .",
        f'<{EX}m/2> <{PFOCR}word> "a\\b \\u0001 \\\\" .',
        f"<{EX}m> <{OA}hasTarget> <{EX}f1> .",
        f"<{EX}g> <{PFOCR}memberOf> <{EX}fam> .", f'<{EX}g> <{LABEL}> "B"@en .', f'<{EX}g> <{LABEL}> "A" .',
        f"<{EX}g/1> <{PFOCR}memberOf> <{EX}fam> .",
    ]  # fmt: skip
    data = "".join(f"{line}\n" for line in lines).encode()
    split = data.index(b"\n", len(data) // 2) + 1
    build_resource_table(tmp_path / "table", [data[:split], data[split:]])
    reader = TableReader(tmp_path / "table", frozenset())
    assert set(reader.pairs(f"<{EX}g>")) == {(f"<{PFOCR}memberOf>", f"<{EX}fam>"), (f"<{LABEL}>", '"A"'), (f"<{LABEL}>", '"B"@en')}
    assert reader.values(f"<{EX}g>", f"<{LABEL}>") == ['"A"', '"B"@en']
    assert reader.subjects(f"<{PFOCR}memberOf>", f"<{EX}fam>") == [f"<{EX}g>", f"<{EX}g/1>"]
    assert reader.subjects(HAS_BODY, f"<{EX}unknown>") == []
    assert reader.pairs(f"<{EX}unknown>") == ()
    assert [resource.subject for resource in reader.find_resources(HAS_TARGET, f"<{EX}f1>")] == [f"<{EX}m>", f"<{EX}m/2>"]
    (mention,) = reader.find_resources(HAS_BODY, f"<{EX}g>")
    assert mention.values_by_predicate[HAS_TARGET] == [f"<{EX}f1>", f"<{EX}f2>"]
    assert mention.values_by_predicate[f"<{PFOCR}word>"] == ['"a\b \x01 \\\\"'], "with the escapes of this package"
    assert reader.pairs(f"<{EX}m/2>") == mention.pairs, "what it says is at hand"
