"""The notebook of the documentation runs, and its outputs are those that it shows."""

from __future__ import annotations

import nbformat
import pytest
from tests.support.records import ROOT
from tests.support.scripts import load_script

notebooks = load_script(ROOT / "docs" / "notebooks.py", "docs_notebooks")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_outputs_of_the_notebook_are_those_of_a_run() -> None:
    stored = nbformat.read(notebooks.NOTEBOOK, as_version=4)
    assert notebooks.texts(stored) == notebooks.texts(notebooks.run(notebooks.NOTEBOOK)), "to write it anew: python docs/notebooks.py"
    assert sum(outputs == ["picture"] for outputs in notebooks.texts(stored)) == 2
    assert all(cell.execution_count for cell in stored.cells if cell.cell_type == "code")
