"""Files in derived formats are the same for any way to make them, and an export handles them as its other files."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import fsspec
import pytest
from benchmarks.corpus import make_corpus
from click.testing import CliRunner
from tests.referees.dataset_description import check_description
from tests.support.derived_outputs import derived_files, unordered
from tests.support.output_directories import UnexpectedError, assert_intact, contents
from tests.support.records import ROOT, front_matter, older, write

from pfocr2rdf import convert, export, load
from pfocr2rdf.cli import main
from pfocr2rdf.derived.base import DerivedFormat
from pfocr2rdf.derived.formats import DERIVED_FORMATS
from pfocr2rdf.derived.gene_sets import GeneSets
from pfocr2rdf.derived.nodes import FigureNodes
from pfocr2rdf.mapping.rows import ROW_CACHE
from pfocr2rdf.pipeline import derived_files as derived_files_of_exports
from pfocr2rdf.pipeline import single
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.storage import staging

FORMATS = list(DERIVED_FORMATS)
RECORDS = int(os.environ.get("PFOCR2RDF_DERIVED_RECORDS", "160"))  # 10000 is the exhaustive run
GENES = {"STAT3": "6774", "STAT1": "6772", "JAK2": "3717", "TP53": "7157"}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generated records of both schemas."""
    folder = tmp_path_factory.mktemp("corpus") / "records"
    make_corpus(RECORDS, folder, generation="mixed", seed=17, source=None)
    return folder


