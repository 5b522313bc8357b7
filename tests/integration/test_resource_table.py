"""The resource table: pages that are made of it are those that the server makes of the store."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pyoxigraph
import pytest
from tests.support.records import ROOT
from tests.support.sites import small_site

from pfocr2rdf import load
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.rdf.iris import MENTION_NAMESPACE
from pfocr2rdf.rdf.terms import RDF_TYPE, expand_term
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.html import Site
from pfocr2rdf.site.pages.rdf_documents import merge_resources, serialize_jsonld, serialize_turtle
from pfocr2rdf.site.pages.registry import load_resource_page
from pfocr2rdf.site.pages.resource_html import render_resource_page
from pfocr2rdf.site.pages.resource_reader import HAS_BODY, HAS_TARGET, ResourceReader
from pfocr2rdf.site.pages.urls import ENTITY_TYPES, ENTITY_TYPES_BY_FOLDER, PageAddress
from pfocr2rdf.site.static.build import BuildConfig, PageBuilder
from pfocr2rdf.site.static.publish import publish
from pfocr2rdf.site.static.resource_table import ResourceTableWriter, TableReader, UngroupedError, build_resource_table
from pfocr2rdf.stores.chunks import ChunkLimits, read_chunks
from pfocr2rdf.stores.embedded import EmbeddedStore, canonicalize_literal

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


def read_rows(path: Path) -> list[list[tuple[str, ...]]]:
    """The rows of a table, with shared statements instead of their numbers."""
    with closing(sqlite3.connect(path)) as database:
        shared = {str(number): pairs for number, pairs in database.execute("SELECT * FROM shared")}
        inverse = []
        for key, subjects in database.execute("SELECT * FROM inverse ORDER BY key"):
            for line in subjects.split("\n"):
                start, tab, number = line.rpartition("\t")
                inverse.append((key, start, shared[number] if tab else number))
        return [list(database.execute("SELECT * FROM resource ORDER BY subject")), inverse]


def write_export_table(path: Path, blocks: Iterable[bytes]) -> ResourceTableWriter:
    with closing(ResourceTableWriter(path, is_export=True)) as writer:
        for block in blocks:
            writer.add(block)
        writer.finish()
    return writer


def test_the_table_of_an_export_is_that_of_its_store(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    site = small_site(tmp_path_factory)
    dump = DatasetReader(EmbeddedStore(site.store)).dump()
    assert dump
    build_resource_table(tmp_path / "store", dump)
    chunks = read_chunks([site.export / "figures.ttl"], False, True, ChunkLimits(50_000, 1_000))
    write_export_table(tmp_path / "export", (chunk.lines for chunk in chunks))
    rows = read_rows(tmp_path / "export")
    assert rows == read_rows(tmp_path / "store")
    assert sum(map(len, rows)) > 1_000


def test_mentions_are_counted_as_by_queries(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    site = small_site(tmp_path_factory)
    reader = DatasetReader(EmbeddedStore(site.store))
    chunks = read_chunks([site.export / "figures.ttl"], False, True, ChunkLimits(50_000, 1_000))
    rows = write_export_table(tmp_path / "table", (chunk.lines for chunk in chunks)).mention_counts.query_rows()
    assert len(rows) == 2
    symbols, mentions = rows
    assert rows[symbols] == reader.query_rows(symbols)
    assert sorted(map(str, rows[mentions])) == sorted(map(str, reader.query_rows(mentions)))
    assert all(rows.values())


FIGURE, LINK = f'<{EX}f> <{LABEL}> "Figure" .', f"<{OA}hasTarget> <{EX}f> ."
NUMBER = f'<{EX}f> <{PFOCR}number> "007"^^<http://www.w3.org/2001/XMLSchema#integer> .'


def test_literals_of_an_export_are_those_of_a_store(tmp_path: Path) -> None:
    write_export_table(tmp_path / "table", [f"{FIGURE}\n{NUMBER}\n".encode()])
    (value,) = TableReader(tmp_path / "table", frozenset()).values(f"<{EX}f>", f"<{PFOCR}number>")
    assert value == '"7"^^<http://www.w3.org/2001/XMLSchema#integer>'


@pytest.mark.parametrize(
    "lines",
    [
        [FIGURE, f"<{MENTION_NAMESPACE}a> {LINK}", f'<{EX}g> <{LABEL}> "G" .', f"<{EX}f> <{PFOCR}word> <{EX}g> ."],
        [f"<{MENTION_NAMESPACE}a> {LINK}", FIGURE],
        [FIGURE, f"<{EX}a> {LINK}"],
        [FIGURE, f"<{MENTION_NAMESPACE}a> {LINK}", f"<{MENTION_NAMESPACE}b> {LINK}", f"<{MENTION_NAMESPACE}a> {LINK}"],
        [FIGURE, f"<{MENTION_NAMESPACE}a> {LINK}", f"<{MENTION_NAMESPACE}a> <{OA}hasTarget> <{EX}f2> ."],
        [FIGURE, f"<{MENTION_NAMESPACE}a> {LINK}", f'<{MENTION_NAMESPACE}a2> <{LABEL}> "not an annotation" .'],
    ],
    ids=["figure twice", "before the figure", "other IRI", "annotation twice", "two targets", "no target"],
)
def test_statements_in_another_order_are_noticed(tmp_path: Path, lines: list[str]) -> None:
    with pytest.raises(UngroupedError):
        write_export_table(tmp_path / "table", [f"{line}\n".encode() for line in lines])


@pytest.mark.parametrize("line", ["# a comment", FIGURE.replace("> <", ">\t<"), "", f"<{EX}g> ", "\ufeff"])
@pytest.mark.parametrize("is_last", [False, True])
def test_lines_in_another_form_are_noticed(line: str, is_last: bool, tmp_path: Path) -> None:
    lines = [FIGURE, line] if is_last else [FIGURE, line, f'<{EX}h> <{LABEL}> "H" .']
    with pytest.raises(UngroupedError):
        write_export_table(tmp_path / "table", [f"{text}\n".encode() for text in lines])


def test_a_site_of_an_export_is_that_of_its_store(tmp_path: Path) -> None:
    export([ROOT / "examples"], tmp_path / "export")
    load(tmp_path / "export", tmp_path / "store")
    files = []
    for name in ("export", "store"):
        publish(tmp_path / name, tmp_path / f"{name}-site", downloads=False)
        folder = tmp_path / f"{name}-site"
        files.append({path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()})
    assert files[0] == files[1]


def test_a_site_of_statements_in_any_order_is_that_of_the_export(tmp_path: Path) -> None:
    export([ROOT / "examples"], tmp_path / "export", formats=["ntriples"])
    publish(tmp_path / "export", tmp_path / "site")
    lines = (tmp_path / "export" / "figures.nt").read_text().splitlines(keepends=True)
    (tmp_path / "figures.nt").write_text("".join(sorted(lines, key=lambda line: line[::-1])))
    publish(tmp_path / "figures.nt", tmp_path / "other")
    pages = [path.relative_to(tmp_path / "site") for path in (tmp_path / "site").glob("*s/*.*") if path.parent.name != "downloads"]
    assert len(pages) > 100
    for page in pages:
        if page.parts[0] in ENTITY_TYPES_BY_FOLDER:
            assert (tmp_path / "other" / page).read_bytes() == (tmp_path / "site" / page).read_bytes(), page


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


def test_mentions_of_an_entity_are_described_after_a_question_about_another_one(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    site = small_site(tmp_path_factory)
    chunks = read_chunks([site.export / "figures.ttl"], False, True, ChunkLimits(50_000, 1_000))
    write_export_table(tmp_path / "table", (chunk.lines for chunk in chunks))
    reader, store_reader = TableReader(tmp_path / "table", frozenset()), DatasetReader(EmbeddedStore(site.store))
    genes = store_reader.subjects(RDF_TYPE, expand_term("pfocr:Gene"))[:20]
    mentions = {gene: reader.mentions(gene) for gene in genes}
    for gene in genes:
        described = reader.describe_mentions(gene, mentions[gene])
        assert {resource.subject for resource in described} == {mention.mention for mention in mentions[gene]} != set()
    for figure in store_reader.subjects(RDF_TYPE, expand_term("pfocr:Figure")):
        assert reader.genes_by_symbol(figure) == store_reader.genes_by_symbol(figure)


def test_pages_make_no_cycles_that_only_the_garbage_collector_can_free(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    site = small_site(tmp_path_factory)
    config = BuildConfig(site.store, None, tmp_path, Site(), "no", frozenset(ENTITY_TYPES_BY_FOLDER))
    reader, builder = DatasetReader(EmbeddedStore(site.store)), PageBuilder(config)
    counts = []
    for entity_type in ENTITY_TYPES:
        iris = [subject[1:-1] for subject in reader.subjects(RDF_TYPE, expand_term(entity_type.cls))]
        for batch in (iris[:1], iris[1:40]):
            builder.build(entity_type.folder, batch)
            counts.append(gc.collect())
    assert counts[2:] == [0] * (len(counts) - 2), "the first figures compile templates"


def test_what_is_left_of_an_export_is_all_but_mentions(tmp_path: Path) -> None:
    mention, entity = f"<{MENTION_NAMESPACE}a> {LINK}\n", f'<{EX}g> <{LABEL}> "<{MENTION_NAMESPACE}a>" .\n'
    with closing(ResourceTableWriter(tmp_path / "table", is_export=True)) as writer:
        rest = [writer.add(block.encode()).decode() for block in (f"{FIGURE}\n", mention, f"{mention.replace('a>', 'b>')}{entity}")]
        writer.finish()
    assert rest == [f"{FIGURE}\n", "", entity]


XSD_VALUES = {
    "integer": "007",
    "decimal": "1.50",
    "double": "1E0",
    "boolean": "1",
    "date": "2020-01-01+00:00",
    "gYear": "02020",
    "int": "x",
}
XSD_LITERALS = [f'"{value}"^^<http://www.w3.org/2001/XMLSchema#{name}>' for name, value in XSD_VALUES.items()]


@pytest.mark.parametrize("text", [*XSD_LITERALS, '"a"@EN-us', '"\\u00e9"'])
def test_a_canonical_literal_is_that_of_a_bulk_load(text: str) -> None:
    store = pyoxigraph.Store()
    store.bulk_load(f"<urn:s> <urn:p> {text} .".encode(), format=pyoxigraph.RdfFormat.N_TRIPLES, lenient=True)
    (quad,) = store
    assert canonicalize_literal(text) == str(quad.object)
