"""Foreign files that have the name of a derived file, or that are behind a symbolic link, are neither replaced nor removed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.support.output_directories import contents
from tests.support.records import ROOT

from pfocr2rdf import convert, export
from pfocr2rdf.errors import OutputError

LAYOUTS = [pytest.param({}, id="single"), pytest.param({"partition_size": 4}, id="partitions")]
FORMATS = ["turtle", "gmt"]
NAME = "genesets/Homo_sapiens.strict.gmt"


@pytest.mark.parametrize("options", LAYOUTS)
def test_an_export_does_not_replace_a_file_that_its_manifest_does_not_list(options: dict[str, Any], tmp_path: Path) -> None:
    output = tmp_path / "out"
    export([ROOT / "examples"], output, formats=["turtle"], workers=1, **options)
    (output / "genesets").mkdir()
    (output / NAME).write_text("mine")
    with pytest.raises(OutputError, match=r"strict\.gmt: is not in the manifest of the last run.*; move or rename it"):
        export([ROOT / "examples"], output, formats=FORMATS, workers=1, **options)
    assert (output / NAME).read_text() == "mine"

    (output / NAME).unlink()
    export([ROOT / "examples"], output, formats=FORMATS, workers=1, **options)
    assert NAME in contents(output)
    export([ROOT / "examples"], output, formats=FORMATS, workers=1, fresh=True, **options)


@pytest.mark.parametrize("options", LAYOUTS)
def test_an_export_neither_writes_nor_removes_behind_a_symbolic_link(options: dict[str, Any], tmp_path: Path) -> None:
    output, foreign = tmp_path / "out", tmp_path / "foreign"
    export([ROOT / "examples"], output, formats=FORMATS, workers=1, **options)
    shutil.move(output / "genesets", foreign)
    (output / "genesets").symlink_to(foreign)
    files = contents(foreign)
    with pytest.raises(OutputError, match="genesets: is a symbolic link"):
        export([ROOT / "examples"], output, formats=FORMATS, workers=1, fresh=True, **options)
    assert contents(foreign) == files

    export([ROOT / "examples"], output, formats=["turtle"], workers=1, **options)
    assert contents(foreign) == files
    assert os.readlink(output / "genesets") == str(foreign)


def test_a_conversion_neither_writes_nor_removes_behind_a_symbolic_link(tmp_path: Path) -> None:
    export([ROOT / "examples"], tmp_path / "export", formats=["jsonld"], workers=1)
    output, foreign = tmp_path / "out", tmp_path / "foreign"
    foreign.mkdir()
    output.mkdir()
    (output / "genesets").symlink_to(foreign)
    with pytest.raises(OutputError, match=r"genesets: is a symbolic link.*; move or rename the link"):
        convert(tmp_path / "export", output, formats=["gmt"], force=True)
    assert contents(foreign) == {}

    (output / "genesets").unlink()
    convert(tmp_path / "export", output, formats=["gmt"])
    shutil.rmtree(foreign)
    shutil.move(output / "genesets", foreign)
    (output / "genesets").symlink_to(foreign)
    files = contents(foreign)
    convert(tmp_path / "export", output, formats=["sssom"])
    assert contents(foreign) == files != {}


def test_an_output_folder_may_be_a_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "disk")
    export([ROOT / "examples"], tmp_path / "out", formats=FORMATS, workers=1)
    export([ROOT / "examples"], tmp_path / "out", formats=["turtle"], workers=1)
    assert not (tmp_path / "disk" / "genesets").exists()
