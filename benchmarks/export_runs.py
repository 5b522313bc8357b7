"""The export that is measured: of a corpus that is kept for the next time, to a folder that goes again."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.corpus import GENERATIONS, make_corpus
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.pipeline.summary import ExportSummary

FORMATS = ("turtle", "jsonld")
CORPORA = Path(tempfile.gettempdir()) / "pfocr2rdf-corpora"
CORES = os.cpu_count() or 1


def add_corpus(parser: argparse.ArgumentParser, seed: int) -> None:
    """The options that choose which corpus of a size is measured, and where it is kept."""
    parser.add_argument("--generation", choices=GENERATIONS, default="mixed")
    parser.add_argument("--seed", type=int, default=seed)
    parser.add_argument("--corpus-dir", type=Path, default=CORPORA)


def corpus_options(options: argparse.Namespace) -> str:
    """The options that choose the corpus, as a command has them."""
    return f"--generation {options.generation} --seed {options.seed}"


def add_engines(parser: argparse.ArgumentParser) -> None:
    """The option that chooses where the environments of other programs are kept."""
    parser.add_argument("--engines-dir", type=Path, default=Path(tempfile.gettempdir()) / "pfocr2rdf-engines", help="kept environments")


def corpus_of(size: int, generation: str, seed: int, folder: Path = CORPORA) -> Path:
    """The corpus of this size in the folder; made first where it is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    corpus = folder / f"{generation}-{seed}-{size}"
    if not corpus.exists():
        unfinished = Path(tempfile.mkdtemp(prefix=f"{corpus.name}-", dir=folder))
        make_corpus(size, unfinished, generation=generation, seed=seed)
        unfinished.rename(corpus)
    return corpus


def export_to(output: Path, corpus: Path, workers: int, formats: Sequence[str] = FORMATS, limit: int | None = None) -> ExportSummary:
    """Export a corpus to a folder."""
    return export([corpus], output, formats=formats, limit=limit, workers=workers)


def run_export(corpus: Path, workers: int, formats: Sequence[str] = FORMATS, limit: int | None = None) -> ExportSummary:
    """Export a corpus to a folder that goes again."""
    with tempfile.TemporaryDirectory() as out:
        return export_to(Path(out) / "export", corpus, workers, formats, limit)
