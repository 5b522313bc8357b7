"""One side of a comparison, read and sorted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

from pfocr2rdf.errors import SourceError
from pfocr2rdf.pipeline.inputs import Side
from pfocr2rdf.storage.canonical import Naming, Reader, refuse
from pfocr2rdf.storage.external_sort import Sorter
from pfocr2rdf.storage.files import mapped_errors
from pfocr2rdf.storage.layout import MANIFEST
from pfocr2rdf.storage.progress import Meter, Progress


class How(NamedTuple):
    """How both sides are read.

    Attributes:
        scratch: a folder for temporary files.
        naming: what is done with the names of graphs.
        quads: whether files that name graphs are wanted, where there is a choice.
        sort_bytes: how many bytes of statements are sorted in memory.
        progress: told how far it is.
    """

    scratch: Path
    naming: Naming
    quads: bool
    sort_bytes: int
    progress: Progress | None


class Loaded(NamedTuple):
    """A graph, ready to be compared.

    Attributes:
        source: as it was named.
        sorter: has its statements.
        named: whether a statement names its graph.
        known: what is known of the graph, with the files that were read.
    """

    source: str
    sorter: Sorter
    named: bool
    known: dict[str, Any]

    def identity(self) -> dict[str, Any]:
        """What the graph is; to be asked when all statements were gone through."""
        return {
            "source": self.source,
            "statements": self.sorter.count,
            "sha256": self.sorter.digest.hexdigest(),
            **self.known,
        }


def load(side: Side, source: str | os.PathLike[str], name: str, how: How) -> Loaded:
    """Read all files of a side; ``name`` is ``old`` or ``new``.

    Raises:
        SourceError: a file cannot be read, is no valid RDF, is not the one that the manifest lists, or has a blank node.
        OutputError: there is no room for temporary files.
    """
    source, folder = os.fspath(source), how.scratch / name
    with mapped_errors(folder):
        folder.mkdir()
    graph = side.graph(how.quads, folder, how.progress)
    sorter = Sorter(folder, lambda text: refuse(text, source), how.sort_bytes)
    total = sum(path.stat().st_size for path in graph.paths if path.exists())
    reader = Reader(sorter, how.naming, Meter(how.progress, f"reading {name}", total))
    for path in graph.paths:
        read = reader.read(path)
        if read.sha256 != graph.digests.get(path.name, read.sha256):
            raise SourceError(f"{path}: is not the file that {MANIFEST} lists, its SHA-256 is another; export again, or name the file")
    sorter.finish()
    files = [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in reader.files]
    return Loaded(source, sorter, reader.named, {**graph.identity, "files": files})
