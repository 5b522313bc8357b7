"""The folder ``output`` of a checkout: git keeps it with a ``.gitignore`` in it, and exports come and go beside that file."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.support.records import ROOT

import pfocr2rdf

IGNORE = ROOT / "output" / ".gitignore"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout" / "output"
    folder.mkdir(parents=True)
    shutil.copy(IGNORE, folder)
    return folder


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def listed(folder: Path) -> set[str]:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return {file["name"] for file in manifest["files"]} | {"manifest.json"}


def test_exports_leave_the_ignore_file_as_it_is(output: Path, tmp_path: Path) -> None:
    examples = [ROOT / "examples"]
    for options in ({}, {}, {"formats": ["ntriples"]}, {"partition_size": 2}, {"partition_size": 2, "merge": True}, {"fresh": True}):
        pfocr2rdf.export(examples, output, workers=1, **options)
        assert (output / ".gitignore").read_bytes() == IGNORE.read_bytes()
        assert names(output) - {".gitignore", ".pfocr2rdf-parts", ".pfocr2rdf-state.sqlite"} == listed(output)
    pfocr2rdf.export(examples, tmp_path / "fresh", workers=1)
    assert names(output) == names(tmp_path / "fresh") | {".gitignore"}
    assert (output / "manifest.json").read_bytes() == (tmp_path / "fresh" / "manifest.json").read_bytes()


def test_what_reads_an_export_does_not_mind_the_ignore_file(output: Path, tmp_path: Path) -> None:
    pfocr2rdf.export([ROOT / "examples"], output, workers=1)
    pfocr2rdf.export([ROOT / "examples"], tmp_path / "other", workers=1)
    pfocr2rdf.load(output, tmp_path / "store")
    assert pfocr2rdf.stats(output)._replace(source="") == pfocr2rdf.stats(tmp_path / "other")._replace(source="")
    delta = pfocr2rdf.diff(output, tmp_path / "other", tmp_path / "delta")
    assert (delta.added, delta.removed) == (0, 0)
    assert pfocr2rdf.publish(output, tmp_path / "site", base="https://example.org/").things["figures"] == 6


def test_git_sees_nothing_of_an_export(output: Path) -> None:
    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=output.parent, check=True, capture_output=True, text=True).stdout

    git("init", "--quiet")
    assert git("status", "--porcelain", "--untracked-files=all").split() == ["??", "output/.gitignore"]
    for options in ({}, {"partition_size": 2}):
        pfocr2rdf.export([ROOT / "examples"], output, workers=1, **options)
        assert git("status", "--porcelain", "--untracked-files=all").split() == ["??", "output/.gitignore"]
