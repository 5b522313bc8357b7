"""Examples in docstrings are true. They are run here and nowhere else: only modules that have some are imported for them."""

from __future__ import annotations

import doctest
import importlib

import pytest
from tests.support.records import ROOT

SOURCE = ROOT / "src"
MODULES = [
    ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted((SOURCE / "pfocr2rdf").rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("module", MODULES)
def test_examples_are_true(module: str) -> None:
    failures, attempted = doctest.testmod(importlib.import_module(module))
    assert attempted
    assert not failures


def test_there_are_examples() -> None:
    assert len(MODULES) > 20
