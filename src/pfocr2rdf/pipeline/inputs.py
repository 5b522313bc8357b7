"""Graph inputs: what a path stands for, an export directory, an RDF file, or records."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pyoxigraph

from pfocr2rdf.derived.graph import SYNTAXES_BY_COST
from pfocr2rdf.errors import NoRecordsError, SourceError
from pfocr2rdf.rdf.iri_profiles import DEFAULT_PROFILE, IRI_PROFILES, IriProfile
from pfocr2rdf.storage.layout import CHECKPOINT_DIR, DELTA_FILE, MANIFEST_FILE, STAGING_DIR, STATE_FILE, is_own_manifest, read_manifest
from pfocr2rdf.storage.path_kinds import describe_missing_path, folder_kind
from pfocr2rdf.storage.progress import Progress
from pfocr2rdf.storage.rdf_files import is_rdf_file, rdf_format

_Format = pyoxigraph.RdfFormat
_INTERRUPTED_EXPORT_FILES = (STATE_FILE, CHECKPOINT_DIR, f"{STAGING_DIR}/{STATE_FILE}")
_GRAPH_FILE_PREFIXES = ("figures.", "part-", "entities.")

QUAD_FORMATS = (_Format.N_QUADS, _Format.TRIG)  # the syntaxes that can name graphs
_TRIPLE_FORMATS = (_Format.N_TRIPLES, _Format.TURTLE, _Format.RDF_XML, _Format.JSON_LD)

TRIPLES_FIRST = (*_TRIPLE_FORMATS, *QUAD_FORMATS)
"""The syntaxes by the cost of reading statements without the names of their graphs."""

QUADS_FIRST = (*QUAD_FORMATS, *_TRIPLE_FORMATS)
"""The syntaxes by the cost of reading statements with the names of their graphs."""

NODES_FIRST = SYNTAXES_BY_COST
"""The syntaxes by the cost of reading nodes."""

FormatRanking = tuple[_Format, ...]
_EXPORT_FORMATS: dict[FormatRanking, tuple[str, ...]] = {
    TRIPLES_FIRST: ("ntriples",),
    QUADS_FIRST: ("nquads", "ntriples"),
    NODES_FIRST: ("jsonld",),
}


class GraphFiles(NamedTuple):
    """The files that make up one graph."""

    paths: list[Path]
    digests: dict[str, str]  # by name, the SHA-256 that a file must have, where that is known
    identity: dict[str, Any]  # metadata of the graph, for the manifest of a delta
    iris: str = DEFAULT_PROFILE.name  # its IRI profile

    @property
    def profile(self) -> IriProfile:
        """The IRI profile; ``SourceError`` where another version of this program wrote it."""
        if self.iris not in IRI_PROFILES:
            raise SourceError(f"{self.paths[0].parent}: the IRIs are those of the unknown profile {self.iris}; use a newer pfocr2rdf")
        return IRI_PROFILES[self.iris]

    def require_default_iris(self) -> None:
        """``SourceError`` where the IRIs are those of another profile, which pages, statistics, shapes and example queries do not have."""
        if self.iris != DEFAULT_PROFILE.name:
            raise SourceError(
                f"{self.paths[0].parent}: the IRIs are those of the profile {self.iris}; export to another folder with --iris default, "
                "and join it by the files of --format linksets"
            )

    def verify(self, path: Path, sha256: str) -> None:
        """Check that a file that was read is the one that the manifest lists; ``SourceError`` where its SHA-256 differs."""
        if sha256 != self.digests.get(path.name, sha256):
            raise SourceError(
                f"{path}: is not the file that {MANIFEST_FILE} lists, because its SHA-256 differs; export again, or name the file"
            )


class GraphInput(Protocol):
    """A source of one graph."""

    can_name_graphs: bool | None  # whether its syntax has graph names; ``None`` where that can be chosen

    @property
    def input_files(self) -> list[Path]:
        """The files that are read, if a delta could overwrite them."""

    def prepare(self, ranking: FormatRanking, scratch: Path, progress: Progress | None) -> GraphFiles:
        """The files of the graph, in the first syntax of the ranking that there is."""


def resolve_input(source: str | os.PathLike[str]) -> GraphInput:
    """The graph input that a path stands for; ``SourceError`` where there is no graph."""
    path = Path(source)
    if not path.exists():
        raise SourceError(describe_missing_path(path))
    if not path.is_dir():
        return _FileInput(path) if is_rdf_file(path) else _RecordsInput(path)
    if (path / DELTA_FILE).exists():
        raise SourceError(f"{path}: is a delta, not a graph; name the exports that it was created from")
    return _ExportInput(path) if is_export(path) else _RecordsInput(path)


def list_graph_files(folder: Path) -> dict[str, str]:
    """The files of an export's graph, each with the SHA-256 that its manifest lists.

    Raises:
        SourceError: it is no export that was finished, or it has no graph.
    """
    if not folder.exists():
        raise SourceError(describe_missing_path(folder))
    if not is_export(folder):
        kind = folder_kind(folder) or ("a folder" if folder.is_dir() else "a file")
        raise SourceError(f"{folder}: is {kind}, not an export; run 'pfocr2rdf export' first, and name its folder")
    return _ExportInput(folder).digests


def list_export_files(folder: Path) -> list[Path]:
    """The files of one RDF format that make up an export's graph, with default IRIs; ``SourceError`` as ``list_graph_files``."""
    graph = _ExportInput(folder).prepare(TRIPLES_FIRST, folder, None)
    graph.require_default_iris()
    return graph.paths


