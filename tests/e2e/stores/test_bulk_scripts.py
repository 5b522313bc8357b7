"""Bulk-load scripts, run with the real programs: the store holds the export."""

from __future__ import annotations

import gzip
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from pyoxigraph import Store
from tests.support.bulk_scripts import HOSTILE, expected, expected_in_store, lines, number, release, statements
from tests.support.records import ROOT
from tests.support.servers import Virtuoso, program, virtuoso

from pfocr2rdf import export
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.stores.bulk_scripts.inputs import BulkInputs
from pfocr2rdf.stores.bulk_scripts.plan import write_bulk_script


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples, exported in all formats into a folder with the worst possible name."""
    folder = tmp_path_factory.mktemp("export") / HOSTILE
    export([ROOT / "examples"], folder, formats=["ntriples", "nquads", "turtle", "trig"])
    return folder


# -- real stores -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("graphs", "ending"), [("dataset", ""), ("figure", ""), ("default", ""), ("dataset", ".gz"), ("figure", ".zst")])
def test_oxigraph_holds_the_export(graphs: str, ending: str, folder: Path, tmp_path: Path) -> None:
    source, output = tmp_path / HOSTILE, tmp_path / f"plan {HOSTILE}"
    shutil.copytree(folder, source)
    for name in ("figures.nt", "figures.nq"):
        data = (source / name).read_bytes()
        if ending:
            (source / f"{name}{ending}").write_bytes(gzip.compress(data) if ending == ".gz" else zstandard.compress(data))
    write_bulk_script("oxigraph", release(source, graphs, ending), output)
    environment = {**os.environ, "OXIGRAPH": program("oxigraph", "pip install oxigraph")}
    for _ in range(2):  # loading again adds nothing
        process = subprocess.run(["bash", output / "load.sh"], env=environment, capture_output=True, text=True)
        assert process.returncode == 0, process.stderr
        assert process.stdout.endswith(f"{number(folder, graphs)} statements are in the store\n")
    assert lines(Store.read_only(str(output / "store"))) == expected_in_store(folder, graphs)
    assert sorted(path.name for path in output.iterdir()) == ["examples.nq", "load.sh", "store"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Virtuoso]:
    program("isql-vt", "apt-get install virtuoso-opensource")
    with virtuoso(tmp_path_factory.mktemp("virtuoso")) as server:
        yield server


@pytest.mark.parametrize(("graphs", "ending"), [("dataset", ""), ("figure", ""), ("dataset", ".zst"), ("figure", ".gz")])
def test_virtuoso_holds_the_export(graphs: str, ending: str, server: Virtuoso, folder: Path) -> None:
    allowed = server.log.parent / f"{graphs}{ending}"
    source, output = allowed / HOSTILE, allowed / f"plan {HOSTILE}"
    shutil.copytree(folder, source)
    for name in ("figures.nt", "figures.nq"):
        data = (source / name).read_bytes()
        if ending:
            (source / f"{name}{ending}").write_bytes(gzip.compress(data) if ending == ".gz" else zstandard.compress(data))
    write_bulk_script("virtuoso", release(source, graphs, ending), output)
    settings = {"ISQL": program("isql-vt", ""), "VIRTUOSO_SERVER": f"127.0.0.1:{server._ports[0]}", "VIRTUOSO_PASSWORD": server.password}
    for _ in range(2):  # what was loaded once is loaded again, where it is gone
        for graph in {row["g"] for row in server.select("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }")}:
            if graph.startswith("https://pfocr.wikipathways.org/"):
                server.update(f"CLEAR SILENT GRAPH <{graph}>")
        process = subprocess.run(["bash", output / "load.sh"], env={**os.environ, **settings}, capture_output=True, text=True)
        assert process.returncode == 0, process.stderr
        assert process.stdout.endswith(f"{statements(folder)} statements are in the store\n")
    expected_counts: dict[str, int] = {}
    for line in expected(folder, graphs):
        name = shlex.split(line.rpartition("<")[2].replace(">", " "))[0]
        expected_counts[name] = expected_counts.get(name, 0) + 1
    rows = server.select("SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    assert {row["g"]: int(row["n"]) for row in rows if row["g"] in expected_counts} == expected_counts
    if graphs == "dataset":
        stored = server.dump(DATASET_IRI)
        words = [line for line in stored if "vocab#word>" in line]
        missing = {line for line in words if f"{line[:-2]} <{DATASET_IRI}> ." not in expected(folder, graphs)}
        assert words
        assert not missing, "words are to come through letter for letter"


def test_virtuoso_says_which_file_it_could_not_load(server: Virtuoso) -> None:
    settings = {"ISQL": program("isql-vt", ""), "VIRTUOSO_SERVER": f"127.0.0.1:{server._ports[0]}", "VIRTUOSO_PASSWORD": server.password}

    def run(source: Path) -> str:
        (source / "figures.nt").write_text("<urn:s> <urn:p> .\n")
        write_bulk_script(
            "virtuoso", BulkInputs(source, [source / "figures.nt"], [], None, None, "dataset", "urn:bad", None), source / "plan"
        )
        process = subprocess.run(["bash", source / "plan" / "load.sh"], env={**os.environ, **settings}, capture_output=True, text=True)
        assert process.returncode == 1
        return process.stderr

    allowed = server.log.parent / "bad"
    allowed.mkdir()
    assert "could not load all files" in (stderr := run(allowed))
    assert f"{allowed}/figures.nt" in stderr
    (allowed / "global.graph").write_text("urn:other")
    assert f"{allowed}/global.graph names a graph, and Virtuoso would take it: remove it" in run(allowed)
    settings["VIRTUOSO_PASSWORD"] = "wrong"
    (allowed / "global.graph").unlink()
    assert "Bad login" in run(allowed)