@pytest.fixture(scope="module")
def reference(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export in this process, in all formats."""
    output = tmp_path_factory.mktemp("reference") / "out"
    assert export([corpus], output, formats=[*SERIALIZERS, *FORMATS], workers=1).exported > RECORDS * 0.8
    return output


@pytest.fixture(scope="module")
def expected(reference: Path) -> dict[str, bytes]:
    files = derived_files(reference)
    assert len(files) >= len(FORMATS)
    assert sum(map(len, files.values())) > RECORDS * 100
    return files


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder with three records that have four genes each."""
    genes = "".join(
        f"- word: {symbol}\n  symbol: {symbol}\n  source: hgnc_symbol\n  hgnc_symbol: {symbol}\n  entrez: '{number}'\n"
        for symbol, number in GENES.items()
    )
    pages = {f"{name}.md": older(f"PMC1__{name}").split("genes:")[0] + f"genes:\n{genes}chemicals: []\ndiseases: []\n" for name in "abc"}
    return write(tmp_path / "records", {name: front_matter(text) for name, text in pages.items()})


# -- the same bytes --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [2, 5])
def test_the_bytes_are_the_same_for_any_number_of_workers(
    workers: int, corpus: Path, expected: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single, "BATCH_RECORDS", 16)
    export([corpus], tmp_path / "out", formats=["jsonld", *FORMATS], workers=workers)
    assert derived_files(tmp_path / "out") == expected


@pytest.mark.parametrize("compress", [None, "gz", "zst"])
@pytest.mark.parametrize("merge", [False, True])
def test_the_bytes_are_the_same_for_partitions(
    merge: bool, compress: str | None, corpus: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    options: dict[str, Any] = {"partition_size": 50, "merge": merge, "compress": compress, "workers": 1}
    export([corpus], tmp_path / "out", formats=["jsonld", *FORMATS], **options)
    assert derived_files(tmp_path / "out") == expected
    assert_intact(tmp_path / "out")
    convert(tmp_path / "out", tmp_path / "converted", formats=FORMATS)
    assert derived_files(tmp_path / "converted") == expected


def test_the_bytes_are_the_same_by_url(corpus: Path, expected: dict[str, bytes]) -> None:
    system = fsspec.filesystem("memory")
    try:
        export([corpus], "memory://derived/out", formats=["ntriples", *FORMATS], workers=1, compress="gz")
        assert {name: system.cat(f"/derived/out/{name}") for name in expected} == expected
    finally:
        system.rm("/derived", recursive=True)


@pytest.mark.parametrize("format_name", SERIALIZERS)
def test_every_format_of_the_graph_gives_the_same_bytes(
    format_name: str, reference: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    """An export is converted from the file of each format alone."""
    suffix = SERIALIZERS[format_name]().suffix
    manifest = json.loads((reference / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"] = [file for file in manifest["files"] if file["name"] == f"figures{suffix}"]
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    os.link(reference / f"figures{suffix}", tmp_path / "one" / f"figures{suffix}")
    convert(tmp_path / "one", tmp_path / "converted", formats=FORMATS)
    assert derived_files(tmp_path / "converted") == expected


def test_an_update_after_one_change_has_the_bytes_of_a_fresh_export(corpus: Path, tmp_path: Path) -> None:
    shutil.copytree(corpus, tmp_path / "records")
    options: dict[str, Any] = {"formats": ["turtle", *FORMATS], "workers": 1}
    export([tmp_path / "records"], tmp_path / "out", **options)
    previous = derived_files(tmp_path / "out")
    page = min((tmp_path / "records" / "_figures").glob("*.md"))
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("\nfigtitle: ", "\nfigtitle: Changed ", 1), encoding="utf-8")
    assert export([tmp_path / "records"], tmp_path / "out", **options).mapped == 1
    export([tmp_path / "records"], tmp_path / "fresh", **options)
    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")
    assert derived_files(tmp_path / "out") != previous


def test_a_store_gives_the_content_of_its_export(reference: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    load(reference, tmp_path / "store", sample=0)
    summary = convert(tmp_path / "store", tmp_path / "converted", formats=FORMATS)
    assert summary.warnings == convert(reference, tmp_path / "other", formats=FORMATS).warnings
    assert unordered(derived_files(tmp_path / "converted")) == unordered(expected)


# -- files of an export ----------------------------------------------------------------------------------------------------------------


LAYOUTS = [
    pytest.param({}, id="single"),
    pytest.param({"partition_size": 2}, id="partitions"),
    pytest.param({"partition_size": 2, "merge": True}, id="merged"),
]


@pytest.mark.parametrize("options", LAYOUTS)
def test_the_manifest_and_the_description_list_the_files(options: dict[str, Any], tmp_path: Path) -> None:
    summary = export([ROOT / "examples"], tmp_path / "out", formats=["turtle", "jsonld", *FORMATS], workers=1, **options)
    assert_intact(tmp_path / "out")
    names = set(derived_files(tmp_path / "out"))
    assert names <= set(summary.files)
    assert "genesets/Homo_sapiens.strict.gmt" in names
    description = (tmp_path / "out" / "dataset.ttl").read_text(encoding="utf-8")
    assert {name for name in names if f'"{name}"@en' in description} == names
    assert check_description(tmp_path / "out" / "dataset.ttl").findings == ()


@pytest.mark.parametrize("options", LAYOUTS)
def test_an_export_without_the_formats_removes_their_files_and_no_others(options: dict[str, Any], small: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    export([small], output, formats=["turtle", *FORMATS], workers=1, **options)
    folders = {name.partition("/")[0] for name in derived_files(output) if "/" in name}
    (output / "genesets" / "mine.txt").write_text("mine")
    names = set(derived_files(output))
    summary = export([small], output, formats=["turtle"], workers=1, **options)
    assert summary.removed == summary.as_dict()["removed"] == sorted(names)
    assert export([small], output, formats=["turtle"], workers=1, **options).removed == []
    assert derived_files(output) == {}
    assert {path.name for path in output.iterdir()} & folders == {"genesets"}
    assert [path.name for path in (output / "genesets").iterdir()] == ["mine.txt"]
    (output / "genesets" / "mine.txt").unlink()
    export([small], output, formats=["turtle", *FORMATS], workers=1, **options)
    export([small], output, formats=["turtle"], workers=1, **options)
    assert not {path.name for path in output.iterdir()} & folders, "an empty folder is removed"


@pytest.mark.parametrize("options", LAYOUTS)
def test_files_are_added_to_an_export_that_has_none(options: dict[str, Any], small: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    export([small], output, formats=["turtle"], workers=1, **options)
    summary = export([small], output, formats=["turtle", *FORMATS], workers=1, **options)
    assert summary.mapped == (3 if options.get("merge") else 0)  # parts that were merged are gone
    export([small], tmp_path / "fresh", formats=["turtle", *FORMATS], workers=1, **options)
    assert contents(output) == contents(tmp_path / "fresh")


def test_an_unchanged_export_is_recognized_and_a_changed_file_is_written_again(small: Path, tmp_path: Path) -> None:
    options: dict[str, Any] = {"formats": ["turtle", *FORMATS], "workers": 1}
    export([small], tmp_path / "out", **options)
    expected = contents(tmp_path / "out")
    assert export([small], tmp_path / "out", **options).unchanged
    (tmp_path / "out" / "genesets" / "Homo_sapiens.strict.gmt").write_text("changed")
    assert not export([small], tmp_path / "out", **options).unchanged
    assert contents(tmp_path / "out") == expected


@pytest.mark.parametrize("error", [KeyboardInterrupt, UnexpectedError])
@pytest.mark.parametrize("moment", ["derive", "rename"])
@pytest.mark.parametrize("options", LAYOUTS)
def test_an_export_that_was_interrupted_is_right_in_the_end(
    options: dict[str, Any], moment: str, error: type[BaseException], small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, settings = tmp_path / "out", {"formats": ["turtle", *FORMATS], "workers": 1, **options}
    export([small], output, formats=["turtle", "gmt"], workers=1, **options)
    (small / "d.md").write_text((small / "a.md").read_text().replace("PMC1__a", "PMC1__d"))
    with monkeypatch.context() as patch:
        if moment == "derive":
            _fail_after(patch, GeneSets, "add_figure", 2, error)
        elif options:
            _fail_after(patch, derived_files_of_exports.ExportedGraph, "iter_figures", 0, error)
        else:
            _fail_after(patch, staging.os, "replace", 4, error)
        with pytest.raises(error):
            export([small], output, **settings)
    export([small], output, **settings)
    export([small], tmp_path / "fresh", **settings)
    assert contents(output) == contents(tmp_path / "fresh")
    assert_intact(output)


def _fail_after(patch: pytest.MonkeyPatch, owner: Any, name: str, calls: int, error: type[BaseException]) -> None:
    """Raise an error in a call of a function, after a number of calls."""
    function, count = getattr(owner, name), 0

    def fail(*arguments: Any, **options: Any) -> Any:
        nonlocal count
        count += 1
        if count > calls:
            raise error
        return function(*arguments, **options)

    patch.setattr(owner, name, fail)


def test_caches_of_rows_are_freed_before_the_formats_are_written(small: Path, tmp_path: Path) -> None:
    sizes: list[int] = []
    export([small], tmp_path / "out", formats=["gmt"], workers=1, progress=lambda *_: sizes.append(len(ROW_CACHE)))
    assert sizes[0] > 0
    assert not ROW_CACHE


def test_a_file_with_the_name_of_a_folder_is_refused_before_anything_is_published(small: Path, tmp_path: Path) -> None:
    export([small], tmp_path / "out", formats=["turtle"], workers=1)
    (tmp_path / "out" / "genesets").write_text("mine")
    previous = contents(tmp_path / "out")
    result = CliRunner().invoke(main, ["export", str(small), "-o", str(tmp_path / "out"), "-f", "turtle", "-f", "gmt", "-q"])
    assert result.exit_code == 3
    assert "genesets: is a file, and a folder of this name must be written" in result.stderr
    assert contents(tmp_path / "out") == previous


class Picky(DerivedFormat):
    """A format that cannot represent figures."""

    name = "picky"

    def add_figure(self, nodes: FigureNodes) -> None:
        self.warn("figure is too large")

    def finish(self) -> None:
        self.files.create("tables/picky.txt").write(b"x\n")


@pytest.mark.parametrize("options", LAYOUTS)
def test_warnings_are_printed_and_in_the_summary_and_the_manifest(
    options: dict[str, Any], small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(DERIVED_FORMATS, "picky", Picky)
    for _ in range(2):  # the second run finds that nothing has changed
        summary = export([small], tmp_path / "out", formats=["turtle", "picky"], workers=1, **options)
        assert summary.format_warnings == summary.as_dict()["format_warnings"] == {"figure is too large": 3}
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["formats"] == {"names": ["picky"], "warnings": {"figure is too large": 3}}
    assert convert(tmp_path / "out", tmp_path / "converted", formats=["picky"]).warnings == {"figure is too large": 3}


def test_the_command_names_removed_files_by_folder(small: Path, tmp_path: Path) -> None:
    def run(*formats: str) -> str:
        arguments = ["export", str(small), "-o", str(tmp_path / "out"), "-w", "1", *(f"--format={name}" for name in formats)]
        return CliRunner().invoke(main, arguments).output

    before = run("turtle", "jsonld", "gmt")
    assert "genesets/ (" in before.splitlines()[-1]
    assert "Removed" not in before
    after = run("turtle", "linksets")
    removed = next(line for line in after.splitlines() if line.startswith("Removed"))
    assert re.fullmatch(r"Removed, because this export does not have these formats: figures\.jsonld, genesets/ \(\d+ files\)", removed)


def test_the_examples_are_published_with_their_files(tmp_path: Path) -> None:
    """The site of an export has the files in derived formats among its downloads."""
    export([ROOT / "examples"], tmp_path / "out", formats=["turtle", *FORMATS], workers=1)
    result = CliRunner().invoke(main, ["publish", str(tmp_path / "out"), "-o", str(tmp_path / "site"), "--pages", "families", "-q"])
    assert result.exit_code == 0, result.output
    files = derived_files(tmp_path / "out")
    assert {name: (tmp_path / "site" / "downloads" / name).read_bytes() for name in files} == files
    page = (tmp_path / "site" / "dataset.html").read_text(encoding="utf-8")
    assert all(f'href="downloads/{name}"' in page for name in files)