def _describe_unusable_path(path: Path) -> str:
    """The message about a folder or an archive that has neither a graph nor records."""
    remedy = "name an export directory, an RDF file or records"
    if path.is_file():
        return f"{path}: the archive contains no records; unpack it and name its folder if it is a bundle, or {remedy}"
    if kind := folder_kind(path):
        return f"{path}: is {kind}, not a graph or records; name the export or the records that it was created from"
    return f"{path}: the folder contains neither a graph nor records; {remedy}"


def is_export(folder: Path) -> bool:
    """Whether the folder is an export directory, perhaps one that was interrupted."""
    if not folder.is_dir():
        return False
    if _read_manifest(folder) or any((folder / name).exists() for name in _INTERRUPTED_EXPORT_FILES):
        return True
    return any(_is_graph_file(name) for name in os.listdir(folder))


def _is_graph_file(name: str) -> bool:
    return name.startswith(_GRAPH_FILE_PREFIXES) and rdf_format(name) is not None


def _read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an export, or an empty one."""
    return read_manifest(folder / MANIFEST_FILE, lambda manifest: dict(manifest) if is_own_manifest(manifest) else {}) or {}


class _FileInput:
    """One RDF file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.can_name_graphs: bool | None = rdf_format(path) in QUAD_FORMATS

    @property
    def input_files(self) -> list[Path]:
        return [self.path]

    def prepare(self, ranking: FormatRanking, scratch: Path, progress: Progress | None) -> GraphFiles:
        return GraphFiles([self.path], {}, {})


class _ExportInput:
    """An export directory; ``SourceError`` where it has no manifest, or no graph."""

    input_files: list[Path] = []  # noqa: RUF012 - no delta is written into an export

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = _read_manifest(folder)
        if not self.manifest:
            raise SourceError(f"{folder}: the export has no {MANIFEST_FILE}, so it was interrupted; export again, or name its RDF file")
        try:
            digests = {str(file["name"]): str(file["sha256"]) for file in self.manifest["files"]}
        except (KeyError, TypeError):
            raise SourceError(f"{folder / MANIFEST_FILE}: does not list files with their digests; export again") from None
        self.digests = {name: digest for name, digest in digests.items() if _is_graph_file(name) and name == os.path.basename(name)}
        if not self.digests:
            raise SourceError(f"{folder}: the export has no graph; export again with --format ntriples")
        self.can_name_graphs: bool | None = any(rdf_format(name) in QUAD_FORMATS for name in self.digests)

    def choose_files(self, ranking: FormatRanking) -> list[Path]:
        """The files of the format that ranks first; ``SourceError`` where one is missing."""
        by_format: dict[_Format | None, list[str]] = {}
        for name in sorted(self.digests):
            by_format.setdefault(rdf_format(name), []).append(name)
        first = min(by_format, key=lambda syntax: ranking.index(syntax) if syntax else 0)
        paths = [self.folder / name for name in by_format[first]]
        if missing := [path for path in paths if not path.exists()]:
            raise SourceError(f"{missing[0]}: is missing, but {MANIFEST_FILE} lists it; export again")
        return paths

    def prepare(self, ranking: FormatRanking, scratch: Path, progress: Progress | None) -> GraphFiles:
        identity: dict[str, Any] = {key: self.manifest[key] for key in ("tool", "records", "iris") if key in self.manifest}
        return GraphFiles(self.choose_files(ranking), self.digests, identity, str(self.manifest.get("iris", DEFAULT_PROFILE.name)))


class _RecordsInput:
    """Records, which are exported to a scratch directory first."""

    can_name_graphs: bool | None = None

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def input_files(self) -> list[Path]:
        return [self.path]

    def prepare(self, ranking: FormatRanking, scratch: Path, progress: Progress | None) -> GraphFiles:
        from pfocr2rdf.pipeline.export import export  # here, since it takes long to import and most graphs are files

        folder = scratch / "export"
        try:
            summary = export([self.path], folder, formats=_EXPORT_FORMATS[ranking], compress="zst", progress=progress)
        except NoRecordsError:
            raise SourceError(_describe_unusable_path(self.path)) from None
        if not summary.exported:  # an empty graph would replace one with figures
            first = f"; the first: {summary.first_refusals[0]}" if summary.first_refusals else ""
            raise SourceError(
                f"{self.path}: none of its records can be used ({summary.refused:,} refused, {summary.quarantined:,} quarantined); "
                f"export it to see why{first}"
            )
        graph = _ExportInput(folder).prepare(ranking, scratch, progress)
        identity = {**graph.identity, "refused": summary.refused, "quarantined": summary.quarantined}
        if ranking == QUADS_FIRST:  # a store that was loaded from these records may have the version of the other file
            identity["versions"] = sorted(graph.digests.values())
        return graph._replace(identity=identity)
