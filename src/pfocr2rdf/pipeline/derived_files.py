"""Files in derived formats, which an export writes from its finished graph files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import partial
from typing import IO

import pyoxigraph

from pfocr2rdf.derived.base import OpenFile
from pfocr2rdf.derived.derive import derive
from pfocr2rdf.derived.graph import SYNTAXES_BY_COST, ExportedGraph, GraphPart
from pfocr2rdf.storage.rdf_files import rdf_format


def derive_from_files(
    names: Iterable[str], format_names: Iterable[str], open_file: OpenFile, read_file: Callable[[str], AbstractContextManager[IO[bytes]]]
) -> dict[str, int]:
    """Write derived formats from the graph files of an export; those of the syntax that is cheapest to read are used.

    Args:
        names: the graph files.
        format_names: names of ``DERIVED_FORMATS``.
        open_file: opens the files of the output.
        read_file: opens a graph file, decompressed.

    Returns:
        What the formats cannot represent, as sentences with counts.
    """
    by_syntax: dict[pyoxigraph.RdfFormat | None, list[str]] = {}
    for name in sorted(names):
        by_syntax.setdefault(rdf_format(name), []).append(name)
    syntax = next(syntax for syntax in SYNTAXES_BY_COST if syntax in by_syntax)
    parts = [GraphPart(name, partial(read_file, name), syntax) for name in by_syntax[syntax]]
    return derive(ExportedGraph(parts), format_names, open_file)
