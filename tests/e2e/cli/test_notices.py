"""What commands print besides their results: warnings, superseded records, retries, and queries without results."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.support.records import front_matter, newer, older, write
from tests.support.servers import free_port

from pfocr2rdf import export, load
from pfocr2rdf.cli import main
from pfocr2rdf.errors import StoreError
from pfocr2rdf.stores.clients.credentials import Credentials
from pfocr2rdf.stores.clients.http import HttpClient


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def write_odd_records(folder: Path, count: int) -> Path:
    """Records that each have a key that is not known."""
    return write(folder, {f"PMC{number}__F1.md": front_matter(older(f"PMC{number}__F1", "colour: red")) for number in range(1, count + 1)})


def test_the_first_five_warnings_are_shown_and_where_the_others_are(tmp_path: Path) -> None:
    result = run("export", write_odd_records(tmp_path / "in", 7), "-o", tmp_path / "out", "--workers", "1")
    *warnings, rest = result.stderr.splitlines()
    assert [line.split(":")[:2] for line in warnings] == [["warning", f" {tmp_path}/in/PMC{number}__F1.md"] for number in range(1, 6)]
    assert rest == f"... and 2 more warnings, listed in {tmp_path}/out/report.json"
    assert result.exit_code == 0
    again = run("export", tmp_path / "in", "-o", tmp_path / "out", "--workers", "1")  # nothing is read again
    assert again.stderr == f"warnings: 7, listed in {tmp_path}/out/report.json\n"


def test_five_warnings_need_no_more(tmp_path: Path) -> None:
    result = run("export", write_odd_records(tmp_path / "in", 5), "-o", tmp_path / "out", "--workers", "1")
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == ["warning"] * 5


def test_no_warning_is_listed_in_a_report_that_is_not_written(tmp_path: Path) -> None:
    result = run("export", write_odd_records(tmp_path / "in", 6), "-o", tmp_path / "out", "--dry-run", "--workers", "1")
    assert result.stderr.splitlines()[-1] == "... and 1 more warning"


@pytest.mark.parametrize("layout", [[], ["--partition-size", "1"]], ids=["whole", "parts"])
def test_the_superseded_record_and_the_newer_one_are_named(layout: list[str], tmp_path: Path) -> None:
    write(tmp_path / "old", {"PMC1__F1.md": front_matter(older("PMC1__F1"))})
    write(tmp_path / "new", {"PMC1__F1.md": front_matter(newer("PMC1__F1"))})
    result = run("export", tmp_path / "old", tmp_path / "new", "-o", tmp_path / "out", "--workers", "1", *layout)
    superseded = [line for line in result.stderr.splitlines() if line.startswith("superseded: ")]
    old, new = (f"{tmp_path}/{name}/PMC1__F1.md" for name in ("old", "new"))
    assert superseded == [f"superseded: {old}: superseded by the newer record of this figure in {new}"]


def test_retries_are_reported_once_with_how_long_they_take() -> None:
    notices: list[str] = []
    url = f"http://127.0.0.1:{free_port()}"
    client = HttpClient(Credentials(), retry_seconds=0.5, report_retry=notices.append)
    with pytest.raises(StoreError, match=r"Connection refused; check that the server runs$"):
        client.request("GET", url)
    client.close()
    assert client.retries > 1
    failed = f"{url}: the connection failed: Connection refused; check that the server runs"
    assert notices == [f"{failed}; retrying for 0.5 s, press Ctrl-C to stop"]


def test_a_load_shows_the_first_failure_on_standard_error(tmp_path: Path) -> None:
    export([write(tmp_path / "in", {"PMC1__F1.md": front_matter(older("PMC1__F1"))})], tmp_path / "out", workers=1)
    result = run("load", tmp_path / "out", "--to", f"http://127.0.0.1:{free_port()}", "--retry-for", "0.3")
    notice, error = result.stderr.splitlines()
    assert notice.endswith("; retrying for 0.3 s, press Ctrl-C to stop")
    assert (error.partition(":")[0], result.exit_code) == ("Error", 3)


@pytest.mark.parametrize(("options", "notice"), [([], True), (["--format", "csv"], False)])
def test_a_query_without_results_says_so(options: list[str], notice: bool, tmp_path: Path) -> None:
    export([write(tmp_path / "in", {"PMC1__F1.md": front_matter(older("PMC1__F1"))})], tmp_path / "out", workers=1)
    load(tmp_path / "out", tmp_path / "store")
    result = run("query", "SELECT ?s { ?s a <urn:no:class> }", "--store", tmp_path / "store", *options)
    assert (result.exit_code, result.stderr) == (0, f"{tmp_path}/store: no results match the query\n" if notice else "")
    assert result.stdout.splitlines()[0] == "s"
    assert run("query", "ASK { ?s a <urn:no:class> }", "--store", tmp_path / "store").stderr == ""


def test_an_export_is_validated_as_one_graph(tmp_path: Path) -> None:
    source = write(tmp_path / "in", {f"PMC{number}__F1.md": front_matter(older(f"PMC{number}__F1")) for number in range(1, 4)})
    bad = write(tmp_path / "bad", {"PMC9__F1.md": front_matter(older("PMC9__F1", "year: abcd"))})
    for layout in ({}, {"partition_size": 2}):
        export([source, bad], tmp_path / "out", on_violation="keep", workers=1, **layout)  # type: ignore[arg-type]
        result = run("validate", tmp_path / "out")
        assert result.exit_code == 1
        assert result.stdout.splitlines()[0] == f"{tmp_path}/out"
        assert result.stdout.splitlines()[-1] == "1 validated: 1 violation, 0 warning, 0 info, 0 refused"
