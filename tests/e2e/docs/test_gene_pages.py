"""The programs of other projects on the pages about gene sets and BioThings do what the pages show."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from tests.support.records import ROOT, write
from tests.support.servers import free_port, program, wait_for
from tests.support.validators import validator

from pfocr2rdf import export

GENE_SETS, BIOTHINGS = ROOT / "docs" / "howto" / "gene-sets.md", ROOT / "docs" / "howto" / "biothings.md"
FENCE = re.compile(r'^```\w+ title="(?P<title>[^"]+)"\n(?P<body>.*?)^```$', re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a reader: the files on both pages, and the export."""
    path = tmp_path_factory.mktemp("reader")
    export(ROOT / "examples", path / "output", formats=["gmt", "biothings"])
    fences = {
        fence["title"]: fence["body"] for page in (GENE_SETS, BIOTHINGS) for fence in FENCE.finditer(page.read_text(encoding="utf-8"))
    }
    return write(path, fences)


def run(folder: Path, *command: str | Path) -> str:
    process = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_gseapy_prints_what_the_page_shows(folder: Path) -> None:
    assert run(folder, validator("python", "gseapy"), "enrichment.py") == (folder / "enrichment.txt").read_text(encoding="utf-8")


def test_duckdb_answers_what_the_page_shows(folder: Path) -> None:
    script = "import duckdb; [print(*row) for row in duckdb.sql(open('partners.sql').read()).fetchall()]"
    assert run(folder, validator("python", "duckdb"), "-c", script) == (folder / "partners.txt").read_text(encoding="utf-8")


def test_jq_finds_the_figures(folder: Path) -> None:
    program("jq", "apt-get install jq")
    (command,) = re.findall(r"^jq .*$", BIOTHINGS.read_text(encoding="utf-8"), re.MULTILINE)
    assert run(folder, "bash", "-c", command).split() == ["PMC5723907__fimmu-08-01707-g001", "PMC7378365__fimmu-11-01424-g0002"]


def test_a_biothings_hub_loads_and_serves_the_documents(folder: Path) -> None:
    hub = validator("biothings-cli")
    with serving(folder, sys.executable, "-m", "http.server", "{port}", "--bind", "127.0.0.1", "--directory", "output") as port:
        manifest = (folder / "pfocr" / "manifest.json").read_text(encoding="utf-8")
        write(folder, {"pfocr/manifest.json": manifest.replace("localhost:8765", f"127.0.0.1:{port}")})
        run(folder / "pfocr", hub, "dataplugin", "dump_and_upload")
    with serving(folder / "pfocr", hub, "dataplugin", "serve", "--host", "127.0.0.1", "--port", "{port}") as port:
        paths = re.findall(r"localhost:9999(/\S+)'", BIOTHINGS.read_text(encoding="utf-8"))
        document, found = (json.load(urlopen(f"http://127.0.0.1:{port}{path}", timeout=60)) for path in paths)
    lines = map(json.loads, (folder / "output" / "biothings.jsonl").read_text(encoding="utf-8").splitlines())
    documents = {line["_id"]: line for line in lines}
    assert document == documents["PMC10031380__sc1"]
    assert {entry["_id"]: entry for entry in found["entries"]} == {
        figid: line for figid, line in documents.items() if "6772" in line["associatedWith"]["mentions"]["genes"]["ncbigene"]
    }


@contextmanager
def serving(folder: Path, *command: str | Path) -> Iterator[int]:
    """A server in the folder; ``{port}`` in the command is its port, which is returned."""
    port = free_port()
    arguments = [str(argument).format(port=port) for argument in command]
    with subprocess.Popen(arguments, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port, process)
            yield port
        finally:
            process.terminate()
