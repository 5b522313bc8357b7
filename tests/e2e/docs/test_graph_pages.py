"""The programs of other projects on the pages about KGX and property graphs do what the pages show."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.records import ROOT, write
from tests.support.validators import kgx_environment, validator

from pfocr2rdf import export

PAGES = [ROOT / "docs" / "howto" / name for name in ("kgx.md", "property-graphs.md", "machine-learning.md")]
FENCE = re.compile(r'^```\w+ title="(?P<title>[^"]+)"\n(?P<body>.*?)^```$', re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a reader: the files on the pages, and the export."""
    path = tmp_path_factory.mktemp("reader")
    export(ROOT / "examples", path / "output", formats=["turtle", "kgx"])
    return write(path, {fence["title"]: fence["body"] for page in PAGES for fence in FENCE.finditer(page.read_text(encoding="utf-8"))})


def run(folder: Path, *command: str | Path, env: dict[str, str] | None = None, status: int = 0) -> str:
    process = subprocess.run(command, cwd=folder, env=env, capture_output=True, encoding="utf-8", timeout=300, check=False)
    assert process.returncode == status, process.stderr
    return process.stdout + process.stderr


def test_kgx_validates_merges_and_transforms(folder: Path) -> None:
    env = kgx_environment()
    report = run(folder, "bash", "validate.sh", env=env, status=1)
    assert set(re.findall(r"prefix '([^']+)'", report)) == {"pfocr.figure", "pfocr.family"}
    assert (folder / "merge.txt").read_text(encoding="utf-8") in run(folder, "bash", "merge.sh", env=env)
    run(folder, "bash", "transform.sh", env=env)
    graph = json.loads((folder / "pfocr.json").read_text(encoding="utf-8"))
    for kind in ("nodes", "edges"):
        assert len(graph[kind]) == (folder / "output" / "kgx" / f"{kind}.jsonl").read_text(encoding="utf-8").count("\n")


def test_duckdb_counts_pairs_of_genes(folder: Path) -> None:
    script = "import duckdb; [print(*row) for row in duckdb.sql(open('pairs.sql').read()).fetchall()]"
    assert run(folder, validator("python", "duckdb"), "-c", script) == (folder / "pairs.txt").read_text(encoding="utf-8")


def test_mlcroissant_reads_the_mentions(folder: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install 'pfocr2rdf[tables]'")
    export(ROOT / "examples", folder / "output", formats=["turtle", "kgx", "parquet"])
    assert (folder / "croissant.txt").read_text(encoding="utf-8") in run(folder, validator("python", "mlcroissant"), "croissant.py")


def test_kuzu_loads_the_graph_and_answers(folder: Path) -> None:
    python = validator("python", "kuzu")
    for _ in range(2):  # the second run replaces the database of the first
        assert run(folder, python, "load.py") == ""
    assert run(folder, python, "figures.py") == (folder / "figures.txt").read_text(encoding="utf-8")


def test_the_files_for_neo4j_have_every_node_and_edge_and_headers_of_its_import(folder: Path) -> None:
    run(folder, sys.executable, "neo4j_files.py")
    for kind, fields in (("nodes", {"id:ID", ":LABEL"}), ("edges", {":START_ID", ":END_ID", ":TYPE"})):
        with (folder / f"neo4j-{kind}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        lines = (folder / "output" / "kgx" / f"{kind}.tsv").read_text(encoding="utf-8").split("\n")[1:-1]
        assert fields <= set(header)
        assert [",".join(row) for row in rows] == [line.replace("\t", ",").replace("biolink:", "") for line in lines]
        assert {row[header.index(":LABEL")] for row in rows if kind == "nodes"} <= {
            "Gene", "GeneFamily", "ChemicalEntity", "Disease", "OrganismTaxon", "JournalArticle", "InformationContentEntity",
        }  # fmt: skip
