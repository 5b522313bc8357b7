"""Only a worker process leaves fragments in files: in one process they come with the result."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfocr2rdf.pipeline import tasks
from pfocr2rdf.pipeline.results import BatchResult, IndexedRecord
from pfocr2rdf.pipeline.tasks import MapBatchTask
from pfocr2rdf.records.record_ref import RecordRef


class StubWorker:
    """A worker with one fragment for each batch."""

    def run(self, _records: list[IndexedRecord]) -> BatchResult:
        result = BatchResult()
        result.fragments = {"turtle": b"text"}
        return result


@pytest.mark.parametrize("is_worker_process", [False, True])
def test_fragments_are_spilled_by_worker_processes_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_worker_process: bool) -> None:
    monkeypatch.setattr(tasks, "parent_process", lambda: is_worker_process or None)
    result = MapBatchTask([IndexedRecord(0, RecordRef("record.md"))], str(tmp_path)).run(StubWorker())  # type: ignore[arg-type]
    assert bool(list(tmp_path.iterdir())) == is_worker_process
    assert result.take_fragment("turtle") == b"text"
