"""Tables of whole exports: they have what mentions() and the graph have, and other programs read and accept them."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from tests.referees.tables import check_tables, frictionless_errors
from tests.support.real_rows import SOURCES
from tests.support.records import shared_data

from pfocr2rdf import convert, export, mentions
from pfocr2rdf.derived.nodes import expand_id
from pfocr2rdf.derived.tables.schema import INTEGER, LIST, NUMBER, TABLES, Column

parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed: pip install 'pfocr2rdf[tables]'")

ROOT = Path(__file__).parents[2]
READERS: dict[str, Callable[[str | None], Any]] = {INTEGER: int, NUMBER: float, LIST: json.loads}

Records = list[dict[str, Any]]


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export with Parquet, and a conversion of it to CSV."""
    return make_tables([ROOT / "examples"], tmp_path_factory.mktemp("examples"))


@pytest.fixture(scope="module", params=["examples", "real"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, also of all real records."""
    if request.param == "examples":
        path: Path = request.getfixturevalue("examples")
        return path
    return make_tables([shared_data(name) for name in SOURCES], tmp_path_factory.mktemp("real"))


def make_tables(sources: list[Path], path: Path) -> Path:
    export(sources, path / "export", formats=["jsonld", "nt", "parquet"], workers=1)
    assert convert(path / "export", path / "csv", formats=["csv"]).warnings == {}
    return path


def parquet_records(folder: Path, table: str) -> Records:
    records: Records = parquet.read_table(folder / "export" / "tables" / f"{table}.parquet").to_pylist()
    return records


def csv_records(folder: Path, table: str, columns: tuple[Column, ...]) -> Records:
    """The records of a CSV file, with the types that the schema has."""
    with (folder / "csv" / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == [column.name for column in columns]
    readers = [READERS.get(column.type, str) for column in columns]
    return [{name: read(text) if text else None for name, read, text in zip(rows[0], readers, row, strict=True)} for row in rows[1:]]


def test_parquet_and_csv_have_the_same_rows(folder: Path) -> None:
    for table in TABLES:
        assert csv_records(folder, table.name, table.columns) == parquet_records(folder, table.name), table.name


def test_mentions_are_those_of_the_function(folder: Path) -> None:
    names = mentions(folder / "export").columns
    rows = [tuple(record[name] for name in names) for record in parquet_records(folder, "mentions")]
    expected = list(mentions(folder / "export"))
    assert len(rows) == len(expected) > 0
    assert sorted(map(repr, rows)) == sorted(repr(tuple(row)) for row in expected)


def test_parquet_is_written_without_pandas(examples: Path, tmp_path: Path) -> None:
    program = "import sys; from pfocr2rdf import convert; convert(*sys.argv[1:], formats=['parquet']); print('pandas' in sys.modules)"
    command = [sys.executable, "-c", program, examples / "export", tmp_path / "tables"]
    process = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, timeout=60)
    assert process.stdout == "False\n"


# -- nothing is lost -----------------------------------------------------------------------------------------------------------

MENTION = "https://pfocr.wikipathways.org/mentions/"
PREDICATES = {
    "figures": {
        "title": "dcterms:title", "figure_number": "pfocr:figureNumber", "figure_type": "pfocr:figureType", "image": "schema:image",
        "organism_names": "pfocr:organismName", "page": "foaf:page", "license": "dcterms:license", "aliases": "dcterms:identifier",
        "figid": "dcterms:identifier", "pathways": "pfocr:pathway", "see_also": "rdfs:seeAlso", "annotations": "pfocr:annotation",
        "schema_name": "schema:name", "description": "schema:description", "keywords": "schema:keywords", "taxa": "pfocr:organism",
        "schema_license": "schema:license", "creator": "schema:creator", "pathway_score": "pfocr:pathwayScore", "paper": "pfocr:citedIn",
    },
    "papers": {
        "paper": "dcterms:identifier", "title": "dcterms:title", "citation": "dcterms:bibliographicCitation", "year": "dcterms:issued",
        "doi": "bibo:doi", "journal": "pfocr:journal", "journal_abbreviation": "pfocr:journalAbbreviation", "same_as": "owl:sameAs",
        "publisher": "pfocr:publisher", "keywords": "pfocr:keyword",
    },
    "genes": {"local_id": "dcterms:identifier", "label": "rdfs:label", "taxon": "pfocr:organism"},
    "families": {"family": "skos:prefLabel"},
    "chemicals": {"local_id": "dcterms:identifier", "label": "rdfs:label"},
    "diseases": {"local_id": "dcterms:identifier", "label": "rdfs:label"},
    "organisms": {"taxon": "dcterms:identifier", "organism": "rdfs:label"},
    "mentions": {
        "word": "pfocr:word", "match": "pfocr:match", "evidence": "pfocr:evidence", "occurrences": "pfocr:occurrences",
        "lexicon_source": "pfocr:lexiconSource", "entity": "oa:hasBody", "figure": "oa:hasTarget",
    },
    "memberships": {}, "statements": {},
}  # fmt: skip
COMMON = {"alt_labels": "skos:altLabel", "exact_matches": "skos:exactMatch", "close_matches": "skos:closeMatch", "types": "rdf:type"}
PREFIXES = {("mentions", "evidence"): "pfocr:", ("figures", "taxa"): "taxon:", ("genes", "taxon"): "taxon:", ("figures", "paper"): "pmc:"}
CURIES = {"types", "exact_matches", "close_matches", "pathways"}

Fact = tuple[str, str, str]
"""A statement: the IRIs of subject and predicate, and the text of the object."""


def iter_cell_facts(name: str, records: Records) -> Iterator[Fact]:
    """The statements of the cells of a table."""
    predicates = {**(COMMON if PREDICATES[name] else {}), **PREDICATES[name]}
    for record in records:
        subject = MENTION + record["mention"] if name == "mentions" else record.get("entity") or record.get("figure") or ""
        for column in record.keys() & predicates.keys():
            cells = record[column] if isinstance(record[column], list) else [record[column]]
            prefix, is_curie = PREFIXES.get((name, column), ""), column in CURIES or (name, column) in PREFIXES
            for cell in cells:
                if cell is not None:
                    yield subject, expand_id(predicates[column]), expand_id(f"{prefix}{cell}") if is_curie else str(cell)


def iter_joined_facts(records: dict[str, Records]) -> Iterator[Fact]:
    """The statements that follow from rows: of figures and their mentions, and of memberships."""
    families = {record["family"]: record["entity"] for record in records["families"]}
    for record in records["memberships"]:
        yield expand_id(record["gene"]), expand_id("pfocr:memberOf"), families[record["family"]]
    for record in records["mentions"]:
        yield MENTION + record["mention"], expand_id("rdf:type"), expand_id("pfocr:Mention")
        if record["entity"]:
            yield record["figure"], expand_id("pfocr:mentions"), record["entity"]
        if record["family"]:
            yield record["figure"], expand_id("pfocr:mentionsFamily"), families[record["family"]]
            yield MENTION + record["mention"], expand_id("pfocr:family"), families[record["family"]]
    for record in records["statements"]:
        yield record["subject"], record["predicate"], record["object"]


def test_the_tables_have_all_statements_of_the_graph(folder: Path) -> None:
    quads = pyoxigraph.parse(path=folder / "export" / "figures.nt")
    expected = {(quad.subject.value, quad.predicate.value, quad.object.value) for quad in quads}
    records = {table.name: parquet_records(folder, table.name) for table in TABLES}
    found = {fact for name in records for fact in iter_cell_facts(name, records[name])} | set(iter_joined_facts(records))
    assert len(expected) > 100
    assert sorted(map(_round_score, expected)) == sorted(map(_round_score, found))
    assert {record["subject"] for record in records["statements"]} == {"https://www.wikipathways.org/"}  # columns have all others


def _round_score(fact: Fact) -> Fact:
    """Decimal numbers are floating-point numbers in tables."""
    return (*fact[:2], str(float(fact[2]))) if fact[1].endswith("#pathwayScore") else fact


def test_the_sql_of_the_page_answers_the_example_query(folder: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    page = (ROOT / "docs" / "howto" / "tables.md").read_text(encoding="utf-8")
    sql = page.partition('```sql title="top-genes.sql"\n')[2].partition("```")[0].replace("output/", f"{folder / 'export'}/")
    store = pyoxigraph.Store()
    store.bulk_load(path=folder / "export" / "figures.nt")
    solutions = store.query((ROOT / "queries" / "top-genes.rq").read_text(encoding="utf-8"))
    answer = [(gene.value, symbol.value, int(figures.value)) for gene, symbol, figures in solutions]
    assert duckdb.sql(sql).fetchall() == answer
    assert len(answer) == 20


# -- other programs ------------------------------------------------------------------------------------------------------------


def test_frictionless_and_mlcroissant_accept_the_tables(examples: Path) -> None:
    result = check_tables(examples / "export" / "tables", examples / "csv" / "tables")
    assert (result.findings, result.passed) == ((), result.asked)


def test_frictionless_accepts_the_keys_of_real_records(folder: Path) -> None:
    assert not frictionless_errors(folder / "csv" / "tables")


def test_frictionless_finds_a_reference_to_nothing(examples: Path, tmp_path: Path) -> None:
    shutil.copytree(examples / "csv" / "tables", tmp_path, dirs_exist_ok=True)
    description = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    for resource in description["resources"]:
        del resource["bytes"], resource["hash"]
    (tmp_path / "datapackage.json").write_text(json.dumps(description), encoding="utf-8")
    header, first, *others = (tmp_path / "genes.csv").read_bytes().splitlines(keepends=True)
    (tmp_path / "genes.csv").write_bytes(header + b"".join(others))
    gene = first.decode().partition(",")[0]
    references = [record["gene"] for name in ("mentions", "memberships") for record in parquet_records(examples, name)]
    assert frictionless_errors(tmp_path).total() == references.count(gene) > 0


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_duckdb_polars_and_pandas_read_the_same(examples: Path, table: str) -> None:
    duckdb, pandas, polars = (pytest.importorskip(name) for name in ("duckdb", "pandas", "polars"))
    path, records = examples / "export" / "tables" / f"{table}.parquet", parquet_records(examples, table)
    answer = duckdb.sql(f"SELECT * FROM '{path}'")
    assert [dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()] == records
    assert polars.read_parquet(path).to_dicts() == records
    rows = pandas.read_parquet(path, dtype_backend="pyarrow").to_dict("records")
    assert [{name: None if cell is pandas.NA else cell for name, cell in row.items()} for row in rows] == records

    path = examples / "csv" / "tables" / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        texts = [{name: cell or None for name, cell in record.items()} for record in csv.DictReader(file)]
    answer = duckdb.sql(f"SELECT * FROM read_csv('{path}', header = true, all_varchar = true)")
    assert [dict(zip(answer.columns, row, strict=True)) for row in answer.fetchall()] == texts
    assert polars.read_csv(path, infer_schema=False).to_dicts() == texts
    frame = pandas.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    assert frame.astype(object).where(frame.notna(), None).to_dict("records") == texts
