"""Files in derived formats, which an export writes from its finished graph files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from pfocr2rdf.derived.base import OpenFile
from pfocr2rdf.derived.derive import derive
from pfocr2rdf.derived.graph import ExportedGraph, GraphPart
from pfocr2rdf.errors import SourceError
from pfocr2rdf.storage.compression import open_decompressed
from pfocr2rdf.storage.rdf_files import map_rdf_errors, rdf_format

_SYNTAXES_BY_COST = (".jsonld", ".nt", ".nq", ".trig", ".ttl", ".rdf")


def derive_from_files(paths: Iterable[Path], format_names: Iterable[str], open_file: OpenFile) -> dict[str, int]:
    """Write derived formats from the graph files of an export; those of the syntax that is cheapest to read are used.

    Returns:
        What the formats cannot represent, as sentences with counts.
    """
    by_suffix: dict[str, list[Path]] = {}
    for path in sorted(paths):
        by_suffix.setdefault(f".{path.name.split('.')[1]}", []).append(path)
    cheapest = min(by_suffix, key=_SYNTAXES_BY_COST.index)
    return derive(open_exported_graph(by_suffix[cheapest]), format_names, open_file)


def open_exported_graph(paths: Iterable[Path], check: Callable[[Path], Callable[[bytes], object] | None] = lambda _: None) -> ExportedGraph:
    """The graph in files of an export that have the same syntax; ``check`` returns a function that is called with the bytes of a file."""
    return ExportedGraph([_graph_part(path, check) for path in paths])


def _graph_part(path: Path, check: Callable[[Path], Callable[[bytes], object] | None]) -> GraphPart:
    syntax = rdf_format(path)
    if syntax is None:
        raise SourceError(f"{path}: is not RDF by its name")
    return GraphPart(str(path), partial(_open_part, path, check), syntax)


@contextmanager
def _open_part(path: Path, check: Callable[[Path], Callable[[bytes], object] | None]) -> Iterator[IO[bytes]]:
    with map_rdf_errors(path), open_decompressed(path, check(path)) as file:
        yield file
