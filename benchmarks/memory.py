"""How much memory an export takes, for corpora of several sizes.

    python -m benchmarks.memory [--sizes 10000 66000] [--generation mixed] [--seed 0] [--corpus-dir DIR]

Run it from the top of the checkout. Each size is exported to Turtle and JSON-LD by a fresh process; its peak is the most
memory that this process held at any time. Corpora are kept in the corpus folder, and used again where they are there.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.corpus import GENERATIONS, make_corpus
from benchmarks.measured import in_fresh_process
from pfocr2rdf.pipeline import export
from pfocr2rdf.summary import Summary

FORMATS = ("turtle", "jsonld")
COLUMNS = (("records", 9), ("entities", 10), ("triples", 12), ("peak MiB", 10), ("seconds", 9), ("records/s", 11), ("CPU s", 8))


def corpus_of(size: int, generation: str, seed: int, folder: Path) -> Path:
    """The corpus of this size in the folder; made first where it is not there yet."""
    corpus = folder / f"{generation}-{seed}-{size}"
    if not corpus.exists():
        unfinished = Path(tempfile.mkdtemp(prefix=f"{corpus.name}-", dir=folder))
        make_corpus(size, unfinished, generation=generation, seed=seed)
        unfinished.rename(corpus)
    return corpus


def run_export(corpus: Path) -> Summary:
    """Export a corpus to a folder that goes again."""
    with tempfile.TemporaryDirectory() as out:
        return export([corpus], Path(out) / "export", formats=FORMATS)


def line(corpus: Path) -> str:
    """One line of the table: the export of one corpus, measured."""
    value, cpu, wall, peak = in_fresh_process(partial(run_export, corpus))
    shown = (value.read, value.entities, value.triples, f"{peak:.0f}", f"{wall:.1f}", f"{value.read / wall:.0f}", f"{cpu:.1f}")
    said = f"  {value.refused} refused, {value.quarantined} quarantined" if value.refused or value.quarantined else ""
    return "".join(f"{cell:>{width}}" for cell, (_, width) in zip(shown, COLUMNS, strict=True)) + said


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description="Measure the memory that an export takes.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 66_000])
    parser.add_argument("--generation", choices=GENERATIONS, default="mixed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--corpus-dir", type=Path, default=Path(tempfile.gettempdir()) / "pfocr2rdf-corpora")
    asked = parser.parse_args(arguments)
    asked.corpus_dir.mkdir(parents=True, exist_ok=True)
    print("".join(f"{name:>{width}}" for name, width in COLUMNS))
    for size in asked.sizes:
        print(line(corpus_of(size, asked.generation, asked.seed, asked.corpus_dir)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
