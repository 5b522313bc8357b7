"""Records that are read as block style, with rows by their text, are exported to the same bytes as by the reference readers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from benchmarks.corpus import make_corpus
from tests.support.records import shared_data

from pfocr2rdf import export
from pfocr2rdf.records import pfocr2023, yaml

RECORDS = int(os.environ.get("PFOCR2RDF_KNOWN_ROWS_RECORDS", "300"))


def export_files(source: Path, output: Path, workers: int) -> dict[str, bytes]:
    """The files of an export, but for those with the time of the run."""
    export(source, output=output, workers=workers)
    return {path.name: path.read_bytes() for path in output.iterdir() if path.name.startswith(("figures", "report", "aliases"))}


@pytest.mark.parametrize("kind", ["made", "real 2021", "real 2023"])
def test_an_export_has_the_bytes_of_the_reference_readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    if kind == "made":
        source = tmp_path / "records"
        make_corpus(RECORDS, source, generation="mixed", seed=3)
    else:
        source = shared_data("corpus-gen1" if kind == "real 2021" else "real-gen2")
    results = [export_files(source, tmp_path / f"quick-{workers}", workers) for workers in ((1, 2, 5) if kind == "made" else (1,))]
    monkeypatch.setattr(yaml, "read_blocks", lambda *_: None)
    monkeypatch.setattr(pfocr2023, "_mentions", pfocr2023._read_mentions)
    expected = export_files(source, tmp_path / "reference", 1)
    assert len(expected) >= 4
    assert all(result == expected for result in results)
