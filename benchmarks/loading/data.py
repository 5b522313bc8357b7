"""What is loaded: an export of so many records of a made corpus that it has the statements that were asked for."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import pyoxigraph

from benchmarks.export_runs import CORES, corpus_of, export_to

_FEWEST = 280  # statements that a record has at least, in the mean


class Data(NamedTuple):
    """An export.

    Attributes:
        export: its folder.
        file: its N-Triples.
        statements: how many these have.
        vocabulary: how many the vocabulary has, which is beside them.
    """

    export: Path
    file: Path
    statements: int
    vocabulary: int


def make(triples: int, generation: str, seed: int, corpora: Path, folder: Path) -> Data:
    """Export whole figures, with at least so many statements and few more."""
    records = max(math.ceil(triples / _FEWEST), 10)
    corpus = corpus_of(records, generation, seed, corpora)
    whole = export_to(folder / "whole", corpus, CORES, ("ntriples",))
    limit = math.ceil(records * triples / whole.triples)
    while True:
        export = folder / f"export-{limit}"
        completed = export_to(export, corpus, CORES, ("ntriples",), limit)
        if completed.triples >= triples or limit >= records:
            break
        limit += math.ceil(limit / 100)
    file = export / "figures.nt"
    return Data(export, file, completed.triples, sum(1 for _ in pyoxigraph.parse(path=str(export / "vocabulary.ttl"))))
