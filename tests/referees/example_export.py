"""The export that referees look at: that of the examples."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from tests.support.records import ROOT

from pfocr2rdf import export


@cache
def example_export() -> Path:
    """The directory of an export of ``examples``, made once in a process and removed at its end."""
    folder = Path(tempfile.mkdtemp(prefix="referees-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    export([ROOT / "examples"], folder / "export")
    return folder / "export"
