"""The folders of SHACL shapes and SPARQL queries that ship with the package."""

from __future__ import annotations

from pathlib import Path


def built_in(name: str) -> Path:
    """The folder ``shapes`` or ``queries``: inside the package when installed, at the top of a checkout otherwise."""
    installed = Path(__file__).parents[1] / name
    return installed if installed.is_dir() else Path(__file__).parents[3] / name
