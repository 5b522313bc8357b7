"""Exports whose worker processes die: the files are the same, and the record that kills is set aside."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.deaths import DEATHS, once
from tests.support.output_directories import contents
from tests.support.records import older, real_checkout, write
from tests.support.references import reference_exports

from pfocr2rdf.mapping import figure_graph
from pfocr2rdf.pipeline import single, worker
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.storage.layout import MANIFEST_FILE

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


@pytest.mark.parametrize("workers", [2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_the_bytes_are_the_same_when_workers_die(
    seed: int,
    workers: int,
    checkout: Path,
    references: dict[str | None, dict[str, bytes]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is done again comes later, and in another process, which may have handed over the descriptions of things already."""
    monkeypatch.setattr(single, "BATCH_RECORDS", 3)
    chosen, describe = random.Random(seed), figure_graph.build_figure_graph
    stems = sorted(path.stem for path in checkout.glob("_figures/*"))
    poison = set(chosen.sample(stems, len(stems) // 6))
    (tmp_path / "died").mkdir()

    def described(record: Any) -> Any:
        if record.figid in poison:
            once(str(tmp_path / "died" / record.figid))
        return describe(record)

    monkeypatch.setattr(worker, "build_figure_graph", described)
    summary = export([checkout], tmp_path / "out", formats=SERIALIZERS, workers=workers)
    assert len(list((tmp_path / "died").iterdir())) > 3
    assert summary.mapped == summary.read
    assert contents(tmp_path / "out") == references[None]


@pytest.mark.parametrize("death", DEATHS)
def test_a_record_that_kills_its_worker_is_quarantined(death: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = {f"PMC{number}__F1.md": f"---\n{older(f'PMC{number}__F1')}---\n" for number in range(1, 201)}
    source = write(tmp_path / "in", records)
    describe = figure_graph.build_figure_graph

    def described(record: Any) -> Any:
        if record.figid == "PMC77__F1":
            death()
        return describe(record)

    with monkeypatch.context() as patched:
        patched.setattr(worker, "build_figure_graph", described)
        summaries = [export([source], tmp_path / str(workers), formats=SERIALIZERS, workers=workers) for workers in (2, 3)]
    for summary in summaries:
        assert (summary.read, summary.exported, summary.quarantined, summary.refused, summary.exit_status) == (200, 199, 1, 0, 1)
        assert [name for name, _ in summary.first_quarantined] == ["PMC77__F1"]
    assert contents(tmp_path / "2") == contents(tmp_path / "3")
    folder = tmp_path / "2" / "quarantine" / "PMC77__F1"
    assert sorted(path.name for path in folder.iterdir()) == ["PMC77__F1.md", "reasons.json"]
    assert (folder / "PMC77__F1.md").read_text() == records["PMC77__F1.md"]
    (reason,) = json.loads((folder / "reasons.json").read_text())
    assert reason["source"] == str(source / "PMC77__F1.md")
    assert reason["reason"].startswith("a worker process died twice while it processed the record: ")
    report = json.loads((tmp_path / "2" / "report.json").read_text())
    assert [(row["source"], row["reason"]) for row in report["quarantined"]] == [(reason["source"], reason["reason"])]
    assert json.loads((tmp_path / "2" / MANIFEST_FILE).read_text())["quarantined"] == ["PMC77__F1"]

    summary = export([source], tmp_path / "2", formats=SERIALIZERS)
    assert (summary.mapped, summary.exported, summary.exit_status) == (1, 200, 0), (
        "a record that killed a worker is tried again in the next run"
    )
    export([source], tmp_path / "fresh", formats=SERIALIZERS)
    assert contents(tmp_path / "2") == contents(tmp_path / "fresh")
