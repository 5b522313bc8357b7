"""Turtle that several processes parse: the statements are those of a parser that reads the whole file."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.support.records import ROOT
from tests.support.sites import small_site

from pfocr2rdf.errors import SourceError
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.site.static.publish import publish
from pfocr2rdf.stores import turtle_parts
from pfocr2rdf.stores.chunks import ChunkLimits, read_chunks
from pfocr2rdf.stores.turtle_parts import PartsError, read_turtle_chunks

LIMITS = ChunkLimits(50_000, 1_000)
LONG_TEXT = '<https://example.org/x> <http://www.w3.org/2000/01/rdf-schema#comment> """a .\n\nb""" .\n'


@pytest.fixture
def executor() -> Executor:
    return ThreadPoolExecutor(2)


@pytest.mark.parametrize("part_bytes", [100, 5_000, 100_000, 1 << 30])
def test_parts_have_the_statements_of_the_file(
    part_bytes: int, executor: Executor, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turtle_parts, "_PART_BYTES", part_bytes)
    path = small_site(tmp_path_factory).export / "figures.ttl"
    sizes: list[int] = []
    chunks = list(read_turtle_chunks([path, path], LIMITS, executor, lambda data: sizes.append(len(data))))
    assert chunks == list(read_chunks([path, path], False, True, LIMITS))
    assert len(chunks) > 10
    assert sum(sizes) == 2 * path.stat().st_size


@pytest.mark.parametrize(
    "text",
    [
        LONG_TEXT,
        "<https://example.org/x> <https://example.org/p> 1 .\n\n<https://example.org/x> <https://example.org/p> 2 .\n\n",
        "@prefix e: <https://example.org/> .\n\ne:x e:p 1 .\n\n@prefix e: <https://example.com/> .\n\ne:x e:p 1 .\n\n",
        "@prefix e: <https://example.org/> .\n\ne:x e:p 1 .\n\n  PREFIX e: <https://example.com/>\n\ne:x e:p 1 .\n\n",
        "@prefix e: <https://example.org/> .\n\ne:x e:p e:y .\n" + "e:x e:p e:y .\n" * 10_000,
    ],
)
@pytest.mark.parametrize("part_bytes", [50, 1 << 20])
def test_a_file_of_another_form_is_not_parsed_in_parts(
    text: str, part_bytes: int, executor: Executor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turtle_parts, "_PART_BYTES", part_bytes)
    monkeypatch.setattr(turtle_parts, "_MAX_RESOURCE_BYTES", 1 << 16)
    (tmp_path / "a.ttl").write_text(text)
    with pytest.raises(PartsError):
        list(read_turtle_chunks([tmp_path / "a.ttl"], LIMITS, executor))


def test_files_without_resources_have_no_statements(executor: Executor, tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("@prefix e: <https://example.org/> .\n\n")
    (tmp_path / "b.ttl").touch()
    assert list(read_turtle_chunks([tmp_path / "a.ttl", tmp_path / "b.ttl"], LIMITS, executor)) == []


def test_a_blank_node_and_a_missing_file_are_refused(executor: Executor, tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<https://example.org/x> <https://example.org/p> [] .\n")
    with pytest.raises(SourceError, match="blank node"):
        list(read_turtle_chunks([tmp_path / "a.ttl"], LIMITS, executor))
    with pytest.raises(SourceError, match=r"b\.ttl"):
        list(read_turtle_chunks([tmp_path / "b.ttl"], LIMITS, executor))


def test_an_edited_export_is_published_as_a_whole(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    export([ROOT / "examples"], folder, formats=["turtle"])
    publish(folder, tmp_path / "site", downloads=False)
    data = (folder / "figures.ttl").read_bytes() + b"\n" + LONG_TEXT.encode()
    (folder / "figures.ttl").write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_text())
    for file in manifest["files"]:
        if file["name"] == "figures.ttl":
            file |= {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    publish(folder, tmp_path / "other", downloads=False)
    pages = [path.relative_to(tmp_path / "site") for path in (tmp_path / "site").glob("figures/*.html")]
    assert len(pages) > 5
    assert all((tmp_path / "other" / page).read_bytes() == (tmp_path / "site" / page).read_bytes() for page in pages)
