"""The files of derived formats in a folder: their bytes, and their content without an order."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from pfocr2rdf.storage.layout import DERIVED_FOLDERS

_OF_THE_ORDER = frozenset(("bytes", "hash", "sha256", "contentSize", "size", "md5"))


def derived_files(folder: Path) -> dict[str, bytes]:
    """The files in derived formats in an export, or in a conversion."""
    if (folder / "conversion.json").exists():
        names = [file["name"] for file in json.loads((folder / "conversion.json").read_text(encoding="utf-8"))["files"]]
    else:
        names = [file["name"] for file in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]]
        names = [name for name in names if "/" in name or name.startswith("biothings")]
    assert all(name.partition("/")[0] in DERIVED_FOLDERS or "/" not in name for name in names)
    return {name: (folder / name).read_bytes() for name in names}


def unordered(files: dict[str, bytes]) -> dict[str, Any]:
    """The content of files, regardless of the order of lines, rows and items, and without digests, which depend on it."""
    return {name: _unordered_file(name, data) for name, data in files.items()}


def _unordered_file(name: str, data: bytes) -> Any:
    if name.endswith(".parquet"):
        import pyarrow.parquet

        return sorted(map(_unordered_json, pyarrow.parquet.read_table(io.BytesIO(data)).to_pylist()))
    text = data.decode()
    if name.endswith(".csv"):
        return sorted([_unordered_cell(cell) for cell in row] for row in csv.reader(io.StringIO(text)))
    if name.endswith(".json"):
        return _unordered_json(json.loads(text))
    if name.endswith(".jsonl"):
        return sorted(_unordered_json(json.loads(line)) for line in text.splitlines())
    return sorted([sorted(cell.split("|")) for cell in line.split("\t")] for line in text.split("\n"))


def _unordered_cell(cell: str) -> str:
    """A cell of CSV, where lists are JSON arrays."""
    try:
        return _unordered_json(json.loads(cell)) if cell[:1] == "[" else cell
    except ValueError:  # a text in brackets
        return cell


def _unordered_json(value: Any) -> str:
    """JSON with sorted keys and items."""

    def simplify(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: simplify(item) for key, item in part.items() if key not in _OF_THE_ORDER}
        if isinstance(part, list):
            return sorted((simplify(item) for item in part), key=lambda item: json.dumps(item, sort_keys=True, default=str))
        return part

    return json.dumps(simplify(value), sort_keys=True, default=str)
