"""An export is the same for any number of worker processes, even when these die."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.output_directories import contents
from tests.support.records import older, real_checkout, write
from tests.support.references import reference_exports

from pfocr2rdf.pipeline import single
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS

pytestmark = [
    pytest.mark.usefixtures("patience"),
    pytest.mark.skipif(sys.platform != "linux", reason="worker processes are looked at in /proc"),
]


# -- an export -------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return real_checkout(tmp_path_factory.mktemp("in") / "pfocr")


@pytest.fixture(scope="module")
def references(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str | None, dict[str, bytes]]:
    """Exports of it in this process alone."""
    return reference_exports(checkout, tmp_path_factory.mktemp("reference"))


@pytest.mark.parametrize("compress", [None, "gz", "zst"])
@pytest.mark.parametrize("workers", [2, 3, 5])
def test_the_bytes_are_the_same_for_any_number_of_workers(
    workers: int,
    compress: str | None,
    checkout: Path,
    references: dict[str | None, dict[str, bytes]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(single, "BATCH_RECORDS", 3)
    summary = export([checkout], tmp_path, formats=SERIALIZERS, compress=compress, workers=workers)
    assert summary.mapped == summary.read
    assert contents(tmp_path) == references[compress]


@pytest.mark.parametrize("option", ["fail", "fail_fast"])
def test_a_run_that_stops_leaves_no_process(option: str, tmp_path: Path) -> None:
    bad_record = older("PMC50__F1").replace("pmcid: PMC100", "pmcid: PMC100\nyear: abcd") if option == "fail" else "nothing"
    records = {f"PMC{number}__F1.md": f"---\n{older(f'PMC{number}__F1')}---\n" for number in range(1, 201)}
    source = write(tmp_path / "in", records | {"PMC50__F1.md": f"---\n{bad_record}---\n"})
    options: dict[str, Any] = {"on_violation": "fail"} if option == "fail" else {"fail_fast": True}
    with pytest.raises(Exception, match="stopped at the first"):
        export([source], tmp_path / "out", workers=3, **options)
    assert multiprocessing.active_children() == []
    assert not (tmp_path / "out").exists()
