"""What is loaded: the files of an export or of somebody's graph, proved to be what their manifest says."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pfocr2rdf.errors import SourceError
from pfocr2rdf.pipeline.inputs import resolve_input
from pfocr2rdf.storage.progress import Progress, ProgressMeter

_BLOCK_BYTES = 1 << 20


class LoadSource(NamedTuple):
    """What is to be loaded.

    Attributes:
        source: as it was named.
        paths: the files of the graph.
        is_export: whether they are of an export, and so in the canonical form.
        quads: whether each statement goes into the graph that it names.
        versions: the SHA-256 of each file that says the same; they are the name of this version.
        vocabulary: the file of the vocabulary, if there is one.
        description: the file that describes the dataset, if there is one.
        size_bytes: the bytes of the files.
    """

    source: str
    paths: list[Path]
    is_export: bool
    quads: bool
    versions: list[str]
    vocabulary: Path | None
    description: Path | None
    size_bytes: int


def resolve_load_source(source: str | os.PathLike[str], graph_layout: str, scratch: Path, progress: Progress | None = None) -> LoadSource:
    """Find what a name stands for, and read its files once to see that they are whole.

    Args:
        source: an export directory, an RDF file, or records, which are exported first.
        graph_layout: one of ``GRAPHS``.
        scratch: a folder for the export of records.
        progress: called with the stage, what is done of it, and how much there is to do.

    Raises:
        SourceError: there is nothing to load, or a file is not the one that the manifest lists.
    """
    side = resolve_input(source)
    quads = graph_layout == "figure"
    graph = side.prepare(quads, scratch, progress)
    if quads and side.can_name_graphs is False:
        raise SourceError(f"{source}: names no graphs; export with --format nquads, or load with --graphs dataset")
    folder = graph.paths[0].parent
    ours = bool(graph.digests)
    meter = ProgressMeter(progress, "checking files", sum(path.stat().st_size for path in graph.paths if path.exists()))
    found = [_sha256_of_file(path, meter.add) for path in graph.paths]
    for path, digest in zip(graph.paths, found, strict=True):
        graph.verify(path, digest)
    beside = {name: folder / name for name in ("vocabulary.ttl", "dataset.ttl") if ours and (folder / name).is_file()}
    return LoadSource(
        os.fspath(source), graph.paths, ours, quads, sorted({*found, *graph.digests.values()}),
        beside.get("vocabulary.ttl"), beside.get("dataset.ttl"), sum(path.stat().st_size for path in graph.paths),
    )  # fmt: skip


def _sha256_of_file(path: Path, told: Callable[[int], object]) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
                told(len(block))
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror or error}") from None
    return digest.hexdigest()
