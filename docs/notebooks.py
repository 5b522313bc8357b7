"""The notebook of the documentation, run again: ``tests/e2e/docs/test_notebook.py`` compares, ``python docs/notebooks.py`` rewrites.

It runs in the folder ``docs`` of a temporary folder with a copy of ``examples``, as Jupyter runs it. Pictures differ between
machines: only that there is one counts.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"


def run(path: Path) -> Any:
    """The notebook with the outputs of this run; an error of a cell is raised."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory(prefix="pfocr2rdf-notebook-") as folder:
        shutil.copytree(ROOT / "examples", Path(folder) / "examples")
        (working_directory := Path(folder) / "docs").mkdir()
        NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(working_directory)}}).execute()
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata.pop("execution", None)
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return notebook


def texts(notebook: Any) -> list[list[str]]:
    """The text of each output of each cell; ``picture`` for a picture."""
    return [[_text(output) for output in cell.outputs] for cell in notebook.cells if cell.cell_type == "code"]


def _text(output: Any) -> str:
    data = output.get("data", {})
    return "picture" if "image/png" in data else str(output.get("text") or data.get("text/plain"))


if __name__ == "__main__":
    nbformat.write(run(NOTEBOOK), NOTEBOOK)
