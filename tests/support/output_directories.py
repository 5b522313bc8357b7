"""The folder of an export: its records, what is in it, and what a test may do to it."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from pfocr2rdf.storage.layout import LOCK_FILE, MANIFEST_FILE, STAGING_DIR, STATE_FILE

SIDECARS = [
    "aliases.tsv", "context.jsonld", "dataset.ttl", "manifest.json", "prefixes.jsonld", "prefixes.ttl", "report.json", "report.ttl",
    "shapes.ttl", "vocabulary.ttl",
]  # fmt: skip


def record(figid: str, **fields: Any) -> dict[str, Any]:
    """A minimal record of schema 2021."""
    gene = {"word": "STAT1", "symbol": "STAT1", "source": "hgnc_symbol", "hgnc_symbol": "STAT1", "entrez": "6772"}
    defaults = {
        "figtitle": f"Title of {figid}",
        "pmcid": "PMC1",
        "filename": "a.jpg",
        "figlink": "/pmc/articles/PMC1/",
        "number": "F1",
        "papertitle": "p",
    }
    return {"figid": figid, **defaults, "year": "2020", "organisms": "Homo sapiens", "caption": "c" * 2000, "genes": [gene], **fields}


def write_records(folder: Path, *records: dict[str, Any]) -> Path:
    """A folder with these records."""
    folder.mkdir()
    for fields in records:
        (folder / f"{fields['number']}.md").write_text(f"---\n{yaml.safe_dump(fields)}---\n", encoding="utf-8")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too; but for the cache of an export, and a lock, which the next run takes."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith((STATE_FILE, LOCK_FILE))]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def assert_intact(folder: Path) -> None:
    """The manifest is there, and each file that it names is there, of the size and digest that it says."""
    manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    assert manifest["files"]
    for file in manifest["files"]:
        data = (folder / file["name"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["size"], file["sha256"]), file["name"]


@contextlib.contextmanager
def unchanged(folder: Path) -> Iterator[None]:
    """Check that the block changes and adds nothing in the folder."""
    previous = contents(folder)
    try:
        yield
    finally:
        assert contents(folder) == previous


# -- what goes wrong within the process ---------------------------------------------------------------------------------------


class UnexpectedError(RuntimeError):
    """An exception that no code handles."""


def raise_unexpected(*_: object) -> None:
    raise UnexpectedError


# -- the process is killed --------------------------------------------------------------------------------------------------------


def in_place(folder: Path) -> dict[str, bytes]:
    """What somebody who looks into the directory takes for its files: all but the staging folder."""
    return {name: data for name, data in contents(folder).items() if not name.startswith(STAGING_DIR)}
