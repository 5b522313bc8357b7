"""``export()``: from sources of records to a validated knowledge graph."""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import BinaryIO

from pfocr2rdf.derived.formats import DERIVED_FORMATS
from pfocr2rdf.errors import OptionError, OutputError, SourceError
from pfocr2rdf.pipeline.executors.base import COLLECTION_THRESHOLD
from pfocr2rdf.pipeline.options import EXECUTORS, ExecutorOptions, ExportOptions
from pfocr2rdf.pipeline.partitioned import PartitionedExport
from pfocr2rdf.pipeline.prefix_files import NAMESPACES
from pfocr2rdf.pipeline.previous_export import holds_figures
from pfocr2rdf.pipeline.release import Release
from pfocr2rdf.pipeline.results import EXPORTED, IndexedRecord
from pfocr2rdf.pipeline.run import ExportRun
from pfocr2rdf.pipeline.single import SingleFileExport
from pfocr2rdf.pipeline.summary import ExportSummary
from pfocr2rdf.pipeline.tasks import MapBatchTask
from pfocr2rdf.rdf.format_names import canonical_format_name
from pfocr2rdf.rdf.image_urls import parse_image_url
from pfocr2rdf.rdf.iri_profiles import DEFAULT_PROFILE
from pfocr2rdf.rdf.serializers.formats import DEFAULT_FORMATS
from pfocr2rdf.records.sources import RecordSource
from pfocr2rdf.storage.export_directory import ExportDirectory, require_own_directory
from pfocr2rdf.storage.output_storage import Storage
from pfocr2rdf.storage.progress import Progress
from pfocr2rdf.storage.scratch import scratch_directory
from pfocr2rdf.storage.urls import is_url, redact_text, redact_url
from pfocr2rdf.validation.shapes import load_shapes


def export(
    sources: Iterable[str | os.PathLike[str]] | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    formats: Iterable[str] = DEFAULT_FORMATS,
    compress: str | None = None,
    shapes: Iterable[str | os.PathLike[str]] | os.PathLike[str] = (),
    on_violation: str = "quarantine",
    limit: int | None = None,
    fail_fast: bool = False,
    dry_run: bool = False,
    fresh: bool = False,
    force: bool = False,
    workers: int | None = None,
    engine: str = EXECUTORS[0],
    scheduler: str | None = None,
    partition_size: int | None = None,
    merge: bool = False,
    release: Release | None = None,
    image_url: str | None = None,
    iris: str = DEFAULT_PROFILE.name,
    progress: Progress | None = None,
    stdin: BinaryIO | None = None,
) -> ExportSummary:
    """Export records as a validated knowledge graph, in one pass for all formats.

    Args:
        sources: record files, folders, PFOCR checkouts, archives, by path or by any URL that fsspec opens
            (``s3://bucket/folder``), or ``-`` for standard input.
        output: the export directory, by path or URL. Its files appear at the end, each of them whole, or not at all. If it holds
            a previous export, or one that was interrupted, only records that are new or have changed are mapped; the files are
            the same as if all were.
        formats: names of ``SERIALIZERS``, or aliases such as ``"ttl"``, and of ``DERIVED_FORMATS``, which are computed from the graph:
            without a format for the graph, it is written in the default ones.
        compress: ``gz`` or ``zst``, for the files of the graph.
        shapes: folders of SHACL shapes, which replace built-in ones or are added to them.
        on_violation: ``quarantine`` leaves out a figure with a violation, ``keep`` only reports it, ``fail`` stops.
        limit: the maximum number of records to read.
        fail_fast: stop at the first refusal.
        dry_run: read, map and validate, but write nothing.
        fresh: map all records, including unchanged ones.
        force: export into a folder that holds other files; those whose names the export does not need stay.
        workers: the number of worker processes; 1 works in this process. By default one a core, and 1 for a few records. The
            output is the same for any number.
        engine: ``processes`` works on this machine, ``dask`` on a cluster of dask.distributed.
        scheduler: the address of that cluster's scheduler; without it, a cluster of ``workers`` is started on this machine.
        partition_size: write the graph in parts of this number of records (``part-00000.ttl``) and a file of entities. The export to a
            URL, and that of a cluster, always is in parts, by default of 1,000 records.
        merge: merge the parts into one file in each format.
        release: the publisher's metadata, for the dataset description.
        image_url: the URLs of pictures, for those who have copies: a template with ``{pmcid}``, ``{filename}`` and ``{media_type}``,
            or a folder, which has one for each paper (``https://example.org/pictures``). By default, Europe PMC.
        iris: the IRI profile, one of ``IRI_PROFILES``: the form of the IRIs of genes, papers and other shared entities.
        progress: called after each batch with the number of records that were read, and the number of files.
        stdin: the stream to read for ``-``.

    Returns:
        The summary of the export.

    Raises:
        SourceError: a source cannot be read.
        ShapesError: the shapes cannot be used.
        OutputError: the output cannot be written; nothing was published.
        ExecutorError: the cluster cannot be used.
        StoppedError: ``fail_fast`` or ``on_violation="fail"`` stopped the run; nothing was published.
        ValueError: an unknown format, compression, engine or ``on_violation`` or IRI profile, a number below 1, or an ``image_url``
            that is none.
    """
    begin = time.perf_counter()
    format_names = dict.fromkeys(map(canonical_format_name, formats))
    derived = tuple(name for name in format_names if name in DERIVED_FORMATS)
    graph_formats = tuple(name for name in format_names if name not in DERIVED_FORMATS) or (DEFAULT_FORMATS if derived else ())
    options = ExportOptions(
        formats=() if dry_run else graph_formats,
        derived=derived,
        compress=compress,
        on_violation=on_violation,
        limit=limit,
        fail_fast=fail_fast,
        dry_run=dry_run,
        fresh=fresh,
        partition_records=partition_size,
        merge=merge,
        iris=iris,
        image_url="" if image_url is None else _check_image_url(image_url),
    )
    executor_options = ExecutorOptions(engine, workers, scheduler)
    source_names, destination = [os.fspath(source) for source in _list_paths(sources)], os.fspath(output)
    if not source_names:
        raise OptionError("there are no sources; name at least one")
    _check_memory_urls(source_names, destination, executor_options)
    with ExitStack() as stack:
        if not dry_run:
            require_own_directory(destination, force=force)
        shapes_in_force = load_shapes(_list_paths(shapes))
        records = stack.enter_context(RecordSource(source_names, stdin, portable=scheduler is not None))
        stack.enter_context(_infrequent_collection())
        display_names = [redact_url(name) for name in source_names]
        run = ExportRun(options, executor_options, records, display_names, shapes_in_force, release or Release(), progress)
        if _is_partitioned(run, destination):
            summary = _export_partitioned(run, Storage(destination))
        else:
            folder = stack.enter_context(scratch_directory()) / "out" if dry_run else output
            summary = SingleFileExport(run, stack.enter_context(ExportDirectory(folder))).execute()
    summary.seconds = time.perf_counter() - begin
    return summary


