"""The mapping sets of real records, read by the tool of the SSSOM community."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.referees.mapping_sets import check_mapping_sets, mapping_rows
from tests.support.records import ROOT, SHARED

from pfocr2rdf import export


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of the examples and, where they are here, of the real records."""
    folder = tmp_path_factory.mktemp("sssom") / "out"
    real = [SHARED / name for name in ("corpus-gen1", "real-gen2", "seed")] if SHARED.is_dir() else []
    export([ROOT / "examples", *real], folder, formats=("jsonld", "sssom"))
    return folder


def test_sssom_validates_and_parses_each_mapping_set(mapped: Path, tmp_path: Path) -> None:
    files = sorted(mapped.glob("sssom/*.sssom.tsv"))
    assert all(len(mapping_rows(file)) > 1 for file in files)
    broken = tmp_path / "broken.sssom.tsv"
    text = (mapped / "sssom" / "families-famplex.sssom.tsv").read_text(encoding="utf-8")
    broken.write_text(text.replace("semapv:LexicalMatching", "LexicalMatching"), encoding="utf-8")
    assert check_mapping_sets([*files, broken]).findings == ("refused validate broken.sssom.tsv",)


def test_the_mappings_are_those_of_the_graph(mapped: Path) -> None:
    document = json.loads((mapped / "figures.jsonld").read_text(encoding="utf-8"))
    families = {node["id"]: node for node in document["@graph"] if node["id"].startswith("fam:")}
    expected = sum(len(_list(node.get(term, []))) for node in families.values() for term in ("exactMatch", "closeMatch"))
    rows = mapping_rows(mapped / "sssom" / "families-famplex.sssom.tsv")[1:]
    assert len(rows) == expected
    assert rows == sorted(rows, key=_order)


def _order(row: str) -> tuple[str, str]:
    """By subject, as IRIs in angle brackets are sorted, then by predicate and object."""
    subject, _, rest = row.partition("\t")
    return f"{subject}>", rest


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
