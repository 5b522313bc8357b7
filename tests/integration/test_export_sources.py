"""Exports of every type of source have the same graph."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.archives import ARCHIVES, CHECKOUT, FIGIDS, tarred
from tests.support.records import ROOT, exported, write

from pfocr2rdf.storage.layout import STATE_FILE


@pytest.fixture(autouse=True)
def _nothing_is_left_behind(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test runs with a temporary folder of its own, which must be empty at its end."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


# -- archives ----------------------------------------------------------------------------------------------------------------


def test_a_member_whose_name_is_no_text_is_reported(tmp_path: Path) -> None:
    data = tarred({**CHECKOUT, "_figures/cafX.md": "nothing"}).replace(b"_figures/cafX.md", b"_figures/caf\xe9.md")
    head = data.index(b"_figures/caf\xe9.md")
    header = bytearray(data[head : head + 512])
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    archive = data[:head] + bytes(header) + data[head + 512 :]
    result = exported([write(tmp_path, {"a.tar": archive}) / "a.tar"], tmp_path / "out")
    assert result.summary.exported == 3
    assert result.summary.refused == 1


# -- order, counting, cleaning up --------------------------------------------------------------------------------------------


def test_an_export_of_an_archive_leaves_nothing_but_its_files(tmp_path: Path) -> None:
    path = write(tmp_path, {"a.tar.gz": ARCHIVES["a.tar.gz"](CHECKOUT)}) / "a.tar.gz"
    assert exported([path], tmp_path / "out").figids == sorted(FIGIDS)
    assert [name for name in os.listdir(tmp_path / "out") if name.startswith(".")] == [STATE_FILE]
    assert sorted(os.listdir(tmp_path)) == ["a.tar.gz", "out"]


def test_every_form_gives_the_same_graph(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", CHECKOUT)
    expected = exported([folder], tmp_path / "folder").lines
    for name, pack in ARCHIVES.items():
        path = write(tmp_path, {name: pack(CHECKOUT)}) / name
        assert exported([path], tmp_path / f"out-{name}").lines == expected
    data = tarred(CHECKOUT)
    assert exported(["-"], tmp_path / "out-stdin", stdin=io.BytesIO(data)).lines == expected
    assert len(expected) > 20


# -- the examples ------------------------------------------------------------------------------------------------------------


def test_the_examples_are_exported_without_a_word(tmp_path: Path) -> None:
    result = exported([ROOT / "examples"], tmp_path / "out")
    summary = result.summary.as_dict(timing=False)
    assert (summary["exported"], summary["refused"], summary["warnings"], summary["conflicts"]) == (6, 0, 0, 0)
    assert summary["results"] == {"Violation": 0, "Warning": 0, "Info": 0}
    assert min(summary["mention_rows"][entity_type] for entity_type in ("gene", "chemical", "disease")) > 0
    assert len(result.objects("mentionsFamily")) > 5
    assert "PMC7378365__fimmu-11-01424-g0002" in result.figids