def _list_paths(paths: Iterable[str | os.PathLike[str]] | os.PathLike[str]) -> list[str | os.PathLike[str]]:
    """Several paths, or one alone, whose characters are not taken for paths: the first one is often ``/``."""
    return [paths] if isinstance(paths, str | os.PathLike) else list(paths)


def _check_image_url(text: str) -> str:
    """The template of URLs of pictures; ``OptionError`` where it is none, is in a namespace of IRIs, or has a secret."""
    if (shown := redact_text(text)) != text:
        raise OptionError(f"{shown}: other users could see the password or token of the URL in the graph; leave it out")
    template = parse_image_url(text)
    if template.startswith(tuple(NAMESPACES.values())):
        raise OptionError(f"{text}: the pictures would have IRIs in a namespace of the graph; use the URL of a host that has only pictures")
    return template


def _export_partitioned(run: ExportRun, storage: Storage) -> ExportSummary:
    """Export in parts, which replace those of an earlier export one by one: so a record must be exportable before that begins."""
    if not holds_figures(storage.read_json) or _has_exportable_record(run):
        return PartitionedExport(run, storage).execute()
    dry_run = replace(run, options=replace(run.options, formats=(), dry_run=True))
    with scratch_directory() as scratch, ExportDirectory(scratch / "out") as directory:
        summary = SingleFileExport(dry_run, directory).execute()
    summary.withheld = True
    return summary


def _has_exportable_record(run: ExportRun) -> bool:
    """Whether any record can be exported; it maps no more of them than it takes to find one."""
    tasks = ((None, MapBatchTask([record])) for record in run.iter_records() if isinstance(record, IndexedRecord))
    with run.create_executor() as executor:
        return any(record.status == EXPORTED for _, result in executor.map(tasks) for record in result.record_results)


def _is_partitioned(run: ExportRun, destination: str) -> bool:
    options = run.options
    is_wanted = options.partition_records is not None or options.merge
    return not options.dry_run and (is_wanted or run.executor_options.name != EXECUTORS[0] or is_url(destination))


@contextlib.contextmanager
def _infrequent_collection() -> Iterator[None]:
    """Run Python's cyclic garbage collector rarely: by its own threshold it takes a fifth of the time."""
    threshold = gc.get_threshold()
    if threshold[0]:  # 0 is never
        gc.set_threshold(max(threshold[0], COLLECTION_THRESHOLD), *threshold[1:])
    try:
        yield
    finally:
        if not gc.get_freeze_count():  # move new objects to the oldest generation, without a collection now
            gc.freeze()
            gc.unfreeze()
        gc.set_threshold(*threshold)


def _check_memory_urls(sources: list[str], output: str, executor_options: ExecutorOptions) -> None:
    """Refuse URLs of this process's memory when other processes have to read or write them."""
    for name, error in [*((source, SourceError) for source in sources), (output, OutputError)]:
        if name.startswith("memory://") and (executor_options.name != EXECUTORS[0] or executor_options.worker_count != 1):
            raise error(f"{name}: only this process can read it; use one worker (--workers 1), and not the engine dask")
