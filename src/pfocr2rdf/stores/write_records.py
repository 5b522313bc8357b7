"""Records from a finished graph: the reverse of an export."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pfocr2rdf.derived.graph import NodeGraph
from pfocr2rdf.derived.nodes import node_id
from pfocr2rdf.derived.records.facts import GraphFacts
from pfocr2rdf.derived.records.fields import RecordOptions, read_figid, restore_record
from pfocr2rdf.derived.records.files import record_files
from pfocr2rdf.derived.sorted_nodes import LITERAL_OBJECTS
from pfocr2rdf.errors import ExitStatus, OutputError, RecordError, SourceError
from pfocr2rdf.mapping.names import mesh_name
from pfocr2rdf.mapping.organisms import TAXON_BY_NAME
from pfocr2rdf.pipeline.record_check import RecordCheck
from pfocr2rdf.rdf.image_urls import parse_image_url
from pfocr2rdf.rdf.terms import iri_term
from pfocr2rdf.records.side_files import DATA_DIR, FIGURES_DIR, is_record
from pfocr2rdf.storage.layout import RECORDS_FILE, TOOL, is_own_manifest
from pfocr2rdf.storage.path_kinds import folder_kind
from pfocr2rdf.storage.progress import Progress
from pfocr2rdf.storage.scratch import scratch_directory
from pfocr2rdf.storage.sqlite import create_database
from pfocr2rdf.storage.staging import StagedDirectory, listed_names
from pfocr2rdf.storage.urls import is_url, redact_url
from pfocr2rdf.stores.connect import ConnectionOptions
from pfocr2rdf.stores.node_graphs import read_nodes

_FOLDERS = (FIGURES_DIR, DATA_DIR)


class RecordsSummary(NamedTuple):
    """The result of writing records.

    Attributes:
        records: the number of records by schema.
        rows: the number of rows of genes, chemicals and diseases.
        refused: figures that cannot be written as records, each with the reason.
        differences: the number of statements in which an export of the records differs from the graph, by sentence.
        excluded_records: the number of refused and quarantined records, if the source was records.
        warnings: the number of statements of the source that were not read, by sentence.
    """

    records: dict[str, int]
    rows: int
    refused: dict[str, str]
    differences: dict[str, int]
    excluded_records: int = 0
    warnings: dict[str, int] = {}  # noqa: RUF012 - never changed

    @property
    def exit_status(self) -> ExitStatus:
        """0, or 1 if an export of the records differs from the graph, or records were left out."""
        return ExitStatus.DIFFERS if self.refused or self.differences or self.excluded_records or self.warnings else ExitStatus.OK


def write_records(
    source: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    image_url: str = "",
    connection: ConnectionOptions = ConnectionOptions(),  # noqa: B008 - it is immutable
    progress: Progress | None = None,
) -> RecordsSummary:
    """Write the records of a finished graph, in the layout of a PFOCR checkout.

    Each record is read again and mapped, and its statements are compared with those of the graph.

    Args:
        source: an export directory, an embedded store, the URL of a server, an RDF file, or records, which are exported first.
        output: the folder for ``_figures`` and ``_data``, which appear at the end, all of them or none. It must be new, empty, or written
            by this function; then its records are replaced.
        image_url: the template of the URLs of pictures with which the graph was exported.
        connection: how to connect to a server.
        progress: called with the stage, the number of finished items, and the total.

    Raises:
        SourceError: the source cannot be read, has no figures, or a figure without a valid figid.
        StoreError: the store cannot be used.
        OutputError: the output contains other files, or cannot be written; nothing was published.
        ValueError: the template is not valid.
    """
    template = parse_image_url(image_url) if image_url else ""
    name = os.fspath(source)
    owns = listed_names(RECORDS_FILE, _list_names, lambda name: name.startswith(tuple(f"{folder}/" for folder in _FOLDERS)))
    _check_output(os.fspath(output), owns(Path(output)))
    with StagedDirectory(output, RECORDS_FILE, owns) as directory:
        summary, reading = read_nodes(source, partial(_write, name=name, directory=directory, template=template), connection, progress)
        files = sorted(file.name for file in directory.written_files)
        directory.write_json(RECORDS_FILE, {"tool": TOOL, "source": redact_url(name), "records": summary.records, "files": files})
        directory.publish()
    warnings = {sentence: count for sentence, count in reading.warnings.items() if sentence != LITERAL_OBJECTS}  # records can have those
    return summary._replace(excluded_records=reading.excluded_records, warnings=warnings)


def _write(graph: NodeGraph, *, name: str, directory: StagedDirectory, template: str) -> RecordsSummary:
    directory.reset()
    with ExitStack() as stack:
        scratch = stack.enter_context(scratch_directory())
        databases = [create_database(scratch / f"{purpose}.sqlite") for purpose in ("facts", "check")]
        for database in databases:
            stack.callback(database.close)
        facts = GraphFacts(databases[0], lambda iri: mesh_name(iri_term(iri)))
        names = _collect_facts(graph, facts, name)
        check, options = RecordCheck(databases[1], facts, template), RecordOptions(TAXON_BY_NAME, template)
        records, rows, refused = Counter[str](), 0, dict[str, str]()
        for number, nodes in enumerate(graph.iter_figures()):
            record = restore_record(nodes, facts, options)
            files = dict(record_files(record, names.stem(record.figid, number)))
            try:
                check.add(nodes, files)
            except RecordError as error:
                reason = f"{error.field}: {error.reason}" if error.field else error.reason
                refused[record.figid] = f"{reason}; correct it in the graph"
                check.refuse(nodes)
                continue
            for path, content in files.items():
                with directory.open(path) as file:
                    file.write(content)
            records[record.schema_version] += 1
            rows += record.row_count
        check.finish()
    return RecordsSummary(dict(sorted(records.items())), rows, refused, dict(sorted(check.differences.items())))


class _FileNames:
    """The names of pages: the figids, with numbers before them where an export would read them in another order, or not at all."""

    def __init__(self) -> None:
        self._last, self._is_numbered = "", False

    def add(self, figid: str) -> None:
        """Take note of the next figure of the graph."""
        name = f"{figid}.md"
        self._is_numbered = self._is_numbered or name <= self._last or not is_record(name)
        self._last = name

    def stem(self, figid: str, number: int) -> str:
        """The name of the page of a figure, without its suffix."""
        return f"{number:08d}-{figid}" if self._is_numbered else figid


def _collect_facts(graph: NodeGraph, facts: GraphFacts, source: str) -> _FileNames:
    names, figures = _FileNames(), 0
    for entity in graph.iter_entities():
        facts.add_entity(entity)
    for nodes in graph.iter_figures():
        figures += 1
        names.add(read_figid(node_id(nodes.figure)))
        facts.add_figure(nodes)
    if not figures:
        raise SourceError(f"{redact_url(source)}: the graph has no figures, so there are no records to write")
    facts.finish()
    return names


def _list_names(manifest: dict[str, Any]) -> list[str]:
    return list(manifest["files"]) if is_own_manifest(manifest) else []


def _check_output(output: str, own_names: set[str]) -> None:
    """Refuse a folder with other files: an export would read other records together with these."""
    if is_url(output):
        raise OutputError(f"{redact_url(output)}: is a URL, and records are written to folders; name a folder with --output")
    folder = Path(output)
    if not folder.is_dir():
        return  # it is new, or a file, which the staging directory refuses
    kind = folder_kind(folder)
    if kind not in ("", "a folder of records") or (not kind and any(not path.name.startswith(".") for path in folder.iterdir())):
        raise OutputError(f"{output}: contains {kind or 'other files'}; name a new folder with --output")
    for path in (path for part in _FOLDERS for path in sorted((folder / part).rglob("*"))):
        if not path.is_dir() and path.relative_to(folder).as_posix() not in own_names:
            raise OutputError(f"{path}: was not written by 'pfocr2rdf records'; move it away, or name a new folder with --output")
