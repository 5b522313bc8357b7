"""Exports in parts: their records, what is in the folder, and whether it is whole."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from tests.support.records import front_matter, older

from pfocr2rdf.pipeline.export import export
from pfocr2rdf.pipeline.summary import ExportSummary
from pfocr2rdf.storage.layout import MANIFEST_FILE


def pages(count: int, *, word: str = "STAT3", begin: int = 0) -> dict[str, str]:
    """So many records, each with a page of its own, in the order of their numbers."""
    numbers = range(begin, begin + count)
    return {f"PMC1__{number:03}.md": front_matter(older(f"PMC1__{number:03}", word=word)) for number in numbers}


def contents(folder: Path, hidden: bool = False) -> dict[str, bytes]:
    """Every file below a folder that is meant for others."""
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: data for name, data in files.items() if hidden or not name.startswith(".")}


def export_partitioned(source: Path, output: Path, size: int = 7, **options: Any) -> ExportSummary:
    options = {"formats": ["ntriples"], "workers": 1, **options}
    return export([source], output, partition_size=size, **options)


def assert_intact(folder: Path) -> None:
    """The manifest lists all files that are there, with sizes and digests, and no others."""
    manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    files = contents(folder)
    for file in manifest["files"]:
        data = files[file["name"]]
        assert (file["size"], file["sha256"]) == (len(data), hashlib.sha256(data).hexdigest()), file["name"]
    unlisted = {name for name in files if not name.startswith("quarantine/")}
    unlisted -= {file["name"] for file in manifest["files"]} | {MANIFEST_FILE}
    assert unlisted == set()
    assert {name.split("/")[1] for name in files if name.startswith("quarantine/")} == set(manifest["quarantined"])


# -- a second run ---------------------------------------------------------------------------------------------------------------


def assert_as_fresh(source: Path, output: Path, size: int = 7, **options: Any) -> None:
    """The same bytes as if nothing had been there before."""
    fresh = output.parent / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    export_partitioned(source, fresh, size, **options)
    assert contents(output) == contents(fresh)
    assert contents(output, hidden=True).keys() == contents(fresh, hidden=True).keys()
    assert_intact(output)
