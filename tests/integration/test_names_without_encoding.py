"""Folders whose names are no UTF-8: commands read and write them, and show the names as text."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from tests.support.records import ROOT

from pfocr2rdf import convert, create_release, diff, export, stats, verify_release, write_records


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder whose name is Latin-1."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/donn\xe9es"))
    try:
        path.mkdir()
    except OSError:
        pytest.skip("the file system has only names in UTF-8")
    return path


def test_all_commands_of_releases_work(folder: Path) -> None:
    shutil.copytree(ROOT / "examples", folder / "records")
    export([folder / "records"], folder / "export", formats=["jsonld", "gmt"])
    convert(folder / "export", folder / "sets", formats=["gmt"])
    write_records(folder / "export", folder / "again")
    create_release(folder / "export", folder / "bundle", archive=True)
    assert verify_release(folder / "bundle.tar.zst").problems == []
    diff(folder / "export", folder / "again", folder / "delta")
    assert stats(folder / "export").source.endswith(r"donn\xe9es/export")

    def sources(name: str) -> list[str]:
        content = json.loads((folder / name).read_bytes())
        return content["sources"] if "sources" in content else [content["source"]]

    for name, source in (("export/manifest.json", "records"), ("sets/conversion.json", "export"), ("again/records.json", "export")):
        assert [path.rpartition("/donn")[2] for path in sources(name)] == [rf"\xe9es/{source}"], name
