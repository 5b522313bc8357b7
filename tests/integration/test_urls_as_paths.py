"""Commands that read and write on disk refuse a URL, and name it as it was written: as a path, it would be a folder ``s3:``."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pfocr2rdf import export
from pfocr2rdf.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
URL = "s3://curator:Pa55word@bucket/folder"
READING = (
    "diff {url} export", "diff export {url}", "load {url} --to store", "publish {url} --output site", "release {url} --output bundle",
    "serve {url} --port 0", "stats {url}", "verify {url}",
)  # fmt: skip
WRITING = (
    "convert export --format gmt --output {url}", "diff export export --output {url}", "load export --plan qlever --output {url}",
    "nanopub export --figure {figid} --output {url}", "publish export --output {url}", "query ASK{{}} --store export --output {url}",
    "records export --output {url}", "release export --output {url}", "stats export --output {url}",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("urls")
    export([EXAMPLES], folder / "export", formats=["ntriples"])
    return folder


@pytest.mark.parametrize("call", [*READING, *WRITING])
def test_a_url_is_refused_where_a_path_is_needed(folder: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    monkeypatch.chdir(folder)
    figid = sorted(EXAMPLES.rglob("*.md"))[0].stem
    result = CliRunner().invoke(main, call.format(url=URL, figid=figid).split())
    assert (result.exit_code, sorted(path.name for path in folder.iterdir())) == (3, ["export"])
    assert "Error: s3://bucket/folder: is a URL" in result.output
    assert "Pa55word" not in result.output
