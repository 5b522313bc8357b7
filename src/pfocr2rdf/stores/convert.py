"""The conversion of a finished graph to derived formats."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from pfocr2rdf.derived.derive import derive
from pfocr2rdf.derived.formats import DERIVED_FORMATS
from pfocr2rdf.derived.graph import NodeGraph
from pfocr2rdf.errors import ExitStatus, OptionError, OutputError, SourceError
from pfocr2rdf.pipeline.inputs import is_export
from pfocr2rdf.storage.export_directory import require_own_directory
from pfocr2rdf.storage.files import FileInfo
from pfocr2rdf.storage.layout import CONVERSION_FILE, TOOL, is_own_manifest
from pfocr2rdf.storage.progress import Progress
from pfocr2rdf.storage.prune import is_output_path
from pfocr2rdf.storage.staging import StagedDirectory, listed_names, require_name
from pfocr2rdf.storage.urls import is_url, redact_url
from pfocr2rdf.stores.connect import ConnectionOptions
from pfocr2rdf.stores.node_graphs import read_nodes


class ConversionSummary(NamedTuple):
    """The result of a conversion.

    Attributes:
        files: the files that were written.
        warnings: what the formats cannot represent, as sentences with counts.
        excluded_records: the number of refused and quarantined records, if the source was records.
        removed: files of the previous conversion that this one does not have, which were removed.
    """

    files: list[FileInfo]
    warnings: dict[str, int]
    excluded_records: int = 0
    removed: Sequence[str] = ()

    @property
    def exit_status(self) -> ExitStatus:
        """0, or 1 if records were refused or quarantined."""
        return ExitStatus.DIFFERS if self.excluded_records else ExitStatus.OK


def convert(
    source: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    formats: Iterable[str],
    force: bool = False,
    connection: ConnectionOptions = ConnectionOptions(),  # noqa: B008 - it is immutable
    progress: Progress | None = None,
) -> ConversionSummary:
    """Convert a finished graph to derived formats. Memory use grows with the entities, not with the figures.

    Args:
        source: an export directory, an embedded store, the URL of a server, an RDF file, or records, which are exported first.
        output: the folder for the files, which appear at the end, all of them or none. Those of an earlier conversion are replaced.
        formats: names of ``DERIVED_FORMATS``.
        force: whether the folder may contain other files; those whose names the formats do not need stay.
        connection: how to connect to a server.
        progress: called with the stage, the number of finished items, and the total.

    Raises:
        SourceError: the source is missing, cannot be read, has no figures, is not valid RDF, or is not the file that the manifest lists.
        StoreError: the store cannot be used, or a server returns only a part of the graph.
        OutputError: the output is the source, contains other files, or cannot be written; nothing was published.
        ValueError: no format, or an unknown one.
    """
    names = list(dict.fromkeys(formats))
    for name in names:
        if name not in DERIVED_FORMATS:
            raise OptionError(f"{name!r} is not a derived format; choose from {', '.join(DERIVED_FORMATS)}")
        DERIVED_FORMATS[name].require_libraries(name)
    if not names:
        raise OptionError(f"there is no format to convert to; choose from {', '.join(DERIVED_FORMATS)}")
    _check_output(os.fspath(source), os.fspath(output), force=force)
    owns = listed_names(CONVERSION_FILE, _list_names, is_output_path)
    with StagedDirectory(output, CONVERSION_FILE, owns) as directory:

        def read(graph: NodeGraph) -> dict[str, int]:
            directory.reset()
            derivation = derive(graph, names, directory.open)
            if not derivation.figures:
                raise SourceError(f"{redact_url(os.fspath(source))}: the graph has no figures, so there is nothing to convert")
            return derivation.warnings

        warnings, reading = read_nodes(source, read, connection, progress)
        warnings = {**reading.warnings, **warnings}
        files = sorted(directory.written_files)
        rows = [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in files]
        manifest = {"tool": TOOL, "source": redact_url(os.fspath(source)), "formats": names, "files": rows, "warnings": warnings}
        directory.write_json(CONVERSION_FILE, manifest)
        directory.publish()
    return ConversionSummary(files, warnings, reading.excluded_records, directory.removed_names)


def _list_names(manifest: dict[str, list[dict[str, str]]]) -> list[str]:
    return [file["name"] for file in manifest["files"]] if is_own_manifest(manifest) else []


def _check_output(source: str, output: str, *, force: bool) -> None:
    if is_url(output):
        raise OutputError(
            f"{redact_url(output)}: is a URL, and convert writes to folders; name a folder, or use 'pfocr2rdf export --format'"
        )
    require_name(output)
    if not is_url(source) and Path(source).is_dir() and Path(output).exists() and Path(source).samefile(output):
        raise OutputError(f"{output}: is the source; name another folder with --output")
    if is_export(Path(output)):
        raise OutputError(f"{output}: contains an export, whose files are listed in its manifest; name another folder with --output")
    require_own_directory(output, force=force, wanted_kind="a conversion", verb="convert")
