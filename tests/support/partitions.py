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
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: data for name, data in found.items() if hidden or not name.startswith(".")}


def parted(source: Path, output: Path, size: int = 7, **options: Any) -> ExportSummary:
    options = {"formats": ["ntriples"], "workers": 1, **options}
    return export([source], output, partition_size=size, **options)


def assert_whole(folder: Path) -> None:
    """The manifest lists all files that are there, with sizes and digests, and no others."""
    manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    found = contents(folder)
    for file in manifest["files"]:
        data = found[file["name"]]
        assert (file["size"], file["sha256"]) == (len(data), hashlib.sha256(data).hexdigest()), file["name"]
    left = {name for name in found if not name.startswith("quarantine/")} - {file["name"] for file in manifest["files"]} - {MANIFEST_FILE}
    assert left == set()
    assert {name.split("/")[1] for name in found if name.startswith("quarantine/")} == set(manifest["quarantined"])


# -- a second run ---------------------------------------------------------------------------------------------------------------


def assert_as_fresh(source: Path, output: Path, size: int = 7, **options: Any) -> None:
    """The same bytes as if nothing had been there before."""
    fresh = output.parent / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    parted(source, fresh, size, **options)
    assert contents(output) == contents(fresh)
    assert contents(output, hidden=True).keys() == contents(fresh, hidden=True).keys()
    assert_whole(output)
