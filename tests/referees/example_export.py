"""The exports that referees look at: those of the examples."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from tests.support.records import ROOT

from pfocr2rdf import convert, export
from pfocr2rdf.derived.formats import DERIVED_FORMATS


@cache
def example_export() -> Path:
    """The directory of an export of ``examples``, made once in a process and removed at its end."""
    folder = _make_folder() / "export"
    export([ROOT / "examples"], folder)
    return folder


@cache
def derived_export() -> Path:
    """The same with all derived formats; tables are Parquet and, in the folder ``csv`` next to it, CSV."""
    folder = _make_folder() / "export"
    export([ROOT / "examples"], folder, formats=("jsonld", *(DERIVED_FORMATS.keys() - {"csv"})))
    convert(folder, folder.parent / "csv", formats=["csv"])
    return folder


def _make_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="referees-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
