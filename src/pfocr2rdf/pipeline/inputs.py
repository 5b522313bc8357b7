"""What may stand on either side of a comparison: an export directory, an RDF file, or records."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pyoxigraph

from pfocr2rdf.errors import SourceError
from pfocr2rdf.storage.layout import INTERRUPTED, MANIFEST, STAGING, STATE
from pfocr2rdf.storage.progress import Progress
from pfocr2rdf.storage.rdf_files import rdf_format

_Format = pyoxigraph.RdfFormat
_INTERRUPTED = (STATE, INTERRUPTED, f"{STAGING}/{STATE}")
_GRAPH = ("figures.", "part-", "entities.")

QUADS = (_Format.N_QUADS, _Format.TRIG)
"""The syntaxes that can name graphs."""

_TRIPLES = (_Format.N_TRIPLES, _Format.TURTLE, _Format.JSON_LD, _Format.RDF_XML)
_CHEAPEST = (_Format.N_TRIPLES, _Format.N_QUADS, _Format.TRIG, _Format.TURTLE, _Format.RDF_XML, _Format.JSON_LD)


class Graph(NamedTuple):
    """The files that make up one graph.

    Attributes:
        paths: the files.
        digests: by name, the SHA-256 that a file must have, where that is known.
        identity: what is known of them, besides the files themselves.
    """

    paths: list[Path]
    digests: dict[str, str]
    identity: dict[str, Any]


class Side(Protocol):
    """One side of the comparison."""

    quads: bool | None
    """Whether it can name the graphs of its statements; ``None`` where it does so if the other side does."""

    @property
    def inputs(self) -> list[Path]:
        """The files that are read, as far as a delta could overwrite them."""

    def graph(self, quads: bool, scratch: Path, progress: Progress | None) -> Graph:
        """The files of the graph, in a form that names graphs or in one that does not, if there is a choice."""


def find(source: str | os.PathLike[str]) -> Side:
    """What a name that the user gave stands for.

    Raises:
        SourceError: nothing that can be compared is there.
    """
    path = Path(source)
    if not path.exists():
        raise SourceError(f"{path}: there is no such file or folder")
    if not path.is_dir():
        return _File(path) if rdf_format(path) else _Records(path)
    if (path / "delta.json").exists():
        raise SourceError(f"{path}: is a delta, not a graph; name the exports that it was made of")
    return _Export(path) if is_export(path) else _Records(path)


def graph_files(folder: Path) -> dict[str, str]:
    """The files of an export's graph, each with the SHA-256 that its manifest lists.

    Raises:
        SourceError: it is no export that was finished, or it has no graph.
    """
    return _Export(folder).digests


def is_export(folder: Path) -> bool:
    """Whether the folder is an export directory, perhaps one that was interrupted."""
    if not folder.is_dir():
        return False
    if _manifest(folder) or any((folder / name).exists() for name in _INTERRUPTED):
        return True
    return any(_is_graph(name) for name in os.listdir(folder))


def _is_graph(name: str) -> bool:
    return name.startswith(_GRAPH) and rdf_format(name) is not None


def _manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an export, or an empty one."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return dict(manifest) if str(manifest["tool"]).startswith("pfocr2rdf ") else {}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


class _File:
    """One RDF file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.quads: bool | None = rdf_format(path) in QUADS

    @property
    def inputs(self) -> list[Path]:
        return [self.path]

    def graph(self, quads: bool, scratch: Path, progress: Progress | None) -> Graph:
        return Graph([self.path], {}, {})


class _Export:
    """An export directory.

    Raises:
        SourceError: it has no manifest, or no graph.
    """

    inputs: list[Path] = []  # noqa: RUF012 - no delta is written into an export

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = _manifest(folder)
        if not self.manifest:
            raise SourceError(f"{folder}: the export has no {MANIFEST}, so it was interrupted; export again, or name its RDF file")
        try:
            listed = {str(file["name"]): str(file["sha256"]) for file in self.manifest["files"]}
        except (KeyError, TypeError):
            raise SourceError(f"{folder / MANIFEST}: does not list files with their digests; export again") from None
        self.digests = {name: digest for name, digest in listed.items() if _is_graph(name) and name == os.path.basename(name)}
        if not self.digests:
            raise SourceError(f"{folder}: the export has no graph; export again with --format ntriples")
        self.quads: bool | None = any(rdf_format(name) in QUADS for name in self.digests)

    def graph(self, quads: bool, scratch: Path, progress: Progress | None) -> Graph:
        by_format: dict[_Format | None, list[str]] = {}
        for name in sorted(self.digests):
            by_format.setdefault(rdf_format(name), []).append(name)
        preferred = QUADS if quads else _TRIPLES
        chosen = min(by_format, key=lambda form: (form not in preferred, _CHEAPEST.index(form) if form else 0))
        identity: dict[str, Any] = {key: self.manifest[key] for key in ("tool", "records") if key in self.manifest}
        return Graph([self.folder / name for name in by_format[chosen]], self.digests, identity)


class _Records:
    """Records, which are exported first."""

    quads: bool | None = None

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def inputs(self) -> list[Path]:
        return [self.path]

    def graph(self, quads: bool, scratch: Path, progress: Progress | None) -> Graph:
        from pfocr2rdf.pipeline.export import export  # here, since it takes long to import and most graphs are files

        folder = scratch / "export"
        summary = export([self.path], folder, formats=["nquads" if quads else "ntriples"], compress="zst", progress=_told(progress))
        graph = _Export(folder).graph(quads, scratch, progress)
        return graph._replace(identity={**graph.identity, "refused": summary.refused, "quarantined": summary.quarantined})


def _told(progress: Progress | None) -> Callable[[int, int], None] | None:
    """Progress of an export, told as ours."""
    return (lambda done, expected: progress("exporting records", done, max(done, expected))) if progress else None
