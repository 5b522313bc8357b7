"""Small records, tables and folders for tests, and where the shared data is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from pfocr2rdf.mapping.figure_graph import FigureGraph
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.pipeline.summary import ExportSummary

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
PROGRAMS = ROOT / "tests" / "support" / "programs"
SHARED = ROOT.parent / "shared" / "data"

GENE_COLUMNS = (
    "organism_id", "organism_name", "organism_group", "word", "match", "ncbigene_symbol", "ncbigene_id", "source",
    "count_direct", "count_synonym", "count_match",
)  # fmt: skip
CHEMICAL_COLUMNS = ("word", "mesh", "match", "name", "chebi")
DISEASE_COLUMNS = ("word", "mesh", "match", "name", "doid")
TP53_ROW = ("9606", "Homo sapiens", "Primates", "p53", "TP53", "TP53", "7157", "ncbigene_symbol", "1", "1", "1")


def shared_data(name: str) -> Path:
    """A folder of the shared data; the test is skipped where that is absent."""
    path = SHARED / name
    if not path.is_dir():
        pytest.skip(f"the shared data ../shared/data/{name} is absent")
    return path


def real_checkout(folder: Path) -> Path:
    """A checkout with real records of both generations: those of 2023 with their tables, and some of 2021."""
    for name in ("_figures", "_data"):
        shutil.copytree(shared_data("real-gen2") / name, folder / name)
    for path in [*shared_data("seed").glob("*.md"), *sorted(shared_data("corpus-gen1").glob("*.md"))[::20]]:
        shutil.copy(path, folder / "_figures")
    return folder


def older(figid: str, *extra: str, word: str = "STAT3", title: str = "A title") -> str:
    """A whole record of generation 2021 as YAML, with one gene; ``extra`` are further lines."""
    lines = (
        f"figid: {figid}", f"figtitle: {title}", "pmcid: PMC100", "papertitle: A paper", *extra,
        "genes:", f"- word: {word}", "  symbol: STAT3", "  source: hgnc_symbol", "  hgnc_symbol: STAT3", "  entrez: '6774'",
        "chemicals: []", "diseases: []",
    )  # fmt: skip
    return "\n".join(lines) + "\n"


def newer(figid: str, *extra: str, title: str = "A title") -> str:
    """A record of generation 2023 as YAML, which leaves its rows to tables."""
    return "\n".join((f"figid: {figid}", f"figtitle: {title}", "pmcid: PMC100", "papertitle: A paper", *extra)) + "\n"


def front_matter(yaml: str) -> str:
    """The page of a record."""
    return f"---\n{yaml}---\n"


def table(columns: Iterable[str], *rows: Iterable[str]) -> str:
    """A side table."""
    return "".join("\t".join(row) + "\n" for row in (columns, *rows))


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """The files in the folder, and the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


class Exported:
    """What an export came to: its summary, its report and the figures in its graph."""

    def __init__(self, summary: ExportSummary, folder: Path) -> None:
        self.summary = summary
        self.folder = folder
        self.report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        self.lines = (folder / "figures.nt").read_text(encoding="utf-8").splitlines()

    @property
    def figids(self) -> list[str]:
        """The figures in the graph, sorted."""
        ending = " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://pfocr.wikipathways.org/vocab#Figure> ."
        start = "<https://pfocr.wikipathways.org/figures/"
        return sorted(line.removeprefix(start).split(".html>")[0] for line in self.lines if line.endswith(ending))

    @property
    def refusals(self) -> list[dict[str, Any]]:
        """The refusals of the report."""
        return list(self.report["refusals"])

    @property
    def warnings(self) -> list[str]:
        """The warnings' texts."""
        return [row["warning"] for row in self.report["warnings"]]

    def objects(self, predicate: str) -> list[str]:
        """The objects of all statements with this predicate's local name, sorted."""
        parts = (line.split(" ", 2) for line in self.lines)
        return sorted(object_.removesuffix(" .") for _, name, object_ in parts if name.endswith((f"#{predicate}>", f"/{predicate}>")))


def exported(sources: Iterable[Path | str], output: Path, stdin: BinaryIO | None = None, **options: Any) -> Exported:
    """An export of the sources as N-Triples."""
    return Exported(export(sources, output, formats=["ntriples"], stdin=stdin, **options), output)


def without_folder(folder: Path, texts: Iterable[str]) -> Iterator[str]:
    """The texts, with paths as seen from the folder."""
    for text in texts:
        yield text.replace(f"{folder}/", "")


def statements(graph: FigureGraph) -> list[str]:
    """All statements of a graph as N-Triples, sorted."""
    return sorted(f"{node.subject} {predicate} {value} ." for node in graph.resources() for predicate, value in node.pairs)
