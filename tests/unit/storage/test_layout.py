"""A manifest that is missing, damaged or somebody else's is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfocr2rdf.storage.layout import read_manifest

DAMAGED = {
    "no JSON": b"{",
    "no UTF-8": b"\xff",
    "a list": b"[]",
    "a text": b'"files"',
    "null": b"null",
    "without files": b"{}",
    "files without names": b'{"files": [{}]}',
    "a number of files": b'{"files": 3}',
    "deep": b"[" * 100_000,
}


def names(path: Path) -> list[str] | None:
    return read_manifest(path, lambda manifest: [file["name"] for file in manifest["files"]])


def test_a_manifest_is_parsed(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_bytes(b'{"files": [{"name": "a"}]}')
    assert names(tmp_path / "m.json") == ["a"]


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_manifest_is_none(case: str, tmp_path: Path) -> None:
    (tmp_path / "m.json").write_bytes(DAMAGED[case])
    assert names(tmp_path / "m.json") is None


def test_a_missing_manifest_is_none(tmp_path: Path) -> None:
    assert names(tmp_path / "m.json") is None
    assert names(tmp_path) is None
