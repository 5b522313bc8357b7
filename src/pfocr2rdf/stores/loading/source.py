"""The source of a load: the files of an export or of any graph, verified against the manifest."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pfocr2rdf.errors import SourceError, describe_os_error
from pfocr2rdf.pipeline.inputs import QUADS_FIRST, TRIPLES_FIRST, resolve_input
from pfocr2rdf.storage.progress import Progress, ProgressMeter
from pfocr2rdf.storage.regular_files import open_regular

_BLOCK_BYTES = 1 << 20


class LoadSource(NamedTuple):
    """The files to be loaded."""

    source: str
    paths: list[Path]
    is_export: bool  # and so in canonical form
    quads: bool  # each statement goes into the graph that it names
    versions: list[str]  # the SHA-256 of each file with these statements, in any syntax: the name of the version
    vocabulary: Path | None
    description: Path | None
    size_bytes: int
    excluded_records: int  # that were refused or quarantined, where the source was records


def resolve_load_source(
    source: str | os.PathLike[str], graph_layout: str, scratch: Path, progress: Progress | None = None, *, default_iris: bool = False
) -> LoadSource:
    """Find the files of a source, and verify their digests; records are exported to the scratch folder first.

    Raises:
        SourceError: there is nothing to load, a file is not the one that the manifest lists, or the store must have ``default_iris``, and
            those of the export are others.
    """
    graph_input = resolve_input(source)
    quads = graph_layout == "figure"
    graph = graph_input.prepare(QUADS_FIRST if quads else TRIPLES_FIRST, scratch, progress)
    if quads and graph_input.can_name_graphs is False:
        raise SourceError(f"{source}: has no named graphs; export with --format nquads, or load with --graphs dataset")
    if default_iris:
        graph.require_default_iris()
    meter = ProgressMeter(progress, "checking files", sum(path.stat().st_size for path in graph.paths if path.exists()))
    digests = [_sha256_of_file(path, meter.add) for path in graph.paths]
    for path, digest in zip(graph.paths, digests, strict=True):
        graph.verify(path, digest)
    is_export = bool(graph.digests)
    vocabulary, description = (graph.paths[0].with_name(name) for name in ("vocabulary.ttl", "dataset.ttl"))
    return LoadSource(
        source=os.fspath(source),
        paths=graph.paths,
        is_export=is_export,
        quads=quads,
        versions=sorted({*digests, *graph.digests.values()}),
        vocabulary=vocabulary if is_export and vocabulary.is_file() else None,
        description=description if is_export and description.is_file() else None,
        size_bytes=sum(path.stat().st_size for path in graph.paths),
        excluded_records=sum(int(graph.identity.get(name, 0)) for name in ("refused", "quarantined")),
    )


def _sha256_of_file(path: Path, on_read: Callable[[int], object]) -> str:
    digest = hashlib.sha256()
    try:
        with open_regular(path) as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
                on_read(len(block))
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {describe_os_error(error)}") from None
    return digest.hexdigest()
