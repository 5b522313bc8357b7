"""Exports to load, and stores to load them into, for the tests of loading."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph
import pytest
from tests.support.records import ROOT

from pfocr2rdf import export

DATASET = "https://pfocr.wikipathways.org/dataset"
METADATA_GRAPHS = (f"{DATASET}/description", "https://pfocr.wikipathways.org/vocab", "https://pfocr.wikipathways.org/queries")
_TRIPLE = re.compile(r"<[^>]*> <[^>]*> <[^>]*> \.").fullmatch

SMALL = 20_000
"""Bytes of a chunk, so that even the examples come in some twenty."""


def clear_credentials(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """No credentials but those that a test sets, and journals in a directory of its own."""
    for name in ("USER", "PASSWORD", "TOKEN"):
        monkeypatch.delenv(f"PFOCR2RDF_{name}", raising=False)
    monkeypatch.setenv("NETRC", str(folder / "netrc"))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))


def two_releases(folder: Path) -> tuple[Path, Path]:
    """Exports of the examples, and of a later state of them: titles changed, a figure gone, a gene gone."""
    new_source = folder / "later"
    shutil.copytree(ROOT / "examples", new_source)
    removed_page, *changed_pages = sorted((new_source / "_figures").iterdir())
    removed_page.unlink()
    for table in (new_source / "_data").glob(f"{removed_page.stem}-*.tsv"):
        table.unlink()
    for path in changed_pages:
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"(?m)^figtitle: .*$", 'figtitle: "A \\\\"title\\\\" → with\\\\n;\\\\n\\\\\\\\"', text), encoding="utf-8")
    for table in (new_source / "_data").glob("*-genes.tsv"):
        rows = table.read_text(encoding="utf-8").splitlines(keepends=True)
        table.write_text("".join(rows[:1] + rows[2:]), encoding="utf-8")
    for source, name in ((ROOT / "examples", "old"), (new_source, "new")):
        summary = export([source], folder / name, formats=["ntriples", "nquads"])
        assert summary.refused == 0
    return folder / "old", folder / "new"


def statements(exported: Path, graphs: str = "dataset") -> list[str]:
    """What a store must hold of an export, as sorted N-Quads: its canonical form, since there are no blank nodes."""
    if graphs == "figure":
        return sorted((exported / "figures.nq").read_text(encoding="utf-8").splitlines())
    lines = (exported / "figures.nt").read_text(encoding="utf-8").splitlines()
    if graphs == "default":
        quads = pyoxigraph.parse(path=str(exported / "vocabulary.ttl"))
        return sorted({*lines, *(f"{quad.triple} ." for quad in quads)})
    return sorted(f"{line.removesuffix(' .')} <{DATASET}> ." for line in lines)


def without_metadata(lines: Iterable[str]) -> list[str]:
    """What a store holds, without the description, the vocabulary and the example queries."""
    ends = tuple(f" <{graph}> ." for graph in METADATA_GRAPHS)
    return sorted(line for line in lines if not line.endswith(ends) or _TRIPLE(line))


def store_contents(store: Path) -> list[str]:
    """What an embedded store holds, as sorted N-Quads."""
    data = pyoxigraph.Store.read_only(str(store)).dump(format=pyoxigraph.RdfFormat.N_QUADS)
    assert data
    return sorted(line.decode() for line in data.splitlines())  # of bytes: a literal may have line separators of Unicode
