"""A delta, applied to a real store that holds the old graph, gives the new one: pyoxigraph, the Oxigraph server, rdflib."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import RdfFormat, Store
from tests.support.records import ROOT
from tests.support.servers import Server, oxigraph

from pfocr2rdf import DiffSummary, diff, export

GRAPH = "https://example.org/pfocr"


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The examples, and a later state of them: titles and words changed, a figure gone, a gene gone."""
    folder = tmp_path_factory.mktemp("releases")
    shutil.copytree(ROOT / "examples", folder / "later")
    removed_page, *changed_pages = sorted((folder / "later" / "_figures").iterdir())
    removed_page.unlink()
    for table in (folder / "later" / "_data").glob(f"{removed_page.stem}-*.tsv"):
        table.unlink()
    for path in changed_pages:
        text = path.read_text(encoding="utf-8")
        path.write_text(
            re.sub(r"(?m)^figtitle: .*$", 'figtitle: "A \\\\"title\\\\" → with\\\\n;\\\\nall \\\\\\\\ of it"', text), encoding="utf-8"
        )
    for table in (folder / "later" / "_data").glob("*-genes.tsv"):
        rows = table.read_text(encoding="utf-8").splitlines(keepends=True)
        table.write_text("".join(rows[:1] + rows[2:]), encoding="utf-8")
    export([ROOT / "examples"], folder / "old", formats=["ntriples", "nquads"])
    summary = export([folder / "later"], folder / "new", formats=["ntriples", "nquads"])
    assert (summary.exported, summary.refused) == (5, 0)
    return folder / "old", folder / "new"


def delta_of(releases: tuple[Path, Path], output: Path, **options: bool | str) -> tuple[DiffSummary, list[str]]:
    """The delta, and its operations of SPARQL Update one by one."""
    delta = diff(*releases, output, chunk=100, **options)  # type: ignore[arg-type]
    assert delta.removed > 500 < delta.unchanged
    assert delta.added > 5
    return delta, re.split(r"^;\n", (output / "delta.ru").read_text(encoding="utf-8"), flags=re.MULTILINE)


def sorted_quads(store: Store) -> list[bytes]:
    return sorted(store.dump(format=RdfFormat.N_QUADS).splitlines())  # type: ignore[union-attr]


def filled(file: Path) -> Store:
    store = Store()
    store.load(path=str(file))
    return store


@pytest.mark.parametrize("suffix", ["nt", "nq"])
@pytest.mark.parametrize("at_once", [True, False])
def test_pyoxigraph(suffix: str, at_once: bool, releases: tuple[Path, Path], tmp_path: Path) -> None:
    _, operations = delta_of(releases, tmp_path / "out", ignore_graphs=suffix == "nt")
    old, new = (filled(folder / f"figures.{suffix}") for folder in releases)
    assert sorted_quads(old) != sorted_quads(new)
    for operation in [";\n".join(operations)] if at_once else operations:
        old.update(operation)
    assert sorted_quads(old) == sorted_quads(new)
    diff(*reversed(releases), tmp_path / "back", ignore_graphs=suffix == "nt")
    old.update((tmp_path / "back" / "delta.ru").read_text(encoding="utf-8"))
    assert sorted_quads(old) == sorted_quads(filled(releases[0] / f"figures.{suffix}"))


def test_pyoxigraph_holds_what_the_statements_and_the_patch_say(releases: tuple[Path, Path], tmp_path: Path) -> None:
    delta_of(releases, tmp_path / "out")
    new = sorted_quads(filled(releases[1] / "figures.nq"))
    by_files, by_patch = (filled(releases[0] / "figures.nq") for _ in range(2))
    for quad in filled(tmp_path / "out" / "removed.nq"):
        by_files.remove(quad)
    by_files.load(path=str(tmp_path / "out" / "added.nq"))
    assert sorted_quads(by_files) == new
    for row in (tmp_path / "out" / "delta.rdfp").read_bytes().splitlines():
        if row[:2] in (b"D ", b"A "):
            scratch = Store()
            scratch.load(row[2:], format=RdfFormat.N_QUADS)
            (by_patch.remove if row[:2] == b"D " else by_patch.add)(next(iter(scratch)))
    assert sorted_quads(by_patch) == new


def test_rdflib(releases: tuple[Path, Path], tmp_path: Path) -> None:
    _, operations = delta_of(releases, tmp_path / "out", ignore_graphs=True)
    old, new = (rdflib.Graph().parse(folder / "figures.nt") for folder in releases)
    for operation in operations:
        old.update(operation)
    assert set(old) == set(new)


# -- the server ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with oxigraph(tmp_path_factory.mktemp("store")) as running:
        yield running


def load(server: Server, file: Path, graph: str = "") -> None:
    """Fill the server with a file, and with nothing else."""
    server.update("CLEAR ALL")
    media_type = "application/n-quads" if file.suffix == ".nq" else "application/n-triples"
    query_part = "" if file.suffix == ".nq" else f"?graph={graph}" if graph else "?default"
    server.ask("PUT", f"/store{query_part}", file.read_bytes(), Content_Type=media_type)


@pytest.mark.parametrize(
    ("suffix", "options"), [("nq", {}), ("nt", {"ignore_graphs": True}), ("nt", {"ignore_graphs": True, "graph": GRAPH})]
)
def test_oxigraph_server(suffix: str, options: dict[str, bool | str], server: Server, releases: tuple[Path, Path], tmp_path: Path) -> None:
    _, operations = delta_of(releases, tmp_path / "out", **options)
    graph = str(options.get("graph", ""))
    load(server, releases[1] / f"figures.{suffix}", graph)
    new = server.dump()
    load(server, releases[0] / f"figures.{suffix}", graph)
    assert server.dump() != new
    assert len(operations) > 2
    for _ in range(2):  # a run that was interrupted can begin again
        for operation in operations:
            server.update(operation)
        assert server.dump() == new
    load(server, releases[0] / f"figures.{suffix}", graph)
    server.update((tmp_path / "out" / "delta.ru").read_text(encoding="utf-8"))
    assert server.dump() == new


def test_the_program_on_the_page_sends_a_delta(server: Server, releases: tuple[Path, Path], tmp_path: Path) -> None:
    page = (ROOT / "docs" / "howto" / "delta.md").read_text(encoding="utf-8")
    (program,) = re.findall(r'^```python title="send.py"\n(.*?)^```$', page, re.MULTILINE | re.DOTALL)
    (tmp_path / "send.py").write_text(program, encoding="utf-8")
    delta_of(releases, tmp_path / "out")
    load(server, releases[1] / "figures.nq")
    new = server.dump()
    load(server, releases[0] / "figures.nq")
    subprocess.run([sys.executable, tmp_path / "send.py", tmp_path / "out" / "delta.ru", f"{server.url}/update"], check=True)
    assert server.dump() == new


def test_a_whole_graph_comes_to_an_empty_server_in_operations(server: Server, releases: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "empty.nq").touch()
    diff(tmp_path / "empty.nq", releases[0] / "figures.nq", tmp_path / "out", formats=["sparql"])
    load(server, releases[0] / "figures.nq")
    full = server.dump()
    load(server, tmp_path / "empty.nq")
    assert server.dump() == []
    for operation in re.split(r"^;\n", (tmp_path / "out" / "delta.ru").read_text(encoding="utf-8"), flags=re.MULTILINE):
        server.update(operation)
    assert server.dump() == full
