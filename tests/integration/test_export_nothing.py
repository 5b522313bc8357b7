"""An export in which no record can be used does not replace one that has figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.support.output_directories import contents
from tests.support.records import older, write

from pfocr2rdf import export
from pfocr2rdf.cli import main

LAYOUTS: dict[str, dict[str, Any]] = {
    "whole": {},
    "fresh": {"fresh": True},
    "parts": {"partition_size": 2},
    "merged": {"partition_size": 2, "merge": True},
}


@pytest.fixture
def records(tmp_path: Path) -> Path:
    return write(tmp_path / "good", {f"PMC{number}__F1.md": f"---\n{older(f'PMC{number}__F1')}---\n" for number in range(1, 6)})


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return write(tmp_path / "bad", {f"PMC{number}__F1.md": "---\na: [\n---\n" for number in range(1, 30)})


@pytest.mark.parametrize("earlier", ["whole", "parts"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("workers", [1, 2])
def test_the_earlier_export_stays_where_every_record_is_refused(
    workers: int, layout: str, earlier: str, records: Path, bad: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    export([records], output, **LAYOUTS[earlier])
    before = contents(output)
    summary = export([bad], output, workers=workers, **LAYOUTS[layout])
    assert (summary.read, summary.refused, summary.exported, summary.withheld, summary.exit_status) == (29, 29, 0, True, 3)
    assert (summary.files, len(summary.first_refusals)) == ([], 20)
    assert contents(output) == before
    assert not export([records], output, **LAYOUTS[earlier]).withheld
    assert contents(output) == before


@pytest.mark.parametrize("layout", ["whole", "parts"])
def test_the_earlier_export_stays_where_every_record_is_quarantined(layout: str, records: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "odd", {"PMC9__F1.md": f"---\n{older('PMC9__F1', 'year: abcd')}---\n"})
    export([records], tmp_path / "out", **LAYOUTS[layout])
    before = contents(tmp_path / "out")
    summary = export([source], tmp_path / "out", **LAYOUTS[layout])
    assert (summary.exported, summary.quarantined, summary.withheld) == (0, 1, True)
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize("layout", ["whole", "parts"])
def test_one_good_record_among_many_is_enough(layout: str, records: Path, bad: Path, tmp_path: Path) -> None:
    export([records], tmp_path / "out", **LAYOUTS[layout])
    (bad / "PMC99__F1.md").write_text(f"---\n{older('PMC99__F1')}---\n")
    summary = export([bad], tmp_path / "out", **LAYOUTS[layout])
    assert (summary.exported, summary.refused, summary.withheld) == (1, 29, False)
    assert json.loads((tmp_path / "out" / "report.json").read_text())["summary"]["refused"] == 29


@pytest.mark.parametrize("layout", ["whole", "parts"])
def test_an_export_without_figures_is_replaced(layout: str, bad: Path, tmp_path: Path) -> None:
    for limit in (3, 5):
        summary = export([bad], tmp_path / "out", limit=limit, **LAYOUTS[layout])
        assert (summary.refused, summary.withheld) == (limit, False)
        assert json.loads((tmp_path / "out" / "report.json").read_text())["summary"]["refused"] == limit


def test_the_command_says_so(records: Path, bad: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    export([records], output)
    result = CliRunner().invoke(main, ["export", str(bad), "-o", str(output)])
    assert result.exit_code == 3
    assert result.stderr.endswith(
        f"... and 9 more refused or quarantined\nError: no record could be exported, so {output} still contains the previous export; "
        "correct the records, or export to a new folder to get the whole report\n"
    )
    result = CliRunner().invoke(main, ["export", str(bad), "-o", str(output), "--json"])
    assert (result.exit_code, json.loads(result.stdout)["withheld"]) == (3, True)
