"""A source that comes to nothing takes the place of no store, site or graph that has figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.support.output_directories import contents
from tests.support.records import older, write

from pfocr2rdf import export, load, publish, query
from pfocr2rdf.cli import main
from pfocr2rdf.errors import SourceError

COUNT = "SELECT (COUNT(*) AS ?number) { ?subject ?predicate ?object }"
UNUSABLE = {
    "an image": ("picture.png", b"\x89PNG\r\n\x1a\n"),
    "RDF without its ending": ("graph.txt", b"<http://a/b> <http://a/c> <http://a/d> .\n"),
    "a record without an id": ("page.md", b"---\npmcid: PMC1\n---\n"),
    "a record that breaks a shape": ("odd.md", f"---\n{older('PMC9__F1', 'year: abcd')}---\n".encode()),
}
EMPTY = {"no bytes": b"", "only a prefix": b"@prefix a: <http://a/> .\n"}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    return write(folder, {f"PMC{number}__F1.md": f"---\n{older(f'PMC{number}__F1')}---\n" for number in (1, 2)})


def count_statements(store: Path) -> str:
    return next(str(row["number"]) for row in query(store, COUNT))


@pytest.mark.parametrize("name", UNUSABLE)
def test_records_that_come_to_nothing(name: str, good: Path, tmp_path: Path) -> None:
    file_name, data = UNUSABLE[name]
    source = write(tmp_path, {file_name: data}) / file_name
    load(good, tmp_path / "store")
    publish(good, tmp_path / "site")
    before = count_statements(tmp_path / "store"), contents(tmp_path / "site")
    for arguments in (
        ["load", source, "--to", tmp_path / "store"],
        ["load", source, "--to", tmp_path / "new"],
        ["publish", source, "--output", tmp_path / "site"],
        ["diff", good, source, "--output", tmp_path / "delta"],
        ["stats", source],
    ):
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        assert result.exit_code == 3, arguments
        assert "none of its records can be used" in result.output
        assert file_name in result.output
    assert (count_statements(tmp_path / "store"), contents(tmp_path / "site")) == before
    assert not (tmp_path / "delta").exists()


@pytest.mark.parametrize("name", EMPTY)
@pytest.mark.parametrize("graphs", ["dataset", "default"])
def test_a_graph_without_statements(graphs: str, name: str, good: Path, tmp_path: Path) -> None:
    source = write(tmp_path, {"empty.ttl": EMPTY[name]}) / "empty.ttl"
    load(good, tmp_path / "store", graphs=graphs)
    publish(good, tmp_path / "site")
    before = count_statements(tmp_path / "store"), contents(tmp_path / "site")
    with pytest.raises(SourceError, match="contains no statements"):
        load(source, tmp_path / "store", graphs=graphs)
    with pytest.raises(SourceError, match="no resources that get a page"):
        publish(source, tmp_path / "site")
    assert (count_statements(tmp_path / "store"), contents(tmp_path / "site")) == before
    load(good, tmp_path / "store", graphs=graphs)  # which is not hindered by the one that was refused
    assert count_statements(tmp_path / "store") == before[0]


def test_json_ld_whose_context_would_have_to_be_fetched(tmp_path: Path) -> None:
    source = write(tmp_path, {"a.jsonld": b'{"@context": "http://127.0.0.1:9/context", "@id": "http://a/b", "c": "d"}'}) / "a.jsonld"
    with pytest.raises(SourceError, match="references a JSON-LD context by its URL, which is not downloaded"):
        load(source, tmp_path / "store")


@pytest.mark.parametrize("kind", [str, Path])
def test_one_source_that_is_in_no_list_is_read_as_one(kind: type, good: Path, tmp_path: Path) -> None:
    assert export(kind(good), tmp_path / "out").exported == 2


def test_the_export_of_unusable_records(good: Path, tmp_path: Path) -> None:
    load(good, tmp_path / "store")
    before = count_statements(tmp_path / "store")
    export([write(tmp_path / "bad", {"a.md": b"---\n[\n---\n"})], tmp_path / "out")
    with pytest.raises(SourceError, match="contains no statements"):
        load(tmp_path / "out", tmp_path / "store")
    assert count_statements(tmp_path / "store") == before
