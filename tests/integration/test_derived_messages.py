"""Messages about derived formats: what has no file, what is missing, and what cannot be read or written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.support.output_directories import record, write_records
from tests.support.records import ROOT

from pfocr2rdf import convert, export, validate
from pfocr2rdf.cli import main
from pfocr2rdf.derived.tables import output as tables
from pfocr2rdf.errors import MissingExtraError, OutputError, SourceError
from pfocr2rdf.pipeline.partitioned import PartitionedExport
from pfocr2rdf.pipeline.state import State
from pfocr2rdf.storage.locks import DirectoryLock

LAYOUTS = [pytest.param({}, id="single"), pytest.param({"partition_size": 4}, id="partitions")]
NO_FILE = "derived format without a file (gmt), since the graph has no data for it"


@pytest.fixture
def few_genes(tmp_path: Path) -> Path:
    """A record with too few genes for a gene set."""
    return write_records(tmp_path / "in", record("PMC1__F1", number="F1"))


@pytest.mark.parametrize("options", LAYOUTS)
def test_a_format_without_a_file_is_a_warning(options: dict[str, Any], few_genes: Path, tmp_path: Path) -> None:
    summary = export([few_genes], tmp_path / "out", formats=["jsonld", "gmt", "kgx"], workers=1, **options)
    assert not (tmp_path / "out" / "genesets").exists()
    assert summary.format_warnings[NO_FILE] == 1
    assert not any("(kgx)" in sentence for sentence in summary.format_warnings)
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["formats"]["warnings"] == summary.format_warnings
    assert convert(tmp_path / "out", tmp_path / "converted", formats=["gmt"]).warnings == {NO_FILE: 1}


def test_the_summary_counts_the_warnings_of_derived_formats(few_genes: Path, tmp_path: Path) -> None:
    arguments = ["export", str(few_genes), "-o", str(tmp_path / "out"), "-f", "gmt"]
    result = CliRunner().invoke(main, arguments)
    assert f"warning: {NO_FILE}: 1\n" in result.output
    assert "warnings of derived formats" in result.output


def test_a_dry_run_needs_the_libraries_of_the_formats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "is_available", lambda: False)
    with pytest.raises(MissingExtraError, match="pyarrow"):
        export([ROOT / "examples"], tmp_path / "out", formats=["parquet"], dry_run=True)
    export([ROOT / "examples"], tmp_path / "out", formats=["csv"], dry_run=True)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("suffix", ["ttl", "nt", "nq"])
def test_a_statement_that_the_parser_cannot_hold_is_a_fault_of_the_file(suffix: str, tmp_path: Path) -> None:
    source = tmp_path / f"long.{suffix}"
    source.write_bytes(b'<http://example.org/a> <http://example.org/b> "' + b"y" * (17 << 20) + b'" .\n')
    message = rf"long\.{suffix}: has a term that is longer than the parser reads"
    with pytest.raises(SourceError, match=message):
        convert(source, tmp_path / "out", formats=["csv"])
    with pytest.raises(SourceError, match=message):
        validate(source)


def test_a_link_to_nothing_is_no_output(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    message = "link: is a symbolic link to a folder that does not exist; create it"
    with pytest.raises(OutputError, match=message):
        export([ROOT / "examples"], tmp_path / "link", workers=1)
    (tmp_path / "nothing").mkdir()
    export([ROOT / "examples"], tmp_path / "link", formats=["jsonld"], workers=1)


def test_the_message_of_a_lock_does_not_guess_the_command(tmp_path: Path) -> None:
    export([ROOT / "examples"], tmp_path / "export", formats=["jsonld"], workers=1)
    (tmp_path / "out").mkdir()
    lock = DirectoryLock(tmp_path / "out")
    try:
        with pytest.raises(OutputError, match="another run of pfocr2rdf is writing there"):
            convert(tmp_path / "export", tmp_path / "out", formats=["csv"])
    finally:
        lock.release()


def test_an_interrupt_while_the_state_is_read_is_no_error_of_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A query that was not read to its end keeps a transaction open."""
    states: list[State] = []
    queries: list[Any] = []
    create = State.create

    def remember(path: Path) -> State:
        states.append(create(path))
        return states[-1]

    def interrupt(*_: object) -> None:
        database = states[-1].database
        database.execute("CREATE TABLE many AS SELECT 1 UNION SELECT 2")
        queries.append(database.execute("SELECT * FROM many"))
        next(queries[-1])
        raise KeyboardInterrupt

    monkeypatch.setattr(State, "create", remember)
    monkeypatch.setattr(PartitionedExport, "_write_partitions", interrupt)
    with pytest.raises(KeyboardInterrupt):
        export([ROOT / "examples"], tmp_path / "out", partition_size=2, workers=1)
