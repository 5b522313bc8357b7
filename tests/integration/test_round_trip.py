"""The round trip: an export of the records of an export has its bytes, and their fields differ only as the documentation lists.

Set ``PFOCR2RDF_EXAMPLES`` to try more generated records.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from benchmarks.corpus import make_corpus
from tests.support.generated_records import record_files
from tests.support.records import CHEMICAL_COLUMNS, GENE_COLUMNS, ROOT, front_matter, newer, older, shared_data, table, write

from pfocr2rdf import FigureRecord, RecordsSummary, export, load, read_records, write_records
from pfocr2rdf.derived.records.forms import RESTORED_FORMS
from pfocr2rdf.pipeline.summary import ExportSummary

EXAMPLES = int(os.environ.get("PFOCR2RDF_EXAMPLES", "400"))
FORMATS = ("turtle", "jsonld", "ntriples", "nquads", "gmt", "kgx", "csv")
REAL = ("seed", "real-gen2", "corpus-gen1")
NOT_COMPARED = frozenset(("manifest.json", "report.json", "report.ttl", "dataset.ttl", "aliases.tsv"))
"""Files about the sources and the run. An alias that a refused record claims is in no alias file."""


def compared_files(folder: Path) -> dict[str, bytes]:
    """The files of an export that depend on nothing but its graph."""
    paths = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    return {name: path.read_bytes() for name, path in names.items() if name not in NOT_COMPARED and not name.startswith("quarantine/")}


def there_and_back(sources: Iterable[Path], folder: Path, **options: Any) -> tuple[ExportSummary, RecordsSummary]:
    """An export, the records of it, and an export of these, of which the files are compared."""
    first = export([*sources], folder / "first", formats=FORMATS, workers=1, **options)
    summary = write_records(folder / "first", folder / "records")
    second = export([folder / "records"], folder / "second", formats=FORMATS, workers=1, **options)
    assert (second.exported, second.refused, second.quarantined) == (first.exported, 0, 0)
    assert (summary.differences, summary.refused, int(summary.exit_status)) == ({}, {}, 0)
    files, others = compared_files(folder / "first"), compared_files(folder / "second")
    assert [name for name in files.keys() | others.keys() if files.get(name) != others.get(name)] == []
    assert "figures.ttl" in files
    return first, summary


def differences(record: FigureRecord, restored: FigureRecord) -> Iterable[str]:
    """The names of the fields in which two records differ, as the documentation has them."""
    for name in FigureRecord._fields:
        values = getattr(record, name), getattr(restored, name)
        if name in ("source", "notes") or values[0] == values[1]:
            continue
        if name == "mentions":
            yield from _mention_differences(*values)
        elif name == "paper":
            yield from {"paper" for _ in values}
        elif name == "jsonld" and None not in values:
            yield from (f"jsonld {key}" for key in values[0].keys() | values[1].keys() if values[0].get(key) != values[1].get(key))
        else:
            yield name


def _mention_differences(rows: Any, others: Any) -> Iterable[str]:
    rows = sorted(row for row in rows if row.word or row.match or row.entity)
    for row, other in zip(rows, sorted(others), strict=True):
        yield from (f"mention {name}" for name, value in row._asdict().items() if value != getattr(other, name))
    if rows == sorted(others):
        yield "order of mentions"


def count_differences(sources: Iterable[Path], folder: Path) -> Counter[str]:
    """In how many places the records differ, by field."""
    restored = {record.figid: record for record in read_records(folder / "records")}
    newest: dict[str, FigureRecord] = {}
    for record in read_records(*sources, refusals=[]):
        if record.figid in restored and record.schema_version > getattr(newest.get(record.figid), "schema_version", ""):
            newest[record.figid] = record
    assert newest.keys() == restored.keys()
    return Counter(name for figid, record in newest.items() for name in differences(record, restored[figid]))


def documented() -> set[str]:
    """The fields that may differ."""
    return {name for form in RESTORED_FORMS for name in form.fields}


def test_the_examples_come_back(tmp_path: Path) -> None:
    _, summary = there_and_back([ROOT / "examples"], tmp_path)
    assert summary.records == {"2021": 3, "2023": 3}
    assert count_differences([ROOT / "examples"], tmp_path).keys() <= documented()


def test_all_real_records_come_back(tmp_path: Path) -> None:
    sources = [shared_data(name) for name in REAL]
    _, summary = there_and_back(sources, tmp_path)
    assert (summary.records, summary.rows) == ({"2021": 603, "2023": 12}, 13_851)
    assert count_differences(sources, tmp_path) == {
        "order of mentions": 3, "mention alt_label": 2, "figlink": 1, "jsonld keywords": 1, "jsonld description": 1,
    }  # fmt: skip


def test_the_tables_of_real_genes_come_back_to_the_byte(tmp_path: Path) -> None:
    """Also the columns that are not exported: groups of organisms, and counts."""
    source = shared_data("real-gen2")
    there_and_back([source], tmp_path)
    tables = sorted(path.name for path in (source / "_data").glob("*-genes.tsv"))
    assert tables
    assert [name for name in tables if (source / "_data" / name).read_bytes() != (tmp_path / "records" / "_data" / name).read_bytes()] == []


@pytest.mark.parametrize("seed", [1, 2])
def test_generated_records_come_back(seed: int, tmp_path: Path) -> None:
    """Right, odd and damaged ones; what is refused or quarantined is in no graph."""
    chance = random.Random(seed)
    for number in range(EXAMPLES):
        for name, content in record_files(chance, number).items():
            try:
                write(tmp_path / "source", {name: content})
            except (OSError, ValueError):  # it is no name of a file
                continue
    first, _ = there_and_back([tmp_path / "source"], tmp_path)
    assert first.exported > EXAMPLES / 10


def test_the_fields_of_a_corpus_come_back(tmp_path: Path) -> None:
    source = tmp_path / "source"
    make_corpus(EXAMPLES // 4, source, seed=EXAMPLES)
    first, _ = there_and_back([source], tmp_path)
    assert first.exported == EXAMPLES // 4
    assert count_differences([source], tmp_path).keys() <= documented()


NAMES_OF_ROWS = {
    "more names than matches": [("a", "mesh:D009369", "NA", "N1", "NA"), ("b", "mesh:D009369", "cancer", "N2", "NA")],
    "names that are matches": [("a", "NA", "N2", "N1", "chebi:1"), ("b", "NA", "N1", "N3", "chebi:1"), ("c", "NA", "N4", "N2", "chebi:1")],
    "a name that is the match of each row": [("a", "mesh:D009369", "N1", "N2", "NA"), ("b", "mesh:D009369", "N2", "N1", "NA")],
    "many names": [(f"w{number}", "mesh:D009369", f"m{number}" if number % 2 else "NA", f"n{number}", "NA") for number in range(9)],
}


@pytest.mark.parametrize("rows", NAMES_OF_ROWS.values(), ids=NAMES_OF_ROWS)
def test_each_name_of_a_chemical_comes_back(rows: list[tuple[str, ...]], tmp_path: Path) -> None:
    figid = "PMC1__f1"
    files = {f"_figures/{figid}.md": front_matter(newer(figid)), f"_data/{figid}-chemicals.tsv": table(CHEMICAL_COLUMNS, *rows)}
    there_and_back([write(tmp_path / "source", files)], tmp_path)


def test_matches_that_only_the_jsonld_has_come_back(tmp_path: Path) -> None:
    figid, wikidata, skos = "PMC1__f1", "http://www.wikidata.org/entity/Q1", "http://www.w3.org/2004/02/skos/core#"
    subjects = ("https://pfocr.wikipathways.org/families/STAT", "http://id.nlm.nih.gov/mesh/D009369", "http://id.nlm.nih.gov/mesh/D005947")
    included = [{"@id": subject, f"{skos}{term}": [{"@id": wikidata}]} for subject in subjects for term in ("exactMatch", "closeMatch")]
    block = {"@context": "https://schema.org/", "@id": f"https://pfocr.wikipathways.org/figures/{figid}.html", "@included": included}
    gene = ("9606", "Homo sapiens", "", "STAT", "STAT", "STAT3", "6774", "famplex_relations", "1", "1", "1")
    files = {
        f"_figures/{figid}.md": front_matter(newer(figid, f"schema-jsonld: {json.dumps([block])}")),
        f"_data/{figid}-genes.tsv": table(GENE_COLUMNS, gene),
        f"_data/{figid}-chemicals.tsv": table(CHEMICAL_COLUMNS, ("a", "mesh:D005947", "NA", "NA", "chebi:1")),
    }
    there_and_back([write(tmp_path / "source", files)], tmp_path, on_violation="keep")
    assert (tmp_path / "second" / "figures.nt").read_text(encoding="utf-8").count(wikidata) == len(included)


def test_the_organisms_of_a_gene_in_both_schemas_come_back(tmp_path: Path) -> None:
    """All figures of 2021 give the same organism, so that there are fewer figures for the others than figures with the gene."""
    mouse, fly = (("10090", "Mus musculus", "", "p", "P", "STAT3", "6774", "ncbigene_symbol", "1", "1", "1"),
                  ("7227", "Drosophila melanogaster", "", "q", "Q", "STAT3", "6774", "ncbigene_symbol", "1", "1", "1"))  # fmt: skip
    files: dict[str, str | bytes] = {f"_figures/PMC1__f{number}.md": front_matter(older(f"PMC1__f{number}")) for number in range(4)}
    files |= {"_figures/PMC2__f1.md": front_matter(newer("PMC2__f1")), "_data/PMC2__f1-genes.tsv": table(GENE_COLUMNS, mouse, fly)}
    there_and_back([write(tmp_path / "source", files)], tmp_path, on_violation="keep")


def test_the_order_of_a_stream_comes_back(tmp_path: Path) -> None:
    records = [older(figid) for figid in ("PMC2__b", "PMC1__a", "index", "PMC1__a-b")]
    source = write(tmp_path, {"stream.yaml": "---\n".join(records)}) / "stream.yaml"
    there_and_back([source], tmp_path)
    names = sorted(path.name for path in (tmp_path / "records" / "_figures").iterdir())
    assert names == ["00000000-PMC2__b.md", "00000001-PMC1__a.md", "00000002-index.md", "00000003-PMC1__a-b.md"]


def test_pictures_elsewhere_come_back(tmp_path: Path) -> None:
    template = "https://example.org/{pmcid}/{filename}"
    export([ROOT / "examples"], tmp_path / "first", formats=["ntriples"], image_url=template)
    assert write_records(tmp_path / "first", tmp_path / "records", image_url=template).differences == {}
    export([tmp_path / "records"], tmp_path / "second", formats=["ntriples"], image_url=template)
    assert (tmp_path / "second" / "figures.nt").read_bytes() == (tmp_path / "first" / "figures.nt").read_bytes()


@pytest.mark.parametrize("kind", ["store", "file"])
def test_other_sources_have_the_same_statements(kind: str, tmp_path: Path) -> None:
    """The order of mentions is that of their IRIs."""
    export([ROOT / "examples"], tmp_path / "first", formats=["ntriples", "nquads"])
    source = tmp_path / "first" / "figures.nt"
    if kind == "store":
        source = tmp_path / "store"
        load(tmp_path / "first", source)
    summary = write_records(source, tmp_path / "records")
    assert (summary.differences, summary.records) == ({}, {"2021": 3, "2023": 3})
    export([tmp_path / "records"], tmp_path / "second", formats=["ntriples"])
    files = [(tmp_path / name / "figures.nt").read_text(encoding="utf-8") for name in ("first", "second")]
    assert sorted(files[0].splitlines()) == sorted(files[1].splitlines())


def test_records_are_written_again_to_the_same_bytes(tmp_path: Path) -> None:
    export([ROOT / "examples"], tmp_path / "first", formats=["jsonld"])
    for name in ("once", "twice", "twice"):
        write_records(tmp_path / "first", tmp_path / name)
    export([tmp_path / "once"], tmp_path / "second", formats=["jsonld"])
    write_records(tmp_path / "second", tmp_path / "again")
    folders = [
        {path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).glob("_*/*")}
        for name in ("once", "twice", "again")
    ]
    assert folders[0] == folders[1] == folders[2]
    shutil.rmtree(tmp_path / "twice" / "_data")
    write_records(tmp_path / "first", tmp_path / "twice")
    assert (tmp_path / "twice" / "_data").is_dir()
