"""The mapping sets of real records, read by the tool of the SSSOM community."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.support.records import ROOT, SHARED
from tests.support.validators import validator

from pfocr2rdf import export


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of the examples and, where they are here, of the real records."""
    folder = tmp_path_factory.mktemp("sssom") / "out"
    real = [SHARED / name for name in ("corpus-gen1", "real-gen2", "seed")] if SHARED.is_dir() else []
    export([ROOT / "examples", *real], folder, formats=("jsonld", "sssom"))
    return folder


_PROGRAM = """
import sys, traceback
from sssom.cli import main
for file in sys.argv[1:]:
    for command in (["validate", file], ["parse", file, "--prefix-map-mode", "metadata_only", "--output", f"{file}.parsed"]):
        try:
            main(command, standalone_mode=False)
        except Exception as error:
            traceback.print_exc()
            print("refused", command[0], file)
"""  # in one process, since they take seconds to import, and with the prefixes of the files alone, since all others take a minute to index


def test_sssom_validates_and_parses_each_mapping_set(mapped: Path, tmp_path: Path) -> None:
    files = [shutil.copy(file, tmp_path) for file in sorted(mapped.glob("sssom/*.sssom.tsv"))]
    broken = tmp_path / "broken.sssom.tsv"
    text = (mapped / "sssom" / "families-famplex.sssom.tsv").read_text(encoding="utf-8")
    broken.write_text(text.replace("semapv:LexicalMatching", "LexicalMatching"), encoding="utf-8")
    command = [validator("python", "sssom"), "-c", _PROGRAM, *files, broken]
    process = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, check=False)
    assert process.stdout.splitlines() == [f"refused validate {broken}"], process.stderr
    for file in files:
        assert len(_rows(Path(f"{file}.parsed"))) == len(_rows(Path(file))) > 1


def test_the_mappings_are_those_of_the_graph(mapped: Path) -> None:
    document = json.loads((mapped / "figures.jsonld").read_text(encoding="utf-8"))
    families = {node["id"]: node for node in document["@graph"] if node["id"].startswith("fam:")}
    expected = sum(len(_list(node.get(term, []))) for node in families.values() for term in ("exactMatch", "closeMatch"))
    rows = _rows(mapped / "sssom" / "families-famplex.sssom.tsv")[1:]
    assert len(rows) == expected
    assert rows == sorted(rows, key=_order)


def _order(row: str) -> tuple[str, str]:
    """By subject, as IRIs in angle brackets are sorted, then by predicate and object."""
    subject, _, rest = row.partition("\t")
    return f"{subject}>", rest


def _rows(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
